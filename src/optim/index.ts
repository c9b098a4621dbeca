/** Optimisers and learning-rate schedules. */

export { Adadelta, type AdadeltaOptions } from "./adadelta.js";
export { Adagrad, type AdagradOptions } from "./adagrad.js";
export { Adam, type AdamOptions, AdamW } from "./adam.js";
export { Adamax, type AdamaxOptions } from "./adamax.js";
export { ASGD, type ASGDOptions } from "./asgd.js";
export { clipGradNorm, type ClipGradNormOptions, clipGradValue } from "./clipGradients.js";
export { type DescentOptions, FullBatchOptimizer, type FullBatchOptions, type StopReason } from "./fullBatch/fullBatchOptimizer.js";
export { GradientDescent, NonlinearConjugateGradient, type NonlinearConjugateGradientOptions } from "./fullBatch/gradientDescent.js";
export { type DampedOptions, GaussNewton, Levenberg, LevenbergMarquardt } from "./fullBatch/leastSquares.js";
export { armijo, fixedStep, type Line, type LinePoint, type LineSearch, strongWolfe } from "./fullBatch/lineSearch.js";
export { type Method, minimize, type MinimizeOptions, type Minimum } from "./fullBatch/minimize.js";
export { Newton, NewtonCG } from "./fullBatch/newton.js";
export type { Closure, Point } from "./fullBatch/objective.js";
export { BFGS, LBFGS, type LBFGSOptions } from "./fullBatch/quasiNewton.js";
export { conjugateGradient, type ConjugateGradientOptions, type LinearOperator } from "./linearSystems/conjugateGradient.js";
export { gaussSeidel, jacobi, successiveOverRelaxation } from "./linearSystems/stationary.js";
export type { IterativeOptions, LinearSolution } from "./linearSystems/system.js";
export { NAdam, type NAdamOptions } from "./nadam.js";
export { Optimizer, type OptimizerOptions, type OptimizerState, type ParameterGroup, type Params } from "./optimizer.js";
export { RAdam, type RAdamOptions } from "./radam.js";
export { RMSprop, type RMSpropOptions } from "./rmsprop.js";
export { Rprop, type RpropOptions } from "./rprop.js";
export * as schedules from "./schedules/index.js";
export type { Schedule } from "./schedules/index.js";
export { SGD, type SGDOptions } from "./sgd.js";
export { WeightAverage, type WeightAverageOptions } from "./weightAverage.js";

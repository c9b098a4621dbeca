/** The part of the library that is the same in Node and in browsers. */

// The methods of tensors; bundlers leave out what is not imported by name.
import "./ops/methods.js";
import "./autograd/backward.js";

export * from "./base/errors.js";
export { onWarning, silenceWarnings, type WarningCode, type WarningListener } from "./base/warnings.js";
export type { DType, TypedArray } from "./base/dtype.js";
export { Generator } from "./base/generator.js";
export type { Backend } from "./backend/backend.js";
export { type BackendName, defaultBackend as getBackend, setBackend, setThreads } from "./backend/select.js";
export { keep, step } from "./tensor/step.js";
export { type MemoryStats, memoryStats } from "./tensor/stats.js";
export { isGradEnabled, noGrad } from "./tensor/tape.js";
export { type GradientHook, type HookHandle, type NestedNumbers, Tensor } from "./tensor/tensor.js";
export * from "./ops/index.js";
export * from "./autograd/index.js";
export * from "./nn/losses/index.js";
export * as nn from "./nn/index.js";
export * as optim from "./optim/index.js";
export * as models from "./models/index.js";
export * as metrics from "./metrics/index.js";
export * as plot from "./plot/index.js";
export * as classic from "./classic/index.js";
export { earlyStopping, type EarlyStoppingOptions } from "./train/earlyStopping.js";
export { evaluate, type EvaluateOptions, type LossLike } from "./train/evaluate.js";
export type { EpochMemory, EpochRecord, EvaluatedBatch, FitEnd, Listener, TrainerEvents } from "./train/events.js";
export { checkParameters } from "./train/parameters.js";
export type { Phases } from "./train/phases.js";
export type { Metrics } from "./train/runningMetrics.js";
export { type FitOptions, Trainer, type TrainerOptions } from "./train/trainer.js";
export { encodeWeights, parseWeights } from "./train/weights.js";
export { formatSummary, type LayerSummary, type ModelSummary, summary, type SummaryOptions } from "./nn/summary.js";

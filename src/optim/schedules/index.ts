/** Learning-rate schedules: pure functions of the progress of a run. */

export { chained, linear, sequential, transformer, warmup } from "./compose.js";
export { cosine, cosineRestarts, oneCycle, type OneCycleOptions } from "./cosine.js";
export { cyclic, type CyclicOptions } from "./cyclic.js";
export { constant, exponential, fractionalDecay, inverseSquareRoot, multiStep, polynomial, robbinsMonro, stepDecay } from "./decay.js";
export { plateau, type PlateauOptions } from "./plateau.js";
export { perStep, type Schedule } from "./schedule.js";

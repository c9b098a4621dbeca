/** Optimisers and learning-rate schedules. */

export { Adam, type AdamOptions, AdamW } from "./adam.js";
export { Optimizer, type OptimizerState, type ParameterGroup } from "./optimizer.js";
export * as schedules from "./schedules.js";
export type { Schedule } from "./schedules.js";
export { SGD, type SGDOptions } from "./sgd.js";

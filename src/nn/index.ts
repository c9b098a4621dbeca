/** Layers, losses and initialisers. */

export * from "./activation.js";
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from "./batchNorm.js";
export { AvgPool2d, Conv2d, type Conv2dLayerOptions, MaxPool2d, type PoolOptions } from "./conv.js";
export { Dropout } from "./dropout.js";
export * as init from "./init.js";
export { Flatten, Identity, Linear, type LinearOptions } from "./linear.js";
export * from "./losses.js";
export type { ForwardHook, ForwardPreHook, HookHandle, InputsOf, OutputOf } from "./hooks.js";
export { type AnyModule, type ForwardObserver, Module, parameter } from "./module.js";
export { Sequential } from "./sequential.js";

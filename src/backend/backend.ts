/**
 * The kernel interface: what a device must be able to do, in terms of strided views. Shapes, broadcasting and types
 * have been settled by the caller: operands of an element-wise kernel have the shape of the output (a broadcast axis
 * has stride 0), and `out` never overlaps an input unless it is exactly the same view.
 */

import type { DType, TypedArray } from "../base/dtype.js";
import type { LinalgKernels } from "./linalg/linalgKernels.js";

/** A strided window onto device memory. `offset` and `strides` count elements. */
export interface View {
  readonly storage: { readonly handle: number };
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** y = f(x). Ops with a constant take it as `alpha` (leakyRelu: slope; elu: α; addScalar, mulScalar, powScalar: the number). */
export const unaryOps = [
  "neg", "abs", "sign", "reciprocal", "square", "sqrt", "rsqrt", "exp", "expm1", "log", "log1p", "sin", "cos",
  "tanh", "sigmoid", "relu", "leakyRelu", "elu", "softplus", "silu", "gelu", "floor", "ceil", "round",
  "addScalar", "mulScalar", "powScalar", "isnan", "isfinite", "logicalNot", "step",
  "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "exp2", "log2", "log10", "trunc",
] as const;
export type UnaryOp = (typeof unaryOps)[number];

/**
 * z = f(x, y). Those named …Grad are derivatives fused with the incoming gradient x = dL/dy: `reluGrad(dy, y)`,
 * `tanhGrad(dy, y)`, `sigmoidGrad(dy, y)` take the function's output, `leakyReluGrad(dy, x)`, `eluGrad(dy, x)`,
 * `siluGrad(dy, x)`, `geluGrad(dy, x)` and `softplusGrad(dy, x)` its input; `alpha` as in the forward op.
 */
export const binaryOps = [
  "add", "sub", "mul", "div", "pow", "maximum", "minimum",
  "reluGrad", "tanhGrad", "sigmoidGrad", "leakyReluGrad", "eluGrad", "siluGrad", "geluGrad", "softplusGrad",
  "atan2", "hypot", "logaddexp", "remainder", "floorDivide",
] as const;
export type BinaryOp = (typeof binaryOps)[number];

/** out (bool) = x ∘ y. Comparisons with NaN are false, `ne` is true. */
export const compareOps = ["eq", "ne", "lt", "le", "gt", "ge", "logicalAnd", "logicalOr"] as const;
export type CompareOp = (typeof compareOps)[number];

export const reduceOps = ["sum", "mean", "max", "min", "prod", "logsumexp"] as const;
export type ReduceOp = (typeof reduceOps)[number];

/** What `scatterElements` does where an element arrives: replace what is there, add to it, or keep the larger or smaller. */
export const scatterOps = ["set", "add", "max", "min"] as const;
export type ScatterOp = (typeof scatterOps)[number];

/** What a random kernel draws: float uniform in [0, 1), standard normal, or 32 raw bits (int32). */
export const randomKinds = ["uniform", "normal", "bits"] as const;
export type RandomKind = (typeof randomKinds)[number];

/** Position in a counter-based stream: a 64-bit key and the index of the first 128-bit block. */
export interface RandomState {
  readonly key0: number;
  readonly key1: number;
  readonly block: number;
}

export interface Conv2dParams {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** What a convolution may do while it writes: ReLU, then a 2×2 max-pool of stride 2 (floor rule). */
export interface ConvEpilogue {
  readonly relu: boolean;
  readonly maxPool: boolean;
}

export interface Pool2dParams {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

export interface AttentionParams {
  readonly scale: number;
  readonly causal: boolean;
}

export interface SgdParams {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  /** True on the first step with momentum: the buffer is set to the gradient instead of mixed with it. */
  readonly first: boolean;
}

export interface AdamParams {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** AdamW: decay the weights themselves, not through the gradient. */
  readonly decoupled: boolean;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ of this step. */
  readonly correction1: number;
  readonly correction2: number;
}

export interface BackendInfo {
  readonly name: "native" | "wasm" | "reference";
  /** Instruction set in use: "avx512", "avx2", "sse2", "neon", "simd128", "simd128+relaxed", "scalar". */
  readonly isa: string;
  readonly threads: number;
}

/**
 * What every backend has. A kernel that can meet a bad value in the data (an index out of range) returns the flat
 * position of the first one, or −1 when all is well; the caller words the error.
 */
export interface RequiredKernels {
  readonly info: BackendInfo;
  setThreads(threads: number): void;

  /** 64-byte-aligned memory, contents undefined. */
  allocate(bytes: number): number;
  release(handle: number, bytes: number): void;
  /** Host → device. `dst` is contiguous. */
  write(dst: View, data: TypedArray): void;
  /** Device → host, into `into`. `src` is contiguous. */
  read(src: View, into: TypedArray): void | Promise<void>;

  fill(out: View, value: number): void;
  /**
   * Strided copy with conversion of type. → int32 or uint8: the fraction is cut off, a number out of range becomes the nearest
   * that fits, NaN becomes 0; → bool is x ≠ 0.
   */
  copy(src: View, out: View): void;
  unary(op: UnaryOp, x: View, out: View, alpha?: number): void;
  binary(op: BinaryOp, x: View, y: View, out: View, alpha?: number): void;
  compare(op: CompareOp, x: View, y: View, out: View): void;
  where(condition: View, x: View, y: View, out: View): void;
  /** Reduces `axes` of `x`; `out` has x's shape with these axes of size 1. An empty max or min is an error of the caller's. */
  reduce(op: ReduceOp, x: View, axes: readonly number[], out: View): void;
  /** Index of the first largest or smallest along `axis` (NaN counts as both); out: int32, that axis of size 1. */
  argReduce(op: "max" | "min", x: View, axis: number, out: View): void;
  /** out[..., M, N] = a[..., M, K] · b[..., K, N] (+ bias, broadcast to [..., M, N] by strides). Batch axes already expanded. */
  matmul(a: View, b: View, out: View, bias?: View): void;
  /** out[..., i, ...] = x[..., index[i], ...] along `axis`; index: int32, one axis. */
  gather(x: View, axis: number, index: View, out: View): number;
  /** out[..., index[i], ...] += x[..., i, ...] along `axis`, in order of i. */
  scatterAdd(x: View, axis: number, index: View, out: View): number;
  /** out[..., i, ...] = x[..., index[..., i, ...], ...] along `axis`; index: int32, out's shape; x differs from it on `axis` only. */
  gatherElements(x: View, axis: number, index: View, out: View): number;
  /** x[..., i, ...] arrives at out[..., index[..., i, ...], ...] along `axis`, in order of i; index: int32, x's shape. */
  scatterElements(op: ScatterOp, x: View, axis: number, index: View, out: View): number;
  /** Positions (int32) that sort each row, the last axis of x: stable, NaN as the largest. */
  argsort(x: View, out: View, descending: boolean): void;
  cumsum(x: View, axis: number, out: View): void;
  /** out_0 = b_0, out_i = a_i · out_{i−1} + b_i along `axis`. */
  linearRecurrence(a: View, b: View, axis: number, out: View): void;
  /** Position (int32) of the largest or smallest so far along `axis`: the last of equals; NaN counts as both. */
  cumulativeArg(op: "max" | "min", x: View, axis: number, out: View): void;
  random(kind: RandomKind, state: RandomState, out: View): void;
}

/** Fused kernels, used where present; each has a composite of required kernels as its specification. */
export interface FusedKernels {
  /**
   * x: [N, C, H, W], weight: [O, C/groups, kH, kW], bias: [O] → out: [N, O, H', W'] with the physical order [H', W', N, O]
   * (out.strides say so). With `epilogue.maxPool`, out is [N, O, ⌊H'/2⌋, ⌊W'/2⌋] and `argmax` (uint8, same strides as out)
   * receives the position 0–3 of the maximum in its window (first in row-major order).
   */
  conv2d(x: View, weight: View, bias: View | null, out: View, params: Conv2dParams, epilogue?: ConvEpilogue, argmax?: View): void;
  /** dL/dx from dy: [N, O, H', W']; out: [N, C, H, W] in physical order [H, W, N, C]. */
  conv2dInputGrad(dy: View, weight: View, out: View, params: Conv2dParams): void;
  /** dL/dweight, contiguous [O, C/groups, kH, kW], and dL/dbias [O] if `dBias`. */
  conv2dWeightGrad(x: View, dy: View, out: View, dBias: View | null, params: Conv2dParams): void;
  /**
   * Backward of the epilogue: out [N, O, H', W'] (physical [H', W', N, O]) is dy at each window's argmax where y > 0, else 0.
   * With maxPool false: dy where y > 0.
   */
  convEpilogueGrad(dy: View, y: View, argmax: View | null, out: View, epilogue: ConvEpilogue): void;

  /** x, out: [N, C, *, *] of equal physical axis order; argmax (uint8): position in the window, row-major; padding is −∞. */
  maxPool2d(x: View, out: View, argmax: View, params: Pool2dParams): void;
  maxPool2dGrad(dy: View, argmax: View, out: View, params: Pool2dParams): void;
  /** Mean over the window; padded zeros count (PyTorch's countIncludePad = true). */
  avgPool2d(x: View, out: View, params: Pool2dParams): void;
  avgPool2dGrad(dy: View, out: View, params: Pool2dParams): void;

  /** Over the last axis of contiguous x. */
  softmax(x: View, out: View, log: boolean): void;
  /** dx from dy and the forward's output y. */
  softmaxGrad(dy: View, y: View, out: View, log: boolean): void;
  /**
   * logits: [N, C], target: int32 [N] → loss: [N], probabilities: [N, C]. Returns the first row whose target is not in
   * 0…C−1 (other than `ignoreIndex`, whose loss is 0), or −1.
   */
  crossEntropy(logits: View, target: View, loss: View, probabilities: View, labelSmoothing: number, ignoreIndex: number): number;
  /** out[n, c] = dLoss[n] · (p − q), q the smoothed one-hot target; rows of ignoreIndex are 0. */
  crossEntropyGrad(dLoss: View, probabilities: View, target: View, out: View, labelSmoothing: number, ignoreIndex: number): void;

  /**
   * x: [N, C, ...spatial] (any strides), per-channel statistics over all other axes: mean [C], and biased variance [C];
   * out = (x − mean)/√(variance + eps) · weight + bias, same strides as x.
   */
  batchNorm(x: View, weight: View | null, bias: View | null, mean: View, variance: View, out: View, eps: number): void;
  /** As above with mean and variance given (evaluation). */
  batchNormEval(x: View, weight: View | null, bias: View | null, mean: View, variance: View, out: View, eps: number): void;
  /** Gradients of `batchNorm` in training mode. dWeight and dBias: [C]. */
  batchNormGrad(dy: View, x: View, weight: View | null, mean: View, variance: View, dx: View, dWeight: View, dBias: View, eps: number): void;

  /**
   * Rows of the last axis: x, out: [..., C]; weight, bias: [C]; mean and rstd = 1/√(variance + eps), the variance biased: [...].
   * out = (x − mean) · rstd · weight + bias.
   */
  layerNorm(x: View, weight: View | null, bias: View | null, mean: View, rstd: View, out: View, eps: number): void;
  /** Gradients of `layerNorm`. dWeight and dBias: [C], null where there is no weight or bias. */
  layerNormGrad(dy: View, x: View, weight: View | null, mean: View, rstd: View, dx: View, dWeight: View | null, dBias: View | null): void;

  /**
   * One step of LSTM cells. gates: [N, 4H], the sums before the activations, in the order input, forget, cell, output; activated in
   * place (sigmoid, the cell's with tanh). c = f · cPrev + i · g, h = o · tanh(c): [N, H].
   */
  lstmCell(gates: View, cPrev: View, c: View, h: View): void;
  /**
   * Gradients of one step, from dL/dh and dL/dc, given the activated gates: dGates [N, 4H] with respect to the sums before the activations;
   * dc becomes the gradient with respect to cPrev, in place.
   */
  lstmCellGrad(dh: View, dc: View, gates: View, cPrev: View, c: View, dGates: View): void;

  /**
   * softmax(scale · q kᵀ + mask) v. q: [N, H, T, D], k: [N, H, S, D], v: [N, H, S, E] → out: [N, H, T, E]; mask, added to the scores: any
   * shape broadcast to [N, H, T, S] by strides, of the same type. `causal`: query t sees keys 0 … t + S − T. logSum: [N, H, T], log Σ exp of
   * each row's scores. A row that sees no key gives zeros, and logSum −∞.
   */
  attention(q: View, k: View, v: View, mask: View | null, out: View, logSum: View, params: AttentionParams): void;
  attentionGrad(
    dOut: View, q: View, k: View, v: View, mask: View | null, out: View, logSum: View, dq: View, dk: View, dv: View, params: AttentionParams,
  ): void;

  /** Factorisations of matrices and what is made of them. */
  readonly linalg: LinalgKernels;

  /** In place, for all parameters in one call. Everything is contiguous and of one float type. */
  sgd(parameters: readonly View[], gradients: readonly View[], buffers: readonly View[] | null, params: SgdParams): void;
  adam(parameters: readonly View[], gradients: readonly View[], m: readonly View[], v: readonly View[], params: AdamParams): void;
}

export type Backend = RequiredKernels & Partial<FusedKernels>;

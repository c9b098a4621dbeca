/**
 * The reference backend: every kernel as plain loops over strided views, written to be read. It is what the fast backends
 * are tested against, never the default. Float32 kernels compute in double and round where they store.
 */

import type { TypedArray } from "../../base/dtype.js";
import { sizeOf } from "../../base/shape.js";
import type {
  AdamParams, AttentionParams, BackendInfo, BinaryOp, CompareOp, Conv2dParams, ConvEpilogue, FusedKernels, Pool2dParams, RandomKind,
  RandomState, ReduceOp, RequiredKernels, ScatterOp, SgdParams, UnaryOp, View,
} from "../backend.js";
import { hostLinalg } from "../linalg/hostLinalg.js";
import * as attend from "./attention.js";
import * as conv from "./conv.js";
import { ReferenceMemory } from "./elements.js";
import type { Elements } from "./elements.js";
import * as elementwise from "./elementwise.js";
import * as indexing from "./indexing.js";
import * as layers from "./layerNorm.js";
import * as cells from "./lstm.js";
import { matmul } from "./matmul.js";
import * as norm from "./norm.js";
import * as optimizer from "./optimizer.js";
import * as pool from "./pool.js";
import { random } from "./random.js";
import * as reduction from "./reduce.js";
import * as softmax from "./softmax.js";

const noEpilogue: ConvEpilogue = { relu: false, maxPool: false };

export class ReferenceBackend implements RequiredKernels, FusedKernels {
  readonly info: BackendInfo = { name: "reference", isa: "scalar", threads: 1 };
  readonly #memory = new ReferenceMemory();
  readonly linalg = hostLinalg({ read: (view, into) => this.read(view, into), write: (view, values) => this.write(view, values) });

  #of(view: View): Elements {
    return this.#memory.elements(view);
  }

  #orNull(view: View | null | undefined): Elements | null {
    return view ? this.#of(view) : null;
  }

  /** This backend has one thread whatever is asked for. */
  setThreads(): void {}

  allocate(bytes: number): number {
    return this.#memory.allocate(bytes);
  }

  release(handle: number): void {
    this.#memory.release(handle);
  }

  write(dst: View, data: TypedArray): void {
    this.#of(dst).data.set(data, dst.offset);
  }

  read(src: View, into: TypedArray): void {
    into.set(this.#of(src).data.subarray(src.offset, src.offset + sizeOf(src.shape)));
  }

  fill(out: View, value: number): void {
    elementwise.fill(this.#of(out), value);
  }

  copy(src: View, out: View): void {
    elementwise.copy(this.#of(src), this.#of(out));
  }

  unary(op: UnaryOp, x: View, out: View, alpha = 0): void {
    elementwise.unary(op, this.#of(x), this.#of(out), alpha);
  }

  binary(op: BinaryOp, x: View, y: View, out: View, alpha = 0): void {
    elementwise.binary(op, this.#of(x), this.#of(y), this.#of(out), alpha);
  }

  compare(op: CompareOp, x: View, y: View, out: View): void {
    elementwise.compare(op, this.#of(x), this.#of(y), this.#of(out));
  }

  where(condition: View, x: View, y: View, out: View): void {
    elementwise.where(this.#of(condition), this.#of(x), this.#of(y), this.#of(out));
  }

  reduce(op: ReduceOp, x: View, axes: readonly number[], out: View): void {
    reduction.reduce(op, this.#of(x), axes, this.#of(out));
  }

  argReduce(op: "max" | "min", x: View, axis: number, out: View): void {
    reduction.argReduce(op, this.#of(x), axis, this.#of(out));
  }

  matmul(a: View, b: View, out: View, bias?: View): void {
    matmul(this.#of(a), this.#of(b), this.#of(out), this.#orNull(bias));
  }

  gather(x: View, axis: number, index: View, out: View): number {
    return indexing.gather(this.#of(x), axis, this.#of(index), this.#of(out));
  }

  scatterAdd(x: View, axis: number, index: View, out: View): number {
    return indexing.scatterAdd(this.#of(x), axis, this.#of(index), this.#of(out));
  }

  gatherElements(x: View, axis: number, index: View, out: View): number {
    return indexing.gatherElements(this.#of(x), axis, this.#of(index), this.#of(out));
  }

  scatterElements(op: ScatterOp, x: View, axis: number, index: View, out: View): number {
    return indexing.scatterElements(op, this.#of(x), axis, this.#of(index), this.#of(out));
  }

  argsort(x: View, out: View, descending: boolean): void {
    indexing.argsort(this.#of(x), this.#of(out), descending);
  }

  cumsum(x: View, axis: number, out: View): void {
    reduction.cumsum(this.#of(x), axis, this.#of(out));
  }

  linearRecurrence(a: View, b: View, axis: number, out: View): void {
    reduction.linearRecurrence(this.#of(a), this.#of(b), axis, this.#of(out));
  }

  cumulativeArg(op: "max" | "min", x: View, axis: number, out: View): void {
    reduction.cumulativeArg(op, this.#of(x), axis, this.#of(out));
  }

  random(kind: RandomKind, state: RandomState, out: View): void {
    random(kind, state, this.#of(out));
  }

  conv2d(
    x: View, weight: View, bias: View | null, out: View, params: Conv2dParams, epilogue = noEpilogue, argmax?: View,
  ): void {
    conv.conv2d(
      this.#of(x), this.#of(weight), this.#orNull(bias), this.#of(out), params, epilogue, this.#orNull(argmax),
    );
  }

  conv2dInputGrad(dy: View, weight: View, out: View, params: Conv2dParams): void {
    conv.conv2dInputGrad(this.#of(dy), this.#of(weight), this.#of(out), params);
  }

  conv2dWeightGrad(x: View, dy: View, out: View, dBias: View | null, params: Conv2dParams): void {
    conv.conv2dWeightGrad(this.#of(x), this.#of(dy), this.#of(out), this.#orNull(dBias), params);
  }

  convEpilogueGrad(dy: View, y: View, argmax: View | null, out: View, epilogue: ConvEpilogue): void {
    conv.convEpilogueGrad(this.#of(dy), this.#of(y), this.#orNull(argmax), this.#of(out), epilogue);
  }

  maxPool2d(x: View, out: View, argmax: View, params: Pool2dParams): void {
    pool.maxPool2d(this.#of(x), this.#of(out), this.#of(argmax), params);
  }

  maxPool2dGrad(dy: View, argmax: View, out: View, params: Pool2dParams): void {
    pool.maxPool2dGrad(this.#of(dy), this.#of(argmax), this.#of(out), params);
  }

  avgPool2d(x: View, out: View, params: Pool2dParams): void {
    pool.avgPool2d(this.#of(x), this.#of(out), params);
  }

  avgPool2dGrad(dy: View, out: View, params: Pool2dParams): void {
    pool.avgPool2dGrad(this.#of(dy), this.#of(out), params);
  }

  softmax(x: View, out: View, log: boolean): void {
    softmax.softmax(this.#of(x), this.#of(out), log);
  }

  softmaxGrad(dy: View, y: View, out: View, log: boolean): void {
    softmax.softmaxGrad(this.#of(dy), this.#of(y), this.#of(out), log);
  }

  crossEntropy(
    logits: View, target: View, loss: View, probabilities: View, labelSmoothing: number, ignoreIndex: number,
  ): number {
    return softmax.crossEntropy(
      this.#of(logits), this.#of(target), this.#of(loss), this.#of(probabilities), labelSmoothing, ignoreIndex,
    );
  }

  crossEntropyGrad(
    dLoss: View, probabilities: View, target: View, out: View, labelSmoothing: number, ignoreIndex: number,
  ): void {
    softmax.crossEntropyGrad(
      this.#of(dLoss), this.#of(probabilities), this.#of(target), this.#of(out), labelSmoothing, ignoreIndex,
    );
  }

  batchNorm(
    x: View, weight: View | null, bias: View | null, mean: View, variance: View, out: View, eps: number,
  ): void {
    norm.batchNorm(
      this.#of(x), this.#orNull(weight), this.#orNull(bias), this.#of(mean), this.#of(variance), this.#of(out), eps,
    );
  }

  batchNormEval(
    x: View, weight: View | null, bias: View | null, mean: View, variance: View, out: View, eps: number,
  ): void {
    norm.batchNormEval(
      this.#of(x), this.#orNull(weight), this.#orNull(bias), this.#of(mean), this.#of(variance), this.#of(out), eps,
    );
  }

  batchNormGrad(
    dy: View, x: View, weight: View | null, mean: View, variance: View, dx: View, dWeight: View, dBias: View, eps: number,
  ): void {
    norm.batchNormGrad(
      this.#of(dy), this.#of(x), this.#orNull(weight), this.#of(mean), this.#of(variance),
      this.#of(dx), this.#of(dWeight), this.#of(dBias), eps,
    );
  }

  layerNorm(x: View, weight: View | null, bias: View | null, mean: View, rstd: View, out: View, eps: number): void {
    layers.layerNorm(this.#of(x), this.#orNull(weight), this.#orNull(bias), this.#of(mean), this.#of(rstd), this.#of(out), eps);
  }

  layerNormGrad(dy: View, x: View, weight: View | null, mean: View, rstd: View, dx: View, dWeight: View | null, dBias: View | null): void {
    layers.layerNormGrad(
      this.#of(dy), this.#of(x), this.#orNull(weight), this.#of(mean), this.#of(rstd), this.#of(dx), this.#orNull(dWeight), this.#orNull(dBias),
    );
  }

  lstmCell(gates: View, cPrev: View, c: View, h: View): void {
    cells.lstmCell(this.#of(gates), this.#of(cPrev), this.#of(c), this.#of(h));
  }

  lstmCellGrad(dh: View, dc: View, gates: View, cPrev: View, c: View, dGates: View): void {
    cells.lstmCellGrad(this.#of(dh), this.#of(dc), this.#of(gates), this.#of(cPrev), this.#of(c), this.#of(dGates));
  }

  attention(q: View, k: View, v: View, mask: View | null, out: View, logSum: View, params: AttentionParams): void {
    attend.attention(this.#of(q), this.#of(k), this.#of(v), this.#orNull(mask), this.#of(out), this.#of(logSum), params);
  }

  attentionGrad(
    dOut: View, q: View, k: View, v: View, mask: View | null, out: View, logSum: View, dq: View, dk: View, dv: View, params: AttentionParams,
  ): void {
    attend.attentionGrad(
      this.#of(dOut), this.#of(q), this.#of(k), this.#of(v), this.#orNull(mask), this.#of(out), this.#of(logSum),
      this.#of(dq), this.#of(dk), this.#of(dv), params,
    );
  }

  sgd(
    parameters: readonly View[], gradients: readonly View[], buffers: readonly View[] | null, params: SgdParams,
  ): void {
    parameters.forEach((parameter, i) => {
      optimizer.sgd(this.#of(parameter), this.#of(gradients[i]), this.#orNull(buffers?.[i]), params);
    });
  }

  adam(
    parameters: readonly View[], gradients: readonly View[], m: readonly View[], v: readonly View[], params: AdamParams,
  ): void {
    parameters.forEach((parameter, i) => {
      optimizer.adam(this.#of(parameter), this.#of(gradients[i]), this.#of(m[i]), this.#of(v[i]), params);
    });
  }
}

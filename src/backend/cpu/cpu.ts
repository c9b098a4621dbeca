/**
 * The CPU backend: the kernel interface over an engine (native or wasm). Views become numbers in the engine's argument
 * block; what a kernel cannot take as it is (gaps, another order of axes, another type) goes through temporary memory.
 */

import type { TypedArray } from "../../base/dtype.js";
import { sizeOf } from "../../base/shape.js";
import { randomKinds } from "../backend.js";
import type {
  BackendInfo, BinaryOp, CompareOp, FusedKernels, RandomKind, RandomState, ReduceOp, RequiredKernels, ScatterOp, UnaryOp,
  View,
} from "../backend.js";
import { attentionCalls } from "./attention.js";
import { Calls, addressOf, codesOf, dtypeCode } from "./call.js";
import { convolutionCalls } from "./convolution.js";
import { ElementwiseCalls } from "./elementwise.js";
import type { CpuEngine } from "./engine.js";
import { IndexingCalls } from "./indexing.js";
import { linalgCalls } from "./linalg.js";
import { layerNormalizationCalls } from "./layerNormalization.js";
import { normalizationCalls } from "./normalization.js";
import { optimizerCalls } from "./optimizer.js";
import { poolingCalls } from "./pooling.js";
import { ProductCalls } from "./product.js";
import { recurrenceCalls } from "./recurrence.js";
import { ReductionCalls } from "./reduction.js";
import { softmaxCalls } from "./softmax.js";

const randomCode = codesOf(randomKinds);

export class CpuBackend implements RequiredKernels {
  readonly #engine: CpuEngine;
  readonly #calls: Calls;
  readonly #elementwise: ElementwiseCalls;
  readonly #reduction: ReductionCalls;
  readonly #indexing: IndexingCalls;
  readonly #product: ProductCalls;
  readonly #random: number;

  readonly conv2d?: FusedKernels["conv2d"];
  readonly conv2dInputGrad?: FusedKernels["conv2dInputGrad"];
  readonly conv2dWeightGrad?: FusedKernels["conv2dWeightGrad"];
  readonly convEpilogueGrad?: FusedKernels["convEpilogueGrad"];
  readonly maxPool2d?: FusedKernels["maxPool2d"];
  readonly maxPool2dGrad?: FusedKernels["maxPool2dGrad"];
  readonly avgPool2d?: FusedKernels["avgPool2d"];
  readonly avgPool2dGrad?: FusedKernels["avgPool2dGrad"];
  readonly softmax?: FusedKernels["softmax"];
  readonly softmaxGrad?: FusedKernels["softmaxGrad"];
  readonly crossEntropy?: FusedKernels["crossEntropy"];
  readonly crossEntropyGrad?: FusedKernels["crossEntropyGrad"];
  readonly batchNorm?: FusedKernels["batchNorm"];
  readonly batchNormEval?: FusedKernels["batchNormEval"];
  readonly batchNormGrad?: FusedKernels["batchNormGrad"];
  readonly layerNorm?: FusedKernels["layerNorm"];
  readonly layerNormGrad?: FusedKernels["layerNormGrad"];
  readonly lstmCell?: FusedKernels["lstmCell"];
  readonly lstmCellGrad?: FusedKernels["lstmCellGrad"];
  readonly attention?: FusedKernels["attention"];
  readonly attentionGrad?: FusedKernels["attentionGrad"];
  readonly linalg: FusedKernels["linalg"];
  readonly sgd?: FusedKernels["sgd"];
  readonly adam?: FusedKernels["adam"];

  constructor(engine: CpuEngine) {
    const calls = new Calls(engine);
    this.#engine = engine;
    this.#calls = calls;
    this.#elementwise = new ElementwiseCalls(calls);
    this.#reduction = new ReductionCalls(calls);
    this.#indexing = new IndexingCalls(calls);
    this.#product = new ProductCalls(calls);
    this.#random = calls.required("random");
    this.linalg = linalgCalls(calls);
    Object.assign(
      this, convolutionCalls(calls), poolingCalls(calls), softmaxCalls(calls), normalizationCalls(calls), layerNormalizationCalls(calls),
      recurrenceCalls(calls), attentionCalls(calls), optimizerCalls(calls),
    );
  }

  get info(): BackendInfo {
    return this.#engine.info;
  }

  setThreads(threads: number): void {
    this.#engine.setThreads(threads);
  }

  allocate(bytes: number): number {
    return this.#engine.allocate(bytes);
  }

  release(handle: number, bytes: number): void {
    this.#engine.release(handle, bytes);
  }

  write(dst: View, data: TypedArray): void {
    this.#engine.write(addressOf(dst), data);
  }

  /** Reading is where a program waits: threads that start come up meanwhile. */
  read(src: View, into: TypedArray): void | Promise<void> {
    const n = sizeOf(src.shape);
    this.#engine.read(addressOf(src), into.length > n ? into.subarray(0, n) : into);
    return this.#engine.starting;
  }

  fill(out: View, value: number): void {
    this.#elementwise.fill(out, value);
  }

  copy(src: View, out: View): void {
    this.#calls.copy(src, out);
  }

  unary(op: UnaryOp, x: View, out: View, alpha = 0): void {
    this.#elementwise.unary(op, x, out, alpha);
  }

  binary(op: BinaryOp, x: View, y: View, out: View, alpha = 0): void {
    this.#elementwise.binary(op, x, y, out, alpha);
  }

  compare(op: CompareOp, x: View, y: View, out: View): void {
    this.#elementwise.compare(op, x, y, out);
  }

  where(condition: View, x: View, y: View, out: View): void {
    this.#elementwise.where(condition, x, y, out);
  }

  reduce(op: ReduceOp, x: View, axes: readonly number[], out: View): void {
    this.#reduction.reduce(op, x, axes, out);
  }

  argReduce(op: "max" | "min", x: View, axis: number, out: View): void {
    this.#reduction.argReduce(op, x, axis, out);
  }

  cumsum(x: View, axis: number, out: View): void {
    this.#reduction.cumsum(x, axis, out);
  }

  linearRecurrence(a: View, b: View, axis: number, out: View): void {
    this.#reduction.linearRecurrence(a, b, axis, out);
  }

  cumulativeArg(op: "max" | "min", x: View, axis: number, out: View): void {
    this.#reduction.cumulativeArg(op, x, axis, out);
  }

  matmul(a: View, b: View, out: View, bias?: View): void {
    this.#product.matmul(a, b, out, bias);
  }

  gather(x: View, axis: number, index: View, out: View): number {
    return this.#indexing.gather(x, axis, index, out);
  }

  scatterAdd(x: View, axis: number, index: View, out: View): number {
    return this.#indexing.scatterAdd(x, axis, index, out);
  }

  gatherElements(x: View, axis: number, index: View, out: View): number {
    return this.#indexing.gatherElements(x, axis, index, out);
  }

  scatterElements(op: ScatterOp, x: View, axis: number, index: View, out: View): number {
    return this.#indexing.scatterElements(op, x, axis, index, out);
  }

  argsort(x: View, out: View, descending: boolean): void {
    this.#indexing.argsort(x, out, descending);
  }

  random(kind: RandomKind, { key0, key1, block }: RandomState, out: View): void {
    const n = sizeOf(out.shape);
    if (n === 0) return;
    const target = this.#calls.rowMajorTarget(0, out);
    const { args } = this.#calls;
    args[0] = randomCode.get(kind)!;
    args[1] = dtypeCode[out.dtype];
    args[2] = addressOf(target);
    args[3] = n;
    args[4] = key0 >>> 0;
    args[5] = key1 >>> 0;
    args[6] = block % 2 ** 32;
    args[7] = Math.floor(block / 2 ** 32);
    this.#engine.call(this.#random);
    if (target !== out) this.#calls.copy(target, out);
  }
}

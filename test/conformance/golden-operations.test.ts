/** Selection, sorting, products and rearrangements against PyTorch: results and gradients. */

import { describe, test } from "vitest";
import type { Tensor } from "../../src/index.js";
import * as nabla from "../../src/index.js";
import { isFloat } from "../../src/base/dtype.js";
import { constant, expectClose, floatTypes, golden, leaf, type Packed, pullBack, tolerances } from "../golden/golden.js";

interface Input extends Packed { readonly dtype?: "int32" | "bool" }
interface Case {
  readonly op: string;
  readonly args: Arguments;
  readonly inputs: readonly Input[];
  readonly y: Input;
  readonly dy?: Packed;
  readonly gradients?: readonly (Packed | null)[];
}

/** Whatever plain arguments the script wrote: each fits where the table puts it. */
type Arguments = Readonly<Record<string, never>>;

/** How each case is computed here. */
const table: Record<string, (t: Tensor[], args: Arguments) => Tensor> = {
  gather: ([x, index], { axis }) => nabla.gather(x, axis, index),
  scatter: ([x, index, source], { axis }) => nabla.scatter(x, axis, index, source),
  scatterAdd: ([x, index, source], { axis }) => nabla.scatterAdd(x, axis, index, source),
  scatterReduce: ([x, index, source], { axis, reduce, includeSelf }) => nabla.scatterReduce(x, axis, index, source, { reduce, includeSelf }),
  scatterReduceRows: ([x, index, source], { reduce }) => nabla.scatterReduce(x, 0, index, source, { reduce, includeSelf: false }),
  take: ([x, index]) => nabla.take(x, index),
  embedding: ([table, index]) => nabla.take(table, index, { axis: 0 }),
  indexCopy: ([x, index, source], { axis }) => nabla.indexCopy(x, axis, index, source),
  indexFill: ([x, index], { axis, value }) => nabla.indexFill(x, axis, index, value),
  sort: ([x], options) => nabla.sort(x, options).values,
  argsort: ([x], options) => nabla.argsort(x, options),
  topk: ([x], { k, ...options }) => nabla.topk(x, k, options).values,
  topkIndices: ([x], { k, ...options }) => nabla.topk(x, k, options).indices,
  maxWithIndex: ([x], { axis }) => nabla.maxWithIndex(x, axis).values,
  minWithIndex: ([x], { axis }) => nabla.minWithIndex(x, axis).values,
  searchsorted: ([sorted, values], options) => nabla.searchsorted(sorted, values, options),
  bucketize: ([x, boundaries], options) => nabla.bucketize(x, boundaries, options),
  einsum: (operands, { equation }) => nabla.einsum(equation, ...operands),
  matmul: ([a, b]) => nabla.matmul(a, b),
  tensordot: ([a, b], { axes }) => nabla.tensordot(a, b, axes),
  dot: ([a, b]) => nabla.dot(a, b),
  outer: ([a, b]) => nabla.outer(a, b),
  mv: ([a, b]) => nabla.mv(a, b),
  bmm: ([a, b]) => nabla.bmm(a, b),
  addmm: ([c, a, b], options) => nabla.addmm(c, a, b, options),
  baddbmm: ([c, a, b]) => nabla.baddbmm(c, a, b),
  kron: ([a, b]) => nabla.kron(a, b),
  splitSecond: ([x], { size, axis }) => nabla.split(x, size, axis)[1],
  chunkSecond: ([x], { count, axis }) => nabla.chunk(x, count, axis)[1],
  unbindSecond: ([x], { axis }) => nabla.unbind(x, axis)[1],
  narrow: ([x], { axis, start, length }) => nabla.narrow(x, axis, start, length),
  select: ([x], { axis, index }) => nabla.select(x, axis, index),
  flip: ([x], { axis }) => nabla.flip(x, axis),
  roll: ([x], { shift, axis }) => nabla.roll(x, shift, axis ?? undefined),
  rot90: ([x], { quarters, axes }) => nabla.rot90(x, quarters, axes),
  movedim: ([x], { source, destination }) => nabla.movedim(x, source, destination),
  repeat: ([x], { repeats }) => nabla.repeat(x, repeats),
  tile: ([x], { repeats }) => nabla.tile(x, repeats),
  repeatInterleave: ([x], { repeats, axis }) => nabla.repeatInterleave(x, repeats, axis),
  tril: ([x], options) => nabla.tril(x, options),
  triu: ([x], options) => nabla.triu(x, options),
  diagonal: ([x], options) => nabla.diagonal(x, options),
  diag: ([x], options) => nabla.diag(x, options),
  trace: ([x]) => nabla.trace(x),
  windows: ([x], { axis, size, step }) => nabla.windows(x, axis, { size, step }),
  unfold: ([x], { kernel, ...options }) => nabla.unfold(x, { kernel, ...options }),
  fold: ([x], { outputSize, kernel, ...options }) => nabla.fold(x, { outputSize, kernel, ...options }),
  pad: ([x], { amounts, ...options }) => nabla.pad(x, amounts, options),
  meshgridSecond: (vectors, options) => nabla.meshgrid(vectors, options)[1],
};

const { cases } = golden<{ cases: Case[] }>("operations.json");

describe.each(floatTypes)("%s", (dtype) => {
  test.each(cases.map((c) => [c.op, JSON.stringify(c.args), c] as const))("%s %s", async (op, _args, { args, inputs, y, dy, gradients }) => {
    const operands = inputs.map((packed, i) => (packed.dtype ? constant(packed, packed.dtype) : gradients?.[i] ? leaf(packed, dtype) : constant(packed, dtype)));
    const output = table[op](operands, args);
    await expectClose(output, y, tolerances[dtype], op);
    if (dy === undefined || !isFloat(output.dtype)) return;
    pullBack(output, dy, dtype);
    for (const [i, expected] of gradients!.entries()) {
      if (expected !== null) await expectClose(operands[i].grad, expected, tolerances[dtype], `${op}: gradient of input ${i}`);
    }
  });
});

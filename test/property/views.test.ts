/** Chains of views against the naive model: values, strides, shared memory, and gradients that flow back through them. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  arange, expand, flatten, mul, permute, reshape, slice, squeeze, sum, tensor, type Tensor, transpose, unsqueeze,
} from "../../src/index.js";
import {
  flat, type Naive, naiveArange, naiveExpand, naivePermute, naiveReshape, naiveSlice, sizeOf,
} from "./naive.js";

interface Pair { readonly t: Tensor; readonly model: Naive }

/** A view chosen by `pick`, a source of natural numbers below a bound, from those that fit the shape. */
type View = (pair: Pair, pick: (bound: number) => number) => Pair;

const views: Record<string, View> = {
  permute({ t, model }, pick) {
    const rest = model.shape.map((_, axis) => axis);
    const axes = model.shape.map(() => rest.splice(pick(rest.length), 1)[0]);
    return { t: permute(t, axes), model: naivePermute(model, axes) };
  },
  transpose({ t, model }, pick) {
    const rank = model.shape.length;
    if (rank === 0) return { t, model };
    const [a, b] = [pick(rank), pick(rank)];
    const axes = model.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis));
    return { t: transpose(t, a, b - rank), model: naivePermute(model, axes) };
  },
  slice({ t, model }, pick) {
    const ranges = model.shape.map((size) => {
      const start = pick(size + 1);
      const drop = start < size && pick(4) === 0;
      const step = 1 + pick(3);
      const end = start + pick(size - start + 1);
      return { start, step, end, drop, count: drop ? 1 : Math.ceil((end - start) / step) };
    });
    const arguments_ = ranges.map(({ start, end, step, drop }) => (drop ? start : { start, end, step }));
    return { t: slice(t, ...arguments_), model: naiveSlice(model, ranges) };
  },
  expand({ t, model }, pick) {
    const shape = [...Array.from({ length: pick(2) }, () => 1 + pick(2)), ...model.shape.map((n) => (n === 1 ? 1 + pick(3) : n))];
    return sizeOf(shape) > 500 ? { t, model } : { t: expand(t, shape), model: naiveExpand(model, shape) };
  },
  unsqueeze({ t, model }, pick) {
    const axis = pick(model.shape.length + 1);
    return { t: unsqueeze(t, axis), model: naiveReshape(model, [...model.shape.slice(0, axis), 1, ...model.shape.slice(axis)]) };
  },
  squeeze({ t, model }) {
    return { t: squeeze(t), model: naiveReshape(model, model.shape.filter((n) => n !== 1)) };
  },
  flatten({ t, model }, pick) {
    const rank = model.shape.length;
    if (rank === 0) return { t, model };
    const start = pick(rank);
    const end = start + pick(rank - start);
    const shape = [...model.shape.slice(0, start), sizeOf(model.shape.slice(start, end + 1)), ...model.shape.slice(end + 1)];
    return { t: flatten(t, start, end), model: naiveReshape(model, shape) };
  },
  split({ t, model }, pick) {
    const rank = model.shape.length;
    if (rank === 0) return { t, model };
    const axis = pick(rank);
    const size = model.shape[axis];
    const divisors = Array.from({ length: size }, (_, i) => i + 1).filter((d) => size % d === 0);
    if (divisors.length === 0) return { t, model };
    const inner = divisors[pick(divisors.length)];
    const shape = [...model.shape.slice(0, axis), size / inner, inner, ...model.shape.slice(axis + 1)];
    const asked = sizeOf(shape) > 0 && pick(2) === 0 ? shape.map((n, i) => (i === axis ? -1 : n)) : shape;
    return { t: reshape(t, asked), model: naiveReshape(model, shape) };
  },
};

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }).filter((shape) => sizeOf(shape) <= 200);
const chains = fc.array(fc.record({ kind: fc.constantFrom(...Object.keys(views)), choices: fc.array(fc.nat(), { minLength: 16, maxLength: 16 }) }), { maxLength: 5 });

type Chain = { kind: string; choices: number[] }[];

function applyChain(start: Pair, chain: Chain): Pair {
  return chain.reduce((pair, { kind, choices }) => {
    let next = 0;
    const result = views[kind](pair, (bound) => (bound <= 0 ? 0 : choices[next++ % choices.length] % bound));
    return result.model.shape.length > 6 ? pair : result;
  }, start);
}

function range(shape: readonly number[], requiresGrad = false): Pair {
  const t = tensor(Array.from({ length: sizeOf(shape) }, (_, i) => i), { dtype: "float64", shape, requiresGrad });
  return { t, model: naiveArange(shape) };
}

test("any chain of views reads the numbers that index arithmetic says", async () => {
  await fc.assert(
    fc.asyncProperty(shapes, chains, async (shape, chain) => {
      const { t, model } = applyChain(range(shape), chain);
      expect([...t.shape]).toEqual([...model.shape]);
      expect(t.size).toBe(sizeOf(model.shape));
      expect([...(await t.data())]).toEqual(flat(model));
    }),
    { numRuns: 300 },
  );
});

test("strides address the storage: a contiguous tensor has row-major strides, and no view but reshape copies", () => {
  fc.assert(
    fc.property(shapes, chains, (shape, chain) => {
      const start = range(shape);
      const { t } = applyChain(start, chain.filter(({ kind }) => ["permute", "transpose", "slice", "expand"].includes(kind)));
      expect(t.storage).toBe(start.t.storage);
      if (t.size === 0) return;
      const rowMajor = t.shape.map((_, axis) => sizeOf(t.shape.slice(axis + 1)));
      const isRowMajor = t.shape.every((n, axis) => n === 1 || t.strides[axis] === rowMajor[axis]);
      expect(t.contiguous).toBe(isRowMajor);
      const last = t.shape.reduce((offset, n, axis) => offset + (n - 1) * t.strides[axis], t.offset);
      expect(last).toBeLessThan(sizeOf(shape));
    }),
  );
});

test("the gradient of Σ c·view(x) collects c at every place that read the element", async () => {
  await fc.assert(
    fc.asyncProperty(shapes, chains, async (shape, chain) => {
      const { t: x } = range(shape, true);
      const { t, model } = applyChain({ t: x, model: naiveArange(shape) }, chain);
      const c = tensor(Array.from({ length: t.size }, (_, i) => 1 + (i % 7)), { dtype: "float64", shape: t.shape });
      sum(mul(t, c)).backward();
      const expected = new Array<number>(sizeOf(shape)).fill(0);
      flat(model).forEach((source, i) => (expected[source] += 1 + (i % 7)));
      expect([...x.grad!.shape]).toEqual(shape);
      expect([...(await x.grad!.data())]).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});

test("array() nests as the shape says, and tensor() reads it back", async () => {
  await fc.assert(
    fc.asyncProperty(shapes.filter((shape) => shape.length > 0 && sizeOf(shape) > 0), chains, async (shape, chain) => {
      const { t } = applyChain(range(shape), chain);
      if (t.size === 0) return;
      const again = tensor(await t.array(), { dtype: "float64" });
      expect([...again.shape]).toEqual([...t.shape]);
      expect([...(await again.data())]).toEqual([...(await t.data())]);
    }),
    { numRuns: 60 },
  );
});

test("a view of a leaf shows what copyFrom wrote", async () => {
  const x = arange(6, undefined, 1, { dtype: "float64" });
  const column = slice(transpose(reshape(x, [2, 3])), 1);
  x.copyFrom(Float64Array.of(10, 11, 12, 13, 14, 15));
  expect([...(await column.data())]).toEqual([11, 14]);
});

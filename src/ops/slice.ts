/** Slices, and their reverse: placing a tensor into zeros. Padding, concatenation and stacking are made of the two. */

import { promote } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf, show } from "../base/options.js";
import { formatShape, normalizeAxis, sameShape, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { cast } from "./cast.js";
import { checkArray, checkTensor, checkTensors } from "./checks.js";
import { defineOp, type Operation } from "./operation.js";
import { padWith, type PadMode } from "./padWith.js";
import { floats } from "./samples.js";
import { reshape, unsqueeze } from "./views.js";

/** Elements start, start + step, … before end along one axis; counted as in `Array.slice`. */
export interface Range {
  readonly start?: number;
  readonly end?: number;
  /** Default 1; at least 1. */
  readonly step?: number;
}

/** Per axis of the larger tensor: first position and step. */
interface Placement {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
}

interface SliceAttributes extends Placement {
  readonly shape: Shape;
}

function sliceView(x: Tensor, { shape, starts, steps }: SliceAttributes): Tensor {
  let { offset } = x;
  for (let i = 0; i < starts.length; i++) offset += starts[i] * x.strides[i];
  return x.view(shape, x.strides.map((stride, i) => stride * steps[i]), offset);
}

const sliceOp: Operation<SliceAttributes> = defineOp<SliceAttributes>({
  name: "slice",
  view: sliceView,
  vjp: (dy, { inputs: [x], attributes }) => [() => embedOp.apply([dy], { ...attributes, shape: x.shape, value: 0 })],
  valueFree: true,
  samples: () => [
    { inputs: [floats([4, 5])], attributes: { shape: [2, 2], starts: [1, 0], steps: [1, 3] } },
    { inputs: [floats([3])], attributes: { shape: [0], starts: [3], steps: [1] } },
  ],
});

interface EmbedAttributes extends SliceAttributes {
  /** What the rest is filled with. */
  readonly value: number;
}

const embedOp: Operation<EmbedAttributes> = defineOp<EmbedAttributes>({
  name: "embed",
  shape: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  forward: (k, [x], out, { starts, steps, value }) => {
    k.fill(out, value);
    if (x.size > 0) k.copy(x, sliceView(out, { shape: x.shape, starts, steps }));
  },
  vjp: (dy, { inputs: [x], attributes: { starts, steps } }) => [() => sliceOp.apply([dy], { shape: x.shape, starts, steps })],
  valueFree: true,
  samples: () => [
    { inputs: [floats([2, 2])], attributes: { shape: [4, 5], starts: [1, 0], steps: [1, 3], value: 0 } },
    { inputs: [{ ...floats([2, 3]), layout: "transposed" }], attributes: { shape: [3, 4], starts: [0, 1], steps: [1, 1], value: -1.5 } },
  ],
});

/**
 * A window on x: one range or index per leading axis; an index drops its axis, null keeps an axis whole. Negative positions count
 * from the end.
 * @throws ShapeError for more ranges than axes or an index out of range; ValueError for a step below 1.
 *
 * @example
 * const x = tensor([[0, 1, 2, 3], [4, 5, 6, 7]]);
 * slice(x, null, { start: 1, end: 3 }) // → [[1, 2], [5, 6]]
 * slice(x, -1, { step: 2 })            // → [4, 6]
 */
export function slice(x: Tensor, ...ranges: readonly (Range | number | null)[]): Tensor {
  checkTensor("slice", x);
  if (ranges.length > x.ndim) throw new ShapeError(`slice: ${ranges.length} ranges for the ${x.ndim} axes of ${formatShape(x.shape)}.`);
  const starts: number[] = [];
  const steps: number[] = [];
  const shape: number[] = [];
  const dropped: number[] = [];
  x.shape.forEach((size, axis) => {
    const range = ranges[axis] ?? {};
    if (typeof range === "number") {
      const at = range < 0 ? range + size : range;
      if (!Number.isInteger(range) || at < 0 || at >= size) {
        throw new ShapeError(`slice: index ${range} is out of range for axis ${axis} of ${formatShape(x.shape)}.`);
      }
      starts.push(at);
      steps.push(1);
      shape.push(1);
      dropped.push(axis);
      return;
    }
    if (typeof range !== "object" || Array.isArray(range)) {
      throw new ValueError(`slice: axis ${axis}: expected an index, { start, end, step } or null, got ${show(range)}.`);
    }
    const { start = 0, end = size, step = 1 } = range;
    if (!Number.isInteger(start) || !Number.isInteger(end)) {
      throw new ValueError(`slice: axis ${axis}: start and end must be whole numbers, got ${start} and ${end}.`);
    }
    if (!Number.isInteger(step) || step < 1) {
      const remedy = step < 0 ? `; flip(x, ${axis}) goes backwards` : "";
      throw new ValueError(`slice: step ${step} on axis ${axis}; it must be a whole number of at least 1${remedy}.`);
    }
    const clip = (i: number): number => Math.min(size, Math.max(0, i < 0 ? i + size : i));
    starts.push(clip(start));
    steps.push(step);
    shape.push(Math.max(0, Math.ceil((clip(end) - clip(start)) / step)));
  });
  const out = sliceOp.apply([x], { shape, starts, steps });
  return dropped.length === 0 ? out : reshape(out, shape.filter((_, axis) => !dropped.includes(axis)));
}

export interface PadOptions {
  /**
   * What stands around x: `value`, x mirrored at its outermost elements ("reflect") or its outermost elements themselves
   * ("replicate"), or x again as if it went round ("circular"). Default "constant".
   */
  readonly mode?: "constant" | PadMode;
  /** For mode "constant". Default 0. */
  readonly value?: number;
}

/**
 * x with a border. `amounts`: one [before, after] per axis, in the order of the axes; with fewer pairs than axes, they belong to the
 * last ones. (PyTorch's `pad` takes the last axis first.)
 * @param options what stands there; a number is the value. Default 0.
 * @throws ShapeError for more pairs than axes, a negative amount, or one that a mirror or circle of x cannot fill.
 *
 * @example
 * pad(tensor([[1, 2]]), [[0, 1], [2, 0]])                // → [[0, 0, 1, 2], [0, 0, 0, 0]]
 * pad(zeros([8, 3, 32, 32]), [[4, 4], [4, 4]]).shape     // → [8, 3, 40, 40]
 * pad(tensor([1, 2, 3]), [[2, 1]], { mode: "reflect" })  // → [3, 2, 1, 2, 3, 2]
 * pad(tensor([1, 2, 3]), [[1, 1]], { mode: "circular" }) // → [3, 1, 2, 3, 1]
 */
export function pad(x: Tensor, amounts: readonly (readonly [number, number])[], options: number | PadOptions = 0): Tensor {
  checkTensor("pad", x);
  const { mode = "constant", value = 0 } = typeof options === "number" ? { value: options } : optionsOf("pad", options);
  if (!Array.isArray(amounts) || !amounts.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new ShapeError(`pad: expected one [before, after] for each axis, such as [[1, 1], [2, 2]], got ${show(amounts)}.`);
  }
  if (mode !== "constant") return padWith(x, amounts, mode);
  if (amounts.length > x.ndim || !amounts.every(([a, b]: readonly number[]) => Number.isInteger(a) && Number.isInteger(b) && a >= 0 && b >= 0)) {
    throw new ShapeError(`pad: ${show(amounts)} does not fit ${formatShape(x.shape)}; give at most one [before, after] ≥ 0 per axis.`);
  }
  const lead = x.ndim - amounts.length;
  const all = x.shape.map((_, i) => (i < lead ? [0, 0] : amounts[i - lead]));
  const shape = x.shape.map((n, i) => n + all[i][0] + all[i][1]);
  return embedOp.apply([x], { shape, starts: all.map(([a]) => a), steps: all.map(() => 1), value });
}

const concatOp = defineOp<number>({
  name: "concat",
  shape: (inputs, axis) => {
    const [first] = inputs;
    inputs.forEach((t, i) => {
      if (t.ndim !== first.ndim || !sameShape(t.shape.filter((_, a) => a !== axis), first.shape.filter((_, a) => a !== axis))) {
        throw new ShapeError(
          `concat: operand ${i} has shape ${formatShape(t.shape)}, operand 0 ${formatShape(first.shape)}; they may differ on axis ${axis} only.`,
        );
      }
    });
    const total = inputs.reduce((sum, t) => sum + t.shape[axis], 0);
    return { shape: first.shape.map((n, i) => (i === axis ? total : n)), dtype: first.dtype };
  },
  forward: (k, inputs, out, axis) => {
    let start = 0;
    for (const x of inputs) {
      const starts = x.shape.map((_, i) => (i === axis ? start : 0));
      if (x.size > 0) k.copy(x, sliceView(out, { shape: x.shape, starts, steps: starts.map(() => 1) }));
      start += x.shape[axis];
    }
  },
  vjp: (dy, { inputs, attributes: axis }) => {
    let start = 0;
    return inputs.map((x) => {
      const starts = x.shape.map((_, i) => (i === axis ? start : 0));
      start += x.shape[axis];
      return () => sliceOp.apply([dy], { shape: x.shape, starts, steps: starts.map(() => 1) });
    });
  },
  valueFree: true,
  samples: () => [
    { inputs: [floats([2, 3]), floats([2, 1]), floats([2, 0])], attributes: 1 },
    { inputs: [floats([2]), { ...floats([3]), layout: "strided" }], attributes: 0 },
  ],
  errors: () => [{ inputs: [floats([2, 3]), floats([3, 3])], attributes: 1, message: "operand 1 has shape [3, 3], operand 0 [2, 3]" }],
});

/**
 * Tensors joined along an axis they already have. Types meet in the larger one.
 * @param axis default 0
 * @throws ShapeError if the shapes differ on another axis; ValueError for no tensors.
 *
 * @example
 * concat([tensor([[1, 2]]), tensor([[3, 4], [5, 6]])]) // → [[1, 2], [3, 4], [5, 6]]
 * concat([ones([2, 1]), zeros([2, 2])], 1)             // → [[1, 0, 0], [1, 0, 0]]
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  checkArray("concat", "the first argument", tensors);
  checkTensors("concat", tensors);
  if (tensors.length === 0) throw new ValueError("concat: expected at least one tensor, got none.");
  const dtype = tensors.map((t) => t.dtype).reduce(promote);
  return concatOp.apply(tensors.map((t) => cast(t, dtype)), normalizeAxis("concat", axis, tensors[0].ndim));
}

/**
 * Tensors of one shape joined along a new axis.
 * @param axis default 0
 *
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])])    // → [[1, 2], [3, 4]]
 * stack([tensor([1, 2]), tensor([3, 4])], 1) // → [[1, 3], [2, 4]]
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  checkArray("stack", "the first argument", tensors);
  checkTensors("stack", tensors);
  return concat(tensors.map((t) => unsqueeze(t, axis)), axis < 0 && tensors.length > 0 ? axis + tensors[0].ndim + 1 : axis);
}

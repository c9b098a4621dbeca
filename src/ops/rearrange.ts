/** The same elements in other places, or more often: reversed, shifted, rotated, repeated. */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf, show } from "../base/options.js";
import { formatShape, normalizeAxis, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkArray, checkTensor } from "./checks.js";
import { tensor } from "./create.js";
import { indexSelect } from "./indexing.js";
import { checkTensors, defineOp, type Operation } from "./operation.js";
import { floats } from "./samples.js";
import { concat } from "./slice.js";
import { sliceAxis } from "./split.js";
import { expand, permute, reshape, transpose, unsqueeze } from "./views.js";

/** x walked from the end along some axes. Copied: kernels other than `copy` need no negative strides. */
const flipOp: Operation<readonly number[]> = defineOp<readonly number[]>({
  name: "flip",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  forward: (k, [x], out, axes) => {
    const strides = x.strides.map((stride, i) => (axes.includes(i) ? -stride : stride));
    const offset = axes.reduce((at, axis) => at + (x.shape[axis] - 1) * x.strides[axis], x.offset);
    k.copy(x.view(x.shape, strides, offset), out);
  },
  vjp: (dy, { attributes: axes }) => [() => flipOp.apply([dy], axes)],
  valueFree: true,
  samples: () => [
    { inputs: [floats([3, 4])], attributes: [1] },
    { inputs: [floats([2, 3, 4])], attributes: [0, 2] },
    { inputs: [{ ...floats([4, 5]), layout: "transposed" }], attributes: [0] },
    { inputs: [{ ...floats([2, 3]), layout: "strided" }], attributes: [0, 1] },
    { inputs: [floats([40, 70])], attributes: [0, 1], gradcheck: false },
    { inputs: [floats([2, 0])], attributes: [1] },
    { inputs: [{ shape: [3], dtype: "bool", values: [1, 0, 0] }], attributes: [0], gradcheck: false },
  ],
});

function resolveAxes(op: string, x: Tensor, axis: number | readonly number[] | undefined): number[] {
  checkTensors(op, [x]);
  if (axis === undefined) return x.shape.map((_, i) => i);
  if (typeof axis !== "number" && !Array.isArray(axis)) throw new ValueError(`${op}: expected an axis or a list of axes, got ${typeof axis}.`);
  const axes = (typeof axis === "number" ? [axis] : (axis as readonly number[])).map((a) => normalizeAxis(op, a, x.ndim));
  if (new Set(axes).size !== axes.length) throw new ShapeError(`${op}: an axis is named twice in [${axes.join(", ")}].`);
  return axes;
}

/**
 * x in reverse order along an axis, several, or (default) all.
 *
 * @example
 * flip(tensor([1, 2, 3]))              // → [3, 2, 1]
 * flip(tensor([[1, 2], [3, 4]]), 1)    // → [[2, 1], [4, 3]]
 */
export function flip(x: Tensor, axis?: number | readonly number[]): Tensor {
  checkTensor("flip", x);
  const axes = resolveAxes("flip", x, axis);
  return axes.length === 0 ? x : flipOp.apply([x], axes);
}

/**
 * x shifted by `shift` places along an axis; what leaves at one end comes in at the other. A list of axes takes a list of shifts;
 * without an axis the flattened tensor is shifted.
 * @throws ValueError unless every axis has a whole number.
 *
 * @example
 * roll(tensor([1, 2, 3, 4]), 1)                      // → [4, 1, 2, 3]
 * roll(tensor([[1, 2], [3, 4], [5, 6]]), -1, 0)      // → [[3, 4], [5, 6], [1, 2]]
 */
export function roll(x: Tensor, shift: number | readonly number[], axis?: number | readonly number[]): Tensor {
  checkTensor("roll", x);
  const shifts = typeof shift === "number" ? [shift] : shift;
  checkArray("roll", "shift", shifts);
  if (axis === undefined) {
    if (shifts.length !== 1) throw new ValueError(`roll: ${shifts.length} shifts, but no axes; name one axis for each.`);
    return reshape(roll(reshape(x, [x.size]), shifts, 0), x.shape);
  }
  const axes = typeof axis === "number" ? [axis] : axis;
  checkArray("roll", "axis", axes);
  if (axes.length !== shifts.length || !shifts.every(Number.isInteger)) {
    throw new ValueError(`roll: expected a whole number for each of ${axes.length} axes, got [${shifts.join(", ")}].`);
  }
  return axes.reduce((t, a, i) => {
    const at = normalizeAxis("roll", a, x.ndim);
    const size = x.shape[at];
    const start = size === 0 ? 0 : (((-shifts[i] % size) + size) % size);
    return start === 0 ? t : concat([sliceAxis(t, at, { start }), sliceAxis(t, at, { end: start })], at);
  }, x);
}

/**
 * x turned by `quarters` · 90° in the plane of two axes, from the first towards the second.
 * @param quarters default 1; negative ones turn back
 * @param axes default [0, 1]
 *
 * @example
 * rot90(tensor([[1, 2], [3, 4]])) // → [[2, 4], [1, 3]]
 */
export function rot90(x: Tensor, quarters = 1, axes: readonly [number, number] = [0, 1]): Tensor {
  checkTensor("rot90", x);
  const [a, b] = resolveAxes("rot90", x, axes);
  if (a === undefined || b === undefined || !Number.isInteger(quarters)) {
    throw new ValueError(`rot90: expected a whole number of quarter turns and two axes, got ${quarters} and [${axes.join(", ")}].`);
  }
  const turns = ((quarters % 4) + 4) % 4;
  if (turns === 0) return x;
  if (turns === 2) return flip(x, [a, b]);
  return turns === 1 ? transpose(flip(x, b), a, b) : flip(transpose(x, a, b), b);
}

/**
 * x with axes moved to other places; the rest keep their order.
 * @throws ShapeError if an axis is named twice; ValueError if the lists differ in length.
 *
 * @example
 * movedim(zeros([8, 3, 32, 24]), 1, -1).shape           // → [8, 32, 24, 3]
 * movedim(zeros([2, 3, 4]), [0, 1], [1, 0]).shape       // → [3, 2, 4]
 */
export function movedim(x: Tensor, source: number | readonly number[], destination: number | readonly number[]): Tensor {
  checkTensor("movedim", x);
  const from = resolveAxes("movedim", x, source);
  const to = resolveAxes("movedim", x, destination);
  if (from.length !== to.length) throw new ValueError(`movedim: ${from.length} axes to move to ${to.length} places.`);
  const rest = x.shape.map((_, i) => i).filter((i) => !from.includes(i));
  return permute(x, x.shape.map((_, i) => (to.includes(i) ? from[to.indexOf(i)] : rest.shift()!)));
}

/**
 * x as often along each axis as `repeats` says; more repeats than axes add leading axes. (NumPy's `tile`.)
 * @throws ShapeError for fewer repeats than axes, or one below 0.
 *
 * @example
 * repeat(tensor([1, 2]), [2, 2]) // → [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function repeat(x: Tensor, repeats: readonly number[]): Tensor {
  checkTensors("repeat", [x]);
  if (!Array.isArray(repeats) || repeats.length < x.ndim || !repeats.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(`repeat: ${show(repeats)} does not fit ${formatShape(x.shape)}; give a whole number of at least 0 for every axis.`);
  }
  const sizes = [...new Array<number>(repeats.length - x.ndim).fill(1), ...x.shape];
  const copies = expand(reshape(x, sizes.flatMap((n) => [1, n])), sizes.flatMap((n, i) => [repeats[i], n]));
  return reshape(copies, sizes.map((n, i) => n * repeats[i]));
}

/**
 * As `repeat`, where missing repeats are 1 for the leading axes.
 *
 * @example
 * tile(tensor([[1], [2]]), [3]) // → [[1, 1, 1], [2, 2, 2]]
 */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  checkTensor("tile", x);
  checkArray("tile", "repeats", repeats);
  return repeat(x, [...new Array<number>(Math.max(0, x.ndim - repeats.length)).fill(1), ...repeats]);
}

/**
 * Each slice of an axis repeated, next to itself: as often as a number says, or as its number of a list. Without an axis the
 * flattened tensor is repeated.
 * @throws ValueError unless there is a whole number of at least 0 for every slice.
 *
 * @example
 * repeatInterleave(tensor([1, 2]), 2)                       // → [1, 1, 2, 2]
 * repeatInterleave(tensor([[1, 2], [3, 4]]), [2, 1], 0)     // → [[1, 2], [1, 2], [3, 4]]
 */
export function repeatInterleave(x: Tensor, repeats: number | readonly number[], axis?: number): Tensor {
  checkTensor("repeatInterleave", x);
  if (axis === undefined) return repeatInterleave(reshape(x, [x.size]), repeats, 0);
  const at = normalizeAxis("repeatInterleave", axis, x.ndim);
  const counts: readonly number[] = typeof repeats === "number" ? new Array<number>(x.shape[at]).fill(repeats) : repeats;
  if (!Array.isArray(counts) || counts.length !== x.shape[at] || !counts.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ValueError(`repeatInterleave: expected a whole number of at least 0 for each of the ${x.shape[at]} slices, got ${show(repeats)}.`);
  }
  if (typeof repeats === "number") {
    const shape: Shape = [...x.shape.slice(0, at + 1), repeats, ...x.shape.slice(at + 1)];
    return reshape(expand(unsqueeze(x, at + 1), shape), x.shape.with(at, x.shape[at] * repeats));
  }
  const index = Int32Array.from(counts.flatMap((n, i) => new Array<number>(n).fill(i)));
  return indexSelect(x, at, tensor(index, { backend: x.backend }));
}

export interface MeshgridOptions {
  /** "ij": the first vector runs along the first axis; "xy": along the second, as in pictures. Default "ij". */
  readonly indexing?: "ij" | "xy";
}

/**
 * Coordinates of the points of a grid: from vectors of N, M, … numbers as many tensors [N, M, …], each of which repeats its vector
 * along its own axis.
 * @throws ShapeError unless all are vectors.
 *
 * @example
 * const [y, x] = meshgrid([tensor([0, 1]), tensor([5, 6, 7])]);
 * y // → [[0, 0, 0], [1, 1, 1]]
 * x // → [[5, 6, 7], [5, 6, 7]]
 */
export function meshgrid(vectors: readonly Tensor[], options: MeshgridOptions = {}): Tensor[] {
  if (!Array.isArray(vectors)) throw new ValueError("meshgrid: expected an array of vectors; write meshgrid([a, b]).");
  const { indexing = "ij" } = optionsOf("meshgrid", options);
  checkTensors("meshgrid", vectors);
  vectors.forEach((v, i) => {
    if (v.ndim !== 1) throw new ShapeError(`meshgrid: operand ${i} has shape ${formatShape(v.shape)}; expected a vector.`);
  });
  if (indexing !== "ij" && indexing !== "xy") throw new ValueError(`meshgrid: expected indexing "ij" or "xy", got ${show(indexing)}.`);
  const sizes = vectors.map((v) => v.size);
  const grids = vectors.map((v, i) => expand(reshape(v, sizes.map((n, axis) => (axis === i ? n : 1))), sizes));
  return indexing === "xy" && vectors.length > 1 ? grids.map((t) => transpose(t, 0, 1)) : grids;
}

/**
 * x with leading axes of size 1, so that it has at least `rank` of them.
 *
 * @example
 * atLeastNd(tensor([1, 2]), 2).shape // → [1, 2]
 * atLeastNd(tensor(5), 1).shape      // → [1]
 */
export function atLeastNd(x: Tensor, rank: number): Tensor {
  checkTensor("atLeastNd", x);
  if (!Number.isInteger(rank) || rank < 0 || rank > 64) throw new ValueError(`atLeastNd: the rank must be a whole number from 0 to 64, got ${show(rank)}.`);
  return x.ndim >= rank ? x : reshape(x, [...new Array<number>(rank - x.ndim).fill(1), ...x.shape]);
}

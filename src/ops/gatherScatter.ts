/**
 * One index for each element, along one axis: gather reads x[..., index[..., i, ...], ...], scatter writes there. An index of
 * one axis serves all lines alike. Indices are int32; one out of range is an error that names its place.
 */

import type { ScatterOp } from "../backend/backend.js";
import { type DType, isFloat, promote } from "../base/dtype.js";
import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import { anything, flag, optionsOf, show } from "../base/options.js";
import { contiguousStrides, formatShape, normalizeAxis, sameShape, sizeOf, type Shape } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { add, div, maximum, mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { eq } from "./compare.js";
import { arange, onesLike, scalarLike, zerosLike } from "./create.js";
import { indexSelect } from "./indexing.js";
import { broadcastView } from "./layout.js";
import { checkTensors, defineOp, type Operation } from "./operation.js";
import { wide } from "./reduce.js";
import { floats, ints } from "./samples.js";
import { slice } from "./slice.js";
import { expand, reshape } from "./views.js";

function checkIndex(op: string, index: Tensor, shape: Shape, axis: number, exact: "on every axis" | "elsewhere"): void {
  if (index.dtype !== "int32") throw new DTypeError(`${op}: expected an int32 index, got ${index.dtype}; use cast(index, "int32").`);
  const fits = index.ndim === shape.length && shape.every((n, i) => index.shape[i] === n || (exact === "elsewhere" && i === axis));
  if (fits) return;
  const where = exact === "elsewhere" ? ` except on axis ${axis}` : "";
  throw new ShapeError(`${op}: the index has shape ${formatShape(index.shape)}; expected ${formatShape(shape)}${where}.`);
}

/** The error for the index at flat position `bad`, if there is one. */
function outOfRange(op: string, bad: number, index: Tensor, size: number, axis: number): void {
  if (bad < 0) return;
  const place = contiguousStrides(index.shape).map((stride, i) => Math.floor(bad / stride) % index.shape[i]);
  throw new ValueError(`${op}: the index at ${formatShape(place)} is not in 0…${size - 1}, the range of axis ${axis}.`);
}

/** The part of `t` that an index of `shape` can reach: the first elements on all axes but `axis`. */
const reached = (t: Tensor, shape: Shape, axis: number): Tensor => t.view(shape.map((n, i) => (i === axis ? t.shape[i] : n)), t.strides);

const gatherOp: Operation<number> = defineOp<number>({
  name: "gather",
  shape: ([x, index], axis) => {
    checkIndex("gather", index, x.shape, axis, "elsewhere");
    return { shape: index.shape, dtype: x.dtype };
  },
  forward: (k, [x, index], out, axis) => outOfRange("gather", k.gatherElements(x, axis, index, out), index, x.shape[axis], axis),
  vjp: (dy, { inputs: [x, index], attributes: axis }) => [() => sumOp.apply([dy, index], { axis, shape: x.shape }), null],
  samples: () => [
    { inputs: [floats([2, 3]), ints([2, 2], [0, 2, 1, 1])], attributes: 1 },
    { inputs: [floats([3, 2]), ints([4, 2], [2, 0, 1, 1, 0, 2, 0, 0])], attributes: 0 },
    { inputs: [{ ...floats([2, 3, 2]), layout: "transposed" }, ints([2, 1, 2], [2, 0, 1, 2])], attributes: 1 },
    { inputs: [floats([4]), { ...ints([3], [3, 0, 3]), layout: "strided" }], attributes: 0 },
    { inputs: [floats([2, 3]), ints([2, 0], [])], attributes: 1 },
  ],
  errors: () => [
    { inputs: [floats([2, 3]), ints([2, 2], [0, 2, 3, 1])], attributes: 1, message: "gather: the index at [1, 0] is not in 0…2, the range of axis 1" },
    { inputs: [floats([2, 3]), ints([2, 1], [0, -1])], attributes: 1, message: "the index at [1, 0] is not in 0…2" },
    { inputs: [floats([2, 3]), floats([2, 3])], attributes: 1, message: "expected an int32 index" },
    { inputs: [floats([2, 3]), ints([3, 3], [0, 0, 0, 0, 0, 0, 0, 0, 0])], attributes: 1, message: "index has shape [3, 3]; expected [2, 3] except on axis 1" },
  ],
});

interface SumAttributes {
  readonly axis: number;
  /** Of the result. */
  readonly shape: Shape;
}

/** [source, index] → the source's elements added into zeros. */
const sumOp: Operation<SumAttributes> = defineOp<SumAttributes>({
  name: "scatterSum",
  shape: ([source, index], { axis, shape }) => {
    checkIndex("scatterAdd", index, source.shape, axis, "on every axis");
    checkReach("scatterAdd", index, shape, axis);
    return { shape, dtype: source.dtype };
  },
  forward: (k, [source, index], out, { axis }) => {
    k.fill(out, 0);
    outOfRange("scatterAdd", k.scatterElements("add", source, axis, index, reached(out, index.shape, axis)), index, out.shape[axis], axis);
  },
  vjp: (dy, { inputs: [, index], attributes: { axis } }) => [() => gather(dy, axis, index), null],
  samples: () => [
    { inputs: [floats([2, 2]), ints([2, 2], [0, 2, 1, 1])], attributes: { axis: 1, shape: [2, 3] } },
    { inputs: [floats([4, 2]), ints([4, 2], [2, 0, 1, 1, 0, 2, 0, 0])], attributes: { axis: 0, shape: [3, 5] } },
    { inputs: [{ ...floats([2, 3, 2]), layout: "transposed" }, ints([2, 3, 2], [1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 1])], attributes: { axis: 1, shape: [2, 2, 2] } },
  ],
  errors: () => [
    { inputs: [floats([2]), ints([2], [0, 4])], attributes: { axis: 0, shape: [4] }, message: "scatterAdd: the index at [1] is not in 0…3" },
    { inputs: [floats([2]), ints([1], [0])], attributes: { axis: 0, shape: [4] }, message: "index has shape [1]; expected [2]" },
    { inputs: [floats([3, 2]), ints([3, 2], [0, 0, 0, 0, 0, 0])], attributes: { axis: 1, shape: [2, 4] }, message: "[3, 2] reaches beyond [2, 4] on axis 0" },
  ],
});

function checkReach(op: string, index: Tensor, shape: Shape, axis: number): void {
  if (index.ndim !== shape.length) throw new ShapeError(`${op}: the source has ${index.ndim} axes, what it is written into ${shape.length}; they must have equally many.`);
  const beyond = shape.findIndex((n, i) => i !== axis && index.shape[i] > n);
  if (beyond >= 0) throw new ShapeError(`${op}: the index ${formatShape(index.shape)} reaches beyond ${formatShape(shape)} on axis ${beyond}.`);
}

/** [x, index, source] → x with the source's elements written over it. Where an index comes twice, the last one stays. */
const setOp: Operation<number> = defineOp<number>({
  name: "scatter",
  shape: ([x, index, source], axis) => {
    checkIndex("scatter", index, source.shape, axis, "on every axis");
    checkReach("scatter", index, x.shape, axis);
    return { shape: x.shape, dtype: x.dtype };
  },
  forward: (k, [x, index, source], out, axis) => {
    k.copy(x, out);
    outOfRange("scatter", k.scatterElements("set", source, axis, index, reached(out, index.shape, axis)), index, out.shape[axis], axis);
  },
  vjp: (dy, { inputs: [x, index], attributes: axis }) => [
    () => setOp.apply([dy, index, zerosOf(dy, index.shape)], axis),
    null,
    () => {
      // Each element leaves its number where it is written; those that find it again were not overwritten.
      const numbers = reshape(arange(0, index.size, 1, { backend: x.backend }), index.shape);
      const written = setOp.apply([cast(zerosLike(x), "int32"), index, numbers], axis);
      return mul(gather(dy, axis, index), cast(eq(gather(written, axis, index), numbers), dy.dtype));
    },
  ],
  samples: () => [
    { inputs: [floats([2, 3]), ints([2, 2], [0, 2, 1, 0]), floats([2, 2])], attributes: 1 },
    { inputs: [floats([3, 4]), ints([2, 2], [2, 0, 2, 1]), { ...floats([2, 2]), layout: "transposed" }], attributes: 0 },
    { inputs: [{ ...floats([5]), layout: "strided" }, ints([3], [4, 0, 4]), floats([3])], attributes: 0 },
  ],
  errors: () => [
    { inputs: [floats([3]), ints([1], [3]), floats([1])], attributes: 0, message: "scatter: the index at [0] is not in 0…2" },
    { inputs: [floats([3]), ints([1], [0]), floats([2])], attributes: 0, message: "index has shape [1]; expected [2]" },
  ],
});

const zerosOf = (like: Tensor, shape: Shape): Tensor => broadcastView(scalarLike(like, 0), shape);

interface ExtremeAttributes {
  readonly axis: number;
  readonly reduce: "max" | "min";
  readonly includeSelf: boolean;
}

/** What every number of the type is at least (for max) or at most (for min). */
function bound(reduce: "max" | "min", dtype: DType): number {
  if (isFloat(dtype)) return reduce === "max" ? -Infinity : Infinity;
  if (dtype === "int32") return reduce === "max" ? -(2 ** 31) : 2 ** 31 - 1;
  return reduce === "max" ? 0 : 255;
}

/** [x, index, source] → the largest or smallest that arrives at each place, and x where nothing does. */
const extremeOp: Operation<ExtremeAttributes> = defineOp<ExtremeAttributes>({
  name: "scatterExtreme",
  shape: ([x, index, source], { axis }) => {
    checkIndex("scatterReduce", index, source.shape, axis, "on every axis");
    checkReach("scatterReduce", index, x.shape, axis);
    return { shape: x.shape, dtype: x.dtype };
  },
  forward: (k, [x, index, source], out, { axis, reduce, includeSelf }) => {
    k.copy(x, out);
    const target = reached(out, index.shape, axis);
    const scatter = (op: ScatterOp, values: Tensor): void => {
      outOfRange("scatterReduce", k.scatterElements(op, values, axis, index, target), index, out.shape[axis], axis);
    };
    if (!includeSelf) scatter("set", broadcastView(scalarLike(x, bound(reduce, x.dtype)), index.shape));
    scatter(reduce, source);
  },
  // Equal extremes share the gradient.
  vjp: (dy, { inputs: [x, index, source], output, attributes: { axis, includeSelf } }) => {
    const fromSource = cast(eq(source, gather(output, axis, index)), dy.dtype);
    const fromX = cast(includeSelf ? eq(x, output) : eq(arrivals(x, axis, index), 0), dy.dtype);
    const share = div(dy, add(fromX, sumOp.apply([fromSource, index], { axis, shape: x.shape })));
    return [() => mul(fromX, share), null, () => mul(fromSource, gather(share, axis, index))];
  },
  samples: () => (["max", "min"] as const).flatMap((reduce) => [true, false].flatMap((includeSelf) => [
    { inputs: [floats([2, 3]), ints([2, 4], [0, 2, 0, 0, 1, 1, 2, 1]), floats([2, 4])], attributes: { axis: 1, reduce, includeSelf } },
    { inputs: [floats([3, 3]), ints([4, 2], [0, 2, 0, 0, 1, 1, 2, 1]), floats([4, 2])], attributes: { axis: 0, reduce, includeSelf } },
    { inputs: [ints([3], [1, 5, -2]), ints([2], [0, 1]), ints([2], [3, -7])], attributes: { axis: 0, reduce, includeSelf }, gradcheck: false },
    { inputs: [{ shape: [2], values: [1, NaN] }, ints([3], [0, 0, 1]), { shape: [3], values: [NaN, 3, 2] }], attributes: { axis: 0, reduce, includeSelf }, gradcheck: false },
  ])),
  errors: () => [{
    inputs: [floats([2]), ints([1], [2]), floats([1])], attributes: { axis: 0, reduce: "max", includeSelf: true },
    message: "scatterReduce: the index at [0] is not in 0…1",
  }],
});

/** How many elements arrive at each place of x; int32. */
function arrivals(x: Tensor, axis: number, index: Tensor): Tensor {
  return sumOp.apply([onesLike(index), index], { axis, shape: x.shape });
}

/** An index of one axis, repeated for all lines of `shape`; any other as it is. */
function forAll(op: string, index: Tensor, shape: Shape, axis: number): Tensor {
  if (index.ndim !== 1 || shape.length === 1) return index;
  if (index.size !== shape[axis]) {
    throw new ShapeError(`${op}: ${index.size} indices for axis ${axis} of ${formatShape(shape)}; give one for each of the ${shape[axis]} slices.`);
  }
  return expand(reshape(index, shape.map((_, i) => (i === axis ? index.size : 1))), shape);
}

/** Index and source as the records want them: of one shape. A longer source is cut, a number repeated. */
function matched(op: string, x: Tensor, axis: number, index: Tensor, source: Tensor | number): [at: number, index: Tensor, source: Tensor] {
  checkTensors(op, typeof source === "number" ? [x, index] : [x, index, source]);
  const at = normalizeAxis(op, axis, x.ndim);
  if (!(source instanceof Tensor)) {
    const whole = index.ndim === 1 ? forAll(op, index, x.shape.with(at, index.size), at) : index;
    return [at, whole, expand(scalarLike(x, source), whole.shape)];
  }
  const whole = forAll(op, index, source.shape, at);
  if (whole.ndim === source.ndim && !sameShape(whole.shape, source.shape) && whole.shape.every((n, i) => n <= source.shape[i])) {
    return [at, whole, slice(source, ...whole.shape.map((end) => ({ end })))];
  }
  return [at, whole, source];
}

/**
 * The elements of x that `index` (int32) names along `axis`, as PyTorch's `gather`: for axis 1 of a matrix,
 * out[i][j] = x[i][index[i][j]]. The index has as many axes as x, and is nowhere longer than x except along `axis`.
 * @throws ValueError for an index out of range; DTypeError unless it is int32; ShapeError if the shapes do not fit.
 *
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * gather(x, 1, tensor([[2], [0]], { dtype: "int32" }))    // → [[3], [4]]
 * gather(x, 0, tensor([[1, 0, 1]], { dtype: "int32" }))   // → [[4, 2, 6]]
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  checkTensors("gather", [x, index]);
  const at = normalizeAxis("gather", axis, x.ndim);
  const longer = index.ndim === x.ndim && x.shape.some((n, i) => i !== at && index.shape[i] < n);
  return gatherOp.apply([longer ? slice(x, ...x.shape.map((_, i) => (i === at ? null : { end: index.shape[i] }))) : x, index], at);
}

/**
 * x with the elements of `source` written at `index` along `axis`: for axis 1 of a matrix, out[i][index[i][j]] = source[i][j].
 * The index (int32) has the source's shape, or is [K] for all slices of the source alike; where a place is named twice, the
 * last one stays. x itself does not change.
 * @param source a tensor, or a number for all places
 * @throws ValueError for an index out of range; DTypeError unless it is int32; ShapeError if the shapes do not fit.
 *
 * @example
 * const index = tensor([[2], [0]], { dtype: "int32" });
 * scatter(zeros([2, 3]), 1, index, 1) // → [[0, 0, 1], [1, 0, 0]]
 */
export function scatter(x: Tensor, axis: number, index: Tensor, source: Tensor | number): Tensor {
  const [at, whole, values] = matched("scatter", x, axis, index, source);
  const dtype = promote(x.dtype, values.dtype);
  return setOp.apply([cast(x, dtype), whole, cast(values, dtype)], at);
}

/**
 * x with the elements of `source` added at `index` along `axis`: for axis 1 of a matrix, out[i][index[i][j]] += source[i][j].
 * The index (int32) has the source's shape, or is [K] for all slices of the source alike. bool and uint8 are added in int32.
 * @param source a tensor, or a number for all places
 * @throws ValueError for an index out of range; DTypeError unless it is int32; ShapeError if the shapes do not fit.
 *
 * @example
 * const index = tensor([1, 1, 0], { dtype: "int32" });
 * scatterAdd(zeros([2]), 0, index, tensor([1, 10, 100])) // → [100, 11]
 */
export function scatterAdd(x: Tensor, axis: number, index: Tensor, source: Tensor | number): Tensor {
  const [at, whole, values] = matched("scatterAdd", x, axis, index, source);
  return add(wide(x), sumOp.apply([wide(values), whole], { axis: at, shape: x.shape }));
}

export interface ScatterReduceOptions {
  readonly reduce: "sum" | "mean" | "max" | "min";
  /** Whether what x holds takes part where something arrives. Default true. Elsewhere x stays as it is. */
  readonly includeSelf?: boolean;
}

/**
 * Elements of `source` that `index` sends to the same place along `axis` are summed, averaged, or their largest or smallest is
 * kept; the order in which they come does not matter. This is how a graph network collects the messages of its edges. The
 * index (int32) has the source's shape, or is [K] for all slices of the source alike. Equal extremes share the gradient.
 * @throws ValueError for an index out of range or another `reduce`; DTypeError unless the index is int32; ShapeError if the
 * shapes do not fit.
 *
 * @example
 * const messages = tensor([[1, 2], [3, 4], [5, 0]]);          // of three edges
 * const target = tensor([0, 2, 0], { dtype: "int32" });       // the node that each leads to
 * scatterReduce(zeros([3, 2]), 0, target, messages, { reduce: "max", includeSelf: false })  // → [[5, 2], [0, 0], [3, 4]]
 * scatterReduce(zeros([3, 2]), 0, target, messages, { reduce: "mean", includeSelf: false }) // → [[3, 1], [0, 0], [3, 4]]
 */
export function scatterReduce(x: Tensor, axis: number, index: Tensor, source: Tensor, options: ScatterReduceOptions): Tensor {
  const { reduce, includeSelf = true } = optionsOf("scatterReduce", options ?? {}, { reduce: anything, includeSelf: flag });
  const [at, whole, values] = matched("scatterReduce", x, axis, index, source);
  const dtype = promote(x.dtype, values.dtype);
  if (reduce === "max" || reduce === "min") return extremeOp.apply([cast(x, dtype), whole, cast(values, dtype)], { axis: at, reduce, includeSelf });
  if (reduce !== "sum" && reduce !== "mean") {
    throw new ValueError(`scatterReduce: expected reduce "sum", "mean", "max" or "min", got ${show(reduce)}.`);
  }
  const kept = includeSelf ? x : scatter(x, at, whole, 0);
  const total = scatterAdd(kept, at, whole, values);
  if (reduce === "sum") return total;
  const counts = arrivals(x, at, whole);
  return div(total, cast(includeSelf ? add(counts, 1) : maximum(counts, 1), isFloat(total.dtype) ? total.dtype : "float32"));
}

export interface TakeOptions {
  /** Axis that the indices count along. Default: none; they count through the flattened tensor. */
  readonly axis?: number;
}

/**
 * Elements of x by an int32 `index` of any shape: without `axis`, positions in the flattened tensor, and the result has the
 * index's shape; with it, slices, and the index's shape takes the place of that axis. Along axis 0 of a table [V, D] this is an
 * embedding: [...] → [..., D].
 * @throws ValueError for an index out of range; DTypeError unless it is int32.
 *
 * @example
 * const table = tensor([[1, 2], [3, 4], [5, 6]]);
 * const words = tensor([[2, 0], [1, 1]], { dtype: "int32" });
 * take(table, words)                      // → [[3, 1], [2, 2]]
 * take(table, words, { axis: 0 }).shape   // → [2, 2, 2]
 */
export function take(x: Tensor, index: Tensor, options: TakeOptions = {}): Tensor {
  const { axis } = optionsOf("take", options);
  checkTensors("take", [x, index]);
  if (axis === undefined) return take(reshape(x, [x.size]), index, { axis: 0 });
  const at = normalizeAxis("take", axis, x.ndim);
  const slices = indexSelect(x, at, reshape(index, [index.size]));
  return reshape(slices, [...x.shape.slice(0, at), ...index.shape, ...x.shape.slice(at + 1)]);
}

/**
 * x with its slices at `index` (int32, [K]) along `axis` replaced by those of `source`.
 * @throws ValueError for an index out of range; ShapeError if the shapes do not fit.
 *
 * @example
 * const index = tensor([2, 0], { dtype: "int32" });
 * indexCopy(zeros([3, 2]), 0, index, tensor([[1, 2], [3, 4]])) // → [[3, 4], [0, 0], [1, 2]]
 */
export function indexCopy(x: Tensor, axis: number, index: Tensor, source: Tensor): Tensor {
  checkTensors("indexCopy", [x, index, source]);
  const at = normalizeAxis("indexCopy", axis, x.ndim);
  const expected = x.shape.with(at, sizeOf(index.shape));
  if (index.ndim !== 1 || !sameShape(source.shape, expected)) {
    throw new ShapeError(`indexCopy: index ${formatShape(index.shape)} and source ${formatShape(source.shape)} do not fit ${formatShape(x.shape)}; expected an index of one axis and a source of shape ${formatShape(expected)}.`);
  }
  return scatter(x, at, index, source);
}

/**
 * x with its slices at `index` (int32, [K]) along `axis` filled with a number.
 * @throws ValueError for an index out of range; ShapeError unless the index has one axis.
 *
 * @example
 * indexFill(ones([2, 3]), 1, tensor([1], { dtype: "int32" }), 7) // → [[1, 7, 1], [1, 7, 1]]
 */
export function indexFill(x: Tensor, axis: number, index: Tensor, value: number): Tensor {
  checkTensors("indexFill", [x, index]);
  if (index.ndim !== 1) throw new ShapeError(`indexFill: expected an index of one axis, got ${formatShape(index.shape)}; use scatter.`);
  return scatter(x, axis, index, value);
}

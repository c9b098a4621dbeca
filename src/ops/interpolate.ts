/**
 * Resampling to another size. The smooth modes are separable: along each axis a product with a small matrix whose rows are the weights of
 * the input's entries in one entry of the result; the nearest modes pick entries.
 */

import { hostArray, type TypedArray } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from "./adaptivePool.js";
import { productAlong, selectAlong } from "./alongAxis.js";
import { checkSameFloat } from "./checks.js";
import { tensor } from "./create.js";
import { checkTensors } from "./operation.js";
import { axisNames, checkOptions, type PerAxis, perAxis } from "./windows.js";

/** How `interpolate` fills the new size; the number of axes that each mode takes is in its name, the others take any. */
export type InterpolationMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "bicubic" | "trilinear" | "area";

export interface InterpolateOptions {
  /** Spatial size of the result: one number for all axes, or one for each. Either this or `scaleFactor`. */
  readonly size?: PerAxis;
  /** Size of the result over that of the input, rounded down: one number for all axes, or one for each. */
  readonly scaleFactor?: PerAxis;
  /**
   * "nearest" (default): the entry at ⌊i · scale⌋; "nearest-exact": at the centre; "linear", "bilinear", "trilinear": between the neighbours on
   * one, two, three axes; "bicubic": a cubic through four neighbours an axis (a = −0.75); "area": the mean of what an entry covers.
   */
  readonly mode?: InterpolationMode;
  /** Centres of the corner entries, not the corners themselves, stay where they are; for the linear and cubic modes. Default false. */
  readonly alignCorners?: boolean;
}

/** Ranks that a mode takes. */
const ranks: Readonly<Record<InterpolationMode, readonly number[]>> = {
  nearest: [1, 2, 3], "nearest-exact": [1, 2, 3], area: [1, 2, 3], linear: [1], bilinear: [2], bicubic: [2], trilinear: [3],
};

/** One axis: sizes, and how far apart in the input two neighbours of the result are. */
interface AxisScale {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Weight of entry `at` of the input in an entry of the result. */
type AddWeight = (at: number, weight: number) => void;

/** The two neighbours of `place`, nearer ones weigh more. */
function linearWeights(place: number, { from }: AxisScale, add: AddWeight): void {
  const clipped = Math.min(from - 1, Math.max(0, place));
  const first = Math.floor(clipped);
  add(first, 1 - (clipped - first));
  if (first + 1 < from) add(first + 1, clipped - first);
}

/** Keys 1981, "Cubic convolution interpolation for digital image processing", with a = −0.75; the border is repeated. */
function cubicWeights(place: number, { from }: AxisScale, add: AddWeight): void {
  const a = -0.75;
  const near = (d: number): number => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number): number => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  const first = Math.floor(place);
  const t = place - first;
  [far(t + 1), near(t), near(1 - t), far(2 - t)].forEach((weight, k) => add(Math.min(from - 1, Math.max(0, first - 1 + k)), weight));
}

/** [to, from]: one row of weights for each entry of the result. */
function weightMatrix(scale: AxisScale, weights: typeof linearWeights, alignCorners: boolean): TypedArray {
  const { from, to, step } = scale;
  const matrix = hostArray("float64", to * from);
  for (let i = 0; i < to; i++) {
    const place = alignCorners ? (to === 1 ? 0 : (i * (from - 1)) / (to - 1)) : step * (i + 0.5) - 0.5;
    weights(place, scale, (at, weight) => (matrix[i * from + at] += weight));
  }
  return matrix;
}

/** In the precision of PyTorch, which finds the nearest entry in float32 for all types. */
function nearestEntries({ from, to, step }: AxisScale, centre: boolean): TypedArray {
  const { fround } = Math;
  return hostArray("int32", to).map((_, i) => {
    if (!centre && to === from) return i;
    if (!centre && to === 2 * from) return i >> 1;
    return Math.min(from - 1, Math.floor(fround(fround(centre ? i + 0.5 : i) * fround(step))));
  });
}

function axisScales(x: Tensor, { size, scaleFactor }: InterpolateOptions): AxisScale[] {
  const from = x.shape.slice(2);
  const rank = from.length;
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new ValueError("interpolate: give either size or scaleFactor.");
  }
  if (size !== undefined) return perAxis(`interpolate`, "size", size, rank, 1).map((to, i) => ({ from: from[i], to, step: from[i] / to }));
  const factors = typeof scaleFactor === "number" ? new Array<number>(rank).fill(scaleFactor) : scaleFactor!;
  if (!Array.isArray(factors) || factors.length !== rank || !factors.every((f) => f > 0 && Number.isFinite(f))) {
    throw new ValueError(`interpolate: scaleFactor must be a number above 0, or ${rank} of them [${axisNames[rank].join(", ")}], got ${String(scaleFactor)}.`);
  }
  return factors.map((factor: number, i) => {
    const to = Math.floor(from[i] * factor);
    if (to < 1) throw new ShapeError(`interpolate: ${axisNames[rank][i]} of input ${formatShape(x.shape)} times ${factor} is below 1; nothing would be left.`);
    return { from: from[i], to, step: 1 / factor };
  });
}

/**
 * x in another spatial size. x: [N, C, …], one to three spatial axes → [N, C, …size]. In the smooth modes a value that is not finite spreads
 * along its row and column.
 * @throws ValueError unless one of `size` and `scaleFactor` is given and the mode fits the number of axes; ShapeError for another rank, an
 * empty input or result; DTypeError unless x is float32 or float64 (the nearest modes take any type).
 *
 * @example
 * const x = tensor([[[0, 10, 20]]]);
 * interpolate(x, { scaleFactor: 2 })                                   // → [[[0, 0, 10, 10, 20, 20]]]
 * interpolate(x, { size: 5, mode: "linear", alignCorners: true })      // → [[[0, 5, 10, 15, 20]]]
 * interpolate(x, { size: 6, mode: "linear" })                          // → [[[0, 2.5, 7.5, 12.5, 17.5, 20]]]
 * interpolate(zeros([1, 3, 20, 30]), { size: [40, 45], mode: "bicubic" }).shape // → [1, 3, 40, 45]
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  checkTensors("interpolate", [x]);
  checkOptions("interpolate", options, "{ scaleFactor: 2 }");
  const { mode = "nearest", alignCorners = false } = options;
  const rank = x.ndim - 2;
  if (rank < 1 || rank > 3 || x.shape.slice(2).includes(0)) {
    throw new ShapeError(`interpolate: expected an input [N, C, …] with one to three spatial axes that are not empty, got ${formatShape(x.shape)}.`);
  }
  checkMode("interpolate", options);
  if (!ranks[mode].includes(rank)) {
    const fitting = Object.keys(ranks).filter((name) => ranks[name as InterpolationMode].includes(rank));
    throw new ValueError(`interpolate: mode "${mode}" takes ${ranks[mode][0]} spatial axes, input ${formatShape(x.shape)} has ${rank}; choose ${fitting.join(", ")}.`);
  }
  if (!mode.startsWith("nearest")) checkSameFloat("interpolate", [x]);
  const scales = axisScales(x, options);
  if (mode === "area") {
    return [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d][rank - 1](x, { size: scales.map(({ to }) => to) });
  }
  // The last axis first: along it neighbours are picked one by one where images lie in rows, along the others whole rows.
  return scales.reduceRight((y, scale, i) => {
    const { from, to, step } = scale;
    if (mode === "nearest" || mode === "nearest-exact") {
      return selectAlong(y, 2 + i, tensor(nearestEntries(scale, mode === "nearest-exact"), { backend: x.backend }));
    }
    // As PyTorch, whose linear modes leave an axis as it is where a factor such as 1.1 is too small to enlarge it.
    if (from === to && (mode !== "bicubic" || alignCorners || step === 1)) return y;
    const matrix = weightMatrix(scale, mode === "bicubic" ? cubicWeights : linearWeights, alignCorners);
    return productAlong(y, 2 + i, tensor(matrix, { shape: [to, from], dtype: x.dtype, backend: x.backend }));
  }, x);
}

/** @throws ValueError for an unknown mode, or `alignCorners` with one that has no corners to align. */
export function checkMode(op: string, { mode = "nearest", alignCorners = false }: InterpolateOptions): void {
  if (!Object.hasOwn(ranks, mode)) throw new ValueError(`${op}: unknown mode ${show(mode)}; choose ${Object.keys(ranks).join(", ")}.`);
  if (alignCorners && (mode.startsWith("nearest") || mode === "area")) {
    throw new ValueError(`${op}: alignCorners means nothing for mode "${mode}"; it is for linear, bilinear, bicubic and trilinear.`);
  }
}

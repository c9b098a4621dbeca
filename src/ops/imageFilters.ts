/** The classic image filters: convolutions whose few weights somebody thought up instead of a network learning them. */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf, show } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { cast } from "./cast.js";
import { conv2d } from "./conv.js";
import { tensor, type TensorOptions } from "./create.js";
import { checkTensors } from "./operation.js";
import { expand, reshape } from "./views.js";
import { checkImage, checkOptions, type Padding, type Pair } from "./windows.js";

/**
 * "edge": a pixel against its eight neighbours; "laplacian": the sum of the second derivatives; "box" and "gaussian": the mean, weighted
 * towards the centre; "sharpen": the image plus its edges; "sobel" and "scharr": the derivative across edges, smoothed along them.
 */
export type FilterName = "edge" | "laplacian" | "box" | "gaussian" | "sharpen" | "sobel" | "scharr";

export interface FilterKernelOptions extends Pick<TensorOptions, "dtype" | "backend"> {
  /** Edge of "box" and "gaussian". Default 3. */
  readonly size?: number;
  /** Standard deviation of "gaussian" in pixels. Default: that of the binomial coefficients 1 2 1, 1 4 6 4 1, …, which are the weights then. */
  readonly sigma?: number;
  /** Which edges "sobel" and "scharr" find. Default "vertical". */
  readonly edges?: "vertical" | "horizontal";
}

export interface ImageFilterOptions extends Omit<FilterKernelOptions, "dtype" | "backend"> {
  /** Zeros on each side, "valid" for none, "same" for a result as large as the image. Default "valid". */
  readonly padding?: Padding<Pair>;
  /** Each channel is filtered by itself; "sum" then adds them up. Default "each". */
  readonly channels?: "each" | "sum";
}

const fixed: Readonly<Partial<Record<FilterName, readonly (readonly number[])[]>>> = {
  edge: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
  laplacian: [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
  sharpen: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
  sobel: [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
  scharr: [[3, 0, -3], [10, 0, -10], [3, 0, -3]],
};

/** Weights along one axis, of sum 1. */
function smoothing(name: "box" | "gaussian", { size = 3, sigma }: FilterKernelOptions): number[] {
  if (!Number.isSafeInteger(size) || size < 1) throw new ValueError(`filterKernel: size must be a whole number of at least 1, got ${String(size)}.`);
  if (sigma !== undefined && !(sigma > 0)) throw new ValueError(`filterKernel: sigma must be a number above 0, got ${String(sigma)}.`);
  const weights: number[] = [1];
  for (let i = 1; i < size; i++) {
    if (name === "box") weights.push(1);
    else weights.push((weights[i - 1] * (size - i)) / i); // the next binomial coefficient
  }
  const bell = name === "box" || sigma === undefined ? weights : weights.map((_, i) => Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma ** 2)));
  const total = bell.reduce((a, b) => a + b);
  return bell.map((w) => w / total);
}

/**
 * The weights of a filter, [kH, kW]; 3 × 3 unless "box" or "gaussian" are given another size.
 * @throws ValueError for an unknown name, or an option out of its range.
 *
 * @example
 * filterKernel("sobel")                                // → [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
 * filterKernel("gaussian").mul(16)                     // → [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
 * filterKernel("gaussian", { size: 7, sigma: 2 }).sum() // → 1.0000
 */
export function filterKernel(name: FilterName, options: FilterKernelOptions = {}): Tensor {
  const { edges = "vertical", dtype = "float32", backend } = optionsOf("filterKernel", options);
  const make = (rows: readonly (readonly number[])[]): Tensor => tensor(rows.flat(), { shape: [rows.length, rows.length], dtype, backend });
  if (name === "box" || name === "gaussian") {
    const weights = smoothing(name, options);
    return make(weights.map((a) => weights.map((b) => a * b)));
  }
  const rows = Object.hasOwn(fixed, name) ? fixed[name]! : undefined;
  if (rows === undefined) {
    throw new ValueError(`filterKernel: unknown filter ${show(name)}; choose ${[...Object.keys(fixed), "box", "gaussian"].join(", ")}.`);
  }
  if (edges !== "vertical" && edges !== "horizontal") throw new ValueError(`filterKernel: edges must be "vertical" or "horizontal", got ${show(edges)}.`);
  return make(edges === "vertical" ? rows : rows.map((row, i) => row.map((_, j) => rows[j][i])));
}

/**
 * Images through a filter, by cross-correlation, every channel by itself. x: [N, C, H, W] → [N, C, H', W'], or [N, 1, H', W'] with
 * channels "sum".
 * @param filter the name of a filter, or weights [kH, kW] of one's own
 * @throws ShapeError unless x is [N, C, H, W] and the weights are [kH, kW]; ValueError for an unknown name, or an option out of its range.
 *
 * @example
 * const step = tensor([[[[0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 9, 9]]]]);
 * imageFilter(step, "box")                              // → [[[[3, 6]]]]
 * imageFilter(step, "sobel")                            // → [[[[-36, -36]]]]
 * imageFilter(zeros([2, 3, 32, 32]), "laplacian", { channels: "sum", padding: "same" }).shape // → [2, 1, 32, 32]
 */
export function imageFilter(x: Tensor, filter: FilterName | Tensor, options: ImageFilterOptions = {}): Tensor {
  checkTensors("imageFilter", [x]);
  checkImage("imageFilter", x.shape, 2);
  checkOptions("imageFilter", options, `{ padding: "same" }`);
  const { padding = "valid", channels = "each" } = optionsOf("imageFilter", options);
  if (channels !== "each" && channels !== "sum") throw new ValueError(`imageFilter: channels must be "each" or "sum", got ${show(channels)}.`);
  const weights = filter instanceof Tensor ? cast(filter, x.dtype) : filterKernel(filter, { ...options, dtype: x.dtype, backend: x.backend });
  if (weights.ndim !== 2) throw new ShapeError(`imageFilter: expected weights [kH, kW], got ${formatShape(weights.shape)}.`);
  const [c, [kH, kW]] = [x.shape[1], weights.shape];
  const image = reshape(weights, [1, 1, kH, kW]);
  return channels === "each"
    ? conv2d(x, expand(image, [c, 1, kH, kW]), null, { padding, groups: c })
    : conv2d(x, expand(image, [1, c, kH, kW]), null, { padding });
}

/** A readable picture of a tensor: aligned numbers, nested brackets, long axes shortened. */

import type { DType, TypedArray } from "../base/dtype.js";
import { formatShape, sizeOf, type Shape } from "../base/shape.js";

/** Axes longer than twice this are shortened when the tensor has more than `SUMMARY_SIZE` elements. */
const EDGE = 3;
const SUMMARY_SIZE = 1000;

/**
 * Text for `values` (row-major) of the given shape: four decimals, columns aligned, axes of large tensors shortened.
 *
 * @example
 * formatTensor(Float32Array.of(1, 2.5, 3, 4), [2, 2], "float32") // →
 * // tensor([[1.0000, 2.5000],
 * //         [3.0000, 4.0000]], [2, 2], float32)
 */
export function formatTensor(values: TypedArray, shape: Shape, dtype: DType): string {
  const suffix = `, ${formatShape(shape)}, ${dtype})`;
  if (sizeOf(shape) === 0) return `tensor([]${suffix}`;
  const shorten = values.length > SUMMARY_SIZE;
  const shown: number[] = [];
  visit(shape, shorten, (index) => shown.push(values[index]));
  const format = formatter(shown, dtype);
  const width = Math.max(...shown.map((x) => format(x).length));
  const indent = "tensor(".length;
  const build = (axis: number, start: number): string => {
    if (axis === shape.length) return format(values[start]).padStart(width);
    const stride = sizeOf(shape.slice(axis + 1));
    const items = indices(shape[axis], shorten).map((i) => (i < 0 ? "…" : build(axis + 1, start + i * stride)));
    const last = axis === shape.length - 1;
    const separator = last ? ", " : `,${"\n".repeat(shape.length - axis - 1)}${" ".repeat(indent + axis + 1)}`;
    return `[${items.join(separator)}]`;
  };
  return `tensor(${build(0, 0)}${suffix}`;
}

/** Positions to show along an axis; −1 stands for the gap. */
function indices(length: number, shorten: boolean): number[] {
  const all = Array.from({ length }, (_, i) => i);
  return shorten && length > 2 * EDGE ? [...all.slice(0, EDGE), -1, ...all.slice(-EDGE)] : all;
}

function visit(shape: Shape, shorten: boolean, see: (index: number) => void): void {
  const walk = (axis: number, start: number): void => {
    if (axis === shape.length) return see(start);
    const stride = sizeOf(shape.slice(axis + 1));
    for (const i of indices(shape[axis], shorten)) if (i >= 0) walk(axis + 1, start + i * stride);
  };
  walk(0, 0);
}

function formatter(shown: number[], dtype: DType): (x: number) => string {
  if (dtype === "bool") return (x) => (x !== 0 ? "true" : "false");
  if (dtype === "int32" || dtype === "uint8") return String;
  const finite = shown.filter(Number.isFinite).map(Math.abs);
  const largest = finite.reduce((a, b) => Math.max(a, b), 0);
  const smallest = finite.filter((x) => x > 0).reduce((a, b) => Math.min(a, b), Infinity);
  const scientific = largest >= 1e6 || (smallest < 1e-4 && smallest !== Infinity) || (smallest !== Infinity && largest / smallest > 1e7);
  return (x) => (!Number.isFinite(x) ? (Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞") : scientific ? x.toExponential(4) : x.toFixed(4));
}

/** Options of sliding windows, for one, two or three spatial axes: one number for all axes, or one for each. */

import { ShapeError, ValueError } from "../base/errors.js";
import { isOptions, show } from "../base/options.js";
import { formatShape, type Shape, type Window, windowOutput } from "../base/shape.js";

/** One number, alone or in an array. */
export type Single = number | readonly [number];

/** One number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** One number for all three axes, or [depth, vertical, horizontal]. */
export type Triple = number | readonly [number, number, number];

/** One number for all axes, or one for each: any of the above. */
export type PerAxis = number | readonly number[];

/** One number for each axis: [number, number] for `Pair`. */
export type Axes<P extends PerAxis> = Exclude<P, number>;

/** Added on both sides: a number of elements, "valid" for none, "same" for an output as large as the input (stride 1 only). */
export type Padding<P extends PerAxis> = P | "same" | "valid";

/** How messages call spatial axes. */
export const axisNames: Readonly<Record<number, readonly string[]>> = { 1: ["length"], 2: ["height", "width"], 3: ["depth", "height", "width"] };

/** How shapes in messages call them. */
export const axisLetters: Readonly<Record<number, readonly string[]>> = { 1: ["L"], 2: ["H", "W"], 3: ["D", "H", "W"] };

/**
 * One number per spatial axis.
 * @throws ValueError unless `value` is a whole number of at least `least`, or `rank` of them.
 */
export function perAxis<P extends PerAxis>(op: string, name: string, value: P, rank: number, least: number): Axes<P> {
  const all = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  if (!Array.isArray(all) || all.length !== rank || !all.every((n) => Number.isSafeInteger(n) && n >= least)) {
    const each = rank === 1 ? "" : `, or ${rank} of them [${axisNames[rank].join(", ")}]`;
    const got = Array.isArray(value) ? formatShape(value as number[]) : String(value);
    throw new ValueError(`${op}: ${name} must be a whole number of at least ${least}${each}, got ${got}.`);
  }
  return all as readonly number[] as Axes<P>;
}

/**
 * Positions of windows along every spatial axis of a `shape` [N, C, …], by the floor rule.
 * @throws ShapeError that names the axis in which a window does not fit.
 */
export function windowPositions(op: string, shape: Shape, window: (axis: number) => Window): number[] {
  const rank = shape.length - 2;
  return axisNames[rank].map((name, axis) => windowOutput(`${op}: ${name} of input ${formatShape(shape)}`, shape[2 + axis], window(axis)));
}

/** @throws ValueError unless `options` is an object; `example` is one that would do. */
export function checkOptions(op: string, options: unknown, example: string): void {
  if (!isOptions(options)) throw new ValueError(`${op}: expected options such as ${example}, got ${show(options)}.`);
}

/** @throws ShapeError unless `shape` is [N, C, …] with `rank` spatial axes. */
export function checkImage(op: string, shape: Shape, rank: number): void {
  if (shape.length !== rank + 2) throw new ShapeError(`${op}: expected input [N, C, ${axisLetters[rank].join(", ")}], got ${formatShape(shape)}.`);
}

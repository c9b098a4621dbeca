/** Line searches: how far to go along a direction in which the loss falls. */

import { ValueError } from "../../base/errors.js";
import { checkRange, resolveOptions } from "../options.js";
import type { Objective, Point } from "./objective.js";
import { along, dot, maxAbs, type Vector } from "./vector.js";

/** A point on the line x + t·d. */
export interface LinePoint extends Point {
  readonly t: number;
  /** Derivative of the loss along the line: gradient · d. */
  readonly slope: number;
}

/** The loss along a line. */
export interface Line {
  /** t = 0, where the slope is below 0. */
  readonly start: LinePoint;
  /** Where to try first. */
  readonly firstStep: number;
  /** Largest magnitude in the direction. */
  readonly reach: number;
  at(t: number): Promise<LinePoint>;
}

/** Finds a point on the line with a lower loss; null if there is none to be found. */
export type LineSearch = (line: Line) => Promise<LinePoint | null>;

/** The line from a point along a direction. */
export function lineFrom(objective: Objective, from: Point, direction: Vector, firstStep: number): Line {
  const onLine = (point: Point, t: number): LinePoint => ({ ...point, t, slope: dot(point.gradient, direction) });
  return {
    start: onLine(from, 0),
    firstStep,
    reach: maxAbs(direction),
    at: async (t) => onLine(await objective.evaluate(along(from.x, t, direction)), t),
  };
}

/**
 * Always the first step, whatever the loss does; null only if it is not finite there.
 *
 * @example
 * const x = nn.parameter(tensor([5], { dtype: "float64" }));
 * const optimizer = new optim.GradientDescent([x], { lr: 0.25, lineSearch: optim.fixedStep() });
 * await optimizer.step(() => x.square().sum());
 * x // → [2.5]
 */
export function fixedStep(): LineSearch {
  return async ({ at, firstStep }) => {
    const point = await at(firstStep);
    return Number.isFinite(point.value) ? point : null;
  };
}

/**
 * Backtracking: shortens the step until f(x + t·d) ≤ f(x) + c1·t·f′(x)·d. Armijo 1966; Nocedal & Wright, algorithm 3.1.
 * @param options.c1 share of the slope that the loss must fall by. Default 1e−4
 * @param options.shrink factor of the step. Default 0.5
 * @param options.maxTrials default 60
 * @throws ValueError for options out of range.
 *
 * @example
 * const x = nn.parameter(tensor([5], { dtype: "float64" }));
 * const optimizer = new optim.GradientDescent([x], { lineSearch: optim.armijo() });
 * await optimizer.step(() => x.square().sum()); // a step of 1 leads to −5, a step of ½ to the bottom
 * x // → [0]
 */
export function armijo(options: { readonly c1?: number; readonly shrink?: number; readonly maxTrials?: number } = {}): LineSearch {
  const { c1, shrink, maxTrials } = resolveOptions<typeof options>("armijo", { c1: 1e-4, shrink: 0.5, maxTrials: 60 }, options);
  checkRange("armijo", { c1 }, { below: 1 });
  if (!(shrink > 0 && shrink < 1)) throw new ValueError(`armijo: shrink must be above 0 and below 1, got ${shrink}.`);
  checkRange("armijo", { maxTrials }, { min: 1 });
  return async ({ start, firstStep, at }) => {
    let t = firstStep;
    for (let trial = 0; trial < maxTrials; trial++, t *= shrink) {
      const point = await at(t);
      if (point.value <= start.value + c1 * t * start.slope) return point;
    }
    return null;
  };
}

/**
 * A step that satisfies the strong Wolfe conditions, f(x + t·d) ≤ f(x) + c1·t·f′(x)·d and |f′(x + t·d)·d| ≤ c2·|f′(x)·d|: brackets
 * one, then narrows the bracket by cubic interpolation. Nocedal & Wright, algorithms 3.5 and 3.6, in the form of minFunc and PyTorch.
 * @param options.c1 default 1e−4
 * @param options.c2 default 0.9; 0.1 for conjugate gradients
 * @param options.maxTrials evaluations of the loss; then the best point so far is taken. Default 25
 * @param options.tolerance smallest bracket, times the largest magnitude in the direction. Default 1e−9
 * @throws ValueError unless 0 < c1 < c2 < 1.
 *
 * @example
 * const x = nn.parameter(tensor([5], { dtype: "float64" }));
 * const optimizer = new optim.GradientDescent([x], { lineSearch: optim.strongWolfe({ c2: 0.1 }) });
 * await optimizer.step(() => x.square().sum()); // exact for a parabola
 * x // → [0]
 */
export function strongWolfe(
  options: { readonly c1?: number; readonly c2?: number; readonly maxTrials?: number; readonly tolerance?: number } = {},
): LineSearch {
  const { c1, c2, maxTrials, tolerance } = resolveOptions<typeof options>("strongWolfe", { c1: 1e-4, c2: 0.9, maxTrials: 25, tolerance: 1e-9 }, options);
  if (!(c1 > 0 && c1 < c2 && c2 < 1)) throw new ValueError(`strongWolfe: expected 0 < c1 < c2 < 1, got c1 ${c1} and c2 ${c2}.`);
  checkRange("strongWolfe", { maxTrials }, { min: 1 });
  checkRange("strongWolfe", { tolerance });
  return async (line) => {
    const { start, reach } = line;
    const tooHigh = (point: LinePoint): boolean => point.value > start.value + c1 * point.t * start.slope;
    const flat = (point: LinePoint): boolean => Math.abs(point.slope) <= -c2 * start.slope;

    // Go on until two neighbours bracket an acceptable point, or one is acceptable itself.
    let previous = start;
    let current = await line.at(line.firstStep);
    let trials = 0;
    let bracket: [LinePoint, LinePoint] | null = null;
    while (bracket === null && trials < maxTrials) {
      if (!isFinitePoint(current)) {
        current = await line.at((previous.t + current.t) / 2);
      } else if (tooHigh(current) || (trials > 1 && current.value >= previous.value)) {
        bracket = [previous, current];
        break;
      } else if (flat(current)) {
        return current;
      } else if (current.slope >= 0) {
        bracket = [previous, current];
        break;
      } else {
        const t = cubicMinimum(previous, current, [current.t + 0.01 * (current.t - previous.t), current.t * 10]);
        [previous, current] = [current, await line.at(t)];
      }
      trials++;
    }
    if (bracket === null) return lower(start, isFinitePoint(current) ? current : previous);

    // Narrow the bracket; its low end is the best point so far.
    let [low, high] = bracket[0].value <= bracket[1].value ? bracket : [bracket[1], bracket[0]];
    let insufficient = false;
    while (trials < maxTrials && Math.abs(high.t - low.t) * reach >= tolerance) {
      const [left, right] = low.t < high.t ? [low.t, high.t] : [high.t, low.t];
      let t = cubicMinimum(low, high, [left, right]);
      // Too near to an end twice: a tenth of the bracket away from it.
      const margin = 0.1 * (right - left);
      if (Math.min(right - t, t - left) < margin) {
        if (insufficient || t >= right || t <= left) {
          t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin;
          insufficient = false;
        } else {
          insufficient = true;
        }
      } else {
        insufficient = false;
      }
      const point = await line.at(t);
      trials++;
      if (!isFinitePoint(point) || tooHigh(point) || point.value >= low.value) {
        high = point;
        if (high.value < low.value) [low, high] = [high, low];
      } else {
        if (flat(point)) return point;
        if (point.slope * (high.t - low.t) >= 0) high = low;
        low = point;
      }
    }
    return lower(start, low);
  };
}

/** The point if it lies lower than the start (or as low, further on). */
function lower(start: LinePoint, point: LinePoint): LinePoint | null {
  return point.t > 0 && point.value <= start.value ? point : null;
}

function isFinitePoint({ value, slope }: LinePoint): boolean {
  return Number.isFinite(value) && Number.isFinite(slope);
}

/** Minimum of the cubic through two points with their slopes, within bounds; their middle if it has none. Nocedal & Wright, eq. 3.59. */
function cubicMinimum(a: LinePoint, b: LinePoint, [least, most]: readonly [number, number]): number {
  const [p, q] = a.t <= b.t ? [a, b] : [b, a];
  const d1 = p.slope + q.slope - (3 * (p.value - q.value)) / (p.t - q.t);
  const square = d1 * d1 - p.slope * q.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(square);
  const t = q.t - (q.t - p.t) * ((q.slope + d2 - d1) / (q.slope - p.slope + 2 * d2));
  return Number.isNaN(t) ? (least + most) / 2 : Math.min(Math.max(t, least), most);
}

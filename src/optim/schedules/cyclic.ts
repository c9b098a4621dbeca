/** Rates that swing between two bounds. */

import { ValueError } from "../../base/errors.js";
import { checkRange, resolveOptions } from "../options.js";
import type { Schedule } from "./schedule.js";

export interface CyclicOptions {
  /** The lower bound; baseLr is the upper one. */
  readonly minLr: number;
  /** Time from the lower bound to the upper one. */
  readonly up: number;
  /** Time back. Default: as `up`. */
  readonly down?: number;
  /** "triangular" (default); "triangular2": each swing half as high as the one before; "exponential": the height falls by gamma^t. */
  readonly shape?: "triangular" | "triangular2" | "exponential";
  /** Of the exponential shape. Default 0.99. */
  readonly gamma?: number;
}

/**
 * A triangle wave between minLr and baseLr, from minLr at t = 0. As a rule inside `perStep`. Smith 2017, in PyTorch's form.
 * @throws ValueError for options out of range.
 *
 * @example
 * const schedule = optim.schedules.cyclic({ minLr: 0.1, up: 2 });
 * [0, 1, 2, 3, 4].map((step) => schedule.lrAt(step, 0.5, 100)) // → [0.1, 0.3, 0.5, 0.3, 0.1]
 */
export function cyclic(options: CyclicOptions): Schedule {
  const { minLr, up, down, shape, gamma } = resolveOptions<CyclicOptions>(
    "cyclic",
    { minLr: NaN, up: NaN, down: Infinity, shape: "triangular", gamma: 0.99 },
    options,
  );
  if (!(up > 0 && down > 0)) throw new ValueError(`cyclic: up and down must be above 0, got ${up} and ${down}.`);
  checkRange("cyclic", { minLr, gamma });
  const heights = {
    triangular: () => 1,
    triangular2: (cycle: number) => 0.5 ** cycle,
    exponential: (_cycle: number, at: number) => gamma ** at,
  };
  if (!Object.hasOwn(heights, shape)) throw new ValueError(`cyclic: shape must be one of ${Object.keys(heights).join(", ")}, got "${String(shape)}".`);
  const period = up + (down === Infinity ? up : down);
  return {
    lrAt: (at, baseLr) => {
      const cycle = Math.floor(at / period);
      const since = at - cycle * period;
      const share = since <= up ? since / up : (period - since) / (period - up);
      return minLr + (baseLr - minLr) * share * heights[shape](cycle, at);
    },
  };
}

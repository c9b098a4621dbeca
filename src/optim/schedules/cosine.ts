/** Rates along a cosine: once, again and again, and up and down in one cycle. */

import { ValueError } from "../../base/errors.js";
import { checkRange, resolveOptions } from "../options.js";
import { shareDone } from "./decay.js";
import type { Schedule } from "./schedule.js";

/**
 * minLr + (baseLr − minLr)·(1 + cos(π·t/period))/2: half a cosine from baseLr down to minLr (default 0) over `period` (default: all
 * of the run). Loshchilov & Hutter 2017, eq. 5.
 *
 * @example
 * const schedule = optim.schedules.cosine({ minLr: 0.02 });
 * [0, 5, 10].map((epoch) => schedule.lrAt(epoch, 0.1, 10)) // → [0.1, 0.06, 0.02]
 */
export function cosine(options: { readonly minLr?: number; readonly period?: number } = {}): Schedule {
  const { minLr, period } = resolveOptions<typeof options>("cosine", { minLr: 0, period: Infinity }, options);
  checkRange("cosine", { minLr });
  return { lrAt: (at, baseLr, total) => alongCosine(baseLr, minLr, shareDone("cosine", at, period, Math.max(1, total))) };
}

/**
 * Half a cosine from baseLr to minLr over `period`, then again from baseLr over `period · factor`, and so on: warm restarts.
 * Loshchilov & Hutter 2017.
 * @param options.period length of the first cosine
 * @param options.factor by which each one is longer than the one before, at least 1. Default 1
 * @param options.minLr default 0
 * @throws ValueError for a period of 0 or less, or a factor below 1.
 *
 * @example
 * const schedule = optim.schedules.cosineRestarts({ period: 2, factor: 2 });
 * [0, 1, 2, 4, 6].map((epoch) => schedule.lrAt(epoch, 0.1, 14)) // → [0.1, 0.05, 0.1, 0.05, 0.1]
 */
export function cosineRestarts(options: { readonly period: number; readonly factor?: number; readonly minLr?: number }): Schedule {
  const { period, factor, minLr } = resolveOptions<typeof options>("cosineRestarts", { period: NaN, factor: 1, minLr: 0 }, options);
  if (!(period > 0)) throw new ValueError(`cosineRestarts: period must be above 0, got ${period}.`);
  checkRange("cosineRestarts", { factor }, { min: 1 });
  checkRange("cosineRestarts", { minLr });
  return {
    lrAt: (at, baseLr) => {
      let [since, length] = [factor === 1 ? at % period : at, period];
      for (; since >= length; length *= factor) since -= length;
      return alongCosine(baseLr, minLr, since / length);
    },
  };
}

export interface OneCycleOptions {
  /** Share of the cycle in which the rate rises. Default 0.3. */
  readonly rise?: number;
  /** The rate begins at baseLr / divFactor. Default 25. */
  readonly divFactor?: number;
  /** The rate ends at baseLr / divFactor / finalDivFactor. Default 1e4. */
  readonly finalDivFactor?: number;
  /** Curve between these. Default "cosine". */
  readonly anneal?: "cosine" | "linear";
  /** Fall as long as it rose, back to the first rate, and only then to the last. Default false. */
  readonly threePhase?: boolean;
  /** Default: all of the run. */
  readonly period?: number;
}

/**
 * Up from a small rate to baseLr and down to a tiny one, once: superconvergence. The last rate is reached at t = period − 1. As a rule
 * inside `perStep`. Smith & Topin 2018, in PyTorch's form.
 * @throws ValueError for options out of range.
 *
 * @example
 * const schedule = optim.schedules.oneCycle({ rise: 0.5, divFactor: 10, finalDivFactor: 10 });
 * [0, 1, 2, 5].map((step) => schedule.lrAt(step, 1, 6)) // → [0.1, 0.55, 1, 0.01]
 */
export function oneCycle(options: OneCycleOptions = {}): Schedule {
  const resolved = resolveOptions<OneCycleOptions>(
    "oneCycle",
    { rise: 0.3, divFactor: 25, finalDivFactor: 1e4, anneal: "cosine", threePhase: false, period: Infinity },
    options,
  );
  const { rise, divFactor, finalDivFactor, anneal, threePhase, period } = resolved;
  if (anneal !== "cosine" && anneal !== "linear") throw new ValueError(`oneCycle: anneal must be "cosine" or "linear", got "${String(anneal)}".`);
  if (!(rise >= 0 && rise <= (threePhase ? 0.5 : 1))) throw new ValueError(`oneCycle: rise must be from 0 to ${threePhase ? "0.5 with threePhase" : "1"}, got ${rise}.`);
  checkRange("oneCycle", { divFactor, finalDivFactor }, { min: 1 });
  const along = anneal === "cosine" ? alongCosine : (from: number, to: number, share: number): number => from + (to - from) * share;
  return {
    lrAt: (at, baseLr, total) => {
      const length = period === Infinity ? total : period;
      const low = baseLr / divFactor;
      const corners: [time: number, rate: number][] = [[0, low], [rise * length - 1, baseLr]];
      if (threePhase) corners.push([2 * rise * length - 2, low]);
      corners.push([length - 1, low / finalDivFactor]);
      let [start, from] = corners[0];
      for (const [end, to] of corners.slice(1)) {
        if (at < end) return along(from, to, (at - start) / (end - start));
        [start, from] = [Math.max(start, end), to];
      }
      return from;
    },
  };
}

/** From `from` to `to` along half a cosine. */
function alongCosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}

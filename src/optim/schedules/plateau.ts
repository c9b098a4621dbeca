/** A rate that is cut when a metric no longer gets better. */

import { ValueError } from "../../base/errors.js";
import { checkRange, resolveOptions } from "../options.js";
import type { Schedule } from "./schedule.js";

export interface PlateauOptions {
  /** "min" (default): the metric should fall; the Trainer shows the loss. "max": it should rise; the Trainer shows the accuracy. */
  readonly mode?: "min" | "max";
  /** The rate is multiplied by this. Default 0.1. */
  readonly factor?: number;
  /** Epochs without progress that are put up with. Default 10. */
  readonly patience?: number;
  /** What counts as progress: by this share of the best value so far ("relative"), or by this much ("absolute"). Default 1e−4. */
  readonly threshold?: number;
  /** Default "relative". */
  readonly thresholdMode?: "relative" | "absolute";
  /** Epochs after a cut in which lack of progress does not count. Default 0. */
  readonly cooldown?: number;
  /** Default 0. */
  readonly minLr?: number;
}

/**
 * baseLr times `factor` each time that the metric has not got better for more than `patience` epochs. PyTorch's ReduceLROnPlateau, as a
 * function of the metrics of all epochs done: there is no state to save besides them. The Trainer passes those of validation, or of
 * training without it.
 * @throws ValueError for options out of range; lrAt: if metrics of epochs done are missing.
 *
 * @example
 * const schedule = optim.schedules.plateau({ patience: 1 });
 * const losses = [0.9, 0.5, 0.6, 0.7, 0.4];
 * [0, 1, 2, 3, 4, 5].map((epoch) => schedule.lrAt(epoch, 1, 10, losses)) // → [1, 1, 1, 1, 0.1, 0.1]
 */
export function plateau(options: PlateauOptions = {}): Schedule {
  const { mode, factor, patience, threshold, thresholdMode, cooldown, minLr } = resolveOptions<PlateauOptions>(
    "plateau",
    { mode: "min", factor: 0.1, patience: 10, threshold: 1e-4, thresholdMode: "relative", cooldown: 0, minLr: 0 },
    options,
  );
  if (mode !== "min" && mode !== "max") throw new ValueError(`plateau: mode must be "min" or "max", got "${String(mode)}".`);
  if (thresholdMode !== "relative" && thresholdMode !== "absolute") {
    throw new ValueError(`plateau: thresholdMode must be "relative" or "absolute", got "${String(thresholdMode)}".`);
  }
  checkRange("plateau", { factor }, { below: 1 });
  checkRange("plateau", { patience, threshold, cooldown, minLr });
  const sign = mode === "min" ? -1 : 1;
  const better = (value: number, best: number): boolean =>
    best === -sign * Infinity ? value !== best : sign * (value - best) > threshold * (thresholdMode === "relative" ? Math.abs(best) : 1);
  return {
    watches: mode === "min" ? "loss" : "accuracy",
    lrAt: (at, baseLr, _total, metrics = []) => {
      const done = Math.floor(at);
      if (metrics.length < done) {
        throw new ValueError(`plateau: expected the metric of each of the ${done} epochs done, got ${metrics.length}; pass them as the fourth argument of lrAt.`);
      }
      let lr = baseLr;
      let best = -sign * Infinity;
      let bad = 0;
      let rest = 0;
      for (const value of metrics.slice(0, done)) {
        const progress = better(value, best);
        if (progress) best = value;
        bad = progress || rest > 0 ? 0 : bad + 1;
        rest = Math.max(0, rest - 1);
        if (bad <= patience) continue;
        lr = Math.max(minLr, lr * factor);
        rest = cooldown;
        bad = 0;
      }
      return lr;
    },
  };
}

/** Schedules from schedules: a warm-up before one, one after another, one on top of another; and the ramps that go into them. */

import { ValueError } from "../../base/errors.js";
import { checkRange, resolveOptions } from "../options.js";
import { checkSchedule, type Schedule } from "./schedule.js";

/**
 * baseLr times a factor that goes from `start` to `end` in equal steps, and then stays.
 * @param options.start default ⅓
 * @param options.end default 1
 * @param options.steps time that it takes, in the schedule's own steps (epochs, or optimiser steps inside `perStep`). Default 5
 * @throws ValueError for a negative factor, or fewer steps than 1.
 *
 * @example
 * const schedule = optim.schedules.linear({ start: 0, steps: 2 });
 * [0, 1, 2, 3].map((epoch) => schedule.lrAt(epoch, 0.1, 10)) // → [0, 0.05, 0.1, 0.1]
 */
export function linear(options: { readonly start?: number; readonly end?: number; readonly steps?: number } = {}): Schedule {
  const { start, end, steps } = resolveOptions<typeof options>("linear", { start: 1 / 3, end: 1, steps: 5 }, options);
  checkRange("linear", { start, end });
  checkRange("linear", { steps }, { min: 1 });
  return { lrAt: (at, baseLr) => baseLr * (start + (end - start) * Math.min(1, at / steps)) };
}

/**
 * `schedule` times a factor that rises in equal steps to 1 in the first `steps` (epochs, or optimiser steps inside `perStep`): 1/steps,
 * 2/steps, …, 1, as in Goyal et al. 2017. The schedule's own time runs from the beginning.
 * @param options.start factor from which it rises; the first rate is one step above. Default 0
 * @throws ValueError for fewer steps than 1, or a start below 0.
 *
 * @example
 * const schedule = optim.schedules.warmup(optim.schedules.constant(), { steps: 4 });
 * [0, 1, 2, 3, 4].map((epoch) => schedule.lrAt(epoch, 0.1, 10)) // → [0.025, 0.05, 0.075, 0.1, 0.1]
 */
export function warmup(schedule: Schedule, options: { readonly steps: number; readonly start?: number }): Schedule {
  checkSchedule("warmup", schedule);
  const { steps, start } = resolveOptions<typeof options>("warmup", { steps: NaN, start: 0 }, options);
  checkRange("warmup", { steps }, { min: 1 });
  checkRange("warmup", { start });
  return {
    per: schedule.per,
    watches: schedule.watches,
    lrAt: (at, baseLr, total, metrics) => schedule.lrAt(at, baseLr, total, metrics) * (start + (1 - start) * Math.min(1, (at + 1) / steps)),
  };
}

/**
 * baseLr · modelSize^−½ · min(s^−½, s · warmup^−3/2) in step s = t + 1: a linear warm-up, then 1/√s. With an optimiser of lr 1 the rate
 * of the Transformer (Vaswani et al. 2017, eq. 3); as a rule inside `perStep`.
 * @param options.modelSize d_model. Default 512
 * @param options.warmup steps of the warm-up. Default 4000
 * @throws ValueError if one is below 1.
 *
 * @example
 * const schedule = optim.schedules.transformer({ modelSize: 100, warmup: 4 });
 * [0, 1, 3, 15].map((step) => schedule.lrAt(step, 1, 100)) // → [0.0125, 0.025, 0.05, 0.025]
 */
export function transformer(options: { readonly modelSize?: number; readonly warmup?: number } = {}): Schedule {
  const { modelSize, warmup: w } = resolveOptions<typeof options>("transformer", { modelSize: 512, warmup: 4000 }, options);
  checkRange("transformer", { modelSize, warmup: w }, { min: 1 });
  return { lrAt: (at, baseLr) => baseLr * modelSize ** -0.5 * Math.min((at + 1) ** -0.5, (at + 1) * w ** -1.5) };
}

/**
 * One schedule after another: `schedules[i]` from `milestones[i − 1]` on, with a time of its own that starts there at 0, and as its total
 * the length of its part.
 * @throws ValueError unless there is one milestone between two schedules, ascending, and all count the same time.
 *
 * @example
 * const { constant, cosine, sequential } = optim.schedules;
 * const schedule = sequential([constant(), cosine()], { milestones: [2] });
 * [0, 1, 2, 4, 6].map((epoch) => schedule.lrAt(epoch, 0.1, 6)) // → [0.1, 0.1, 0.1, 0.05, 0]
 */
export function sequential(schedules: readonly Schedule[], options: { readonly milestones: readonly number[] }): Schedule {
  const common = commonOf("sequential", schedules);
  const { milestones } = resolveOptions<typeof options>("sequential", { milestones: [] }, options);
  if (milestones.length !== schedules.length - 1) {
    throw new ValueError(`sequential: ${schedules.length} schedules need ${schedules.length - 1} milestones between them, got ${milestones.length}.`);
  }
  const starts = [0, ...milestones];
  for (let i = 1; i < starts.length; i++) {
    if (!(starts[i] > starts[i - 1])) throw new ValueError(`sequential: milestones must be above 0 and ascend, got ${milestones.join(", ")}.`);
  }
  return {
    ...common,
    lrAt: (at, baseLr, total, metrics) => {
      const part = starts.findLastIndex((start) => start <= at);
      const [start, end] = [starts[part], starts[part + 1] ?? total];
      return schedules[part].lrAt(at - start, baseLr, Math.max(1, end - start), metrics?.slice(start));
    },
  };
}

/**
 * All schedules at once: each takes the rate of the one before for its own baseLr, so factors multiply.
 * @throws ValueError unless all count the same time.
 *
 * @example
 * const { chained, exponential, stepDecay } = optim.schedules;
 * const schedule = chained([exponential({ gamma: 0.5 }), stepDecay({ every: 2 })]);
 * [0, 1, 2].map((epoch) => schedule.lrAt(epoch, 1, 3)) // → [1, 0.5, 0.025]
 */
export function chained(schedules: readonly Schedule[]): Schedule {
  return {
    ...commonOf("chained", schedules),
    lrAt: (at, baseLr, total, metrics) => schedules.reduce((lr, schedule) => schedule.lrAt(at, lr, total, metrics), baseLr),
  };
}

/** What the parts have in common: the time that they count, and the metric that one of them watches. */
function commonOf(owner: string, schedules: readonly Schedule[]): Pick<Schedule, "per" | "watches"> {
  if (!Array.isArray(schedules) || schedules.length === 0) throw new ValueError(`${owner}: expected an array of schedules, got ${schedules?.length === 0 ? "none" : String(schedules)}.`);
  for (const schedule of schedules) checkSchedule(owner, schedule);
  const clocks = new Set(schedules.map(({ per = "epoch" }) => per));
  if (clocks.size > 1) throw new ValueError(`${owner}: some of the schedules count epochs and some steps; put perStep around the whole instead of around a part.`);
  const watched = new Set(schedules.flatMap(({ watches }) => watches ?? []));
  if (watched.size > 1) throw new ValueError(`${owner}: one schedule watches the loss and one the accuracy; only one metric is passed on.`);
  return { per: schedules[0].per, watches: [...watched][0] };
}

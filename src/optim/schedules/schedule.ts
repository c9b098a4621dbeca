/**
 * A schedule is a pure function: the learning rate at a time, from the optimiser's own rate and the length of the run. It remembers
 * nothing, so a resumed run continues exactly.
 */

import { ValueError } from "../../base/errors.js";

export interface Schedule {
  /** What time counts: epochs (the default), or the optimiser's steps. See `perStep`. */
  readonly per?: "epoch" | "step";
  /** The metric that `lrAt` wants to see, one number for each epoch done. Default: none. */
  readonly watches?: "loss" | "accuracy";
  /**
   * The rate at time `at`, counted from 0, of a run of length `total`.
   * @param baseLr the optimiser's own learning rate
   * @param metrics what `watches` names, measured after each epoch done
   */
  lrAt(at: number, baseLr: number, total: number, metrics?: readonly number[]): number;
}

/**
 * The same schedule with time counted in the optimiser's steps instead of epochs: its periods are numbers of steps, and the rate changes
 * before each step.
 * @throws ValueError for `plateau`, whose metric is measured once an epoch.
 *
 * @example
 * const { cosine, perStep, warmup } = optim.schedules;
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy, schedule: perStep(warmup(cosine(), { steps: 3 })) });
 * const rates: number[] = [];
 * trainer.listen({ step: ({ lr }) => void rates.push(lr) });
 * await trainer.fit(loader, null, { epochs: 2 });
 * rates // → [0.0333333, 0.0622008, 0.075, 0.05, 0.025, 0.00669873]
 */
export function perStep(schedule: Schedule): Schedule {
  checkSchedule("perStep", schedule);
  if (schedule.watches !== undefined) throw new ValueError(`perStep: the schedule follows the ${schedule.watches}, which is measured after each epoch; use it without perStep.`);
  return { per: "step", lrAt: (at, baseLr, total) => schedule.lrAt(at, baseLr, total) };
}

/** Throws ValueError if `schedule` is no schedule, as when its factory was not called. */
export function checkSchedule(owner: string, schedule: Schedule): void {
  if (typeof schedule === "object" && schedule !== null && typeof schedule.lrAt === "function") return;
  throw new ValueError(`${owner}: expected a schedule such as cosine(), got ${typeof schedule === "function" ? "a function; call it" : String(schedule)}.`);
}

/** Rates that fall by a formula of the time alone. */

import { ValueError } from "../../base/errors.js";
import { checkRange, resolveOptions } from "../options.js";
import type { Schedule } from "./schedule.js";

/**
 * The same rate throughout.
 *
 * @example
 * optim.schedules.constant().lrAt(7, 0.1, 10) // → 0.1
 */
export function constant(): Schedule {
  return { lrAt: (_at, baseLr) => baseLr };
}

/**
 * baseLr · gamma^⌊t / every⌋.
 * @param options.every epochs between two cuts, at least 1
 * @param options.gamma default 0.1
 * @throws ValueError if `every` is below 1.
 *
 * @example
 * const schedule = optim.schedules.stepDecay({ every: 10 });
 * [0, 9, 10, 20].map((epoch) => schedule.lrAt(epoch, 0.5, 30)) // → [0.5, 0.5, 0.05, 0.005]
 */
export function stepDecay(options: { readonly every: number; readonly gamma?: number }): Schedule {
  const { every, gamma } = resolveOptions<typeof options>("stepDecay", { every: NaN, gamma: 0.1 }, options);
  if (!(every >= 1)) throw new ValueError(`stepDecay: every must be at least 1 epoch, got ${every}.`);
  checkRange("stepDecay", { gamma });
  return { lrAt: (at, baseLr) => baseLr * gamma ** Math.floor(at / every) };
}

/**
 * baseLr · gamma^(number of milestones reached): cuts where one chooses.
 * @param options.milestones epochs before which the rate is cut, in any order
 * @param options.gamma default 0.1
 * @throws ValueError if a milestone is below 0.
 *
 * @example
 * const schedule = optim.schedules.multiStep({ milestones: [30, 80] });
 * [29, 30, 80].map((epoch) => schedule.lrAt(epoch, 1, 100)) // → [1, 0.1, 0.01]
 */
export function multiStep(options: { readonly milestones: readonly number[]; readonly gamma?: number }): Schedule {
  const { milestones, gamma } = resolveOptions<typeof options>("multiStep", { milestones: [], gamma: 0.1 }, options);
  for (const milestone of milestones) checkRange("multiStep", { "each milestone": milestone });
  checkRange("multiStep", { gamma });
  return { lrAt: (at, baseLr) => baseLr * gamma ** milestones.filter((milestone) => milestone <= at).length };
}

/**
 * baseLr · gamma^t.
 * @param options.gamma default 0.95
 *
 * @example
 * const schedule = optim.schedules.exponential({ gamma: 0.5 });
 * [0, 1, 2].map((epoch) => schedule.lrAt(epoch, 0.1, 3)) // → [0.1, 0.05, 0.025]
 */
export function exponential(options: { readonly gamma?: number } = {}): Schedule {
  const { gamma } = resolveOptions<typeof options>("exponential", { gamma: 0.95 }, options);
  checkRange("exponential", { gamma });
  return { lrAt: (at, baseLr) => baseLr * gamma ** at };
}

/**
 * baseLr / (1 + decay·t).
 * @param options.decay default 1
 *
 * @example
 * const schedule = optim.schedules.fractionalDecay();
 * [0, 1, 2, 3].map((epoch) => schedule.lrAt(epoch, 0.1, 4)) // → [0.1, 0.05, 0.0333333, 0.025]
 */
export function fractionalDecay(options: { readonly decay?: number } = {}): Schedule {
  const { decay } = resolveOptions<typeof options>("fractionalDecay", { decay: 1 }, options);
  checkRange("fractionalDecay", { decay });
  return { lrAt: (at, baseLr) => baseLr / (1 + decay * at) };
}

/**
 * scale · baseLr / √n in epoch n = t + 1.
 * @param options.scale default 1
 *
 * @example
 * const schedule = optim.schedules.inverseSquareRoot();
 * [0, 3, 8].map((epoch) => schedule.lrAt(epoch, 0.6, 9)) // → [0.6, 0.3, 0.2]
 */
export function inverseSquareRoot(options: { readonly scale?: number } = {}): Schedule {
  const { scale } = resolveOptions<typeof options>("inverseSquareRoot", { scale: 1 }, options);
  checkRange("inverseSquareRoot", { scale });
  return { lrAt: (at, baseLr) => (scale * baseLr) / Math.sqrt(at + 1) };
}

/**
 * aₙ = baseLr / n^power with n = t + 1: the sum of the rates diverges, that of their squares converges, so noisy steps arrive.
 * Robbins & Monro 1951; as a rule inside `perStep`.
 * @param options.power above ½, at most 1. Default 1
 * @throws ValueError for another power, with which one of the two conditions fails.
 *
 * @example
 * const schedule = optim.schedules.robbinsMonro();
 * [0, 1, 3].map((step) => schedule.lrAt(step, 1, 4)) // → [1, 0.5, 0.25]
 */
export function robbinsMonro(options: { readonly power?: number } = {}): Schedule {
  const { power } = resolveOptions<typeof options>("robbinsMonro", { power: 1 }, options);
  if (!(power > 0.5 && power <= 1)) throw new ValueError(`robbinsMonro: power must be above 0.5 and at most 1, got ${power}.`);
  return { lrAt: (at, baseLr) => baseLr / (at + 1) ** power };
}

/**
 * minLr + (baseLr − minLr)·(1 − t/period)^power, then minLr.
 * @param options.power default 1: a straight line
 * @param options.minLr default 0
 * @param options.period default: all of the run
 *
 * @example
 * const schedule = optim.schedules.polynomial({ power: 2 });
 * [0, 1, 2, 4].map((epoch) => schedule.lrAt(epoch, 0.16, 4)) // → [0.16, 0.09, 0.04, 0]
 */
export function polynomial(options: { readonly power?: number; readonly minLr?: number; readonly period?: number } = {}): Schedule {
  const { power, minLr, period } = resolveOptions<typeof options>("polynomial", { power: 1, minLr: 0, period: Infinity }, options);
  checkRange("polynomial", { power, minLr });
  return { lrAt: (at, baseLr, total) => minLr + (baseLr - minLr) * (1 - shareDone("polynomial", at, period, total)) ** power };
}

/** at / period, at most 1; a period of Infinity is the whole run. */
export function shareDone(owner: string, at: number, period: number, total: number): number {
  const length = period === Infinity ? total : period;
  if (!(length > 0)) throw new ValueError(`${owner}: the period must be above 0, got ${length}.`);
  return Math.min(1, at / length);
}

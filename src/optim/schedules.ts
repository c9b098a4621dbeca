/** Learning-rate schedules: pure functions of the epoch, so that a resumed run continues exactly. */

import { ValueError } from "../base/errors.js";

export interface Schedule {
  /** Learning rate of epoch `epoch` (from 0) of `epochs`, given the optimiser's own. */
  lrAt(epoch: number, baseLr: number, epochs: number): number;
}

/**
 * The same rate throughout.
 *
 * @example
 * optim.schedules.constant().lrAt(7, 0.1, 10) // → 0.1
 */
export function constant(): Schedule {
  return { lrAt: (_epoch, baseLr) => baseLr };
}

/**
 * baseLr · gamma^⌊epoch / every⌋.
 * @param options.every epochs between two cuts, at least 1
 * @param options.gamma default 0.1
 * @throws ValueError if `every` is below 1.
 *
 * @example
 * const schedule = optim.schedules.stepDecay({ every: 10 });
 * [0, 9, 10, 20].map((epoch) => schedule.lrAt(epoch, 0.5, 30)) // → [0.5, 0.5, 0.05, 0.005]
 */
export function stepDecay({ every, gamma = 0.1 }: { readonly every: number; readonly gamma?: number }): Schedule {
  if (!(every >= 1)) throw new ValueError(`stepDecay: every must be at least 1 epoch, got ${every}.`);
  return { lrAt: (epoch, baseLr) => baseLr * gamma ** Math.floor(epoch / every) };
}

/**
 * baseLr · gamma^epoch.
 * @param options.gamma default 0.95
 *
 * @example
 * const schedule = optim.schedules.exponential({ gamma: 0.5 });
 * [0, 1, 2].map((epoch) => schedule.lrAt(epoch, 0.1, 3)) // → [0.1, 0.05, 0.025]
 */
export function exponential({ gamma = 0.95 }: { readonly gamma?: number } = {}): Schedule {
  return { lrAt: (epoch, baseLr) => baseLr * gamma ** epoch };
}

/**
 * minLr + (baseLr − minLr)·(1 + cos(π·epoch/epochs))/2: half a cosine from baseLr down to minLr (default 0) over `epochs` (default: all
 * of the run). Loshchilov & Hutter 2017, eq. 5.
 *
 * @example
 * const schedule = optim.schedules.cosine({ minLr: 0.02 });
 * [0, 5, 10].map((epoch) => schedule.lrAt(epoch, 0.1, 10)) // → [0.1, 0.06, 0.02]
 */
export function cosine({ minLr = 0, epochs: period }: { readonly minLr?: number; readonly epochs?: number } = {}): Schedule {
  return {
    lrAt: (epoch, baseLr, epochs) => {
      const t = Math.min(1, epoch / Math.max(1, period ?? epochs));
      return minLr + ((baseLr - minLr) * (1 + Math.cos(Math.PI * t))) / 2;
    },
  };
}

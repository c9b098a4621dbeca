/** Learning-rate schedules: pure functions of the epoch, so that a resumed run continues exactly. */

import { ValueError } from "../base/errors.js";

export interface Schedule {
  /** Learning rate of epoch `epoch` (from 0) of `epochs`, given the optimiser's own. */
  lrAt(epoch: number, baseLr: number, epochs: number): number;
}

/** The same rate throughout. */
export function constant(): Schedule {
  return { lrAt: (_epoch, baseLr) => baseLr };
}

/** baseLr · gamma^⌊epoch / every⌋. @param options.gamma default 0.1 */
export function stepDecay({ every, gamma = 0.1 }: { readonly every: number; readonly gamma?: number }): Schedule {
  if (!(every >= 1)) throw new ValueError(`stepDecay: every must be at least 1 epoch, got ${every}.`);
  return { lrAt: (epoch, baseLr) => baseLr * gamma ** Math.floor(epoch / every) };
}

/** baseLr · gamma^epoch. @param options.gamma default 0.95 */
export function exponential({ gamma = 0.95 }: { readonly gamma?: number } = {}): Schedule {
  return { lrAt: (epoch, baseLr) => baseLr * gamma ** epoch };
}

/**
 * Half a cosine from baseLr down to minLr over `epochs` (default: all of the run).
 * Loshchilov & Hutter 2017, eq. 5.
 */
export function cosine({ minLr = 0, epochs: period }: { readonly minLr?: number; readonly epochs?: number } = {}): Schedule {
  return {
    lrAt: (epoch, baseLr, epochs) => {
      const t = Math.min(1, epoch / Math.max(1, period ?? epochs));
      return minLr + ((baseLr - minLr) * (1 + Math.cos(Math.PI * t))) / 2;
    },
  };
}

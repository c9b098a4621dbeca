/** Checks of the options that transforms share. */

import { ValueError } from "../../base/errors.js";

/** A number, or the two ends of the interval that it is drawn from. */
export type Interval = readonly [low: number, high: number];

/** @throws ValueError unless it lies in 0 … 1. */
export function checkProbability(transform: string, probability: number): void {
  if (probability >= 0 && probability <= 1) return;
  throw new ValueError(`${transform}: the probability must lie in 0 … 1, but is ${probability}.`);
}

/** @throws ValueError unless low ≤ high and both lie in least … most. */
export function checkInterval(transform: string, option: string, interval: Interval, least: number, most = Infinity): void {
  if (Array.isArray(interval) && interval.length === 2) {
    const [low, high] = interval;
    if (low >= least && low <= high && high <= most && Number.isFinite(high)) return;
  }
  const bounds = most === Infinity ? `from ${least} on` : `from ${least} to ${most}`;
  throw new ValueError(`${transform}: ${option} must be [low, high] with low ≤ high, ${bounds}, but is ${JSON.stringify(interval)}.`);
}

/** @throws ValueError unless it is a number from `least` to `most`. */
export function checkNumber(transform: string, option: string, value: number, least: number, most = Infinity): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  throw new ValueError(`${transform}: ${option} must be a number ${most === Infinity ? `≥ ${least}` : `from ${least} to ${most}`}, but is ${value}.`);
}

/** @throws ValueError unless it is an integer from `least` to `most`. */
export function checkInteger(transform: string, option: string, value: number, least: number, most = Infinity): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ValueError(`${transform}: ${option} must be an integer ${most === Infinity ? `≥ ${least}` : `from ${least} to ${most}`}, but is ${value}.`);
}

/** Height and width from one number for both, or from the two. @throws ValueError unless they are integers ≥ 1. */
export function sizeOfImages(transform: string, size: number | readonly [height: number, width: number]): [height: number, width: number] {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  checkInteger(transform, "the height", height, 1);
  checkInteger(transform, "the width", width, 1);
  return [height, width];
}

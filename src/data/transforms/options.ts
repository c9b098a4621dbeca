/** Kinds of options that transforms share. */

import { checkValue, either, integer, type Kind, listOf, number } from "../../base/options.js";

/** A number, or the two ends of the interval that it is drawn from. */
export type Interval = readonly [low: number, high: number];

/** A share of the images. */
export const share: Kind = number(0, 1);

/** The two ends of an interval, both from `least` to `most`. */
export function interval(least = -Infinity, most = Infinity): Kind {
  const end = number(least, most);
  return {
    what: `[low, high] with low ≤ high, ${end.what.replace("a number", "numbers")}`,
    has: (value) => Array.isArray(value) && value.length === 2 && value.every(end.has) && value[0] <= value[1],
  };
}

/** One number above 0 for height and width, or the two. */
export const imageSize: Kind = either(integer(1), listOf(integer(1), 2));

/** Height and width from one number for both, or from the two. @throws ValueError unless they are integers ≥ 1. */
export function sizeOfImages(transform: string, size: number | readonly [height: number, width: number]): [height: number, width: number] {
  checkValue(transform, "size", size, imageSize);
  return typeof size === "number" ? [size, size] : [size[0], size[1]];
}

/** Positions in lists of numbers that rise, found by halving. */

/** The first before `end` whose value is not below `bound`; `end` where all are. */
export function firstAtLeast(values: ArrayLike<number>, bound: number, end = values.length): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first whose value is above `bound`. */
export function firstAbove(values: ArrayLike<number>, bound: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

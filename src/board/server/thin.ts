/**
 * Thinning: a curve of any length as few points, so that its picture stays the same. Of each stretch the lowest and the highest value stay, in their order,
 * and one gap if there was any; the first and the last point stay always.
 */

/**
 * Positions of the points that stay, rising.
 * @param begin of the range
 * @param end beyond the range
 * @param points how many may stay, gaps not counted; at least 2
 */
export function thin(values: ArrayLike<number>, begin: number, end: number, points: number): number[] {
  const count = end - begin;
  if (count <= points) return Array.from({ length: Math.max(0, count) }, (_, i) => begin + i);
  const kept: number[] = [begin];
  // The ends are kept apart; each stretch between them gives two.
  const stretches = Math.max(1, Math.floor((points - 2) / 2));
  const inner = count - 2;
  for (let stretch = 0; points > 2 && stretch < stretches; stretch++) {
    const from = begin + 1 + Math.floor((stretch * inner) / stretches);
    const to = begin + 1 + Math.floor(((stretch + 1) * inner) / stretches);
    let [lowest, highest, gap] = [-1, -1, -1];
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) gap = i;
      else {
        if (lowest < 0 || value < values[lowest]) lowest = i;
        if (highest < 0 || value > values[highest]) highest = i;
      }
    }
    const found = [...new Set([lowest, highest, gap])].filter((i) => i >= 0);
    kept.push(...found.sort((a, b) => a - b));
  }
  kept.push(end - 1);
  return kept;
}

/** Of each position that stays the mean of all values from behind the one before it, or from `begin`, up to it; NaN where none is finite. */
export function meansOf(values: ArrayLike<number>, begin: number, kept: readonly number[]): number[] {
  let next = begin;
  return kept.map((position) => {
    let [sum, count] = [0, 0];
    for (; next <= position; next++) {
      if (!Number.isFinite(values[next])) continue;
      sum += values[next];
      count++;
    }
    return sum / count;
  });
}

/** At most `count` positions from 0 to length − 1, evenly, both ends among them. */
export function evenly(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}

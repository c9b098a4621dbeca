/**
 * Smoothing: an exponential moving average without the pull towards zero at its beginning (Kingma and Ba, "Adam", 2015, section 3). Each point is
 * the weighted mean of those up to it; a point `spacing` further back weighs `weight` times as much.
 */

/** So many points a curve may have before smoothing counts by stretches of it: more would be closer than pixels. */
const finest = 500;

/** The spacing by which a whole curve is smoothed: that of its points, or 1/500 of it. Zooming and thinning do not change it. */
export function spacingOf(x: readonly number[], total: number): number {
  const count = Math.min(total, finest);
  return count < 2 ? 1 : (x[x.length - 1] - x[0]) / (count - 1);
}

export interface SmoothingOptions {
  /** From 0 (none) to below 1. */
  readonly weight: number;
  readonly spacing: number;
  /** Of a thinned curve: the mean of the points that each stands for, which then counts instead of its value, and by its share of x. */
  readonly means?: readonly (number | null)[] | null;
}

/** `y` smoothed over rising `x`; what is null or not finite stays a gap and has no weight. */
export function smoothed(x: readonly number[], y: readonly (number | null)[], { weight, spacing, means }: SmoothingOptions): (number | null)[] {
  let [sum, weights, before] = [0, 0, x[0]];
  return y.map((value, i) => {
    const distance = x[i] - before;
    const decay = spacing > 0 ? weight ** (distance / spacing) : weight;
    before = x[i];
    sum *= decay;
    weights *= decay;
    const counted = means?.[i] ?? value;
    if (counted !== null && Number.isFinite(counted)) {
      const share = !means || distance === 0 ? 1 : distance / spacing;
      sum += share * counted;
      weights += share;
    }
    return value === null || !Number.isFinite(value) ? null : sum / weights;
  });
}

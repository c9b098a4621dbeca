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

/** `y` smoothed over rising `x`; what is null or not finite stays a gap and has no weight. `weight` is from 0 (none) to below 1. */
export function smoothed(x: readonly number[], y: readonly (number | null)[], { weight, spacing }: { readonly weight: number; readonly spacing: number }): (number | null)[] {
  let [sum, weights, before] = [0, 0, x[0]];
  return y.map((value, i) => {
    const decay = spacing > 0 ? weight ** ((x[i] - before) / spacing) : weight;
    before = x[i];
    sum *= decay;
    weights *= decay;
    if (value === null || !Number.isFinite(value)) return null;
    sum += value;
    weights += 1;
    return sum / weights;
  });
}

/** Marks on curves that share a hue with another: some of its points, at about equal distances, so that a long curve is not covered by them. */

/** Pixels between the marks of a curve. */
export const markSpacing = 80;

/**
 * Which of `count` points carry a mark. Those of several curves are shifted against one another, so that they do not lie on one another.
 * @param left of each point, in pixels, rising; NaN for one that is not drawn
 */
export function markedPoints(left: (i: number) => number, count: number, { look, spacing = markSpacing }: { readonly look: number; readonly spacing?: number }): number[] {
  const marked: number[] = [];
  let [next, last] = [Number.NaN, -1];
  for (let i = 0; i < count; i++) {
    const x = left(i);
    if (!Number.isFinite(x)) continue;
    last = i;
    if (Number.isNaN(next)) next = x + spacing * ((look * 0.382) % 1);
    if (x < next) continue;
    marked.push(i);
    next += spacing * Math.max(1, Math.ceil((x - next) / spacing + 1e-9));
  }
  // A short curve has one all the same.
  return marked.length === 0 && last >= 0 ? [last] : marked;
}

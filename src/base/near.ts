/** Words that are written almost alike, for "did you mean". */

/**
 * The candidate that `word` seems to mean: one that begins with it, or the nearest if no more than a third of the letters differ, rounded up; undefined when
 * there is none.
 */
export function near(word: string, candidates: readonly string[]): string | undefined {
  const longer = word === "" ? undefined : candidates.find((candidate) => candidate.toLowerCase().startsWith(word.toLowerCase()));
  if (longer !== undefined) return longer;
  const best = closest(word, candidates);
  return best !== undefined && best.distance <= Math.ceil(Math.max(word.length, best.candidate.length) / 3) ? best.candidate : undefined;
}

/** The first of the candidates that are the fewest letters away, whatever their case; undefined when there is none. */
export function closest(word: string, candidates: readonly string[]): { readonly candidate: string; readonly distance: number } | undefined {
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best;
}

/** How many letters must be changed, added or left out (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length];
}

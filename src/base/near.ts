/** Words that are written almost alike, for "did you mean". */

/**
 * The candidate that `word` seems to mean: one that begins with it, or the nearest if no more than a third of the letters differ, rounded up; undefined when
 * there is none.
 */
export function near(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  const longer = word === "" ? undefined : candidates.find((candidate) => candidate.toLowerCase().startsWith(wanted));
  if (longer !== undefined) return longer;
  const distances = candidates.map((candidate) => editDistance(wanted, candidate.toLowerCase()));
  const best = distances.indexOf(Math.min(...distances));
  return best >= 0 && distances[best] <= Math.ceil(Math.max(word.length, candidates[best].length) / 3) ? candidates[best] : undefined;
}

/** How many letters must be changed, added or left out (Levenshtein). */
export function editDistance(a: string, b: string): number {
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

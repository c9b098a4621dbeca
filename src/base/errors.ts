/** Errors say what failed, where, what was expected, what came, and what to do. */

/** Base of every error that nabla throws on purpose; the command line prints its message without a stack. */
export class NablaError extends Error {
  override name = "NablaError";
}

/** Operands whose shapes do not fit together. */
export class ShapeError extends NablaError {
  override name = "ShapeError";
}

/** An element type that an operation does not take. */
export class DTypeError extends NablaError {
  override name = "DTypeError";
}

/** A value out of its range: a label, an index, an option. */
export class ValueError extends NablaError {
  override name = "ValueError";
}

/** A tensor used after its memory went back to the pool, or changed under the tape. */
export class LifetimeError extends NablaError {
  override name = "LifetimeError";
}

/** A file, archive or download that is missing, damaged or cannot be written. */
export class DataError extends NablaError {
  override name = "DataError";
}

/** A command line or configuration that cannot be understood: unknown name, option or value (exit code 2). */
export class UsageError extends NablaError {
  override name = "UsageError";
}

/** The candidate nearest to `word` in edit distance, for "did you mean". */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

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

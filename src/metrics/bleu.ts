/** BLEU: how many n-grams of translations stand in reference translations. */

import { ValueError } from "../base/errors.js";
import type { MetricInfo } from "./metric.js";
import { flag, integer, optionsOf } from "../base/options.js";

/** A word or its number. */
export type Token = string | number;

export interface BleuOptions {
  /** Longest n-grams, each length of equal weight. Default 4. */
  readonly n?: number;
  /** Adds 1 to matches and counts of n-grams longer than 1, so that a missing length does not make all 0. Lin & Och 2004. Default false. */
  readonly smooth?: boolean;
}

/** How often each n-gram occurs. Tokens are told apart by type and text. */
function ngrams(tokens: readonly Token[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const key = JSON.stringify(tokens.slice(i, i + n));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/**
 * BLEU of a corpus, gathered batch by batch: counts are summed over all sentences first. Streaming form of `bleu`.
 *
 * @example
 * const bleu = new metrics.Bleu({ n: 2 });
 * bleu.update([["the", "cat", "sat"]], [[["the", "cat", "sat", "down"]]]);
 * bleu.value // → 0.71653
 */
export class Bleu implements MetricInfo<"bleu"> {
  readonly name = "bleu";
  readonly unit = "fraction";
  readonly direction = "higher";
  /** Matches of 1…n-grams, their numbers, the candidates' length and the references'. */
  state: number[] = [];
  readonly #n: number;
  readonly #smooth: boolean;

  constructor(options: BleuOptions = {}) {
    const { n = 4, smooth = false } = optionsOf("Bleu", options, { n: integer(1, 100), smooth: flag });
    this.#n = n;
    this.#smooth = smooth;
  }

  /**
   * Counts sentences in. Of several references, each n-gram counts as often as in the one that has it most, and the length nearest to the
   * candidate's counts (the shorter of two).
   * @param candidates the tokens of each translation
   * @param references for each of them, one or more references
   */
  update(candidates: readonly (readonly Token[])[], references: readonly (readonly (readonly Token[])[])[]): void {
    if (!Array.isArray(candidates) || !candidates.every((tokens) => Array.isArray(tokens)) || !Array.isArray(references)) {
      throw new ValueError("bleu: expected a list of candidates, [[tokens], …], and for each of them a list of references, [[[tokens], …], …].");
    }
    if (candidates.length !== references.length) {
      throw new ValueError(`bleu: ${candidates.length} candidates, but references for ${references.length}; give a list of references for each.`);
    }
    const n = this.#n;
    const state = this.state.length > 0 ? [...this.state] : Array.from({ length: 2 * n + 2 }, () => 0);
    candidates.forEach((candidate, i) => {
      if (!Array.isArray(references[i]) || references[i].length === 0 || !references[i].every(Array.isArray)) {
        throw new ValueError(`bleu: sentence ${i} has no list of references; give [[tokens], …] for each candidate.`);
      }
      for (let k = 1; k <= n; k++) {
        const known = references[i].map((reference) => ngrams(reference, k));
        for (const [gram, times] of ngrams(candidate, k)) {
          state[k - 1] += Math.min(times, Math.max(...known.map((counts) => counts.get(gram) ?? 0)));
        }
        state[n + k - 1] += Math.max(0, candidate.length - k + 1);
      }
      state[2 * n] += candidate.length;
      state[2 * n + 1] += nearestLength(candidate.length, references[i]);
    });
    this.state = state;
  }

  /** exp(min(0, 1 − r/c)) · (Π pₙ)^(1/n) */
  get value(): number {
    const n = this.#n;
    const [length = 0, reference = 0] = this.state.slice(2 * n);
    if (this.state.length === 0) return NaN;
    let logarithms = 0;
    for (let k = 0; k < n; k++) {
      const extra = this.#smooth && k > 0 ? 1 : 0;
      logarithms += Math.log((this.state[k] + extra) / (this.state[n + k] + extra));
    }
    if (length === 0 || !(logarithms > -Infinity)) return 0;
    return Math.exp(Math.min(0, 1 - reference / length) + logarithms / n);
  }

  reset(): void {
    this.state = [];
  }
}

function nearestLength(length: number, references: readonly (readonly Token[])[]): number {
  const lengths = references.map((reference) => reference.length).sort((a, b) => a - b);
  return lengths.reduce((best, next) => (Math.abs(next - length) < Math.abs(best - length) ? next : best));
}

/**
 * BLEU of a corpus, from 0 to 1: the geometric mean of the shares of 1…n-grams that stand in the references, with a penalty for brevity. 0 if no
 * n-gram of some length matches, unless `smooth`. Papineni et al. 2002.
 * @param candidates the tokens (words or numbers) of each translation
 * @param references for each of them, one or more references
 * @throws ValueError unless there is a list of references for each candidate.
 *
 * @example
 * const candidate = "the cat is on the mat".split(" ");
 * const references = ["there is a cat on the mat".split(" "), "the cat sat on the mat".split(" ")];
 * metrics.bleu([candidate], [references], { n: 2 }) // → 0.7746
 */
export function bleu(
  candidates: readonly (readonly Token[])[],
  references: readonly (readonly (readonly Token[])[])[],
  options: BleuOptions = {},
): number {
  const corpus = new Bleu(options);
  corpus.update(candidates, references);
  return corpus.value;
}

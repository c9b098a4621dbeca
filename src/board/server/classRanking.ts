/**
 * Class ranking: how well the probability of each class ranks its samples above the others, for all classes in one pass over the probabilities. Only scores
 * of positives change the recall, so it is enough to count, for each of them, how many samples score at least as high.
 */

import { setImmediate } from "node:timers/promises";
import type { ClassReport } from "../protocol.js";
import { firstAbove, firstAtLeast } from "./rising.js";
import { evenly } from "./thin.js";

export type Ranking = Pick<ClassReport, "averagePrecision" | "curve">;

const curvePoints = 200;
/** After so many probabilities other requests have their turn. */
const atOnce = 2 ** 20;

type Point = readonly [recall: number, precision: number];

/** Of one class. */
interface Scores {
  /** Of its samples: rising, each once. */
  readonly own: Float32Array;
  /** How many of its samples have each. */
  readonly positives: Uint32Array;
  /** How many of all samples have each, and how many lie from it up to the next. */
  readonly same: Uint32Array;
  readonly all: Uint32Array;
  /** One of its probabilities is no number. */
  spoilt: boolean;
}

/**
 * Average precision and precision–recall curve of each class, as `metrics.precisionRecallCurve` has them; none for a class without samples.
 * @param labels [N], each below `count`
 * @param probabilities [N, count]
 */
export async function classRanking(labels: Int32Array, probabilities: Float32Array, count: number): Promise<Ranking[]> {
  const samples = labels.length;
  const found = new Map<number, number[]>();
  for (let n = 0; n < samples; n++) {
    const own = found.get(labels[n]);
    const score = probabilities[n * count + labels[n]];
    if (own === undefined) found.set(labels[n], [score]);
    else own.push(score);
  }
  // Most classes of a vocabulary have no sample; nothing is counted for them.
  const present = Uint32Array.from(found.keys()).sort();
  const scores = Array.from(present, (label) => scoresOf(found.get(label)!));
  const rows = Math.max(1, Math.floor(atOnce / Math.max(1, present.length)));
  for (let begin = 0; begin < samples; begin += rows) {
    for (let n = begin; n < Math.min(samples, begin + rows); n++) {
      for (let i = 0; i < present.length; i++) {
        const score = probabilities[n * count + present[i]];
        const { own, same, all } = scores[i];
        if (score >= own[0]) {
          const place = lastAtMost(own, score);
          all[place]++;
          if (score === own[place]) same[place]++;
        } else if (Number.isNaN(score)) scores[i].spoilt = true;
      }
    }
    await setImmediate();
  }
  const rankings = Array.from({ length: count }, (): Ranking => ({ averagePrecision: null, curve: [] }));
  for (const [i, label] of present.entries()) if (!scores[i].spoilt) rankings[label] = rankingOf(scores[i], samples);
  return rankings;
}

function scoresOf(scores: readonly number[]): Scores {
  const rising = Float32Array.from(scores).sort();
  const own = rising.filter((score, i) => i === 0 || score !== rising[i - 1]);
  const positives = Uint32Array.from(own, (score) => firstAbove(rising, score) - firstAtLeast(rising, score));
  return { own, positives, same: new Uint32Array(own.length), all: new Uint32Array(own.length), spoilt: scores.some(Number.isNaN) };
}

/** The last position whose value is not above `bound`; the first is not. */
function lastAtMost(values: Float32Array, bound: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= bound) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @param samples how many there are of all classes */
function rankingOf({ positives, same, all }: Scores, samples: number): Ranking {
  const total = positives.reduce((a, b) => a + b, 0);
  let [right, named, area] = [0, 0, 0];
  // From the highest score down: where the recall rises, and all, with what the precision falls to before it rises again.
  const rises: Point[] = [[0, 1]];
  const points: Point[] = [[0, 1]];
  const falls = (before: number): void => {
    if (before > named) points.push([right / total, right / before]);
  };
  for (let i = positives.length - 1; i >= 0; i--) {
    falls(named + all[i] - same[i]);
    named += all[i];
    right += positives[i];
    area += (positives[i] / total) * (right / named);
    rises.push([right / total, right / named]);
    points.push([right / total, right / named]);
  }
  falls(samples);
  if (samples > named) rises.push([1, total / samples]);
  return { averagePrecision: area, curve: points.length <= curvePoints ? points : evenly(rises.length, curvePoints).map((i) => rises[i]) };
}

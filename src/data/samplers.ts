/**
 * Samplers: which samples an epoch visits, in which order. The order of epoch e depends on (seed, e) only, so that a resumed run sees the
 * batches that it would have seen.
 */

import { ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { show } from "../base/options.js";

/** The samples of epoch `epoch` in the order of their visit: a permutation of 0 … count − 1, or that range itself. */
export function epochOrder(generator: Generator, epoch: number, count: number, shuffle: boolean): Int32Array {
  return shuffle ? orderStream(generator, epoch).permutation(count) : Int32Array.from({ length: count }, (_, i) => i);
}

function orderStream(generator: Generator, epoch: number): Generator {
  return generator.fork(`order ${epoch}`);
}

/** Draws samples instead of visiting each once. */
export type Sampling =
  /** All classes equally often: in every stretch of as many samples as there are classes, each comes once. Small classes repeat. */
  | "balanced"
  /** Sample i with probability weights[i] / Σ weights, with replacement. */
  | { readonly weights: ArrayLike<number> };

interface Sampled {
  readonly name?: string;
  readonly length: number;
  readonly labels?: Int32Array;
}

/** The order of an epoch of `count` samples. */
export type Sampler = (generator: Generator, epoch: number, count: number) => Int32Array;

/** @throws ValueError for a set without labels, and for weights that do not fit or are all 0. */
export function samplerOf(sampling: Sampling, dataset: Sampled): Sampler {
  if (sampling === "balanced") return balanced(dataset);
  if (typeof sampling === "object" && sampling !== null && typeof sampling.weights?.length === "number") return weighted(sampling.weights, dataset);
  throw new ValueError(`DataLoader: sampling is "balanced" or { weights }, but is ${show(sampling)}.`);
}

function balanced({ labels, name = "the data set" }: Sampled): Sampler {
  if (labels === undefined) throw new ValueError(`DataLoader: balanced sampling needs labels, and ${name} has none.`);
  const members = new Map<number, number[]>();
  for (const [i, label] of labels.entries()) {
    const group = members.get(label);
    if (group === undefined) members.set(label, [i]);
    else group.push(i);
  }
  const classes = [...members].toSorted(([a], [b]) => a - b).map(([, group]) => group);
  return (generator, epoch, count) => {
    const stream = orderStream(generator, epoch);
    const order = new Int32Array(count);
    const round = classes.map((_, c) => c);
    const decks = classes.map((group) => ({ cards: group.slice(), next: group.length }));
    for (let i = 0; i < count; i++) {
      if (i % round.length === 0) stream.shuffle(round);
      const deck = decks[round[i % round.length]];
      if (deck.next === deck.cards.length) {
        stream.shuffle(deck.cards);
        deck.next = 0;
      }
      order[i] = deck.cards[deck.next++];
    }
    return order;
  };
}

function weighted(weights: ArrayLike<number>, { length, name = "the data set" }: Sampled): Sampler {
  if (weights.length !== length) throw new ValueError(`DataLoader: sampling needs a weight for each of the ${length} samples of ${name}, got ${weights.length}.`);
  const sums = new Float64Array(length);
  let total = 0;
  for (let i = 0; i < length; i++) {
    if (!(weights[i] >= 0 && weights[i] < Infinity)) throw new ValueError(`DataLoader: weights are numbers ≥ 0, but that of sample ${i} is ${weights[i]}.`);
    total += weights[i];
    sums[i] = total;
  }
  if (!(total > 0)) throw new ValueError("DataLoader: all sampling weights are 0.");
  return (generator, epoch, count) => {
    const stream = orderStream(generator, epoch);
    return Int32Array.from({ length: count }, () => firstAbove(sums, stream.float() * total));
  };
}

/** The first place whose sum is above `value`: a sample of weight 0 is none. */
function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

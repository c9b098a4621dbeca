/**
 * Batches of whatever a data set's `get` gives. Samples of a batch are asked for at once, and those of the next batches while the loop is at work, so
 * that files and servers are waited for only once; tensors are made when the loop takes the batch.
 */

import { DataError, type NablaError } from "../base/errors.js";
import { step } from "../tensor/step.js";
import type { Collate } from "./collate.js";
import type { SampleSource } from "./dataset.js";
import type { Pass, PassPlan, Preparation } from "./preparation.js";

export class SampleBatches<S, B> implements Preparation<B> {
  readonly #dataset: SampleSource<S>;
  readonly #collate: Collate<S, B>;
  /** Batches asked for ahead. */
  readonly #ahead: number;

  constructor(dataset: SampleSource<S>, collate: Collate<S, B>, ahead: number) {
    this.#dataset = dataset;
    this.#collate = collate;
    this.#ahead = ahead;
  }

  begin({ start, end, indicesOf }: PassPlan): Pass<B> {
    const asked: Promise<S[]>[] = [];
    let next = start;
    const ask = (): void => {
      const samples = this.#samples(indicesOf(next++));
      samples.catch(() => {}); // told when the loop comes to it
      asked.push(samples);
    };
    return {
      fetch: async () => {
        if (asked.length === 0) ask();
        const pending = asked.shift();
        const samples = (await pending) ?? [];
        while (asked.length < this.#ahead && next < end) ask();
        return step(() => this.#collate(samples));
      },
      end: () => void (next = end),
    };
  }

  close(): void {}

  async #samples(indices: Int32Array): Promise<S[]> {
    const results = await Promise.allSettled(Array.from(indices, async (index) => this.#dataset.get(index)));
    return results.map((result, i) => {
      if (result.status === "fulfilled") return result.value;
      throw atSample(this.#dataset.name ?? "the data set", indices[i], result.reason);
    });
  }
}

/** The error for a sample. */
function atSample(name: string, index: number, reason: unknown): NablaError {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new DataError(`DataLoader: sample ${index} of ${name}: ${message}`, { cause: reason });
}

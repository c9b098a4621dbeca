/**
 * Batches of whatever a data set's `get` gives. Samples of a batch are asked for at once, and those of the next batches while the loop is at work, so
 * that files and servers are waited for only once; tensors are made when the loop takes the batch.
 */

import { DataError, type NablaError } from "../base/errors.js";
import { step } from "../tensor/step.js";
import { latestStorage, type Storage } from "../tensor/storage.js";
import { Tensor } from "../tensor/tensor.js";
import type { Collate } from "./collate.js";
import type { SampleSource } from "./dataset.js";
import type { Pass, PassPlan, Preparation } from "./preparation.js";

/** Batches alive at once. */
const ringSize = 2;

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
    /** Memory of the latest batches. */
    const made: Storage[][] = [];
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
        const mark = latestStorage();
        const batch = step(() => this.#collate(samples));
        made.push(storagesSince(mark, batch));
        if (made.length > ringSize) for (const storage of made.shift() ?? []) giveBack(storage);
        return batch;
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

/** The memory that a batch got after storage number `mark`. */
function storagesSince(mark: number, batch: unknown): Storage[] {
  if (typeof batch !== "object" || batch === null) return [];
  const storages = Object.values(batch).flatMap((value) => (value instanceof Tensor ? [value.storage] : []));
  return storages.filter(({ number }) => number > mark);
}

/** A batch is valid until the next one: its memory need not wait for the collector, unless somebody keeps it or a step has it. */
function giveBack(storage: Storage): void {
  if (storage.keeps === 0 && storage.scope === null) storage.release();
}

/** The error for a sample. */
function atSample(name: string, index: number, reason: unknown): NablaError {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new DataError(`DataLoader: sample ${index} of ${name}: ${message}`, { cause: reason });
}

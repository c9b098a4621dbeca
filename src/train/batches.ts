/** What the trainer needs of a data loader. `DataLoader` is one; anything that yields the same batches for the same epoch will do. */

import { ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import type { Tensor } from "../tensor/tensor.js";

export interface Batches {
  /** Batches an epoch. */
  readonly length: number;
  readonly dataset: {
    /** Samples an epoch. */
    readonly length: number;
  };
  /** The batches of epoch `epoch` (from 0), from batch `start` on. They depend on nothing else. */
  epoch(epoch: number, options?: { start?: number }): AsyncIterable<LabelledBatch>;
}

export interface LabelledBatch {
  readonly x: Tensor;
  readonly y: Tensor;
  /** The numbers of the samples in the data set. */
  readonly indices?: Int32Array;
}

/** @throws ValueError unless they are batches. */
export function checkBatches(caller: string, batches: Batches): void {
  if (typeof batches?.epoch === "function" && typeof batches.dataset?.length === "number") return;
  throw new ValueError(`${caller}: expected batches, such as new data.DataLoader(dataset, { batch: 32 }), got ${show(batches)}.`);
}

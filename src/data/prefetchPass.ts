/** A loop over batches that a prefetcher prepares ahead, and where loaders get prefetchers from. */

import type { PreparedBatch } from "./batchRing.js";
import type { Prefetcher } from "./prefetcher.js";

/** Threads that prepare batches, as the runtime has them. */
export interface Prefetching {
  /** Cores that this process may use. */
  readonly cores: number;
  readonly start: typeof Prefetcher.start;
}

let prefetching: Prefetching | undefined;

/** Says how threads that prepare batches are started; src/platform does. */
export function providePrefetching(provided: Prefetching): void {
  prefetching = provided;
}

/** Undefined where a runtime has no such threads: loops prepare their batches themselves then. */
export const runtimePrefetching = (): Prefetching | undefined => prefetching;

/** One pass over batches `start` … `end − 1` of an epoch, in order, with those ahead in preparation. */
export class PrefetchPass {
  readonly #prefetcher: Prefetcher;
  readonly #epoch: number;
  readonly #end: number;
  readonly #indicesOf: (k: number) => Int32Array;
  /** Batches asked for, by number. */
  readonly #places = new Map<number, number>();
  /** The first batch that nobody was asked for. */
  #ahead = 0;

  constructor(prefetcher: Prefetcher, epoch: number, end: number, indicesOf: (k: number) => Int32Array) {
    this.#prefetcher = prefetcher;
    this.#epoch = epoch;
    this.#end = end;
    this.#indicesOf = indicesOf;
  }

  /** Hands batch k to `use`, having asked for those after it. @returns false when the loop has to make batch k. */
  async fetch(k: number, use: (batch: PreparedBatch) => void): Promise<boolean> {
    const place = this.#places.get(k);
    this.#places.delete(k);
    const fetched = place !== undefined && (await this.#prefetcher.take(place, use));
    this.#askAhead(k);
    return fetched;
  }

  /** Gives up what was asked for and not fetched. */
  end(): void {
    for (const place of this.#places.values()) this.#prefetcher.drop(place);
  }

  #askAhead(k: number): void {
    this.#ahead = Math.max(this.#ahead, k + 1);
    const stop = Math.min(this.#end, k + 1 + this.#prefetcher.places);
    for (; this.#ahead < stop; this.#ahead++) {
      const place = this.#prefetcher.ask({ indices: this.#indicesOf(this.#ahead), epoch: this.#epoch, number: this.#ahead });
      if (place === undefined) return;
      this.#places.set(this.#ahead, place);
    }
  }
}

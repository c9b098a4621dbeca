/**
 * Prefetcher: batches prepared ahead of the loop by threads of its own. Jobs go out through a ring of shared memory; a job that
 * nobody has begun when the loop comes to it is taken back and done by the loop, and so is one that has failed, whose error then comes out
 * there. So the loop waits for a started batch at most: not for threads to start, and not for ones that have died.
 */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { GeneratorState } from "../base/generator.js";
import type { Job } from "./batches.js";
import { BatchRing, type BatchSize, type PreparedBatch, type RingMemory } from "./batchRing.js";
import type { ImageSource } from "./imageSource.js";
import { macrotask } from "./macrotask.js";
import type { Normalization } from "./normalize.js";
import { sharedBytes } from "./sharedBytes.js";
import type { Mix } from "./transforms/mix.js";
import type { TransformRecipe } from "./transforms/transform.js";

/** All that a thread needs to make the batches of a loader; plain data and shared memory. */
export interface PrefetchPlan {
  readonly source: ImageSource;
  readonly normalization: Normalization;
  readonly transforms: readonly TransformRecipe[];
  readonly mixes: readonly Mix[];
  readonly generator: GeneratorState;
  /** The most images a batch may have. */
  readonly largest: number;
  readonly ring: RingMemory;
}

/** Threads and the batches that they may be ahead. */
export interface PrefetchWidth {
  readonly workers: number;
  /** Batches prepared ahead, by all threads together. */
  readonly places: number;
  readonly size: BatchSize;
}

/** A wait for a batch looks this often whether the threads are still alive. */
const waitMs = 5;

export class Prefetcher {
  readonly #ring: BatchRing;
  /** Places whose job a pass will come for. */
  readonly #held: boolean[];
  #next = 0;
  #ended = false;

  /** @param file the worker's built script. */
  private constructor(file: string, plan: Omit<PrefetchPlan, "ring">, { workers, places, size }: PrefetchWidth) {
    this.#ring = BatchRing.allocate(places, size);
    this.#held = new Array<boolean>(places).fill(false);
    const workerData: PrefetchPlan = { ...plan, source: shared(plan.source), ring: this.#ring.memory };
    for (let i = 0; i < workers; i++) {
      const worker = new Worker(file, { workerData, execArgv: [], name: "nabla prefetch" });
      worker.on("error", (error) => {
        this.#end();
        process.emitWarning(`DataLoader: a prefetch thread stopped (${String(error)}); the loop prepares its batches itself.`);
      });
      // One that is gone may have left a batch half made: nobody waits for any then.
      worker.on("exit", () => this.#end());
      worker.unref();
    }
  }

  /**
   * Starts threads that prepare batches ahead. Pixels that do not lie in shared memory are copied there once.
   * @returns null where the threads' script is not built: sources of a clone that run unbuilt.
   */
  static start(plan: Omit<PrefetchPlan, "ring">, width: PrefetchWidth): Prefetcher | null {
    const file = findScript();
    return file === undefined ? null : new Prefetcher(file, plan, width);
  }

  #end(): void {
    this.#ended = true;
    this.#ring.close();
  }

  /** Whether jobs can be served: neither closed nor failed. */
  get alive(): boolean {
    return !this.#ended && !this.#ring.closed;
  }

  /** Ends the threads. Batches in preparation are lost to the loop, which then makes them. */
  close(): void {
    this.#ring.close();
  }

  /** Posts a job. @returns its place, or undefined when none is free. */
  ask(job: Job): number | undefined {
    const place = this.#next;
    if (!this.alive || this.#held[place]) return undefined;
    // A pass that broke off leaves a finished batch behind.
    this.#ring.release(place);
    if (!this.#ring.post(place, job)) return undefined;
    this.#held[place] = true;
    this.#next = (place + 1) % this.#ring.places;
    return place;
  }

  /** Hands the batch at a place to `use` and frees the place. @returns false when there is none and the loop has to make it. */
  async take(place: number, use: (batch: PreparedBatch) => void): Promise<boolean> {
    this.#held[place] = false;
    if (this.#ring.withdraw(place)) return false;
    let batch = this.#ring.finished(place);
    while (batch === undefined && !this.#ended) {
      this.#ring.wait(place, waitMs);
      batch = this.#ring.finished(place);
      if (batch === undefined) await macrotask();
    }
    if (batch) use(batch);
    this.#ring.release(place);
    return Boolean(batch);
  }

  /** Gives up a job. */
  drop(place: number): void {
    this.#held[place] = false;
    this.#ring.withdraw(place);
  }

  /** How many batches ahead are prepared. */
  get places(): number {
    return this.#ring.places;
  }
}

/** The worker as JavaScript: beside this file in the package, in dist/ when a clone runs its sources. */
function findScript(): string | undefined {
  const places = ["./prefetchWorker.js", "../../dist/data/prefetchWorker.js"];
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
}

function shared(source: ImageSource): ImageSource {
  const labels = sharedNumbers(source.labels);
  return "images" in source ? { ...source, labels, images: inSharedMemory(source.images) } : { ...source, labels };
}

function inSharedMemory(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = sharedBytes(bytes.length);
  copy.set(bytes);
  return copy;
}

function sharedNumbers(numbers: Int32Array): Int32Array {
  if (numbers.buffer instanceof SharedArrayBuffer) return numbers;
  const copy = new Int32Array(new SharedArrayBuffer(numbers.byteLength));
  copy.set(numbers);
  return copy;
}

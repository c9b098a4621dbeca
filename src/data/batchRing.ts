/**
 * BatchRing: places for batches in memory that threads share. One thread posts jobs, any number of others serve them, and a place
 * belongs to exactly one side at a time: its state says whose it is, and changes hands by compare-and-exchange.
 *
 *     free ──post──▶ posted ──serve──▶ making ──▶ ready or failed ──release──▶ free
 *                      └──withdraw──▶ free
 */

import type { Job, Targets } from "./batches.js";

/** States of a place. */
const free = 0;
const posted = 1;
const making = 2;
const ready = 3;
const failed = 4;
type State = typeof free | typeof posted | typeof making | typeof ready | typeof failed;

/** The memory of a ring, fit for a message to another thread. */
export interface RingMemory {
  /** Posts so far (servers sleep on it), 1 when closed, then the state of each place. */
  readonly control: Int32Array<SharedArrayBuffer>;
  /** [places, 3]: the epoch of a job, its number in it and its number of images. */
  readonly jobs: Float64Array<SharedArrayBuffer>;
  /** [places, largest]: the numbers of its images. */
  readonly indices: Int32Array<SharedArrayBuffer>;
  /** [places, largest, C, H, W]. */
  readonly pixels: Float32Array<SharedArrayBuffer>;
  /** [places, largest], or probabilities [places, largest, classes]. */
  readonly targets: Int32Array<SharedArrayBuffer> | Float32Array<SharedArrayBuffer>;
}

/** A finished batch of n images; the place's memory. */
export interface PreparedBatch {
  /** [n, C, H, W]. */
  readonly pixels: Float32Array;
  /** Labels [n] or probabilities [n, classes]. */
  readonly targets: Targets;
}

/** Writes a batch to pixels and targets; it may take its time. */
export type MakeBatch = (job: Job, pixels: Float32Array, targets: Targets) => void | Promise<void>;

/** How much a batch holds. */
export interface BatchSize {
  /** The most images it may have. */
  readonly largest: number;
  /** Numbers of an image. */
  readonly perImage: number;
  /** Numbers of a probable target; 0 for labels. */
  readonly classes: number;
}

const postsWord = 0;
const closedWord = 1;
const firstState = 2;

export class BatchRing {
  readonly memory: RingMemory;
  readonly places: number;

  constructor(memory: RingMemory) {
    this.memory = memory;
    this.places = memory.control.length - firstState;
  }

  static allocate(places: number, { largest, perImage, classes }: BatchSize): BatchRing {
    const labels = new SharedArrayBuffer(4 * places * largest * Math.max(1, classes));
    return new BatchRing({
      control: new Int32Array(new SharedArrayBuffer(4 * (firstState + places))),
      jobs: new Float64Array(new SharedArrayBuffer(8 * 3 * places)),
      indices: new Int32Array(new SharedArrayBuffer(4 * places * largest)),
      pixels: new Float32Array(new SharedArrayBuffer(4 * places * largest * perImage)),
      targets: classes === 0 ? new Int32Array(labels) : new Float32Array(labels),
    });
  }

  /** Offers a job at a free place. @returns false when a server is still busy there with an earlier one. */
  post(place: number, { indices, epoch, number }: Job): boolean {
    const { control, jobs } = this.memory;
    if (Atomics.load(control, firstState + place) !== free) return false;
    this.#indices(place, indices.length).set(indices);
    jobs.set([epoch, number, indices.length], 3 * place);
    Atomics.store(control, firstState + place, posted);
    Atomics.add(control, postsWord, 1);
    Atomics.notify(control, postsWord);
    return true;
  }

  /** Takes a job back that no server has begun. */
  withdraw(place: number): boolean {
    return this.#change(place, posted, free);
  }

  /** The batch at a place once it is ready, null when it could not be made, undefined as long as nobody knows. */
  finished(place: number): PreparedBatch | null | undefined {
    const state = Atomics.load(this.memory.control, firstState + place);
    if (state === failed) return null;
    return state === ready ? this.#batch(place, this.memory.jobs[3 * place + 2]) : undefined;
  }

  /** Blocks this thread for at most `timeoutMs` while a server makes the batch at a place. */
  wait(place: number, timeoutMs: number): void {
    Atomics.wait(this.memory.control, firstState + place, making, timeoutMs);
  }

  /** Frees the place of a finished batch; its memory will be written again. */
  release(place: number): void {
    if (!this.#change(place, ready, free)) this.#change(place, failed, free);
  }

  /** Ends the servers, each after the job it is at. */
  close(): void {
    const { control } = this.memory;
    Atomics.store(control, closedWord, 1);
    Atomics.add(control, postsWord, 1);
    Atomics.notify(control, postsWord);
  }

  get closed(): boolean {
    return Atomics.load(this.memory.control, closedWord) === 1;
  }

  /** Makes posted batches, place after place, until the ring is closed. Sleeps while there are none. A batch that throws has failed. */
  async serve(make: MakeBatch): Promise<void> {
    const { control, jobs } = this.memory;
    let place = 0;
    while (!this.closed) {
      const posts = Atomics.load(control, postsWord);
      for (let passed = 0; passed < this.places && !this.closed; place = (place + 1) % this.places) {
        if (!this.#change(place, posted, making)) {
          passed++;
          continue;
        }
        passed = 0;
        const [epoch, number, count] = jobs.subarray(3 * place, 3 * place + 3);
        const { pixels, targets } = this.#batch(place, count);
        let result: State = ready;
        try {
          await make({ indices: this.#indices(place, count), epoch, number }, pixels, targets);
        } catch {
          result = failed;
        }
        Atomics.store(control, firstState + place, result);
        Atomics.notify(control, firstState + place);
      }
      if (!this.closed) Atomics.wait(control, postsWord, posts);
    }
  }

  #change(place: number, from: State, to: State): boolean {
    return Atomics.compareExchange(this.memory.control, firstState + place, from, to) === from;
  }

  #indices(place: number, count: number): Int32Array {
    const start = place * this.#largest;
    return this.memory.indices.subarray(start, start + count);
  }

  #batch(place: number, count: number): PreparedBatch {
    const { pixels, targets, indices } = this.memory;
    const start = place * this.#largest;
    const [perImage, perTarget] = [pixels.length / indices.length, targets.length / indices.length];
    return {
      pixels: pixels.subarray(start * perImage, (start + count) * perImage),
      targets: targets.subarray(start * perTarget, (start + count) * perTarget),
    };
  }

  get #largest(): number {
    return this.memory.indices.length / this.places;
  }
}

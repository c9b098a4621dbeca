/**
 * BatchRing: places for batches in memory that threads share. One thread posts jobs, any number of others serve them, and a place
 * belongs to exactly one side at a time: its state says whose it is, and changes hands by compare-and-exchange.
 *
 *     free ──post──▶ posted ──serve──▶ making ──▶ ready ──release──▶ free
 *                      └──withdraw──▶ free
 */

/** States of a place. */
const free = 0;
const posted = 1;
const making = 2;
const ready = 3;
type State = typeof free | typeof posted | typeof making | typeof ready;

/** The memory of a ring, fit for a message to another thread. */
export interface RingMemory {
  /** Posts so far (servers sleep on it), 1 when closed, then the state of each place. */
  readonly control: Int32Array<SharedArrayBuffer>;
  /** [places, 2]: the epoch of a job and its number of images. */
  readonly jobs: Float64Array<SharedArrayBuffer>;
  /** [places, largest]: the numbers of its images. */
  readonly indices: Int32Array<SharedArrayBuffer>;
  /** [places, largest, C, H, W]. */
  readonly pixels: Float32Array<SharedArrayBuffer>;
  /** [places, largest]. */
  readonly labels: Int32Array<SharedArrayBuffer>;
}

/** A finished batch of n images; the place's memory. */
export interface PreparedBatch {
  /** [n, C, H, W]. */
  readonly pixels: Float32Array;
  /** [n]. */
  readonly labels: Int32Array;
}

/** Writes the batch of images `indices` of an epoch to pixels ([n, C, H, W]) and labels ([n]). */
export type MakeBatch = (indices: Int32Array, epoch: number, pixels: Float32Array, labels: Int32Array) => void;

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

  /** @param largest the most images a batch may have, of `perImage` numbers each. */
  static allocate(places: number, largest: number, perImage: number): BatchRing {
    return new BatchRing({
      control: new Int32Array(new SharedArrayBuffer(4 * (firstState + places))),
      jobs: new Float64Array(new SharedArrayBuffer(8 * 2 * places)),
      indices: new Int32Array(new SharedArrayBuffer(4 * places * largest)),
      pixels: new Float32Array(new SharedArrayBuffer(4 * places * largest * perImage)),
      labels: new Int32Array(new SharedArrayBuffer(4 * places * largest)),
    });
  }

  /** Offers a job at a free place. @returns false when a server is still busy there with an earlier one. */
  post(place: number, indices: Int32Array, epoch: number): boolean {
    const { control, jobs } = this.memory;
    if (Atomics.load(control, firstState + place) !== free) return false;
    this.#indices(place, indices.length).set(indices);
    jobs[2 * place] = epoch;
    jobs[2 * place + 1] = indices.length;
    Atomics.store(control, firstState + place, posted);
    Atomics.add(control, postsWord, 1);
    Atomics.notify(control, postsWord);
    return true;
  }

  /** Takes a job back that no server has begun. */
  withdraw(place: number): boolean {
    return this.#change(place, posted, free);
  }

  /** The batch at a place, once it is ready. */
  finished(place: number): PreparedBatch | undefined {
    if (Atomics.load(this.memory.control, firstState + place) !== ready) return undefined;
    return this.#batch(place, this.memory.jobs[2 * place + 1]);
  }

  /** Blocks this thread for at most `timeoutMs` while a server makes the batch at a place. */
  wait(place: number, timeoutMs: number): void {
    Atomics.wait(this.memory.control, firstState + place, making, timeoutMs);
  }

  /** Frees the place of a finished batch; its memory will be written again. */
  release(place: number): void {
    this.#change(place, ready, free);
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

  /** Makes posted batches, place after place, until the ring is closed. Sleeps while there are none. */
  serve(make: MakeBatch): void {
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
        const [epoch, count] = jobs.subarray(2 * place, 2 * place + 2);
        const { pixels, labels } = this.#batch(place, count);
        make(this.#indices(place, count), epoch, pixels, labels);
        Atomics.store(control, firstState + place, ready);
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
    const { pixels, labels } = this.memory;
    const start = place * this.#largest;
    const perImage = pixels.length / labels.length;
    return { pixels: pixels.subarray(start * perImage, (start + count) * perImage), labels: labels.subarray(start, start + count) };
  }

  get #largest(): number {
    return this.memory.labels.length / this.places;
  }
}

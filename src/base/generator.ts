/**
 * Generator: a stream of random numbers that is a pure function of (key, position).
 *
 * Word 4·i + j of a stream is word j of the Philox block with the generator's key and counter (i mod 2³², ⌊i/2³²⌋, 0, 0).
 * The same recipe runs in the kernels of every backend, so one seed means the same numbers everywhere:
 * - `uint32`: the next word;
 * - `float`: the next two words a, b as ((a >>> 5)·2²⁶ + (b >>> 6))·2⁻⁵³;
 * - `normal`: the next word through the normal quantile (see normal.ts).
 *
 * A fork has a key of its own: the first two words of the block at counter (h₀, h₁, 0, 1) under the parent's key, h the 64-bit
 * FNV-1a hash of the fork's name. It depends on the parent's key and the name only, not on what was drawn or forked before.
 */

import { ValueError } from "./errors.js";
import { normalFromWord } from "./normal.js";
import { philox4x32 } from "./philox.js";

/** All that a generator is; plain numbers, fit for a checkpoint. `offset` counts the words drawn. */
export interface GeneratorState {
  readonly key0: number;
  readonly key1: number;
  readonly offset: number;
}

/** Where a kernel that draws by itself starts: a key and the index of a 128-bit block. */
export interface BlockPosition {
  readonly key0: number;
  readonly key1: number;
  readonly block: number;
}

/** Where each generator stood before the body of `recordDraws` under way first used it; null outside. */
let starts: Map<Generator, GeneratorState> | null = null;

/** Runs `body`, and tells which generators it used and where each of them stood before. */
export function recordDraws<T>(body: () => T): { readonly result: T; readonly starts: ReadonlyMap<Generator, GeneratorState> } {
  const outer = starts;
  const own = (starts = new Map<Generator, GeneratorState>());
  try {
    return { result: body(), starts: own };
  } finally {
    starts = outer;
    if (outer !== null) for (const [generator, state] of own) if (!outer.has(generator)) outer.set(generator, state);
  }
}

/** Runs `body` with the generators where `recordDraws` found them; afterwards they are where they were. */
export function replayDraws<T>(from: ReadonlyMap<Generator, GeneratorState>, body: () => T): T {
  const before = Array.from(from.keys(), (generator) => [generator, generator.state] as const);
  for (const [generator, state] of from) generator.state = state;
  try {
    return body();
  } finally {
    for (const [generator, state] of before) generator.state = state;
  }
}

/** The last word counter + 1: block indices stay exact doubles. */
const offsetLimit = 2 ** 53;

/**
 * A stream of random numbers, a pure function of (key, position): the same on every machine and backend. Philox 4×32-10, Salmon et al.
 * 2011.
 *
 * @example
 * const generator = new Generator(1);
 * generator.permutation(4)               // → [1, 2, 3, 0]
 * const order = generator.fork("order"); // depends on the seed and the name, not on what was drawn before
 * order.integer(6)                       // → 0
 */
export class Generator {
  #key0: number;
  #key1: number;
  /** Words drawn; words 4·⌊offset/4⌋ … of the current block are in `#words` when offset is no multiple of 4. */
  #offset = 0;
  readonly #words = new Uint32Array(4);

  /**
   * @param seed an integer from 0 to 2⁵³ − 1; its low and high words are the key.
   * @throws ValueError when it is anything else.
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ValueError(`Generator: the seed must be an integer from 0 to 2^53 − 1, but is ${seed}.`);
    }
    this.#key0 = seed >>> 0;
    this.#key1 = Math.floor(seed / 2 ** 32);
  }

  /** A generator that continues from a saved state. */
  static fromState(state: GeneratorState): Generator {
    const generator = new Generator(0);
    generator.state = state;
    return generator;
  }

  get state(): GeneratorState {
    return { key0: this.#key0, key1: this.#key1, offset: this.#offset };
  }

  set state({ key0, key1, offset }: GeneratorState) {
    const isWord = (key: number): boolean => key === key >>> 0;
    if (!isWord(key0) || !isWord(key1) || !Number.isSafeInteger(offset) || offset < 0) {
      throw new ValueError(
        `Generator: a state holds two 32-bit keys and an offset from 0 to 2^53 − 1, but came as ` +
          `{ key0: ${key0}, key1: ${key1}, offset: ${offset} }; restore one that was read from \`state\`.`,
      );
    }
    if (starts !== null) this.#note(starts);
    this.#key0 = key0;
    this.#key1 = key1;
    this.#offset = offset;
    if (offset % 4 !== 0) this.#computeBlock();
  }

  /** An independent stream named `name`, from its start. Equal keys and names give equal streams. */
  fork(name: string): Generator {
    const [hash0, hash1] = fnv1a64(name);
    const words = new Uint32Array(4);
    philox4x32(words, this.#key0, this.#key1, hash0, hash1, 0, 1);
    return Generator.fromState({ key0: words[0], key1: words[1], offset: 0 });
  }

  /**
   * Hands `words` words to a kernel that draws them itself: returns the next whole block and moves this stream past the
   * blocks that the kernel reads.
   */
  reserve(words: number): BlockPosition {
    const block = Math.ceil(this.#offset / 4);
    const offset = 4 * (block + Math.ceil(words / 4));
    if (offset >= offsetLimit) throw new ValueError("Generator: the stream is used up; fork a new one.");
    if (starts !== null) this.#note(starts);
    this.#offset = offset;
    return { key0: this.#key0, key1: this.#key1, block };
  }

  /** 32 random bits: an integer from 0 to 2³² − 1. */
  uint32(): number {
    if (starts !== null) this.#note(starts);
    const lane = this.#offset & 3;
    if (lane === 0) this.#computeBlock();
    this.#offset += 1;
    return this.#words[lane];
  }

  /** Uniform in [0, 1), with 53 random bits. */
  float(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /** Standard normal. */
  normal(): number {
    return normalFromWord(this.uint32());
  }

  /**
   * Uniform in 0 … n − 1, without bias (values of the incomplete last interval of 2³² are drawn again).
   * @throws ValueError unless n is an integer from 1 to 2³².
   */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new ValueError(`Generator.integer: n must be an integer from 1 to 2^32, but is ${n}.`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % n;
  }

  /** The numbers 0 … n − 1 in random order, each order equally likely. */
  permutation(n: number): Int32Array {
    if (!Number.isInteger(n) || n < 0 || n > 2 ** 31) throw new ValueError(`Generator.permutation: n must be an integer from 0 to 2^31, got ${String(n)}.`);
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    this.shuffle(order);
    return order;
  }

  /** Puts `items` in random order, in place (Fisher–Yates). */
  shuffle<T>(items: { readonly length: number; [index: number]: T }): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
  }

  #note(found: Map<Generator, GeneratorState>): void {
    if (!found.has(this)) found.set(this, this.state);
  }

  #computeBlock(): void {
    const block = Math.floor(this.#offset / 4);
    philox4x32(this.#words, this.#key0, this.#key1, block >>> 0, Math.floor(block / 2 ** 32), 0, 0);
  }
}

/** FNV-1a over the UTF-8 bytes of `text`: the low and the high word of the 64-bit hash. */
function fnv1a64(text: string): [low: number, high: number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return [Number(hash & 0xffffffffn), Number(hash >> 32n)];
}

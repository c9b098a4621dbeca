/**
 * Storage: a piece of device memory and its life. It comes from a size-class pool and goes back there when the `step`
 * in which it was made ends, when nothing holds it any more (garbage collection, outside a step), or at once on request.
 */

import type { Backend } from "../backend/backend.js";
import { LifetimeError, NablaError } from "../base/errors.js";
import type { Scope } from "./step.js";

export interface MemoryStats {
  /** Times that fresh memory was asked from the backend. A steady training step asks for none. */
  readonly allocations: number;
  /** Times that a pooled block served instead. */
  readonly reuses: number;
  readonly bytesInUse: number;
  readonly bytesPooled: number;
}

/** Smallest block of the pool, in bytes: one cache line. */
const MIN_BLOCK = 64;

/** Block size for a request: powers of two, with three steps between them from 1 KiB on (at most 25 % is wasted). */
function blockBytes(bytes: number): number {
  if (bytes <= MIN_BLOCK) return MIN_BLOCK;
  const power = 2 ** (31 - Math.clz32(bytes - 1));
  if (bytes > 2 ** 31) return Math.ceil(bytes / 2 ** 24) * 2 ** 24;
  if (power < 1024) return power * 2;
  const quarter = power / 4;
  return power + Math.ceil((bytes - power) / quarter) * quarter;
}

/** What the system says that it could give; where it says nothing, as in browsers, without a bound. */
function freeMemory(): number {
  return typeof process === "undefined" ? Infinity : (process.availableMemory?.() ?? Infinity);
}

/** Keeps released blocks of one backend by size, so that a steady step never asks the system for memory. */
export class Pool {
  private readonly free = new Map<number, number[]>();
  allocations = 0;
  reuses = 0;
  bytesInUse = 0;
  bytesPooled = 0;
  /** Bytes in use past which an allocation fails with advice. Default 16 GiB, or three quarters of what was free at first, if that is less. */
  budgetBytes = Math.min(16 * 2 ** 30, 0.75 * freeMemory());

  constructor(private readonly backend: Backend) {}

  /** Free blocks of one size. */
  listOf(block: number): number[] {
    let list = this.free.get(block);
    if (list === undefined) this.free.set(block, (list = []));
    return list;
  }

  /** A block of `block` bytes: one of `list`, the free ones of that size, or a new one. */
  take(block: number, list: number[]): number {
    if (this.bytesInUse + block > this.budgetBytes) {
      throw new NablaError(
        `memory: ${Math.round(this.bytesInUse / 2 ** 20)} MiB are in use and ${Math.round(block / 2 ** 20)} MiB more would pass ` +
          `the budget of ${Math.round(this.budgetBytes / 2 ** 20)} MiB. Wrap the body of the loop in step(() => { … }), so that ` +
          `each round's memory is used again, or make the batch smaller.`,
      );
    }
    this.bytesInUse += block;
    const handle = list.pop();
    if (handle !== undefined) {
      this.reuses++;
      this.bytesPooled -= block;
      return handle;
    }
    this.allocations++;
    return this.backend.allocate(block);
  }

  give(handle: number, block: number, list: number[]): void {
    this.bytesInUse -= block;
    this.bytesPooled += block;
    list.push(handle);
  }

  /** Returns all pooled blocks to the backend. */
  trim(): void {
    for (const [block, list] of this.free) for (const handle of list.splice(0)) this.backend.release(handle, block);
    this.bytesPooled = 0;
  }
}

const pools = new WeakMap<Backend, Pool>();

export function poolOf(backend: Backend): Pool {
  let pool = pools.get(backend);
  if (pool === undefined) pools.set(backend, (pool = new Pool(backend)));
  return pool;
}

interface Block {
  readonly pool: Pool;
  readonly handle: number;
  readonly block: number;
}

/** Gives back the memory of storages that nobody can reach any more. Runs only between macrotasks. */
const collector = new FinalizationRegistry<Block>(({ pool, handle, block }) => pool.give(handle, block, pool.listOf(block)));

/** The scope that owns new storages; null outside every `step`. Set by step.ts alone. */
export const scopes: { current: Scope | null } = { current: null };

let made = 0;

/** Number of the latest storage: those made later have larger ones. */
export function latestStorage(): number {
  return made;
}

export class Storage {
  readonly backend: Backend;
  readonly handle: number;
  readonly bytes: number;
  /** Raised by each write in place; the tape compares it. */
  version = 0;
  /** Number of holders (parameters, gradients, optimiser state, `keep()`) for whom it outlives its step. */
  keeps = 0;
  /** Storages are numbered in the order of their making. */
  readonly number = ++made;
  /** Name of the operation that made it, for messages. */
  readonly origin: string;
  /** The scope at whose end it returns to the pool; null when only its holders or the collector decide. */
  scope: Scope | null = null;
  released = false;
  /** Held as a gradient by a leaf that gives it back itself, so the collector need not watch it (see Tensor.grad). */
  heldByLeaf = false;
  /** The gradient of the tensor that lies here: where a step takes this memory back, nobody can ask for that any more. */
  gradient: Storage | null = null;
  private readonly pool: Pool;
  private readonly free: number[];
  private readonly block: number;
  private tracked = false;

  constructor(backend: Backend, bytes: number, origin: string) {
    this.backend = backend;
    this.bytes = bytes;
    this.origin = origin;
    this.pool = poolOf(backend);
    this.block = blockBytes(bytes);
    this.free = this.pool.listOf(this.block);
    this.handle = this.pool.take(this.block, this.free);
    const scope = scopes.current;
    if (scope !== null) {
      this.scope = scope;
      scope.storages.push(this);
    } else {
      this.track();
    }
  }

  /** Leaves the storage to the garbage collector. */
  track(): void {
    if (this.tracked || this.released) return;
    this.tracked = true;
    collector.register(this, { pool: this.pool, handle: this.handle, block: this.block }, this);
  }

  keep(): void {
    this.keeps++;
  }

  /** Takes back one `keep`. The last one hands the storage to the step under way, or to the collector. */
  unkeep(): void {
    if (--this.keeps > 0 || this.released || this.scope !== null) return;
    const scope = scopes.current;
    if (scope === null) {
      this.track();
    } else {
      this.scope = scope;
      scope.storages.push(this);
    }
  }

  /** What a leaf that is collected does with its gradient: releases it, unless somebody else may have it. */
  abandon(): void {
    if (--this.keeps <= 0 && !this.tracked && this.scope === null) this.release();
  }

  /** What a step that takes a leaf's memory back does with the gradient, unless somebody else may have it. */
  releaseGradient(): void {
    const { gradient } = this;
    if (gradient !== null && gradient.heldByLeaf && gradient.keeps === 1 && !gradient.tracked) gradient.release();
  }

  /** Back to the pool, at once. */
  release(): void {
    if (this.released) return;
    this.released = true;
    if (this.tracked) collector.unregister(this);
    this.pool.give(this.handle, this.block, this.free);
  }

  /** Throws if the memory is gone. */
  assertAlive(shape: readonly number[]): void {
    if (!this.released) return;
    throw new LifetimeError(
      `A tensor of shape [${shape.join(", ")}] made by ${this.origin} is used after the step that made it has ended and its memory ` +
        `went back to the pool. Return it from the step, or keep() it there.`,
    );
  }
}

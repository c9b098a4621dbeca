/**
 * The wasm engine: AssemblyScript kernels (wasm/assembly) over one shared linear memory, with SIMD and threads. It needs no
 * compiler on the machine. Of the two builds, the one with relaxed SIMD (fused multiply-add) is taken where the runtime accepts it.
 * wasmNode.ts and wasmBrowser.ts load the builds and start the threads.
 *
 * Threads: each instantiates the same module over the same memory and stays inside the exported `work`, which waits
 * for jobs in the memory. They start with the first job that is worth dividing; until one is up, the caller does its share.
 */

import type { TypedArray } from "../../base/dtype.js";
import { NablaError } from "../../base/errors.js";
import type { BackendInfo } from "../backend.js";
import { argsLength } from "./engine.js";
import type { CpuEngine } from "./engine.js";
import { Heap } from "./heap.js";

/** Places and sizes that wasm/assembly/layout.ts and scripts/build-wasm.mjs fix. */
const workersWord = 384 / 4;
const startedWord = 388 / 4;
const argsAddress = 65536;
const heapStart = 4 * 2 ** 20;
const pageBytes = 65536;
/** What wasm/assembly/layout.ts has room for, the caller included. */
export const mostWasmThreads = 64;
/** Linear memory grows by at least this much at a time: 8 MiB. */
const growthPages = 128;

/** What a build needs of the runtime. */
export type WasmIsa = "simd128+relaxed" | "simd128";

/** What a thread is told: it instantiates the module over the memory and calls `work(worker)`, which never returns. */
export interface WasmWork {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly worker: number;
}

/** Threads as the runtime has them. */
export interface WasmThreads {
  /** How many there may be, the caller included; 1 where the caller must not wait, or memory cannot be shared. */
  readonly most: number;
  /** Starts one, which must not keep the program alive. A promise where it needs the event loop to come up; it never fails. */
  start(work: WasmWork): void | Promise<void>;
}

type KernelFunction = (args: number) => number;

export class WasmEngine implements CpuEngine {
  info: BackendInfo;
  starting: Promise<void> | undefined;
  readonly args: Float64Array;
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #control: Int32Array;
  readonly #threads: WasmThreads;
  readonly #heap: Heap;
  readonly #names: readonly string[];
  readonly #kernels: readonly KernelFunction[];
  /** Memory that kernels keep for themselves, by slot. */
  readonly #scratch: { address: number; bytes: number }[] = [];

  /** @param count threads to use at first. */
  constructor(module: WebAssembly.Module, isa: WasmIsa, threads: WasmThreads, count: number) {
    const memory = makeMemory();
    this.#module = module;
    this.#memory = memory;
    this.#threads = threads;
    this.#control = new Int32Array(memory.buffer, 0, 1024);
    this.args = new Float64Array(memory.buffer, argsAddress, argsLength);
    this.#heap = new Heap(heapStart, (bytes) => this.#grow(bytes));
    const env = {
      memory,
      startWorkers: () => this.#startWorkers(),
      scratch: (slot: number, bytes: number) => this.#scratchSlot(slot, bytes >>> 0),
    };
    const { exports } = new WebAssembly.Instance(module, { env });
    const kernels = Object.entries(exports).filter(
      (entry): entry is [string, KernelFunction] => typeof entry[1] === "function" && entry[0] !== "work",
    );
    this.#names = kernels.map(([name]) => name);
    this.#kernels = kernels.map(([, kernel]) => kernel);
    this.info = { name: "wasm", isa, threads: count };
    this.setThreads(count);
  }

  kernel(name: string): number {
    return this.#names.indexOf(name);
  }

  call(kernel: number): number {
    return this.#kernels[kernel](argsAddress);
  }

  setThreads(threads: number): void {
    const count = Math.max(1, Math.min(threads, this.#threads.most));
    Atomics.store(this.#control, workersWord, count - 1);
    Atomics.notify(this.#control, workersWord);
    this.info = { ...this.info, threads: count };
  }

  allocate(bytes: number): number {
    return this.#heap.allocate(bytes);
  }

  release(pointer: number, bytes: number): void {
    this.#heap.release(pointer, bytes);
  }

  write(pointer: number, data: TypedArray): void {
    this.#bytes(pointer, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  read(pointer: number, into: TypedArray): void {
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(this.#bytes(pointer, into.byteLength));
  }

  #bytes(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, pointer, length);
  }

  #grow(bytes: number): number {
    const fewest = Math.ceil(bytes / pageBytes);
    for (const pages of [Math.max(fewest, growthPages), fewest]) {
      try {
        this.#memory.grow(pages);
        return pages * pageBytes;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    throw new NablaError(
      `memory: the wasm backend cannot allocate ${bytes} bytes more; it has ` +
        `${Math.round(this.#memory.buffer.byteLength / 2 ** 20)} MiB. Use a smaller batch or model, or the native backend.`,
    );
  }

  #scratchSlot(slot: number, bytes: number): number {
    const held = (this.#scratch[slot] ??= { address: 0, bytes: 0 });
    if (held.bytes < bytes) {
      if (held.bytes > 0) this.release(held.address, held.bytes);
      held.bytes = 0;
      held.address = this.allocate(bytes);
      held.bytes = bytes;
    }
    return held.address;
  }

  #startWorkers(): void {
    const wanted = Atomics.load(this.#control, workersWord);
    const pending: Promise<void>[] = [];
    for (let worker = Atomics.load(this.#control, startedWord) + 1; worker <= wanted; worker++) {
      const up = this.#threads.start({ module: this.#module, memory: this.#memory, worker });
      if (up !== undefined) pending.push(up);
      Atomics.store(this.#control, startedWord, worker);
    }
    if (pending.length === 0) return;
    const starting = Promise.all(pending).then(() => {
      if (this.starting === starting) this.starting = undefined;
    });
    this.starting = starting;
  }
}

/** The largest shared memory that this system grants: 4 GiB, or less where address space is short. */
function makeMemory(): WebAssembly.Memory {
  // Kernels may read a few bytes past a tensor: the heap never reaches the last page.
  const initial = heapStart / pageBytes + 1;
  for (const maximum of [65536, 32768, 16384]) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return new WebAssembly.Memory({ initial, maximum: 4096, shared: true });
}

/**
 * The wasm engine: AssemblyScript kernels (wasm/assembly) over one shared linear memory, with SIMD and worker threads. It
 * needs no compiler on the machine. Of the two builds, the one with relaxed SIMD (fused multiply-add) is taken where this
 * runtime accepts it.
 *
 * Threads: each worker instantiates the same module over the same memory and stays inside the exported `work`, which waits
 * for jobs in the memory. Workers start with the first job that is worth dividing; until one is up, the caller does its share.
 */

import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { TypedArray } from "../../base/dtype.js";
import { NablaError } from "../../base/errors.js";
import type { BackendInfo } from "../backend.js";
import { argsLength } from "./engine.js";
import type { CpuEngine, EngineResult } from "./engine.js";
import { Heap } from "./heap.js";

/** Places and sizes that wasm/assembly/layout.ts and scripts/build-wasm.mjs fix. */
const workersWord = 384 / 4;
const startedWord = 388 / 4;
const argsAddress = 65536;
const heapStart = 4 * 2 ** 20;
const pageBytes = 65536;
const maximumThreads = 64;
/** Linear memory grows by at least this much at a time: 8 MiB. */
const growthPages = 128;

/** Builds, best first. */
const variants = [
  { file: "nabla-relaxed.wasm", isa: "simd128+relaxed" },
  { file: "nabla-simd.wasm", isa: "simd128" },
] as const;
type Isa = (typeof variants)[number]["isa"];

export interface WasmOptions {
  /** Build to use. Default: the best that this runtime accepts. */
  readonly isa?: Isa;
  /** Default: all cores that this process may use. */
  readonly threads?: number;
}

type KernelFunction = (args: number) => number;

const workerSource = `
const { workerData: { module, memory, worker } } = require("node:worker_threads");
const env = { memory, startWorkers() {}, scratch() { return 0; } };
new WebAssembly.Instance(module, { env }).exports.work(worker);
`;

class WasmEngine implements CpuEngine {
  info: BackendInfo;
  readonly args: Float64Array;
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #control: Int32Array;
  readonly #heap: Heap;
  readonly #names: readonly string[];
  readonly #kernels: readonly KernelFunction[];
  /** Memory that kernels keep for themselves, by slot. */
  readonly #scratch: { address: number; bytes: number }[] = [];

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, isa: Isa, threads: number) {
    this.#module = module;
    this.#memory = memory;
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
    this.info = { name: "wasm", isa, threads };
    this.setThreads(threads);
  }

  kernel(name: string): number {
    return this.#names.indexOf(name);
  }

  call(kernel: number): number {
    return this.#kernels[kernel](argsAddress);
  }

  setThreads(threads: number): void {
    const count = Math.max(1, Math.min(threads, maximumThreads));
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
    for (let worker = Atomics.load(this.#control, startedWord) + 1; worker <= wanted; worker++) {
      const workerData = { module: this.#module, memory: this.#memory, worker };
      new Worker(workerSource, { eval: true, execArgv: [], workerData }).unref();
      Atomics.store(this.#control, startedWord, worker);
    }
  }
}

/** The compiled kernels: beside this file in the package, in wasm/build in a clone. */
function findBuild(file: string): string | undefined {
  const places = [`./${file}`, `../../../wasm/build/${file}`];
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
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

/** Builds that are present and that this runtime accepts, best first. */
export function wasmVariants(): Isa[] {
  return variants.filter(({ file }) => loadBuild(file) !== undefined).map(({ isa }) => isa);
}

function loadBuild(file: string): Uint8Array<ArrayBuffer> | undefined {
  const path = findBuild(file);
  if (path === undefined) return undefined;
  const code = new Uint8Array(readFileSync(path));
  if (WebAssembly.validate(code)) return code;
  // Node 20 has relaxed SIMD, complete, behind this flag; later versions have it without.
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  return WebAssembly.validate(code) ? code : undefined;
}

/** Loads the wasm engine, or says why it cannot be used. */
export function loadWasmEngine({ isa, threads = availableParallelism() }: WasmOptions = {}): EngineResult {
  const candidates = variants.filter((variant) => isa === undefined || variant.isa === isa);
  for (const variant of candidates) {
    const code = loadBuild(variant.file);
    if (code === undefined) continue;
    return { engine: new WasmEngine(new WebAssembly.Module(code), makeMemory(), variant.isa, threads) };
  }
  const built = candidates.some(({ file }) => findBuild(file) !== undefined);
  return {
    engine: null,
    reason: built
      ? "This JavaScript runtime does not accept the wasm kernels (they need SIMD and threads)."
      : "The wasm kernels are not built. In a clone, run: npm run build.",
  };
}

/**
 * A CPU engine: kernels behind a flat block of numbers. The caller writes pointers, sizes and strides as doubles into
 * `args` and calls a kernel by its index, so one call crosses into native or wasm code with a single number and
 * allocates nothing. `native.ts` and `wasm.ts` provide engines; `cpu.ts` turns views into arguments.
 */

import type { TypedArray } from "../../base/dtype.js";
import type { BackendInfo } from "../backend.js";

/** Doubles in the argument block; a call that needs more (an optimiser over very many parameters) is split. */
export const argsLength = 8192;

export interface CpuEngine {
  readonly info: BackendInfo;
  /** The argument block, `argsLength` doubles; kernels read it and never write it. */
  readonly args: Float64Array;
  /** Index of the kernel `name`, or −1 when this engine does not have it. */
  kernel(name: string): number;
  /** Runs a kernel over `args`. Returns −1, or the flat position of the first bad value for kernels that check data. */
  call(kernel: number): number;
  /** Set while threads start that need turns of the event loop for it: until they are up, or cannot be had. */
  readonly starting?: Promise<void>;
  /** Threads that kernels may use from now on, the caller included; at least 1. Results do not depend on it. */
  setThreads(threads: number): void;
  /** Address of `bytes` bytes aligned to 64, contents undefined. Throws when memory is exhausted. */
  allocate(bytes: number): number;
  /** Gives back what `allocate(bytes)` returned. */
  release(pointer: number, bytes: number): void;
  /** Copies `data` to `pointer`. */
  write(pointer: number, data: TypedArray): void;
  /** Fills `into` from `pointer`. */
  read(pointer: number, into: TypedArray): void;
}

/** What an engine's loader answers: the engine, or why there is none on this machine (one sentence for people). */
export type EngineResult = { readonly engine: CpuEngine } | { readonly engine: null; readonly reason: string };

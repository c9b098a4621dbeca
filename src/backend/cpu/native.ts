/** The native engine: C++ kernels behind the Node-API, compiled at installation by scripts/build-native.mjs. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { TypedArray } from "../../base/dtype.js";
import { NablaError, UsageError } from "../../base/errors.js";
import type { BackendInfo } from "../backend.js";
import type { CpuEngine, EngineResult } from "./engine.js";

/** What native/src/addon.cpp exports. */
interface Addon {
  readonly args: Float64Array;
  readonly levels: readonly Level[];
  exec(kernel: number): number;
  allocate(bytes: number): number;
  release(pointer: number): void;
  write(pointer: number, data: TypedArray): void;
  read(pointer: number, into: TypedArray): void;
  setThreads(threads: number): void;
}

/** One instruction set; its kernel `kernels[i]` has the number `first + i`. Best first. */
interface Level {
  readonly isa: string;
  readonly supported: boolean;
  readonly first: number;
  readonly kernels: readonly string[];
}

export interface NativeOptions {
  /** Instruction set to use: avx512, avx2, sse2 or neon. Default: NABLA_ISA, else the best that the processor has. */
  readonly isa?: string;
  /** Default: all cores that this process may use. */
  readonly threads?: number;
}

const library = fileURLToPath(new URL("../../../native/build/nabla.node", import.meta.url));

class NativeEngine implements CpuEngine {
  info: BackendInfo;
  readonly args: Float64Array;
  readonly call: (kernel: number) => number;
  readonly write: (pointer: number, data: TypedArray) => void;
  readonly read: (pointer: number, into: TypedArray) => void;
  readonly #addon: Addon;
  readonly #level: Level;

  constructor(addon: Addon, level: Level, threads: number) {
    this.#addon = addon;
    this.#level = level;
    this.args = addon.args;
    this.call = addon.exec;
    this.write = addon.write;
    this.read = addon.read;
    this.info = { name: "native", isa: level.isa, threads };
    this.setThreads(threads);
  }

  kernel(name: string): number {
    const index = this.#level.kernels.indexOf(name);
    return index < 0 ? -1 : this.#level.first + index;
  }

  setThreads(threads: number): void {
    this.#addon.setThreads(threads);
    this.info = { ...this.info, threads };
  }

  allocate(bytes: number): number {
    const pointer = this.#addon.allocate(bytes);
    if (pointer === 0) throw new NablaError(`memory: the system refused ${bytes} bytes. Use a smaller batch or model.`);
    return pointer;
  }

  release(pointer: number): void {
    this.#addon.release(pointer);
  }
}

function chooseLevel(levels: readonly Level[], isa: string | undefined): Level | undefined {
  const usable = levels.filter((level) => level.supported);
  if (!isa) return usable[0];
  const chosen = usable.find((level) => level.isa === isa);
  if (chosen) return chosen;
  const known = levels.some((level) => level.isa === isa);
  throw new UsageError(
    `native: the instruction set "${isa}" (option isa or variable NABLA_ISA) is ` +
      `${known ? "not one that this processor has" : "unknown"}; use ${usable.map((level) => level.isa).join(", ")}, or leave it out.`,
  );
}

/** Instruction sets of the compiled library that this processor has, best first; none when there is no library. */
export function nativeLevels(): string[] {
  const addon = loadAddon();
  return typeof addon === "string" ? [] : addon.levels.filter((level) => level.supported).map((level) => level.isa);
}

/** The library, or why there is none. */
function loadAddon(): Addon | string {
  if (process.env["NABLA_NATIVE"] === "0") return "NABLA_NATIVE=0 switches the native kernels off.";
  if (!existsSync(library)) {
    return `The native kernels are not compiled (${library} is missing). Install a C++ compiler and run: npm rebuild nabla.`;
  }
  try {
    const addon: Addon = createRequire(import.meta.url)(library);
    return addon;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return `The native kernels do not load (${message}). Run: npm rebuild nabla.`;
  }
}

/**
 * Loads the native engine, or says why it cannot be used.
 * @throws UsageError when an instruction set is asked for that this processor does not have.
 */
export function loadNative({ isa = process.env["NABLA_ISA"], threads = availableParallelism() }: NativeOptions = {}): EngineResult {
  const addon = loadAddon();
  if (typeof addon === "string") return { engine: null, reason: addon };
  const level = chooseLevel(addon.levels, isa);
  if (level === undefined) return { engine: null, reason: "The native kernels have no variant for this processor." };
  return { engine: new NativeEngine(addon, level, threads) };
}

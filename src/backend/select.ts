/** Which backend is in use: native kernels where they were built, else wasm, else plain loops. Which engines there are is said by src/platform. */

import { NablaError, UsageError } from "../base/errors.js";
import { warn } from "../base/warnings.js";
import type { Backend } from "./backend.js";
import { CpuBackend } from "./cpu/cpu.js";
import type { EngineResult } from "./cpu/engine.js";
import { ReferenceBackend } from "./reference/reference.js";

export const backendNames = ["native", "wasm", "reference"] as const;
export type BackendName = (typeof backendNames)[number];

/** The engines that a runtime has. */
export interface Engines {
  readonly native: () => EngineResult;
  readonly wasm: () => EngineResult;
  /** The name of the backend to begin with; undefined or "" for the fastest. */
  readonly preferred: () => string | undefined;
}

let engines: Engines | undefined;

/** Says which engines this runtime has; src/platform does, before anything makes tensors. */
export function provideEngines(provided: Engines): void {
  engines = provided;
}

const made = new Map<BackendName, Backend>();
const missing = new Map<BackendName, string>();
let current: Backend | undefined;

/** The backend of that name, made once; or the reason why this machine has none. */
export function findBackend(name: BackendName): { backend: Backend } | { reason: string } {
  const known = made.get(name);
  if (known !== undefined) return { backend: known };
  const reason = missing.get(name);
  if (reason !== undefined) return { reason };
  if (name === "reference") {
    made.set(name, new ReferenceBackend());
  } else {
    if (engines === undefined) throw new NablaError("backend: no engine is loaded; import the package nabla, not single files of it.");
    const result = engines[name]();
    if (result.engine === null) missing.set(name, result.reason);
    else made.set(name, new CpuBackend(result.engine));
  }
  return findBackend(name);
}

/**
 * The backend on which new tensors are made. First use chooses it: the environment's `NABLA_BACKEND` if set, else the fastest there
 * is: native kernels, wasm (in browsers the first), plain loops.
 *
 * @example
 * getBackend() === zeros([2]).backend // → true
 */
export function defaultBackend(): Backend {
  if (current !== undefined) return current;
  const wanted = engines?.preferred();
  if (wanted !== undefined && wanted !== "") return setBackend(wanted);
  for (const name of backendNames) {
    const found = findBackend(name);
    if (!("backend" in found)) continue;
    if (name === "reference") warn("slowBackend", `Tensors are computed by plain loops, many times slower than by kernels. ${missing.get("wasm") ?? ""}`);
    return (current = found.backend);
  }
  throw new NablaError("No backend could be started; `npx nabla doctor` says why.");
}

/**
 * Makes new tensors on "native", "wasm" or "reference" from now on. Tensors that exist stay where they are, and
 * operands of two backends are an error.
 * @throws UsageError for another name; NablaError if this machine has no such backend, with the reason.
 *
 * @example
 * const before = getBackend().info.name;
 * setBackend("reference");
 * zeros([2]).backend.info.name // → reference
 * setBackend(before);
 */
export function setBackend(name: string): Backend {
  const known = backendNames.find((n) => n === name);
  if (known === undefined) throw new UsageError(`backend: expected one of ${backendNames.join(", ")}, got ${JSON.stringify(name)}.`);
  const found = findBackend(known);
  if ("reason" in found) throw new NablaError(`backend: ${name} is not available here: ${found.reason}`);
  return (current = found.backend);
}

/**
 * Threads that kernels use from now on, from 1 to 256. Default: all cores that the process may use. Results do not depend on it.
 * @throws UsageError for anything else.
 *
 * @example
 * setThreads(2);
 * setThreads(0); // → throws UsageError: threads: expected a whole number from 1 to 256, got 0.
 */
export function setThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw new UsageError(`threads: expected a whole number from 1 to 256, got ${threads}.`);
  }
  defaultBackend().setThreads(threads);
}

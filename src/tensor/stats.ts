/** What the memory pool of a backend has done so far. */

import { ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import type { Backend } from "../backend/backend.js";
import { defaultBackend } from "../backend/select.js";
import { type MemoryStats, poolOf } from "./storage.js";

/**
 * Counters of the pool of `backend` (default: the one in use): allocations from the system, reuses, bytes in use and in the pool.
 * A steady training step leaves `allocations` as it is.
 *
 * @example
 * const run = () => step(() => void model.forward(x));
 * run();
 * const { allocations } = memoryStats();
 * run();
 * memoryStats().allocations === allocations // → true
 */
export function memoryStats(backend: Backend = defaultBackend()): MemoryStats {
  if (typeof backend?.allocate !== "function") throw new ValueError(`memoryStats: expected what getBackend() gives, got ${show(backend)}.`);
  const { allocations, reuses, bytesInUse, bytesPooled } = poolOf(backend);
  return { allocations, reuses, bytesInUse, bytesPooled };
}

export type { MemoryStats };

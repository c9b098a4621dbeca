/** What the memory pool of a backend has done so far. */

import type { Backend } from "../backend/backend.js";
import { defaultBackend } from "../backend/select.js";
import { type MemoryStats, poolOf } from "./storage.js";

/**
 * Counters of the pool: a steady training step leaves `allocations` as it is. Default: the backend in use.
 *
 * @example
 * step(() => model.forward(x).sum());
 * const { allocations } = memoryStats();
 * step(() => model.forward(x).sum());
 * memoryStats().allocations === allocations // → true
 */
export function memoryStats(backend: Backend = defaultBackend()): MemoryStats {
  const { allocations, reuses, bytesInUse, bytesPooled } = poolOf(backend);
  return { allocations, reuses, bytesInUse, bytesPooled };
}

export type { MemoryStats };

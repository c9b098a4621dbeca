/**
 * Fixed places in the shared linear memory, below the module's own data (which starts at 2 MiB, see scripts/build-wasm.mjs).
 * All mutable state lives here: every thread instantiates the module anew, which rewrites static data.
 * src/backend/cpu/wasm.ts knows the control words and the argument block.
 */

/** The job of the pool: see pool.ts. Each word on a cache line of its own where threads contend. */
export const TICKET: usize = 64;
export const DONE: usize = 128;
export const GENERATION: usize = 192;
export const SLEEPERS: usize = 256;
export const TASK: usize = 320;
export const COUNT: usize = 324;
export const JOB_ARGS: usize = 328;
/** Threads besides the caller that may take part, and how many were started. Written from outside. */
export const WORKERS: usize = 384;
export const STARTED: usize = 388;
/** Words that a kernel leaves for its tasks. */
export const JOB: usize = 448;

/** The argument block: 8192 doubles. */
export const ARGS: usize = 65536;

/** Per thread, four buffers of `STRIP` doubles for strips of strided operands. */
export const BUFFERS: usize = 131072;
export const STRIP: i32 = 512;
export const MAX_THREADS: i32 = 64;

/** Buffer `i` (0–3) of a thread. */
@inline
export function buffer(worker: i32, i: i32): usize {
  return BUFFERS + <usize>((worker << 2) + i) * <usize>(STRIP << 3);
}

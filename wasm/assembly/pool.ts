/**
 * The thread pool: `parallel(task, count, args)` runs task(args, index, worker) for every index below count.
 *
 * TICKET counts down the indices not yet claimed. A thread claims one by an atomic decrement; a result above 0 is a valid
 * claim of the job now published, and that job's words stay put until all its indices are done, so a late worker can never
 * mix two jobs. Workers spin for a while after their last claim, then wait on GENERATION. What an index means follows from
 * shapes alone, so results do not depend on who ran it.
 */

import { COUNT, DONE, GENERATION, JOB_ARGS, MAX_THREADS, SLEEPERS, STARTED, TASK, TICKET, WORKERS } from "./layout";

/** Starts the worker threads (they call `work`); provided from outside. */
@external("env", "startWorkers")
declare function startWorkers(): void;

/** Address of at least `bytes` bytes, kept per slot and grown between calls; contents undefined. For the main thread only. */
@external("env", "scratch")
export declare function scratch(slot: i32, bytes: usize): usize;

/** Looks at the control words before a worker parks: about half a millisecond. */
const WORKER_SPINS: i32 = 400000;
/** Looks at DONE before the caller waits for it. */
const CALLER_SPINS: i32 = 20000;
const WAIT_NS: i64 = 1000000;

export type Task = (args: usize, index: i32, worker: i32) => void;

/** Scratch slot `slot`, cut into one part of `bytes` bytes, rounded up to 64, for each thread that there may be. */
export function scratchPerThread(slot: i32, bytes: usize): usize {
  return scratch(slot, ((bytes + 63) & ~63) * <usize>(max(load<i32>(WORKERS), load<i32>(STARTED)) + 1));
}

export function parallel(task: Task, count: i32, args: usize): void {
  if (count <= 1 || load<i32>(WORKERS) == 0) {
    for (let i = 0; i < count; i++) task(args, i, 0);
    return;
  }
  if (load<i32>(STARTED) < load<i32>(WORKERS)) startWorkers();
  store<i32>(TASK, task.index);
  store<i32>(COUNT, count);
  store<usize>(JOB_ARGS, args);
  atomic.store<i32>(DONE, 0);
  atomic.store<i32>(TICKET, count);
  atomic.add<i32>(GENERATION, 1);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(GENERATION, MAX_THREADS);
  runClaims(0);
  let spins = 0;
  let done = atomic.load<i32>(DONE);
  while (done < count) {
    if (++spins > CALLER_SPINS) atomic.wait<i32>(DONE, done, WAIT_NS);
    done = atomic.load<i32>(DONE);
  }
}

function runClaims(worker: i32): void {
  while (atomic.load<i32>(TICKET) > 0) {
    const left = atomic.sub<i32>(TICKET, 1);
    if (left <= 0) return;
    const count = load<i32>(COUNT);
    call_indirect<void>(load<i32>(TASK), load<usize>(JOB_ARGS), count - left, worker);
    if (atomic.add<i32>(DONE, 1) + 1 == count) atomic.notify(DONE, 1);
  }
}

/** The life of worker thread `worker` (1, 2, …). It idles while WORKERS does not include it. */
export function work(worker: i32): void {
  while (true) {
    const allowed = atomic.load<i32>(WORKERS);
    if (worker > allowed) {
      atomic.wait<i32>(WORKERS, allowed, -1);
      continue;
    }
    const seen = atomic.load<i32>(GENERATION);
    runClaims(worker);
    let spins = 0;
    while (atomic.load<i32>(GENERATION) == seen && spins < WORKER_SPINS) spins++;
    if (spins < WORKER_SPINS) continue;
    atomic.add<i32>(SLEEPERS, 1);
    atomic.wait<i32>(GENERATION, seen, -1);
    atomic.sub<i32>(SLEEPERS, 1);
  }
}

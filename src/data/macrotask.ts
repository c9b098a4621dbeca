/** A turn of the event loop: signals, timers, messages and finalisers run in it. */

/** Node's setImmediate waits for nothing; a browser's setTimeout is the next best. */
const schedule: (callback: () => void) => unknown = typeof setImmediate === "function" ? setImmediate : setTimeout;

export function macrotask(): Promise<void> {
  return new Promise((resolve) => void schedule(resolve));
}

/** The worker: sets `onmessage` as any worker would, after its imports. */

import "../../../src/browser.js";
import type { Order } from "./main.js";
import { countThread, tasks } from "./tasks.js";

/** Counts the library's threads that have come up. */
class CountedWorker extends Worker {
  constructor(source: string | URL, options?: WorkerOptions) {
    super(source, options);
    this.addEventListener("message", () => countThread());
  }
}
globalThis.Worker = CountedWorker;

globalThis.onmessage = async ({ data: [name, ...args] }: MessageEvent<Order>) => {
  try {
    const task = tasks[name] as (...args: number[]) => Promise<unknown>;
    globalThis.postMessage({ value: await task(...args) });
  } catch (error) {
    globalThis.postMessage({ error: String(error) });
  }
};

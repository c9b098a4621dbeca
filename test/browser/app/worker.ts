/** The worker: sets `onmessage` as any worker would, after its imports. */

import "../../../src/browser.js";
import type { Order } from "./main.js";
import { tasks } from "./tasks.js";

globalThis.onmessage = async ({ data: [name, ...args] }: MessageEvent<Order>) => {
  try {
    const task = tasks[name] as (...args: number[]) => Promise<unknown>;
    globalThis.postMessage({ value: await task(...args) });
  } catch (error) {
    globalThis.postMessage({ error: String(error) });
  }
};

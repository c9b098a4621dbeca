/** The page: runs tasks here or in its worker, for the test. */

import "../../../src/browser.js";
import { type Tasks, tasks } from "./tasks.js";

/** A task and its arguments. */
export type Order = readonly [name: keyof Tasks, ...args: number[]];

const run = ([name, ...args]: Order): Promise<unknown> => (tasks[name] as (...args: number[]) => Promise<unknown>)(...args);

let worker: Worker | undefined;
const waiting: ((answer: { readonly value?: unknown; readonly error?: string }) => void)[] = [];

/** The worker does its tasks in the order in which they come. */
function runInWorker(order: Order): Promise<unknown> {
  if (worker === undefined) {
    worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => waiting.shift()?.(data));
  }
  worker.postMessage(order);
  return new Promise((resolve, reject) => void waiting.push(({ value, error }) => (error === undefined ? resolve(value) : reject(new Error(error)))));
}

/** What a worker that loads the library late answers to messages, and to nothing else, within a while. */
function runLate(messages: readonly number[]): Promise<number[]> {
  const late = new Worker(new URL("./late.ts", import.meta.url), { type: "module" });
  const answers: number[] = [];
  return new Promise((resolve) => {
    late.addEventListener("message", ({ data }) => {
      answers.push(data);
      if (answers.length === messages.length) setTimeout(() => resolve(answers), 300);
    });
    for (const message of messages) late.postMessage(message);
  });
}

Object.assign(globalThis, { runIn: { page: run, worker: runInWorker }, runLate });

/** One measurement, on the main thread or in a worker. */

import { getBackend, manualSeed, setThreads } from "../../dist/browser.js";
import { medianMs } from "../median.mjs";
import { workloads } from "../workloads.mjs";

export async function measure({ name, threads, seconds }) {
  setThreads(threads);
  manualSeed(0);
  const { stepsPerRun, run } = workloads[name]();
  const msPerStep = (await medianMs(run, seconds)) / stepsPerRun;
  return { msPerStep, ...getBackend().info };
}

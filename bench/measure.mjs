/**
 * One measurement in a process of its own, so that its peak memory is its own: measure.mjs WORKLOAD THREADS SECONDS
 * [BACKEND] → one JSON line. `start` stops after the first step of w3 and prints the moment.
 */

import { getBackend, manualSeed, setBackend, setThreads } from "../dist/index.js";
import { medianMs } from "./median.mjs";
import { workloads } from "./workloads.mjs";

const [name, threads, seconds, backend] = process.argv.slice(2);
if (backend) await setBackend(backend);
setThreads(Number(threads));
manualSeed(0);

if (name === "start") {
  await workloads.w3().run();
  console.log(JSON.stringify({ finishedAt: performance.timeOrigin + performance.now(), peakRssKb: process.resourceUsage().maxRSS }));
} else {
  const { batch, stepsPerRun, run } = workloads[name]();
  const msPerStep = (await medianMs(run, seconds)) / stepsPerRun;
  const { name: backendName, isa } = getBackend().info;
  console.log(JSON.stringify({
    msPerStep,
    samplesPerSecond: (batch / msPerStep) * 1000,
    peakRssKb: process.resourceUsage().maxRSS,
    backend: `${backendName} ${isa}`,
  }));
}
process.exit();

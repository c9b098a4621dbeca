/**
 * One measurement in a process of its own, so that its peak memory is its own: measure.mjs WORKLOAD THREADS SECONDS
 * [BACKEND] → one JSON line. `start` stops after the first step of w3 and prints the moment.
 */

import { getBackend, manualSeed, setBackend, setThreads } from "../dist/index.js";
import { workloads } from "./workloads.mjs";

const [name, threads, seconds, backend] = process.argv.slice(2);
if (backend) await setBackend(backend);
setThreads(Number(threads));
manualSeed(0);

/** Median duration of a run in ms: three runs and half a second to warm up, then at least `seconds` and five runs. */
async function medianMs(run) {
  for (let i = 0; i < 3; i++) await run();
  for (const begin = performance.now(); performance.now() - begin < 500; ) await run();
  const times = [];
  for (const begin = performance.now(); performance.now() - begin < seconds * 1000 || times.length < 5; ) {
    const before = performance.now();
    await run();
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}

if (name === "start") {
  await workloads.w3().run();
  console.log(JSON.stringify({ finishedAt: performance.timeOrigin + performance.now(), peakRssKb: process.resourceUsage().maxRSS }));
} else {
  const { batch, stepsPerRun, run } = workloads[name]();
  const msPerStep = (await medianMs(run)) / stepsPerRun;
  const { name: backendName, isa } = getBackend().info;
  console.log(JSON.stringify({
    msPerStep,
    samplesPerSecond: (batch / msPerStep) * 1000,
    peakRssKb: process.resourceUsage().maxRSS,
    backend: `${backendName} ${isa}`,
  }));
}
process.exit();

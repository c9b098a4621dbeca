/**
 * npm run bench [-- --json --threads N --no-peers --backend NAME --seconds S WORKLOAD…]
 *
 * Times the workloads (w1, w2-b128, w2-b1, w3, w4, w5, w6, w7, augmentation: images/s of one thread, start: process start to first
 * step of w3, and recording: w1 with a run folder, and what share of the time that takes), each in a process of its own, and prints one table, or with --json one line each. Where python3 has PyTorch the same work is timed there in
 * turn, and onnxruntime-node for inference where it is installed.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hasOnnxRuntime } from "./peers/onnx.mjs";
import { exportOnnx, findTorch, runTorch } from "./peers/torch.mjs";

const names = ["w1", "w2-b128", "w2-b1", "w3", "w4", "w5", "w6", "w7", "augmentation", "start", "recording"];
const here = fileURLToPath(new URL(".", import.meta.url));

function fail(message, code = 2) {
  console.error(message);
  process.exit(code);
}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      threads: { type: "string" },
      "no-peers": { type: "boolean", default: false },
      backend: { type: "string", default: "" },
      seconds: { type: "string", default: "4" },
    },
  });
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown) fail(`bench: unknown workload "${unknown}"; known are ${names.join(", ")}.`);
  const threads = values.threads === undefined ? [2, 1] : [Number(values.threads)];
  if (!threads.every((n) => Number.isInteger(n) && n > 0)) fail(`bench: --threads ${values.threads} is no positive whole number.`);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) fail(`bench: --seconds ${values.seconds} is no positive number.`);
  return {
    json: values.json, peers: !values["no-peers"], backend: values.backend, threads, seconds,
    workloads: positionals.length > 0 ? positionals : names,
  };
}

function child(script, ...args) {
  const { status, stdout } = spawnSync(process.execPath, [join(here, script), ...args.map(String)], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) fail(`bench: ${script} ${args.join(" ")} ended with status ${status}.`, 1);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

/** Median of seven process starts, in the shape of the other measurements. */
function measureStart(threads, backend) {
  const times = Array.from({ length: 7 }, () => {
    const begin = Date.now();
    const { finishedAt, peakRssKb } = child("measure.mjs", "start", threads, 0, backend);
    return { msPerStep: finishedAt - begin, samplesPerSecond: 64_000 / (finishedAt - begin), peakRssKb };
  });
  return times.sort((a, b) => a.msPerStep - b.msPerStep)[3];
}

function measureOnnx(torch, batch, threads, seconds) {
  const folder = mkdtempSync(join(tmpdir(), "nabla-bench-"));
  try {
    const path = join(folder, "convnet.onnx");
    return exportOnnx(torch, batch, path) ? child("peers/onnx.mjs", path, batch, threads, seconds).msPerStep : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(workload, threads, { seconds, backend }, torch) {
  const ours =
    workload === "start" ? measureStart(threads, backend)
    : workload === "recording" ? child("recording.mjs", threads, backend)
    : child("measure.mjs", workload, threads, seconds, backend);
  const line = {
    workload, threads,
    msPerStep: Number(ours.msPerStep.toPrecision(4)),
    samplesPerSecond: Number(ours.samplesPerSecond.toPrecision(4)),
    peakRssMb: Math.round(ours.peakRssKb / 1024),
  };
  if (workload === "recording") line.recordingPercent = Number(ours.recordingPercent.toPrecision(3));
  if (torch && !["start", "recording"].includes(workload)) {
    const peer = runTorch(torch, workload, threads, seconds);
    if (peer) Object.assign(line, { pytorchMsPerStep: Number(peer.msPerStep.toPrecision(4)), ratio: Number((ours.msPerStep / peer.msPerStep).toPrecision(3)) });
    if (workload.startsWith("w2") && hasOnnxRuntime()) {
      const ms = measureOnnx(torch, Number(workload.slice(4)), threads, seconds);
      if (ms) Object.assign(line, { onnxruntimeMsPerStep: Number(ms.toPrecision(4)) });
    }
  }
  return { line, backend: ours.backend };
}

const columns = [
  ["workload", 13, ({ workload }) => workload], ["threads", 8, ({ threads }) => threads], ["ms/step", 11, ({ msPerStep }) => msPerStep],
  ["samples/s", 12, ({ samplesPerSecond }) => samplesPerSecond], ["peak MB", 9, ({ peakRssMb }) => peakRssMb],
  ["PyTorch ms", 12, ({ pytorchMsPerStep }) => pytorchMsPerStep], ["ratio", 8, ({ ratio }) => ratio],
  ["onnxruntime ms", 16, ({ onnxruntimeMsPerStep }) => onnxruntimeMsPerStep], ["recording %", 13, ({ recordingPercent }) => recordingPercent],
];

const row = (cell) => columns.map(([title, width, get]) => String(cell(title, get) ?? "–").padStart(width)).join("");

const options = readOptions();
if (!existsSync(join(here, "../dist/index.js"))) fail("bench: dist/ is missing; run `npm ci` or `npm run build` first.");
const torch = options.peers ? findTorch() : null;
if (!options.json) {
  const processors = cpus();
  console.log(`${processors[0].model.trim()}, ${processors.length} cores · Node ${process.version} · ${torch ? `PyTorch ${torch.version}` : "no PyTorch"}`);
  console.log(row((title) => title));
}
let backend;
for (const workload of options.workloads) {
  for (const threads of options.threads) {
    const result = measure(workload, threads, options, torch);
    backend = result.backend ?? backend;
    console.log(options.json ? JSON.stringify(result.line) : row((_, get) => get(result.line)));
  }
}
if (!options.json && backend) console.log(`backend: ${backend}`);

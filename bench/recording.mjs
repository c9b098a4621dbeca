/**
 * What keeping a run folder costs: recording.mjs THREADS [BACKEND] → one JSON line. The course ConvNet trains on images of 3×32×32 like those of CIFAR-10, with
 * 10,000 to validate; epochs are short, and their cost is set against one of 50,000 images. Each is the best so far, so that everything is recorded after each, as it would not be
 * where it took more than 2 % of the time.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crossEntropy, data, Generator, manualSeed, models, optim, recordRun, setBackend, setThreads, Trainer } from "../dist/index.js";
import { RecordingPace } from "../dist/train/recordingPace.js";

const [threads, backend] = process.argv.slice(2);
if (backend) setBackend(backend);
setThreads(Number(threads));
manualSeed(0);
RecordingPace.prototype.due = () => true;

const batch = 128;
const epochs = 4;
const steps = 12;
const epochSteps = Math.ceil(50_000 / batch);

/** Noise, brighter with the number of the class. */
function images(count, name) {
  const generator = new Generator(3).fork(name);
  const labels = Int32Array.from({ length: count }, () => generator.integer(10));
  const pixels = Uint8Array.from({ length: count * 3072 }, (_, i) => generator.integer(200) + 5 * labels[Math.floor(i / 3072)]);
  return new data.ImageDataset({ name, images: pixels, labels, shape: [3, 32, 32], classes: Array.from("0123456789") });
}

/** Steps of a tiny network, so that what records them is compiled, as it soon is in a long training. */
async function warmUp(folder) {
  const points = new data.DataLoader(data.circles({ samples: 640 }), { batch: 2 });
  const tiny = models.mlp({ input: [1, 1, 2], classes: 2, hidden: [4] });
  const trainer = new Trainer({ model: tiny, optimizer: new optim.SGD(tiny.parameters(), { lr: 0.01 }), loss: crossEntropy });
  trainer.listen(recordRun(join(folder, "warm"), { trainer }));
  await trainer.fit(points, points, { epochs: 10 });
}

const training = new data.DataLoader(images(batch * steps, "train"), { batch, shuffle: true, normalize: "standardize" });
const validation = new data.DataLoader(images(10_000, "validation"), { batch, normalize: training.normalization });
const model = models.convnet();
const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.005 }), loss: crossEntropy, monitor: "loss" });
const folder = mkdtempSync(join(tmpdir(), "nabla-bench-"));
await warmUp(folder);

/** Milliseconds spent in each handler, epoch by epoch. */
const spent = [];
let now = { step: 0, evaluate: 0, epochEnd: 0 };
const recording = recordRun(join(folder, "run"), { trainer });
const timed = (name) => async (event) => {
  const start = performance.now();
  await recording[name](event);
  now[name] += performance.now() - start;
};
let best = 0;
trainer.listen({ ...recording, step: timed("step"), evaluate: timed("evaluate"), epochEnd: timed("epochEnd") });
trainer.listen({
  epochEnd(event) {
    if (event.best) best++;
    spent.push({ ...now, phases: event.phases });
    now = { step: 0, evaluate: 0, epochEnd: 0 };
  },
});
await trainer.fit(training, validation, { epochs });
rmSync(folder, { recursive: true });
if (best < epochs) throw new Error(`only ${best} of ${epochs} epochs were the best so far, and recorded in full`);

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
// The first epoch compiles.
const later = (of) => median(spent.slice(1).map(of));
const msPerStep = later(({ phases }) => (1000 * (phases.data + phases.forward + phases.backward + phases.optimizer)) / steps);
const validationMs = later(({ phases, evaluate }) => 1000 * phases.validation - evaluate);
const recordingMs = later(({ step, evaluate, epochEnd }) => (step * epochSteps) / steps + evaluate + epochEnd);
console.log(JSON.stringify({
  msPerStep,
  samplesPerSecond: (1000 * batch) / msPerStep,
  peakRssKb: process.resourceUsage().maxRSS,
  recordingPercent: (100 * recordingMs) / (msPerStep * epochSteps + validationMs),
  recordingMs,
  detail: { step: later(({ step }) => step / steps), evaluate: later(({ evaluate }) => evaluate), epochEnd: later(({ epochEnd }) => epochEnd), validationMs },
}));
training.close();
validation.close();

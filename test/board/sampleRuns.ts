/**
 * Some small real runs to look at: made by the listeners that make those of users, in seconds. Below the folder:
 *
 * - `letters/lr=0.003`, `letters/lr=0.003 batchNorm`, `letters/lr=0.001 batchNorm`: ConvNets on drawn letters, finished; the first learns nothing;
 * - `circles/lr=0.03`, `circles/lr=0.3`, `circles/lr=3`: MLPs on points in the plane, finished, with many epochs;
 * - `stopped early`: stopped in its third epoch; `diverged`: failed; `Größe ½ – überprüft 数字`: a name with spaces and signs;
 * - `lab network`: the run of a lab, with two trainings in its folder;
 * - `other program/a`, `other program/b`: event files without a run folder.
 */

import { join } from "node:path";
import { crossEntropy, data, EventWriter, manualSeed, models, nn, optim, recordRun, type RecordRunOptions, setThreads, tensor, Trainer } from "../../src/index.js";
import { RunFolder } from "../../src/train/run.js";
import { newRunInfo } from "../../src/train/runInfo.js";

export async function sampleRuns(folder: string): Promise<void> {
  setThreads(1); // so small that more would only wait for one another
  const letters = await data.load("characters", { drawings: 1, validationDrawings: 2 });
  await lettersRun(join(folder, "letters", "lr=0.003"), letters, { lr: 0.003 });
  await lettersRun(join(folder, "letters", "lr=0.003 batchNorm"), letters, { lr: 0.003, batchNorm: true });
  await lettersRun(join(folder, "letters", "lr=0.001 batchNorm"), letters, { lr: 0.001, batchNorm: true });
  for (const lr of [0.03, 0.3, 3]) await circlesRun(join(folder, "circles", `lr=${lr}`), { lr, epochs: 25 });
  await circlesRun(join(folder, "Größe ½ – überprüft 数字"), { lr: 0.1, epochs: 5 });
  await circlesRun(join(folder, "stopped early"), { lr: 0.1, epochs: 20, stopAfter: 11 });
  await circlesRun(join(folder, "diverged"), { lr: 1e30, epochs: 5 }).catch(() => {});
  await labRun(join(folder, "lab network"));
  await foreignRuns(join(folder, "other program"));
}

/** A small ConvNet on letters, four epochs. */
async function lettersRun(path: string, { train, validation }: data.Splits, { lr, batchNorm = false }: { lr: number; batchNorm?: boolean }): Promise<void> {
  manualSeed(1);
  const training = new data.DataLoader(train, { batch: 32, shuffle: true, seed: 1, normalize: "standardize", workers: 0 });
  const checked = new data.DataLoader(validation, { batch: 128, normalize: training.normalization, workers: 0 });
  const model = models.convnet({ input: train.shape, classes: train.classes.length, filters: [4, 8, 16], hidden: 64, batchNorm });
  const trainer = new Trainer({ model, optimizer: new optim.Adam(model.parameters(), { lr }), loss: crossEntropy });
  trainer.listen(recordRun(path, { trainer, config: { data: "characters", batch: 32, batchNorm, seed: 1 } }));
  await trainer.fit(training, checked, { epochs: 4 });
}

interface CirclesRun extends Omit<RecordRunOptions, "trainer"> {
  readonly lr: number;
  readonly epochs: number;
  /** Steps after which the training is stopped. */
  readonly stopAfter?: number;
}

/** An MLP on two circles of points. */
export async function circlesRun(path: string, { lr, epochs, stopAfter, ...options }: CirclesRun): Promise<void> {
  manualSeed(2);
  const set = data.circles({ samples: 200, factor: 0.5, noise: 0.1, seed: 3 });
  const points = (from: number, to: number) => new data.DataLoader(set.subset(Array.from({ length: to - from }, (_, i) => from + i)), { batch: 32, shuffle: from === 0 });
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.ReLU(), new nn.Linear(16, 2));
  const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr }), loss: crossEntropy });
  trainer.listen(recordRun(path, { trainer, config: { data: "circles", batch: 32 }, ...options }));
  const controller = new AbortController();
  trainer.listen({ step: ({ globalStep }) => void (globalStep === stopAfter && controller.abort()) });
  await trainer.fit(points(0, 140), points(140, 200), { epochs, signal: controller.signal });
}

/** A lab's folder, and its trainings. */
async function labRun(path: string): Promise<void> {
  const info = newRunInfo({ lab: "network", mode: "quick", seeds: 2, settings: {} }, 0);
  const run = RunFolder.create(path, { ...info, status: { state: "finished", reason: null } });
  for (const seed of [0, 1]) await circlesRun(join(path, "trainings", `seed-${seed}`), { lr: 0.2 + 0.1 * seed, epochs: 6, config: { lab: "network", training: `seed-${seed}` } });
  run.close();
}

/** What another program might have written. */
async function foreignRuns(path: string): Promise<void> {
  for (const [name, rate] of Object.entries({ a: 0.01, b: 0.02 })) {
    const writer = new EventWriter(join(path, name));
    for (let step = 0; step < 300; step++) writer.addScalar("loss/train", Math.exp(-rate * step) + 0.02 * Math.sin(step), step, { wallTime: 1_700_000_000 + step });
    writer.addText("notes", `Rate **${rate}**.`, 0);
    await writer.addHistogram("weights", [-1, -0.5, 0, 0.25, 0.5, 1], 10);
    await writer.addImage("digits", tensor(Array.from({ length: 64 }, (_, i) => (i % 8) / 8), { shape: [1, 8, 8] }), 10);
    await writer.close();
  }
}

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Linear } from "../nn/linear.js";
import { crossEntropy } from "../nn/losses/index.js";
import { tensor } from "../ops/create.js";
import { manualSeed } from "../ops/random.js";
import { SGD } from "../optim/sgd.js";
import { decodeSafetensors } from "../interop/safetensors.js";
import type { Batches } from "./batches.js";
import { readMetricsLog } from "./metricsLog.js";
import { epochMetrics, measuredIn, recorder, type RecorderOptions } from "./recorder.js";
import { RunFolder } from "./run.js";
import { newRunInfo } from "./runInfo.js";
import { Trainer } from "./trainer.js";

let folder: string;
let run: RunFolder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-"));
  run = RunFolder.create(folder, newRunInfo({}, 0));
});
afterEach(() => {
  run.close();
  rmSync(folder, { recursive: true });
});

const data: Batches = {
  length: 3,
  dataset: { length: 6 },
  async *epoch(epoch, { start = 0 } = {}) {
    for (let k = start; k < 3; k++) yield { x: tensor([[1, k + epoch], [k, -1]]), y: tensor(Int32Array.of(0, 1)) };
  },
};

function trainer(options: Partial<RecorderOptions> = {}): Trainer {
  manualSeed(0);
  const model = new Linear(2, 2);
  const t = new Trainer({ model, optimizer: new SGD(model.parameters(), { lr: 0.1, momentum: 0.5 }), loss: crossEntropy });
  t.listen(recorder({ run, trainer: t, ...options }));
  return t;
}

const metrics = () => readMetricsLog(join(folder, "metrics.jsonl"));
const position = () => run.loadCheckpoint()?.state.position;

test("keeps metrics, checkpoint and best weights of each epoch", async () => {
  await trainer().fit(data, data, { epochs: 2 });
  expect(metrics()).toMatchObject([
    { event: "epoch", epoch: 1, lr: 0.1 },
    { event: "epoch", epoch: 2, lr: 0.1 },
  ]);
  expect(Object.keys(metrics()[0])).toEqual([
    "event", "epoch", "lr", "trainLoss", "trainAccuracy", "valLoss", "valAccuracy", "seconds", "imagesPerSecond", "phases", "memory",
  ]);
  expect(position()).toMatchObject({ epochsDone: 2, stepsDone: 0, globalStep: 6 });
  const best = decodeSafetensors(readFileSync(join(folder, "best.safetensors")), "best");
  expect([...best.tensors.keys()].sort()).toEqual(["bias", "weight"]);
  expect(JSON.parse(best.metadata.metrics)).toMatchObject({ event: "epoch", epoch: Number(best.metadata.epoch) });
});

test("a checkpoint is there before the first step", async () => {
  const t = trainer();
  t.listen({
    epochStart() {
      expect(position()).toMatchObject({ epochsDone: 0, stepsDone: 0 });
    },
  });
  await t.fit(data, null, { epochs: 1 });
});

test("checkpoints within an epoch, by steps and by time", async () => {
  const at = async (options: Partial<RecorderOptions>) => {
    const seen: (number | undefined)[] = [];
    const t = trainer(options);
    t.listen({ step: () => void seen.push(position()?.globalStep) });
    await t.fit(data, null, { epochs: 1 });
    rmSync(join(folder, "checkpoint.safetensors"));
    rmSync(join(folder, "checkpoint-previous.safetensors"));
    return seen;
  };
  expect(await at({ everySteps: 2 })).toEqual([0, 2, 2]);
  expect(await at({ everySeconds: 1e-9 })).toEqual([1, 2, 3]);
  expect(await at({})).toEqual([0, 0, 0]);
});

test("being stopped leaves the state of the last step", async () => {
  const controller = new AbortController();
  const t = trainer();
  t.listen({ step: ({ globalStep }) => void (globalStep === 4 && controller.abort()) });
  await t.fit(data, null, { epochs: 3, signal: controller.signal });
  expect(position()).toMatchObject({ epochsDone: 1, stepsDone: 1, globalStep: 4 });
});

test("the log is made to agree with the checkpoint on resuming", async () => {
  await trainer().fit(data, data, { epochs: 2 });
  const whole = metrics();
  run.appendMetrics({ event: "epoch", epoch: 3 });
  const found = run.loadCheckpoint();
  const t = trainer();
  if (found !== undefined) t.restore(found.state);
  await t.fit(data, data, { epochs: 3 });
  expect(metrics().slice(0, 2)).toEqual(whole);
  expect(metrics().map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
});

test("lines give back what was measured", async () => {
  const { history } = await trainer().fit(data, data, { epochs: 1 });
  const [{ epoch, train: { samples: _, ...train }, validation }] = history;
  const { samples: _samples, ...measured } = validation!;
  expect(metrics().map(measuredIn)).toEqual([{ epoch, train, validation: measured }]);
  expect(measuredIn(epochMetrics({ ...history[0], validation: null })).validation).toBeNull();
});

test("an epoch tells where its time went, also one that was resumed; checkpoints of earlier versions tell less", async () => {
  const controller = new AbortController();
  const t = trainer();
  t.listen({ step: ({ globalStep }) => void (globalStep === 2 && controller.abort()) });
  await t.fit(data, data, { epochs: 1, signal: controller.signal });
  const state = run.loadCheckpoint()!.state;
  const before = state.position.phases!;
  expect(before.forward).toBeGreaterThan(0);
  const resumed = trainer();
  resumed.restore(state);
  const [{ phases, memory, seconds }] = (await resumed.fit(data, data, { epochs: 1 })).history;
  for (const [phase, value] of Object.entries(before)) expect(phases![phase as keyof typeof before], phase).toBeGreaterThanOrEqual(value);
  expect(phases!.validation).toBeGreaterThan(0);
  expect(Object.values(phases!).reduce((sum, value) => sum + value, 0)).toBeLessThan(seconds);
  expect(memory!.tensors).toBeGreaterThan(0);
  expect(memory!.process).toBeGreaterThan(1e6);

  const { phases: _phases, tensorBytes: _bytes, ...position } = state.position;
  const older = trainer();
  older.restore({ ...state, position });
  const { history } = await older.fit(data, data, { epochs: 1 });
  expect(history[0].train).toEqual((await resumed.fit(data, data, { epochs: 1 })).history[0].train);
  const { phases: __, memory: ___, ...old } = history[0];
  expect(epochMetrics(old)).not.toHaveProperty("phases");
});

test("a run that cannot be written ends the training", async () => {
  const t = trainer();
  rmSync(folder, { recursive: true });
  await expect(t.fit(data, null, { epochs: 1 })).rejects.toThrow(/cannot write .*: its folder does not exist/);
  expect(existsSync(folder)).toBe(false);
  RunFolder.create(folder, newRunInfo({}, 0)).close();
});

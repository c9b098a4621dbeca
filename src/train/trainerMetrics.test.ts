import { expect, test } from "vitest";
import { crossEntropy, evaluate, Generator, keep, manualSeed, metrics, mseLoss, nn, optim, progress, tensor, Trainer, type TrainerOptions } from "../index.js";
import type { Batches } from "./batches.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import { epochMetrics } from "./recorder.js";

/** Points x with y = x₀ − x₁ (regression), or whether that is positive (classes). */
function points(seed: number, classes: boolean): Batches {
  return {
    length: 3,
    dataset: { length: 12 },
    async *epoch(epoch, { start = 0 } = {}) {
      const generator = new Generator(seed).fork(`epoch ${epoch}`);
      for (let step = 0; step < 3; step++) {
        const x = Float32Array.from({ length: 8 }, () => generator.normal());
        const d = [0, 2, 4, 6].map((i) => x[i] - x[i + 1]);
        const y = classes ? tensor(d.map((v) => Number(v > 0)), { dtype: "int32" }) : tensor(d, { shape: [4, 1] });
        if (step >= start) yield { x: keep(tensor(x, { shape: [4, 2] })), y: keep(y) };
      }
    },
  };
}

function build(outputs: number, options: Omit<TrainerOptions, "model" | "optimizer">): Trainer {
  manualSeed(1);
  const model = new nn.Linear(2, outputs);
  return new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), ...options });
}

test("a regression has metrics of its own, and lower may be better", async () => {
  let text = "";
  const rmse = new metrics.RootMeanSquaredError();
  const trainer = build(1, { loss: mseLoss, metrics: [rmse, new metrics.R2Score()], listeners: [progress({ stream: { write: (line: string) => (text += line) } })] });
  const best: boolean[] = [];
  trainer.listen({ epochEnd: (event) => void best.push(event.best) });
  const { history } = await trainer.fit(points(1, false), points(2, false), { epochs: 3 });
  const values = history.map(({ validation }) => validation!.rmse);
  expect(values[2]).toBeLessThan(values[0]);
  for (const { train } of history) expect(train.rmse ** 2).toBeCloseTo(train.loss, 4);
  expect(best).toEqual(values.map((value, i) => values.slice(0, i).every((earlier) => value < earlier)));
  expect(text).toMatch(/^epoch 1\/3 {2}train loss [\d.]+, rmse [\d.]+ {2}validation loss [\d.]+, rmse [\d.]+ \(best\)/);
  const line = epochMetrics(history[0]);
  expect(Object.keys(line)).toEqual(["event", "epoch", "lr", "trainLoss", "trainRmse", "trainR2", "valLoss", "valRmse", "valR2", "seconds", "imagesPerSecond", "phases", "memory"]);
  expect(rmse.value).toBeNaN();
});

test("what to monitor is chosen by name", async () => {
  const options = { loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }), metrics: [new metrics.F1Score(), new metrics.RocAuc()] };
  expect(build(2, options).monitor.name).toBe("f1");
  expect(build(2, { ...options, monitor: "rocAuc" }).monitor.name).toBe("rocAuc");
  expect(build(2, { ...options, monitor: "loss" }).monitor.direction).toBe("lower");
  expect(build(2, { ...options, metrics: [] }).monitor.name).toBe("loss");
  expect(() => build(2, { ...options, monitor: "accuracy" })).toThrow(/there is no metric "accuracy" to monitor; choose one of f1, rocAuc, loss/);
});

test("metrics of a classifier say so when the task is none", async () => {
  const trainer = build(1, { loss: mseLoss });
  await expect(trainer.fit(points(1, false), null, { epochs: 1 })).rejects.toThrow(/accuracy: label 0 is .* Where the task is no classification, choose other metrics/);
});

test("a resumed epoch ends with the same digits of every metric", async () => {
  const make = (): Trainer => build(2, { loss: crossEntropy, metrics: [new metrics.RocAuc(), new metrics.Perplexity(), new metrics.F1Score()] });
  const { history } = await make().fit(points(1, true), points(2, true), { epochs: 2 });
  const broken = make();
  const controller = new AbortController();
  broken.listen({ step: ({ globalStep }) => void (globalStep === 5 && controller.abort()) });
  await broken.fit(points(1, true), points(2, true), { epochs: 2, signal: controller.signal });
  const resumed = make();
  resumed.restore(decodeCheckpoint(encodeCheckpoint(await broken.state()), "checkpoint"));
  const end = await resumed.fit(points(1, true), points(2, true), { epochs: 2 });
  expect(end.history.map(({ train, validation }) => ({ train, validation }))).toEqual(history.map(({ train, validation }) => ({ train, validation })));
});

test("evaluate measures what it is asked to, by name", async () => {
  const model = new nn.Linear(2, 2);
  const measured = await evaluate(model, new nn.CrossEntropyLoss(), points(2, true), { metrics: [new metrics.Accuracy(), new metrics.Precision()] });
  const precision: number = measured!.precision;
  expect(Object.keys(measured!)).toEqual(["samples", "loss", "accuracy", "precision"]);
  expect(precision).toBeGreaterThanOrEqual(0);
  expect(measured!.samples).toBe(12);
});

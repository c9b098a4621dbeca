import { expect, test } from "vitest";
import { crossEntropy, Generator, keep, manualSeed, nn, optim, tensor } from "../index.js";
import type { Batches } from "./batches.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import type { Listener } from "./events.js";
import { Trainer } from "./trainer.js";

const { chained, constant, cosine, perStep, plateau, warmup } = optim.schedules;

/** 4 batches of 8 points of two classes, new ones in each epoch. */
function points(seed: number): Batches {
  return {
    length: 4,
    dataset: { length: 32 },
    async *epoch(epoch, { start = 0 } = {}) {
      const generator = new Generator(seed).fork(`epoch ${epoch}`);
      for (let step = 0; step < 4; step++) {
        const labels = Int32Array.from({ length: 8 }, () => generator.integer(2));
        const x = Float32Array.from({ length: 16 }, (_, i) => generator.normal() + labels[i >> 1]);
        if (step >= start) yield { x: keep(tensor(x, { shape: [8, 2] })), y: keep(tensor(labels)) };
      }
    },
  };
}

function trainer(schedule: optim.Schedule, ...listeners: Listener[]): Trainer {
  manualSeed(1);
  const model = new nn.Linear(2, 2);
  return new Trainer({ model, optimizer: new optim.Adam(model.parameters(), { lr: 0.1 }), loss: crossEntropy, schedule, listeners });
}

const schedules: Record<string, optim.Schedule> = {
  "per step": perStep(warmup(cosine(), { steps: 5 })),
  plateau: chained([plateau({ patience: 0, threshold: 0.99, factor: 0.5 }), warmup(constant(), { steps: 2 })]),
};

test.each(Object.entries(schedules))("%s: a run that is resumed anywhere has the same rates and weights", async (_name, schedule) => {
  const rates: number[] = [];
  const whole = trainer(schedule, { step: ({ lr }) => void rates.push(lr) });
  const { history } = await whole.fit(points(3), points(9), { epochs: 4 });
  expect(new Set(rates).size).toBeGreaterThan(2);
  const weights = await whole.state();

  for (const at of [1, 4, 6, 9, 15]) {
    const controller = new AbortController();
    const heard: number[] = [];
    const listener: Listener = {
      step: ({ lr, globalStep }) => {
        heard.push(lr);
        if (globalStep === at) controller.abort();
      },
    };
    const broken = trainer(schedule, listener);
    await broken.fit(points(3), points(9), { epochs: 4, signal: controller.signal });
    const resumed = trainer(schedule, { step: ({ lr }) => void heard.push(lr) });
    resumed.restore(decodeCheckpoint(encodeCheckpoint(await broken.state()), "checkpoint"));
    const end = await resumed.fit(points(3), points(9), { epochs: 4 });
    expect(heard, `stopped at step ${at}`).toEqual(rates);
    expect((await resumed.state()).model).toEqual(weights.model);
    expect(end.history.map(({ lr }) => lr)).toEqual(history.map(({ lr }) => lr));
  }
});

test("each group of parameters follows the schedule from its own rate", async () => {
  const model = new nn.Linear(2, 2);
  const optimizer = new optim.SGD([{ params: [model.weight], lr: 0.4 }, { params: [model.bias!] }], { lr: 0.1 });
  const t = new Trainer({ model, optimizer, loss: crossEntropy, schedule: cosine() });
  await t.fit(points(3), null, { epochs: 2 });
  expect(optimizer.groups.map(({ options }) => options.lr)).toEqual([0.2, 0.05].map((lr) => expect.closeTo(lr, 12)));
});

test("gradients are clipped before the step", async () => {
  const model = new nn.Linear(2, 2);
  const before = await model.weight.data();
  const t = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 1 }), loss: crossEntropy, clipGradNorm: 1e-3 });
  await t.fit(points(3), null, { epochs: 1 });
  const after = await model.weight.data();
  expect(Math.hypot(...after.map((w, i) => w - before[i]))).toBeLessThan(4e-3);
});

test("a schedule that gives no rate is named", async () => {
  await expect(trainer({ lrAt: () => NaN }).fit(points(3), null, { epochs: 1 })).rejects.toThrow("schedule: expected a learning rate of 0 or more at epoch 0 of 1, got NaN");
});

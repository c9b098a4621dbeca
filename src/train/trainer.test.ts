import { expect, test } from "vitest";
import { Generator } from "../base/generator.js";
import { ReLU, Tanh } from "../nn/activation.js";
import { BatchNorm1d } from "../nn/batchNorm.js";
import { Dropout } from "../nn/dropout.js";
import { Linear } from "../nn/linear.js";
import { crossEntropy } from "../nn/losses/index.js";
import { Module } from "../nn/module.js";
import { Sequential } from "../nn/sequential.js";
import { tensor } from "../ops/create.js";
import { mulScalar } from "../ops/elementwise.js";
import { manualSeed } from "../ops/random.js";
import { Adam } from "../optim/adam.js";
import { cosine } from "../optim/schedules/index.js";
import { SGD } from "../optim/sgd.js";
import { keep, step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Batches } from "./batches.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import type { Listener } from "./events.js";
import { DivergenceError } from "./nonFinite.js";
import { Trainer, type TrainerOptimizer } from "./trainer.js";
import { sha256OfTensors } from "./weightsHash.js";

/** 40 points of two classes in the plane, in batches of 8 (the last of an epoch has 8, too); order and points by seed and epoch. */
function points(seed: number, steps = 5): Batches {
  const batches = (epoch: number) => {
    const generator = new Generator(seed).fork(`epoch ${epoch}`);
    return Array.from({ length: steps }, () => {
      const labels = Int32Array.from({ length: 8 }, () => generator.integer(2));
      const x = Float32Array.from({ length: 16 }, (_, i) => generator.normal() + (labels[i >> 1] === 0 ? -1 : 1));
      return { x, labels };
    });
  };
  return {
    length: steps,
    dataset: { length: 8 * steps },
    async *epoch(epoch, { start = 0 } = {}) {
      for (const { x, labels } of batches(epoch).slice(start)) {
        yield { x: keep(tensor(x, { shape: [8, 2] })), y: keep(tensor(labels)) };
      }
    },
  };
}

const network = (): Module => new Sequential(new Linear(2, 6), new BatchNorm1d(6), new Tanh(), new Dropout(0.3), new Linear(6, 2));

const optimizers: Record<string, (model: Module) => TrainerOptimizer> = {
  sgd: (model) => new SGD(model.parameters(), { lr: 0.2 }),
  momentum: (model) => new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-3 }),
  adam: (model) => new Adam(model.parameters(), { lr: 0.01 }),
};

function trainer(kind: string, listeners: Listener[] = [], seed = 1): Trainer {
  manualSeed(seed);
  const model = network();
  return new Trainer({ model, optimizer: optimizers[kind](model), loss: crossEntropy, schedule: cosine(), listeners });
}

const fingerprint = async (t: Trainer): Promise<string> => sha256OfTensors((await t.state()).model);

/** Without what a clock says. */
const untimed = (history: readonly object[]) => history.map((record) => ({ ...record, seconds: 0, trainSeconds: 0, phases: 0, memory: 0 }));

test("is the loop that one writes by hand", async () => {
  manualSeed(1);
  const model = new Sequential(new Linear(2, 4), new ReLU(), new Linear(4, 2));
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const losses: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    for await (const { x, y } of points(3).epoch(epoch)) {
      const loss = step(() => {
        const loss = crossEntropy(model.forward(x), y);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss;
      });
      losses.push(await loss.item());
    }
  }

  manualSeed(1);
  const twin = new Sequential(new Linear(2, 4), new ReLU(), new Linear(4, 2));
  const heard: number[] = [];
  const t = new Trainer({
    model: twin,
    optimizer: new SGD(twin.parameters(), { lr: 0.1, momentum: 0.9 }),
    loss: crossEntropy,
    listeners: [{ step: ({ loss }) => void heard.push(loss) }],
  });
  await t.fit(points(3), null, { epochs: 2 });
  expect(heard).toEqual(losses);
  for (const [name, p] of twin.namedParameters()) expect(await p.data(), name).toEqual(await model.stateDict().get(name)?.data());
});

test("learns, and reports what happens in order", async () => {
  const log: string[] = [];
  const t = trainer("momentum", [
    {
      fitStart: ({ epochs, steps, samples }) => void log.push(`fit ${epochs} × ${steps} steps, ${samples} samples`),
      epochStart: ({ epoch }) => void log.push(`epoch ${epoch}`),
      step: ({ step, globalStep, running }) => void log.push(`step ${step} (${globalStep}) after ${running.samples}`),
      evaluate: ({ step, steps }) => void log.push(`evaluate ${step}/${steps}`),
      epochEnd: ({ epoch, validation }) => void log.push(`end ${epoch} ${validation?.samples}`),
      fitEnd: ({ status }) => void log.push(status),
    },
  ]);
  await t.fit(points(3, 2), points(9, 1), { epochs: 2 });
  expect(log).toEqual([
    "fit 2 × 2 steps, 16 samples",
    "epoch 1", "step 1 (1) after 8", "step 2 (2) after 16", "evaluate 1/1", "end 1 8",
    "epoch 2", "step 1 (3) after 8", "step 2 (4) after 16", "evaluate 1/1", "end 2 8",
    "finished",
  ]);

  const { history } = await t.fit(points(3), points(9), { epochs: 12 });
  const first = history[0];
  const last = history[history.length - 1];
  expect(last.train.loss).toBeLessThan(first.train.loss);
  expect(last.validation?.accuracy).toBeGreaterThan(0.85);
  expect(last.lr).toBeLessThan(first.lr);
});

test("marks each epoch that is better than all before", async () => {
  const marks: [accuracy: number, best: boolean][] = [];
  const t = trainer("sgd", [{ epochEnd: ({ validation, best }) => void marks.push([validation?.accuracy ?? NaN, best]) }]);
  await t.fit(points(3), points(9), { epochs: 6 });
  for (const [i, [accuracy, best]] of marks.entries()) {
    expect(best).toBe(marks.slice(0, i).every(([earlier]) => earlier < accuracy));
  }
});

test.each(Object.keys(optimizers))("%s: a state from any step, through a file, ends in the same bits", async (kind) => {
  const undisturbed = trainer(kind);
  const { history } = await undisturbed.fit(points(3), points(9), { epochs: 3 });
  const expected = await fingerprint(undisturbed);

  for (const at of [0, 1, 4, 5, 7, 14]) {
    const controller = new AbortController();
    if (at === 0) controller.abort();
    const broken = trainer(kind, [{ step: ({ globalStep }) => void (globalStep === at && controller.abort()) }]);
    const { status } = await broken.fit(points(3), points(9), { epochs: 3, signal: controller.signal });
    expect(status).toBe("stopped");
    const bytes = encodeCheckpoint(await broken.state());

    const resumed = trainer(kind, [], 77);
    resumed.restore(decodeCheckpoint(bytes, "checkpoint"));
    expect(await fingerprint(resumed)).toBe(await fingerprint(broken));
    const end = await resumed.fit(points(3), points(9), { epochs: 3 });
    expect(await fingerprint(resumed), `stopped at step ${at}`).toBe(expected);
    expect(untimed(end.history)).toEqual(untimed(history));
  }
});

test("looking at the state, and evaluating, disturb nothing", async () => {
  const plain = trainer("momentum");
  await plain.fit(points(3), null, { epochs: 2 });
  const curious: Trainer = trainer("momentum", [
    {
      step: async () => {
        await curious.state();
        await curious.evaluate(points(9));
      },
    },
  ]);
  await curious.fit(points(3), null, { epochs: 2 });
  expect(await fingerprint(curious)).toBe(await fingerprint(plain));
});

test("a signal in the validation stops there; the epoch's steps are not done twice", async () => {
  const undisturbed = trainer("adam");
  await undisturbed.fit(points(3), points(9), { epochs: 2 });
  const controller = new AbortController();
  const broken = trainer("adam", [{ evaluate: () => controller.abort() }]);
  const stopped = await broken.fit(points(3), points(9), { epochs: 2, signal: controller.signal });
  expect(stopped).toEqual({ status: "stopped", history: [] });
  const state = await broken.state();
  expect(state.position).toMatchObject({ epochsDone: 0, stepsDone: 5, globalStep: 5 });
  const resumed = trainer("adam", [], 5);
  resumed.restore(state);
  await resumed.fit(points(3), points(9), { epochs: 2 });
  expect(await fingerprint(resumed)).toBe(await fingerprint(undisturbed));
});

test("evaluation is in evaluation mode and gives the model back as it was", async () => {
  const t = trainer("sgd");
  const first = await t.evaluate(points(9));
  expect(await t.evaluate(points(9))).toEqual(first); // no dropout
  expect(first.samples).toBe(40);
  expect(t.model.training).toBe(true);
  t.model.eval();
  await t.evaluate(points(9));
  expect(t.model.training).toBe(false);
});

test("epochs must be a whole number of at least 1", async () => {
  await expect(trainer("sgd").fit(points(3), null, { epochs: 0 })).rejects.toThrow(/whole number of at least 1, got 0/);
});

test("a state of another model does not fit, and says where", async () => {
  const state = await trainer("sgd").state();
  const model = new Linear(2, 2);
  const other = new Trainer({ model, optimizer: new SGD(model.parameters(), { lr: 1 }), loss: crossEntropy });
  expect(() => other.restore(state)).toThrow(/the state does not fit Linear.*Unexpected: 0\.weight/s);
});

test("a loss that overflows stops with the step and the layer that went first", async () => {
  manualSeed(1);
  const model = new Sequential(new Linear(2, 4), new ReLU(), new Linear(4, 2));
  const t = new Trainer({ model, optimizer: new SGD(model.parameters(), { lr: 1e25 }), loss: crossEntropy });
  const fit = t.fit(points(3), null, { epochs: 2 });
  await expect(fit).rejects.toThrow(DivergenceError);
  await expect(fit).rejects.toThrow(/diverged at step [23] \(epoch 1\): the loss is (NaN|Infinity)\. The first layer whose output was not finite is [02] \(Linear\([24], [24]\)\), which gave (NaN|-?Infinity)/);
  expect((await t.state()).position.stepsDone).toBeGreaterThan(0); // the weights before the bad step are whole
});

test("a layer is found in a model that calls its layers by itself", async () => {
  class Net extends Module {
    readonly first = new Linear(2, 2);
    readonly blowUp = new Scale(1e30);
    readonly last = new Linear(2, 2);
    forward(x: Tensor): Tensor {
      return this.last.forward(this.blowUp.forward(this.blowUp.forward(this.first.forward(x))));
    }
  }
  class Scale extends Module {
    constructor(readonly factor: number) {
      super();
    }
    forward(x: Tensor): Tensor {
      return mulScalar(x, this.factor);
    }
  }
  const model = new Net();
  const t = new Trainer({ model, optimizer: new SGD(model.parameters(), { lr: 0.1 }), loss: crossEntropy });
  await expect(t.fit(points(3), null, { epochs: 1 })).rejects.toThrow(/diverged at step 1 .* not finite is blowUp \(Scale\)/);
});

test("weights that are already broken are named, and never saved", async () => {
  const t = trainer("sgd");
  const bias = t.model.stateDict().get("4.bias");
  bias?.copyFrom(Float32Array.of(0, NaN));
  await expect(t.fit(points(3), null, { epochs: 1 })).rejects.toThrow(/at step 1 \(epoch 1\): the loss is NaN because 4\.bias already held NaN/);
  await expect(t.state()).rejects.toThrow(/left NaN in 4\.bias/);
});

test("data that are not finite are named", async () => {
  const bad: Batches = {
    length: 1,
    dataset: { length: 2 },
    async *epoch() {
      yield { x: tensor([[1, 2], [Infinity, 0]]), y: tensor(Int32Array.of(0, 1)) };
    },
  };
  await expect(trainer("sgd").fit(bad, null, { epochs: 1 })).rejects.toThrow(/because the input of the model holds Infinity/);
});

test("a validation loss that is not finite stops the training, too", async () => {
  const bad: Batches = {
    length: 1,
    dataset: { length: 1 },
    async *epoch() {
      yield { x: tensor([[NaN, 2]]), y: tensor(Int32Array.of(0)) };
    },
  };
  await expect(trainer("sgd").fit(points(3), bad, { epochs: 1 })).rejects.toThrow(
    /diverged at step 5 \(epoch 1\): after the epoch's last step the validation loss is NaN, although all weights are finite/,
  );
});

test("one fit at a time; validation may be left out", async () => {
  const model = new Linear(2, 2);
  const trainer = new Trainer({ model, optimizer: new SGD(model.parameters(), { lr: 0.1 }), loss: crossEntropy });
  const first = trainer.fit(points(1), undefined, { epochs: 1 });
  await expect(trainer.fit(points(1), null, { epochs: 1 })).rejects.toThrow("at work already");
  expect((await first).status).toBe("finished");
});

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  crossEntropy, data, type Listener, manualSeed, memoryStats, mseLoss, nn, onWarning, optim, randn, readEvents, recordRun, type RecordRunOptions, relu, type Tensor, tensor, Trainer,
} from "../index.js";
import type { GraphOperation } from "./inspectSample.js";
import { readMetricsLog } from "./metricsLog.js";
import { RecordingPace } from "./recordingPace.js";
import { sha256OfTensors } from "./weightsHash.js";

let folder: string;
let run: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-"));
  run = join(folder, "a run");
  // Every epoch is recorded, however slow the machine.
  vi.spyOn(RecordingPace.prototype, "due").mockReturnValue(true);
});
afterEach(() => {
  onWarning();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** 60 images [3, 8, 8] of three classes. */
function images(): data.ImageDataset {
  const labels = Int32Array.from({ length: 60 }, (_, i) => i % 3);
  const pixels = Uint8Array.from({ length: 60 * 192 }, (_, i) => (60 * labels[Math.floor(i / 192)] + 37 * i) % 251);
  return new data.ImageDataset({ name: "stripes", images: pixels, labels, shape: [3, 8, 8], classes: ["a", "b", "c"] });
}

/** Draws from the default stream in training, and in evaluation too, as it should not. */
class Noise extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x.add(randn(x.shape).mul(0.01));
  }
}

/** All that a look from outside could disturb: statistics, random streams, a layer that stays in evaluation mode, gradients. */
function network(): nn.Sequential {
  const frozen = new nn.BatchNorm2d(4);
  const model = new nn.Sequential(
    new nn.Conv2d(3, 4, 3), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2), frozen, new nn.Flatten(), new nn.Dropout(0.3), new nn.Linear(36, 3),
  );
  frozen.freeze();
  return model;
}

const loaders = () => {
  const set = images();
  const loader = (from: number, to: number, batch: number) => new data.DataLoader(set.subset(Array.from({ length: to - from }, (_, i) => from + i)), { batch, shuffle: from === 0, workers: 0 });
  return { training: loader(0, 40, 8), validation: loader(40, 60, 7) };
};

function build(make: () => nn.Module = network): Trainer {
  manualSeed(4);
  const model = make();
  return new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9 }), loss: crossEntropy });
}

const weights = async (trainer: Trainer): Promise<string> => sha256OfTensors((await trainer.state()).model);
const json = (name: string) => JSON.parse(readFileSync(join(run, name), "utf8"));

async function curves(): Promise<Record<string, number[]>> {
  const steps: Record<string, number[]> = {};
  for await (const event of readEvents(join(run, "events"))) {
    if (event.kind === "restart") {
      for (const [tag, all] of Object.entries(steps)) if (tag.startsWith(`${event.run} `)) steps[tag] = all.filter((step) => step < event.step);
    } else if ("tag" in event) (steps[`${event.run} ${event.tag}`] ??= []).push(event.step);
  }
  return steps;
}

test("training is the same to the bit with recording and without, and takes no more memory with every epoch", async () => {
  const { training, validation } = loaders();
  const trained = async (listeners: (trainer: Trainer) => Listener[]) => {
    const trainer = build(() => new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.Flatten(), new nn.Dropout(0.3), new Noise(), new nn.Linear(144, 3)));
    for (const listener of listeners(trainer)) trainer.listen(listener);
    const { history } = await trainer.fit(training, validation, { epochs: 4 });
    const gradients = await Promise.all(trainer.model.parameters().map(async (p) => Array.from(await p.grad!.data())));
    const { position } = await trainer.state();
    return { weights: await weights(trainer), gradients, generators: position.generators, history: history.map(({ train, validation: measured, lr }) => ({ train, measured, lr })) };
  };
  const without = await trained(() => []);
  const allocations: number[] = [];
  const count: Listener = { epochEnd: () => void allocations.push(memoryStats().allocations), step: () => expect(memoryStats().bytesInUse).toBeGreaterThan(0) };
  const with_ = await trained((trainer) => [recordRun(run, { trainer }), count]);
  expect(with_).toEqual(without);
  expect(allocations[3] - allocations[2]).toBe(0);
});

test("layers that are kept in evaluation mode stay in it", async () => {
  const { training } = loaders();
  const trainer = build();
  const [, , , , frozen] = (trainer.model as nn.Sequential).layers;
  trainer.listen(recordRun(run, { trainer }));
  const modes: boolean[][] = [];
  trainer.listen({ epochStart: () => void frozen.eval(), epochEnd: () => void modes.push((trainer.model as nn.Sequential).layers.map((layer) => layer.training)) });
  await trainer.fit(training, null, { epochs: 2 });
  expect(modes[1]).toEqual([true, true, true, true, false, true, true, true]);
});

test("stopped anywhere, a run goes on to the same bits, and its curves have every epoch once", async () => {
  const { training, validation } = loaders();
  const whole = build();
  whole.listen(recordRun(join(folder, "whole"), { trainer: whole }));
  const { history } = await whole.fit(training, validation, { epochs: 3 });

  /** As if killed: nobody closes or says anything; the lock is of this process. */
  class Killed extends Error {}
  const killAt = (trainer: Trainer, step: number): Listener => ({
    step({ globalStep }) {
      if (globalStep === step) throw new Killed(`at ${trainer.history.length}`);
    },
  });
  for (const step of [1, 4, 6, 10, 11, 13]) {
    const trainer = build();
    trainer.listen(recordRun(run, { trainer, resume: true, everySeconds: 1e-9 }));
    trainer.listen(killAt(trainer, step));
    await expect(trainer.fit(training, validation, { epochs: 3 })).rejects.toThrow(Killed);
    expect(json("run.json").status).toEqual({ state: "failed", reason: `at ${Math.floor((step - 1) / 5)}` });
  }
  const trainer = build();
  trainer.listen(recordRun(run, { trainer, resume: true }));
  const end = await trainer.fit(training, validation, { epochs: 3 });
  expect(await weights(trainer)).toBe(await weights(whole));
  expect(end.history.map(({ train, validation: measured }) => [train, measured])).toEqual(history.map(({ train, validation: measured }) => [train, measured]));
  const found = await curves();
  for (const tag of ["train epoch/loss", "validation epoch/accuracy", "train weights/0.weight", "train activations/2", "train filters/0"]) expect(found[tag], tag).toEqual([1, 2, 3]);
  expect(found["steps step/loss"].every((step, i, all) => i === 0 || step > all[i - 1])).toBe(true);
  const lines = readMetricsLog(join(run, "metrics.jsonl"));
  expect(lines.map(({ epoch, dead }) => [epoch, typeof dead])).toEqual([[1, "object"], [2, "object"], [3, "object"]]);
  for (const name of ["model.json", "inspection.json"]) expect(json(name)).toEqual(JSON.parse(readFileSync(join(folder, "whole", name), "utf8")));
  for (const name of ["predictions.safetensors", "inspection.safetensors"]) expect(readFileSync(join(run, name)).equals(readFileSync(join(folder, "whole", name))), name).toBe(true);
  expect(json("run.json").status).toEqual({ state: "finished", reason: null });
});

test("files that cannot be written end the training, by name, after the checkpoint of the epoch", async () => {
  const { training, validation } = loaders();
  const trainer = build();
  trainer.listen(recordRun(run, { trainer }));
  trainer.listen({
    epochEnd({ epoch }) {
      if (epoch !== 1) return;
      rmSync(join(run, "predictions.safetensors"));
      rmSync(join(run, "inspection.json"));
      for (const name of ["predictions.safetensors", "inspection.json"]) mkdirSync(join(run, name, "in the way"), { recursive: true });
    },
  });
  // The first epoch is the best, and so is one of the next.
  await expect(trainer.fit(training, validation, { epochs: 20 })).rejects.toThrow(/^cannot write .*a run\/inspection\.json: /);
  const { epochsDone } = (await trainer.state()).position;
  expect(epochsDone).toBeGreaterThan(1);
  expect(readMetricsLog(join(run, "metrics.jsonl"))).toHaveLength(epochsDone);
  expect(json("run.json").status.reason).toMatch(/^cannot write .*inspection\.json/);
  const resumed = build();
  for (const name of ["predictions.safetensors", "inspection.json"]) rmSync(join(run, name), { recursive: true });
  resumed.listen(recordRun(run, { trainer: resumed, resume: true }));
  expect(resumed.history).toHaveLength(epochsDone);
});

test("what a model does not allow is left out, with a warning; training goes on", async () => {
  /** Takes no single sample. */
  class Pairs extends nn.Module {
    linear = new nn.Linear(384, 3);
    override forward(x: Tensor): Tensor {
      return this.linear.forward(x.reshape(x.shape[0] / 2, 384)).repeatInterleave(2, 0);
    }
  }
  const heard: string[] = [];
  onWarning((code, message) => heard.push(`${code}: ${message}`));
  const set = images();
  const loader = new data.DataLoader(set, { batch: 20, workers: 0 });
  const trainer = build(() => new Pairs());
  trainer.listen(recordRun(run, { trainer }));
  const { status } = await trainer.fit(loader, loader, { epochs: 2 });
  expect(status).toBe("finished");
  expect(heard).toEqual([expect.stringMatching(/^notRecorded: the training goes on without a record of the graph of the model: moduleGraph: an input of \[3, 8, 8\] does not fit/)]);
  expect(readdirSync(run)).not.toContain("model.json");
  expect(readdirSync(run)).toContain("predictions.safetensors");
});

test("tasks that are no classification have samples without classes, and no predictions", async () => {
  manualSeed(0);
  const set = new data.TensorDataset({ x: tensor(Array.from({ length: 40 }, (_, i) => [i / 40])), y: tensor(Array.from({ length: 40 }, (_, i) => [Math.sin(i)])) });
  const loader = new data.DataLoader(set, { batch: 10 });
  const model = new nn.Sequential(new nn.Linear(1, 4), new nn.ReLU(), new nn.Linear(4, 1));
  const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), loss: mseLoss, metrics: [] });
  trainer.listen(recordRun(run, { trainer }));
  await trainer.fit(loader, loader, { epochs: 1 });
  const { samples, classes } = json("inspection.json");
  expect(classes).toBeNull();
  expect(samples).toHaveLength(8);
  expect(samples[3]).toMatchObject({ label: null, top: [], index: 15 });
  expect(readdirSync(run)).not.toContain("predictions.safetensors");
});

test("tokens, sequences with very many operations, training without validation", async () => {
  manualSeed(0);
  class Characters extends nn.Module {
    embedding = new nn.Embedding(7, 4);
    rnn = new nn.RNNCell(4, 6);
    head = new nn.Linear(6, 7);
    override forward(x: Tensor): Tensor {
      let h: Tensor | undefined;
      const steps = this.embedding.forward(x).unbind(1);
      for (const step of steps) h = this.rnn.forward(step, h);
      return this.head.forward(relu(h!));
    }
  }
  const tokens = (n: number) => tensor(Int32Array.from({ length: n }, (_, i) => (i * i) % 7));
  const loader = new data.DataLoader(new data.TensorDataset({ x: tokens(12 * 150).reshape(12, 150), y: tokens(12) }), { batch: 4 });
  const model = new Characters();
  const trainer = new Trainer({ model, optimizer: new optim.Adam(model.parameters()), loss: crossEntropy });
  trainer.listen(recordRun(run, { trainer }));
  await trainer.fit(loader, null, { epochs: 1 });
  expect(json("model.json")).toMatchObject({ inputShape: [150], root: { children: [{ path: "embedding", outputShape: [150, 4] }, { path: "rnn" }, { path: "head" }] } });
  const { samples } = json("inspection.json");
  expect(samples).toHaveLength(4);
  // More than 500: those of a module are one.
  const made = (samples[0].graph as GraphOperation[]).filter(({ op }) => op !== "parameter" && op !== "constant");
  expect(made.map(({ name }) => name)).toEqual(expect.arrayContaining(["embedding", "rnn", "head", "loss"]));
  expect(new Set(made.map(({ name }) => name)).size).toBe(made.length);
  const rnn = made.find(({ name }) => name === "rnn")!;
  expect(rnn).toMatchObject({ operations: expect.any(Number), shape: [1, 6], gradient: { mean: expect.any(Number) } });
  expect(rnn.operations).toBeGreaterThan(500);
  const ids = (samples[0].graph as GraphOperation[]).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(made.every(({ id, inputs }) => inputs.length > 0 && inputs.every((from) => from !== id && ids.includes(from)))).toBe(true);
  expect((samples[0].graph as GraphOperation[]).filter(({ op, gradient }) => op === "parameter" && gradient !== null)).toHaveLength(7);
  expect(samples[0].top).toHaveLength(5);
});

test("a folder is given back, and taken again by the next fit; what holds a run is not written over", async () => {
  const { training, validation } = loaders();
  const trainer = build();
  trainer.listen(recordRun(run, { trainer, config: { hidden: 3, seed: 9 } }));
  expect(existsSync(join(run, "run.lock"))).toBe(true);
  await trainer.fit(training, validation, { epochs: 1 });
  expect(existsSync(join(run, "run.lock"))).toBe(false);
  expect(json("run.json")).toMatchObject({ seed: 9, config: { model: "Sequential", optimizer: "SGD", lr: 0.05, hidden: 3, seed: 9, epochs: 1 } });
  await trainer.fit(training, validation, { epochs: 2 });
  expect((await curves())["train epoch/loss"]).toEqual([1, 2]);
  expect(json("run.json").config.epochs).toBe(2);
  expect(() => recordRun(run, { trainer })).toThrow(/holds a run already; pass resume: true to go on with it, or give another folder\./);
  writeFileSync(join(folder, "file"), "");
  expect(() => recordRun(join(folder, "file"), { trainer })).toThrow(/is a file; choose another name/);
});

test("what is asked for is what is recorded", async () => {
  const { training, validation } = loaders();
  const trainer = build();
  trainer.listen(recordRun(run, { trainer, record: "metrics" }));
  await trainer.fit(training, validation, { epochs: 1 });
  expect(readdirSync(run).sort()).toEqual(["best.safetensors", "checkpoint-previous.safetensors", "checkpoint.safetensors", "events", "metrics.jsonl", "run.json"]);
  expect(Object.keys(await curves()).some((tag) => tag.includes("weights"))).toBe(false);
});

test("wrong options are errors", () => {
  const trainer = build();
  const wrong = (options: object, message: RegExp) => expect(() => recordRun(run, { trainer, ...options } as RecordRunOptions)).toThrow(message);
  expect(() => recordRun("", { trainer })).toThrow(/recordRun: expected the path of a folder/);
  wrong({ trainer: undefined }, /trainer must be a Trainer, got undefined/);
  wrong({ record: "some" }, /record must be one of all, metrics, got "some"/);
  wrong({ everySeconds: 0 }, /everySeconds must be above 0/);
  wrong({ config: { sizes: [1, 2] } }, /config\.sizes must be a number, a string, true, false or null/);
  expect(existsSync(run)).toBe(false);
});

test("sequences of several lengths, and targets that are not one a sample", async () => {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Embedding(5, 3), new nn.Linear(3, 5));
  class Flat extends nn.Module {
    inner = model;
    override forward(x: Tensor): Tensor {
      return this.inner.forward(x).flatten(0, 1);
    }
  }
  const batches = (lengths: readonly number[], ys: (n: number, t: number) => number) => ({
    length: lengths.length,
    dataset: { length: 4 * lengths.length },
    async *epoch() {
      for (const t of lengths) yield { x: tensor(Int32Array.from({ length: 4 * t }, (_, i) => i % 5), { shape: [4, t] }), y: tensor(Int32Array.from({ length: ys(4, t) }, (_, i) => i % 5)) };
    },
  });
  const heard: string[] = [];
  onWarning((_, message) => heard.push(message));
  const trainer = build(() => new Flat());
  trainer.listen(recordRun(run, { trainer }));
  const tokens = batches([6, 3, 6], (n, t) => n * t);
  expect((await trainer.fit(tokens, tokens, { epochs: 1 })).status).toBe("finished");
  expect(heard).toEqual([expect.stringMatching(/without a record of samples: inputs \[4, 6\] and targets \[24\] do not begin with the same axis/)]);
  expect(json("model.json")).toMatchObject({ inputShape: [6], root: { outputShape: [5] } });

  /** The class of a whole sequence. */
  class Mean extends nn.Module {
    inner = model;
    override forward(x: Tensor): Tensor {
      return this.inner.forward(x).mean({ axis: 1 });
    }
  }
  heard.length = 0;
  const classifier = build(() => new Mean());
  run = join(folder, "classes");
  classifier.listen(recordRun(run, { trainer: classifier }));
  const classes = batches([6, 3, 6], (n) => n);
  await classifier.fit(classes, classes, { epochs: 1 });
  expect(heard).toEqual([]);
  expect(json("inspection.json").samples.map(({ index }: { index: number }) => index)).toEqual(expect.arrayContaining([0, 8]));
  expect(json("inspection.json").samples).toHaveLength(8);
  expect(readdirSync(run)).toContain("predictions.safetensors");
});

test("the seed of manualSeed is that of the run", () => {
  const trainer = build();
  manualSeed(2 ** 40 + 7);
  trainer.listen(recordRun(run, { trainer }));
  expect(json("run.json")).toMatchObject({ seed: 2 ** 40 + 7 });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { crossEntropy, data, eventFiles, type LoggedEvent, models, optim, readEvents, Trainer } from "../index.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-events-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function setting() {
  const labels = Int32Array.from({ length: 12 }, (_, i) => i % 3);
  const images = Uint8Array.from({ length: 12 * 4 }, (_, i) => 80 * labels[Math.floor(i / 4)]);
  const set = new data.ImageDataset({ name: "s", images, labels, shape: [1, 2, 2], classes: ["a", "b", "c"] });
  const loader = new data.DataLoader(set, { batch: 4 });
  const model = models.mlp({ input: [1, 2, 2], classes: 3, hidden: [] });
  return { model, loader, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), loss: crossEntropy };
}

async function read(): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for await (const event of readEvents(folder)) events.push(event);
  return events;
}

test("scalars of steps and epochs, and histograms, are those of the history", async () => {
  const { loader, ...parts } = setting();
  const trainer = new Trainer({ ...parts, listeners: [eventFiles(folder, { histograms: parts.model, everySteps: 2 })] });
  const { history } = await trainer.fit(loader, loader, { epochs: 2 });
  const events = await read();
  const values = (run: string, tag: string) => events.flatMap((e) => (e.kind === "scalar" && e.run === run && e.tag === tag ? [[e.step, e.value]] : []));
  expect(values("train", "epoch/loss")).toEqual(history.map(({ epoch, train }) => [epoch, Math.fround(train.loss)]));
  expect(values("validation", "epoch/accuracy")).toEqual(history.map(({ epoch, validation }) => [epoch, Math.fround(validation!.accuracy)]));
  expect(values("train", "epoch/lr")).toEqual([[1, Math.fround(0.1)], [2, Math.fround(0.1)]]);
  expect(values("steps", "step/loss").map(([step]) => step)).toEqual([2, 4, 6]);
  expect(values("steps", "step/lr")).toHaveLength(3);
  const histograms = events.flatMap((e) => (e.kind === "histogram" ? [`${e.tag} ${e.step} ${e.buckets.reduce((sum, { count }) => sum + count, 0)}`] : []));
  const [name] = parts.model.namedParameters().next().value!;
  expect(histograms).toEqual(expect.arrayContaining([`weights/${name} 1 12`, `gradients/${name} 2 12`]));
});

test("a resumed training voids what came after its checkpoint", async () => {
  const { loader, ...first } = setting();
  const trainer = new Trainer({ ...first, listeners: [eventFiles(folder)] });
  await trainer.fit(loader, null, { epochs: 1 });
  const state = await trainer.state();
  await trainer.fit(loader, null, { epochs: 2 });
  const { loader: again, ...second } = setting();
  const resumed = new Trainer({ ...second, listeners: [eventFiles(folder)] });
  resumed.restore(state);
  await resumed.fit(again, null, { epochs: 2 });
  const restarts = (await read()).flatMap((e) => (e.kind === "restart" ? [`${e.run} ${e.step}`] : []));
  expect(restarts).toEqual(["steps 4", "steps 4", "train 2", "train 2"]);
});

test("an error that ends a training does not end the listener", async () => {
  const { loader, ...parts } = setting();
  let fail = true;
  const trainer = new Trainer({ ...parts, listeners: [eventFiles(folder), { step: () => { if (fail) throw new Error("stop"); } }] });
  await expect(trainer.fit(loader, null, { epochs: 1 })).rejects.toThrow("stop");
  fail = false;
  await trainer.fit(loader, null, { epochs: 1 });
  expect((await read()).filter((e) => e.kind === "restart").map(({ step }) => step)).toEqual([2]);
});

test("wrong options are errors", () => {
  expect(() => eventFiles("")).toThrow(/eventFiles: expected the path of a folder/);
  expect(() => eventFiles(folder, { everySteps: -1 })).toThrow(/everySteps must be a whole number of at least 0, got -1/);
  expect(() => eventFiles(folder, { histograms: {} as never })).toThrow(/histograms must be the model/);
});

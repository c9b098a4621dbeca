import { beforeAll, describe, expect, it } from "vitest";
import * as nabla from "../../index.js";
import { type Config, defaults } from "./config.js";
import { Experiment } from "./experiment.js";
import { columnsOf, neuronCount, parameterIndex } from "./network.js";
import type { Answer, Frame, Request } from "./protocol.js";
import { Runner } from "./runner.js";

/** A runner whose answers are kept; each picture counts as drawn at once unless told otherwise. */
function started({ draw = true } = {}): { ask: (request: Request) => Promise<void>; answers: Answer[]; frames: () => Frame[]; last: () => Frame; failures: () => string[] } {
  const answers: Answer[] = [];
  const runner = new Runner({
    build: ({ config, table }) => new Experiment(nabla, config, table),
    post: (answer) => {
      answers.push(structuredClone(answer));
      if (draw && answer.type === "frame") void runner.handle({ type: "drawn" });
    },
  });
  const frames = (): Frame[] => answers.flatMap((answer) => (answer.type === "frame" ? [answer.frame] : []));
  return {
    ask: (request) => runner.handle(request),
    answers,
    frames,
    last: () => frames().at(-1)!,
    failures: () => answers.flatMap((answer) => (answer.type === "failure" ? [answer.message] : [])),
  };
}

const build = (changes: Partial<Config> = {}, run = 1): Request => ({ type: "build", run, config: { ...defaults, ...changes }, table: null, shown: null });
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("Runner", () => {
  beforeAll(() => void nabla.setBackend("wasm"));

  it("shows the network before training, with all its maps and weights", async () => {
    const { ask, answers, last } = started();
    await ask(build());
    expect(answers.map(({ type }) => type)).toEqual(["built", "frame"]);
    const columns = columnsOf(defaults, 2);
    expect(last()).toMatchObject({ step: 0, epoch: 0, batch: 0, batches: 18, playing: false, ended: [{ epoch: 0 }] });
    expect(last().units).toHaveLength(neuronCount(columns) * last().unitSide ** 2);
    expect(last().parameters).toHaveLength(parameterIndex(columns, 4, 0, 0));
    expect(last().map).toMatchObject({ neuron: null, most: 1, winners: null });
    const { points } = answers[0] as Extract<Answer, { type: "built" }>;
    expect(points.x).toHaveLength(800);
    expect(points.train.filter((train) => train === 1)).toHaveLength(280);
    // The first input rises from left to right.
    const [left, right] = [0, last().unitSide - 1].map((i) => last().units[i]);
    expect(left).toBeLessThan(5);
    expect(right).toBeGreaterThan(250);
  });

  it("learns circles with the usual configuration to less than 2 % error within 30 epochs, the same every time", async () => {
    const finals = [];
    for (const _ of [1, 2]) {
      const { ask, last, frames } = started();
      await ask(build());
      for (let epoch = 0; epoch < 30; epoch++) await ask({ type: "epoch" });
      expect(last()).toMatchObject({ epoch: 30, step: 540, batch: 0 });
      expect(frames().flatMap(({ ended }) => ended.map(({ epoch }) => epoch))).toEqual(Array.from({ length: 31 }, (_unused, i) => i));
      expect(last().now.testError).toBeLessThan(0.02);
      finals.push(last().now);
    }
    expect(finals[0]).toEqual(finals[1]);
  });

  it("explains a step", async () => {
    const { ask, last } = started();
    await ask(build({ penalty: "l2", rate: 0.01, optimizer: "sgd", lr: 0.1 }));
    const before = last().parameters;
    await ask({ type: "step" });
    const { report, parameters } = last();
    expect(report).toMatchObject({ step: 1, points: 16 });
    const { loss, penalty, lossAfter, layers } = report!;
    expect(loss).toBeCloseTo(Math.log(2), 0);
    expect(lossAfter).toBeLessThan(loss);
    const columns = columnsOf(defaults, 2);
    let squares = 0;
    for (const [c, below] of [2, 6, 4].entries()) {
      for (let u = 0; u < columns[c + 1]; u++) for (let from = 0; from < below; from++) squares += before[parameterIndex(columns, c + 1, u, from)] ** 2;
    }
    expect(penalty).toBeCloseTo(0.01 * squares, 5);
    expect(layers).toHaveLength(3);
    for (const { gradient, place, before: was, after } of layers) {
      const at = parameterIndex(columns, place.column, place.unit, place.from);
      expect([was, after]).toEqual([before[at], parameters[at]]);
      // Plain SGD: no change is larger than lr times the length of the gradient.
      expect(Math.abs(after - was)).toBeLessThanOrEqual(0.1 * gradient + 1e-6);
      expect(after).not.toBe(was);
    }
    await ask({ type: "epoch" });
    expect(last().report).toBeNull();
  });

  it("plays until it is paused, and sends no picture before the last is drawn", async () => {
    const { ask, frames, last } = started({ draw: false });
    await ask(build());
    await ask({ type: "play", pace: 5 });
    await wait(300);
    expect(frames()).toHaveLength(1);
    await ask({ type: "drawn" });
    await wait(200);
    expect(frames()).toHaveLength(2);
    expect(last()).toMatchObject({ playing: true });
    expect(last().step).toBeGreaterThan(0);
    await ask({ type: "pause" });
    await ask({ type: "drawn" });
    const { step } = last();
    expect(last().playing).toBe(false);
    await wait(100);
    expect(last().step).toBe(step);
  });

  it("shows any neuron large, and takes weights that are set by hand", async () => {
    const { ask, last } = started();
    await ask(build());
    await ask({ type: "show", neuron: { column: 1, unit: 3 } });
    expect(last().map).toMatchObject({ neuron: { column: 1, unit: 3 } });
    expect(last().map.most).toBeLessThanOrEqual(1);
    const columns = columnsOf(defaults, 2);
    await ask({ type: "edit", place: { column: 3, unit: 0, from: 2 }, value: 1.5 });
    await ask({ type: "edit", place: { column: 3, unit: 0, from: null }, value: -20 });
    expect(last().parameters[parameterIndex(columns, 3, 0, 2)]).toBe(1.5);
    expect(last().parameters[parameterIndex(columns, 3, 0, null)]).toBe(-20);
    await ask({ type: "show", neuron: null });
    expect(last().map.values.every((value) => value < -0.99)).toBe(true);
  });

  it("tells several classes apart", async () => {
    const { ask, last } = started();
    await ask(build({ data: "blobs", classes: 4, noise: 0.2 }));
    for (let epoch = 0; epoch < 10; epoch++) await ask({ type: "epoch" });
    expect(last().now.testError).toBeLessThan(0.05);
    expect(new Set(last().map.winners)).toEqual(new Set([0, 1, 2, 3]));
  });

  it("says in words that training diverged, and is usable afterwards", async () => {
    const { ask, failures, last } = started();
    await ask(build({ optimizer: "sgd", lr: 1000, activation: "linear", layers: [8, 8, 8] }));
    await ask({ type: "play", pace: null });
    for (let tries = 0; failures().length === 0 && tries < 50; tries++) await wait(20);
    expect(failures()[0]).toMatch(/^At batch \d+ the loss became (no number \(NaN\)|infinite).*The learning rate, 1000, is the usual cause/);
    await wait(50);
    expect(last().playing).toBe(false);
    await ask(build({}, 2));
    await ask({ type: "epoch" });
    expect(last()).toMatchObject({ epoch: 1 });
    expect(Number.isFinite(last().now.trainLoss)).toBe(true);
  });

  it("says what keeps a network from being built, and builds the next", async () => {
    const { ask, failures, last } = started();
    await ask(build({ data: "csv" }));
    await ask(build({ samples: 20, classes: 6, data: "blobs", share: 0.9 }, 2));
    const reason: unknown = expect.stringContaining("split: part 1 of blobs would have none of its 20 samples");
    expect(failures()).toEqual(["There are no points yet: choose a CSV file, or paste one.", reason]);
    await ask({ type: "epoch" });
    expect(failures().slice(2)).toEqual([reason]);
    await ask(build({}, 3));
    expect(last().epoch).toBe(0);
  });

  it("keeps no memory", async () => {
    const { ask } = started();
    await ask(build());
    for (let epoch = 0; epoch < 3; epoch++) await ask({ type: "epoch" });
    const { bytesInUse } = nabla.memoryStats();
    for (let epoch = 0; epoch < 10; epoch++) await ask({ type: "epoch" });
    expect(nabla.memoryStats().bytesInUse).toBeLessThanOrEqual(bytesInUse + 4096);
  });
});

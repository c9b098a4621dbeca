/** The program that the playground prints does what the playground does: the same losses, to the last bit on the same backend. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as nabla from "../../src/index.js";
import { type Config, defaults } from "../../src/board/playground/config.js";
import { Experiment } from "../../src/board/playground/experiment.js";
import { pointsFile, programOf } from "../../src/board/playground/program.js";
import { parsePoints, type PointTable } from "../../src/board/playground/table.js";

const csv = `length;width;kind\n${Array.from({ length: 60 }, (_, i) => `${(i % 7) + i / 40};${(i * i) % 11};${["iris", "rose \"red\"", "tulip"][i % 3].replaceAll('"', "'")}`).join("\n")}\n`;

const cases: readonly { readonly name: string; readonly changes: Partial<Config>; readonly epochs: number; readonly text?: string }[] = [
  { name: "the usual configuration", changes: {}, epochs: 4 },
  { name: "spirals with all inputs, ReLU and L1", changes: {
    data: "spirals", classes: 3, noise: 0.02, samples: 150, share: 0.55, seed: 7, batch: 9, layers: [12, 8, 5], activation: "relu", penalty: "l1", rate: 0.0003,
    inputs: ["x1", "x2", "x1²", "x2²", "x1·x2", "sin x1", "sin x2"], optimizer: "momentum", lr: 0.03, init: "kaimingNormal",
  }, epochs: 3 },
  { name: "blobs without a hidden layer and with L2", changes: { data: "blobs", classes: 4, noise: 0.3, samples: 80, layers: [], penalty: "l2", rate: 0.01, optimizer: "rmsprop", lr: 0.01, seed: 2 ** 32 - 1 }, epochs: 3 },
  { name: "xor from one input", changes: { data: "xor", noise: 0.1, samples: 60, inputs: ["x1·x2"], layers: [1], activation: "linear", init: "orthogonal", optimizer: "adagrad", lr: 0.1 }, epochs: 3 },
  { name: "moons", changes: { data: "moons", noise: 0.15, samples: 100, batch: 1000, layers: [5], activation: "gelu", init: "standardNormal", optimizer: "nesterov", lr: 0.05, share: 0.123456 }, epochs: 5 },
  { name: "a CSV file", changes: { data: "csv", layers: [4], activation: "sigmoid", init: "zeros", optimizer: "adamw", lr: 0.02, batch: 8 }, epochs: 3, text: csv },
];

/** What the program prints, run from `folder`. */
async function printed(program: string, folder: string): Promise<string[]> {
  const file = join(folder, `program${Math.random().toString(36).slice(2)}.ts`);
  writeFileSync(file, program);
  const before = process.cwd();
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: unknown) => void lines.push(String(line)));
  process.chdir(folder);
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    process.chdir(before);
    log.mockRestore();
  }
  return lines;
}

async function trained(config: Config, table: PointTable | null, epochs: number): Promise<string[]> {
  const experiment = new Experiment(nabla, config, table);
  while (experiment.epoch < epochs) await experiment.train();
  const { trainLoss, trainError, testLoss, testError } = await experiment.scores();
  return [`train: loss ${trainLoss}, error ${(100 * trainError).toFixed(1)} %`, `test: loss ${testLoss}, error ${(100 * testError).toFixed(1)} %`];
}

const lossesOf = (lines: readonly string[]): number[] => lines.map((line) => Number(/loss ([^,]+),/.exec(line)?.[1]));

describe("the printed program", () => {
  let folder: string;
  const usual = nabla.getBackend().info.name;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "nabla-program-"))));
  afterAll(() => {
    nabla.setBackend(usual);
    rmSync(folder, { recursive: true });
  });

  it.each(cases)("does the same as the playground: $name", async ({ changes, epochs, text }) => {
    const config = { ...defaults, ...changes };
    const table = text === undefined ? null : parsePoints(text);
    if (text !== undefined) writeFileSync(join(folder, pointsFile), text);
    const program = programOf({ config, table, epochs });
    nabla.setBackend("wasm");
    const playground = await trained(config, table, epochs);
    expect(lossesOf(playground).every(Number.isFinite)).toBe(true);
    expect(await printed(program, folder)).toEqual(playground);
    nabla.setBackend(usual);
    for (const [i, loss] of lossesOf(await printed(program, folder)).entries()) expect(loss).toBeCloseTo(lossesOf(playground)[i], 3);
  });
});

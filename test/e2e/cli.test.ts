/** The command line as people and scripts use it: a small run that learns, is killed, stopped, resumed, and watched. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEvents } from "../../src/index.js";
import { ensureBuilt, type Finished, jsonLines, nabla, type Running, start, until } from "./command.js";

let folder: string;
beforeAll(() => {
  ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), "nabla-e2e-"));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a small run learns letters of typefaces that it has not seen", { timeout: 300_000 }, async () => {
  const { code, out, err } = await nabla(
    folder, "train", "convnet", "--json", "--out", "learns", "--epochs", "3", "--batch", "64", "--optimizer", "adam", "--lr", "0.002", "--data.normalize", "unit",
    "--data.drawings", "4", "--data.validationDrawings", "2", "--model.filters", "16,32,32", "--model.hidden", "200", "--model.batchNorm",
  );
  expect([code, err]).toEqual([0, ""]);
  const records = jsonLines(out);
  expect(records.map(({ event }) => event)).toEqual(["epoch", "epoch", "epoch", "end"]);
  const end = records[3];
  expect(end.valAccuracy).toBeGreaterThan(0.6); // 1 of 26 by chance
  expect(Number(end.valLoss)).toBeLessThan(Number(records[0].valLoss));
  expect(end.bestValAccuracy).toBeGreaterThanOrEqual(Number(end.valAccuracy));
  expect(end.run).toBe(join(folder, "learns"));
  expect(existsSync(join(folder, "learns", "best.safetensors"))).toBe(true);
});

/** 3 epochs of 40 steps, with dropout, momentum, augmentation and a schedule, and checkpoints every 13 steps. */
const small = [
  "mlp", "--epochs", "3", "--limit", "640", "--batch", "16", "--data.drawings", "1", "--data.validationDrawings", "1", "--data.augment", "crop",
  "--model.hidden", "12", "--model.dropout", "0.2", "--optimizer", "sgd", "--lr", "0.01", "--momentum", "0.9", "--schedule", "cosine", "--checkpoint.steps", "13",
];

describe("a run that is interrupted", () => {
  let undisturbed: Record<string, unknown>;
  beforeAll(async () => {
    const { out } = await nabla(folder, "train", ...small, "--out", "undisturbed", "--json");
    undisturbed = jsonLines(out).at(-1) ?? {};
  }, 120_000);

  /** What must not depend on interruptions; times do. */
  const results = ({ epochs, trainLoss, trainAccuracy, valLoss, valAccuracy, bestValAccuracy, weightsSha256 }: Record<string, unknown>) => ({
    epochs, trainLoss, trainAccuracy, valLoss, valAccuracy, bestValAccuracy, weightsSha256,
  });

  const modified = (path: string): number => (existsSync(path) ? statSync(path).mtimeMs : 0);

  /** Begins or resumes, and kills the process once `condition` holds. */
  async function killed(argv: string[], condition: () => boolean): Promise<Finished> {
    const running = start(folder, "train", ...argv, "--json");
    if (await until(condition, running)) running.child.kill("SIGKILL");
    return running.finished;
  }

  test("by kill -9, again and again, ends with the weights of an undisturbed one", { timeout: 300_000 }, async () => {
    const run = join(folder, "killed");
    const checkpoint = join(run, "checkpoint.safetensors");
    // As soon as there is anything to resume, before the data are read.
    const first = await killed([...small, "--out", "killed"], () => existsSync(join(run, "run.json")));
    expect([first.signal, first.out]).toEqual(["SIGKILL", ""]);
    // Then whenever the checkpoint has changed: at the start, within epochs, between two renames, at an epoch's end.
    let end: Record<string, unknown> | undefined;
    let kills = 1;
    while (end === undefined) {
      const before = modified(checkpoint);
      let changes = kills % 3;
      let last = before;
      const { code, signal, out, err } = await killed(["--resume", "killed"], () => {
        const now = modified(checkpoint);
        if (now !== last) changes -= 1;
        last = now;
        return changes < 0;
      });
      expect(err).toBe("");
      if (signal === null) {
        expect(code).toBe(0);
        end = jsonLines(out).at(-1);
      }
      kills += 1;
      expect(kills).toBeLessThan(30);
    }
    expect(kills).toBeGreaterThan(4);
    expect(results(end)).toEqual(results(undisturbed));
    const log = jsonLines(readFileSync(join(run, "metrics.jsonl"), "utf8"));
    expect(log.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    // Event files go on where the checkpoint stood: each epoch counts once, and no step comes twice.
    const steps: Record<string, number[]> = {};
    for await (const event of readEvents(join(run, "events"))) {
      if (event.kind === "restart") for (const tag of Object.keys(steps)) steps[tag] = steps[tag].filter((step) => !tag.startsWith(event.run) || step < event.step);
      if (event.kind === "scalar" || event.kind === "histogram") (steps[`${event.run} ${event.tag}`] ??= []).push(event.step);
    }
    for (const tag of ["train epoch/loss", "validation epoch/accuracy"]) expect(steps[tag]).toEqual([1, 2, 3]);
    expect(steps["train weights/1.weight"].at(-1)).toBe(3);
    expect(steps["steps step/loss"]).toEqual([...new Set(steps["steps step/loss"])].sort((a, b) => a - b));
    expect(readdirSync(run).filter((name) => name.endsWith(".partial"))).toEqual([]);
    // The finished run says the same again.
    const again = await nabla(folder, "train", "--resume", "killed", "--json");
    expect(jsonLines(again.out)).toEqual([end]);
  });

  test.each([["SIGINT", 130], ["SIGTERM", 143]] as const)(
    "by %s saves, says how to go on, and exits %d",
    { timeout: 120_000 },
    async (signal, exitCode) => {
      const name = `stopped-by-${signal}`;
      const running = start(folder, "train", ...small, "--out", name);
      const trains = (): boolean => existsSync(join(folder, name, "checkpoint-previous.safetensors"));
      expect(await until(trains, running)).toBe(true);
      running.child.kill(signal);
      const { code, err } = await running.finished;
      expect(code).toBe(exitCode);
      expect(err).toMatch(new RegExp(`stopping after this step.*\nstopped in epoch \\d after \\d+ of 40 steps; a checkpoint is written\\. Go on with:\n {2}npx nabla train --resume ${name}\n`));
      const resumed = await nabla(folder, "train", "--resume", name, "--json");
      expect(resumed.code).toBe(0);
      expect(results(jsonLines(resumed.out).at(-1) ?? {})).toEqual(results(undisturbed));
    },
  );

  test("does not depend on the number of threads", { timeout: 120_000 }, async () => {
    const { out } = await nabla(folder, "train", ...small, "--threads", "1", "--out", "one-thread", "--json");
    expect(results(jsonLines(out).at(-1) ?? {})).toEqual(results(undisturbed));
  });
});

test("two processes cannot write one run", { timeout: 120_000 }, async () => {
  const first: Running = start(folder, "train", ...small, "--epochs", "100000", "--out", "contested");
  expect(await until(() => existsSync(join(folder, "contested", "checkpoint.safetensors")), first)).toBe(true);
  const second = await nabla(folder, "train", "--resume", "contested");
  expect([second.code, second.err]).toEqual([1, expect.stringMatching(new RegExp(`is being written by process ${first.child.pid}\\.`))]);
  first.child.kill("SIGKILL");
  expect((await first.finished).signal).toBe("SIGKILL");
});

test("errors are one paragraph on standard error, with the exit codes promised", { timeout: 60_000 }, async () => {
  const mistaken = await nabla(folder, "train", "convnet", "--epoch", "3");
  expect([mistaken.code, mistaken.out]).toEqual([2, ""]);
  expect(mistaken.err).toBe("--epoch: there is no such option; did you mean --epochs? See nabla train --help.\n");
  const missing = await nabla(folder, "train", "--resume", "nowhere");
  expect([missing.code, missing.out]).toEqual([1, ""]);
  expect(missing.err).toMatch(/^.*nowhere is no run folder: .*\n$/);
});

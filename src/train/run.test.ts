import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError } from "../base/errors.js";
import { decodeSafetensors } from "../interop/safetensors.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import { RunFolder } from "./run.js";
import { newRunInfo } from "./runInfo.js";
import type { TrainerState } from "./state.js";

let parent: string;
let path: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "nabla-"));
  path = join(parent, "a", "run");
});
afterEach(() => rmSync(parent, { recursive: true }));

const info = () => newRunInfo({ model: "mlp", lr: 0.1 }, 3);

function stateAt(epochsDone: number): TrainerState {
  return {
    model: new Map([
      ["fc.weight", { dtype: "float32", shape: [1, 2], data: Float32Array.of(epochsDone, -0) }],
      ["fc.bias", { dtype: "float32", shape: [1], data: Float32Array.of(0.1) }],
      ["bn.count", { dtype: "int32", shape: [], data: Int32Array.of(7) }],
    ]),
    optimizer: { tensors: new Map([["0.momentum", { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) }]]), scalars: { steps: 12 } },
    listeners: new Map([["earlyStopping", new Map([["fc.weight", { dtype: "float32" as const, shape: [1, 2], data: Float32Array.of(3, 4) }]])]]),
    position: {
      epochsDone,
      stepsDone: 0,
      globalStep: 12,
      running: { samples: 3, loss: 0.1 + 0.2, metrics: { accuracy: [1, 3], top5: [2, 3] } },
      seconds: 0.5,
      history: [],
      generators: { default: { key0: 1, key1: 2, offset: 2 ** 40 } },
    },
  };
}

describe("checkpoint files", () => {
  test("come back as they were, tensors in the model's order", () => {
    const state = stateAt(2);
    const back = decodeCheckpoint(encodeCheckpoint(state), "c");
    expect(back).toEqual(state);
    expect([...back.model.keys()]).toEqual(["fc.weight", "fc.bias", "bn.count"]);
  });

  test("any changed byte is noticed", () => {
    const bytes = encodeCheckpoint(stateAt(2));
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] ^= 1;
      let read: TrainerState | undefined;
      try {
        read = decodeCheckpoint(damaged, "c");
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
      // The bytes of padding and the spelling of a key that nobody reads may change; the state may not.
      if (read !== undefined) expect(read).toEqual(stateAt(2));
    }
  });

  test("other safetensors files are refused", () => {
    const run = RunFolder.create(path, info());
    run.saveBest(stateAt(1).model, {});
    expect(() => decodeCheckpoint(readFileSync(join(path, "best.safetensors")), "best")).toThrow(/best is no checkpoint of this version: its format is pt/);
    run.close();
  });
});

describe("a run folder", () => {
  test("is made with its parents and says what was asked for", () => {
    const run = RunFolder.create(path, info());
    run.updateInfo({ backend: { name: "native", isa: "avx2", threads: 2 } });
    run.close();
    const written = JSON.parse(readFileSync(join(path, "run.json"), "utf8"));
    expect(written).toMatchObject({ format: 1, seed: 3, config: { model: "mlp", lr: 0.1 }, backend: { isa: "avx2" }, data: null });
    expect(written.versions.node).toBe(process.versions.node);
    expect(RunFolder.open(path).info).toEqual(written);
  });

  test("accepts an empty folder, refuses any other, and a file", () => {
    mkdirSync(path, { recursive: true });
    RunFolder.create(path, info()).close();
    expect(() => RunFolder.create(path, info())).toThrow(/is not empty \(it holds run\.json\); continue it with --resume/);
    const other = join(parent, "other");
    mkdirSync(other);
    writeFileSync(join(other, "x"), "");
    expect(() => RunFolder.create(other, info())).toThrow(/is not empty \(it holds x\); choose a new or an empty folder/);
    expect(() => RunFolder.create(join(other, "x"), info())).toThrow(/is a file/);
    expect(() => RunFolder.create(join(other, "x", "y"), info())).toThrow(/cannot write .*: a part of the path is a file/);
  });

  test("begins anew where a process was killed before it had begun one", () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "run.lock"), JSON.stringify({ pid: 2 ** 30, host: hostname(), started: "1" }));
    writeFileSync(join(path, "run.json.1073741824.partial"), '{"form');
    const run = RunFolder.create(path, info());
    expect(readdirSync(path).sort()).toEqual(["run.json", "run.lock"]);
    expect(() => RunFolder.create(path, info())).toThrow(/is not empty/);
    run.close();
  });

  test("numbers its default names, leaving no others behind", () => {
    const begin = () => RunFolder.createNumbered(join(parent, "runs"), "2026-01-31-mlp-digits", info());
    begin().discard();
    expect(readdirSync(parent)).toEqual([]);
    const runs = [begin(), begin(), begin()];
    expect(runs.map((run) => run.path)).toEqual([1, 2, 3].map((n) => join(parent, "runs", `2026-01-31-mlp-digits-${n}`)));
    runs[1].discard();
    expect(begin().path).toBe(runs[1].path);
  });

  test.runIf(existsSync("/proc/self"))("that cannot be made is an error that names it", () => {
    expect(() => RunFolder.create("/proc/nabla/run", info())).toThrow(/cannot write \/proc\/nabla: /);
  });

  test("disappears when it is given up, but leaves a folder that was there", () => {
    RunFolder.create(path, info()).discard();
    expect(readdirSync(parent)).toEqual([]);
    mkdirSync(path, { recursive: true });
    RunFolder.create(path, info()).discard();
    expect(readdirSync(path)).toEqual([]);
  });

  test("is written by one process at a time", () => {
    const run = RunFolder.create(path, info());
    expect(() => RunFolder.open(path)).toThrow(/is being written by process/);
    run.close();
    RunFolder.open(path).close();
  });

  test("that is none, or damaged, says so", () => {
    expect(() => RunFolder.open(path)).toThrow(/is no run folder: it has no run\.json/);
    RunFolder.create(path, info()).close();
    truncateSync(join(path, "run.json"), 20);
    expect(() => RunFolder.open(path)).toThrow(/run\.json is damaged/);
  });

  test("keeps the latest checkpoint and the one before", () => {
    const run = RunFolder.create(path, info());
    expect(run.loadCheckpoint()).toBeUndefined();
    expect(run.checkpointPath).toBeUndefined();
    for (const epoch of [1, 2, 3]) run.saveCheckpoint(stateAt(epoch));
    expect(run.loadCheckpoint()).toEqual({ state: stateAt(3), path: join(path, "checkpoint.safetensors"), problem: undefined });

    truncateSync(join(path, "checkpoint.safetensors"), 300);
    const found = run.loadCheckpoint();
    expect(found?.state).toEqual(stateAt(2));
    expect(found?.problem).toMatch(/checkpoint\.safetensors is not a whole safetensors file/);

    truncateSync(join(path, "checkpoint-previous.safetensors"), 4);
    expect(() => run.loadCheckpoint()).toThrow(/cannot go on: .* Start a new run/);
    run.close();
  });

  test("saves the best weights for other programs to read", () => {
    const run = RunFolder.create(path, info());
    run.saveBest(stateAt(5).model, { epoch: "5" });
    const { tensors, metadata } = decodeSafetensors(readFileSync(join(path, "best.safetensors")), "best");
    expect(tensors).toEqual(stateAt(5).model);
    expect(metadata).toEqual({ format: "pt", epoch: "5" });
    run.close();
  });

  test("opening sweeps what a killed process left", () => {
    RunFolder.create(path, info()).close();
    appendFileSync(join(path, "checkpoint.safetensors.123.partial"), "half");
    RunFolder.open(path).close();
    expect(readdirSync(path)).toEqual(["run.json"]);
  });
});

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Inspection, ModelGraph } from "../../src/board/protocol.js";
import { type LoggedEvent, readEvents } from "../../src/index.js";
import { decodeSafetensors } from "../../src/interop/safetensors.js";
import type { ModuleGraph } from "../../src/nn/moduleGraph.js";
import type { InspectedSample } from "../../src/train/inspectSample.js";
import { readMetricsLog } from "../../src/train/metricsLog.js";
import { RecordingPace } from "../../src/train/recordingPace.js";
import { sampleRuns } from "./sampleRuns.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nabla-runs-"));
  // Every epoch is recorded, however slow the machine.
  vi.spyOn(RecordingPace.prototype, "due").mockReturnValue(true);
  await sampleRuns(folder);
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const json = <T = Record<string, unknown>>(run: string, name: string): T => JSON.parse(readFileSync(join(folder, run, name), "utf8"));
const tensors = (run: string, name: string) => decodeSafetensors(readFileSync(join(folder, run, name)), name);
const letters = "letters/lr=0.003 batchNorm";

test("every run says how it ended, and is given back", () => {
  expect(json("letters/lr=0.003", "run.json")).toMatchObject({ status: { state: "finished", reason: null }, monitor: "accuracy", config: { lr: 0.003, data: "characters", model: "Sequential", epochs: 4 } });
  expect(json("stopped early", "run.json").status).toEqual({ state: "stopped", reason: null });
  expect(json("diverged", "run.json").status).toEqual({ state: "failed", reason: expect.stringMatching(/^training diverged at step \d+ \(epoch 1\): .+\.$/) });
  expect(existsSync(join(folder, "diverged", "run.lock"))).toBe(false);
  expect(readdirSync(join(folder, "lab network", "trainings"))).toEqual(["seed-0", "seed-1"]);
});

test("an epoch's line tells time, memory and dead units", () => {
  const [line] = readMetricsLog(join(folder, letters, "metrics.jsonl"));
  expect(line).toMatchObject({ phases: { data: expect.any(Number), validation: expect.any(Number) }, memory: { tensors: expect.any(Number), process: expect.any(Number) } });
  expect(Object.keys(line.dead as object)).toHaveLength(4);
});

test("event files hold curves, histograms and pictures of every layer", async () => {
  const events: LoggedEvent[] = [];
  for await (const event of readEvents(join(folder, letters, "events"))) events.push(event);
  const tags = new Set(events.flatMap((event) => ("tag" in event ? [`${event.run} ${event.kind} ${event.tag}`] : [])));
  for (const tag of ["steps scalar step/loss", "train scalar epoch/loss", "train scalar dead/2", "validation scalar epoch/accuracy", "train histogram weights/0.weight", "train histogram gradients/0.bias", "train histogram activations/3", "train image filters/0"]) {
    expect(tags).toContain(tag);
  }
  const filters = events.find((event) => event.kind === "image")!;
  expect(filters).toMatchObject({ width: 2 * 6 - 1, height: 2 * 6 - 1 });
});

test("the graph of the model is the board's", () => {
  const graph: ModelGraph = json<ModelGraph>(letters, "model.json");
  const ours: Omit<ModelGraph, "format"> = graph satisfies ModuleGraph;
  expect(ours).toMatchObject({ inputShape: [3, 32, 32], root: { type: "Sequential", outputShape: [26] } });
  expect(graph.edges).toHaveLength(graph.root.children.length + 1);
});

test("samples are followed through the network, of as many classes", () => {
  const { samples, layers, epoch, classes } = json<Inspection>(letters, "inspection.json");
  const ours: readonly Omit<Inspection["samples"][number], "index">[] = samples satisfies readonly InspectedSample[];
  expect(new Set(ours.map(({ label }) => label)).size).toBe(8);
  expect(classes?.[25]).toBe("Z");
  expect(epoch).toBeLessThanOrEqual(4);
  for (const { graph, top, loss, label } of samples) {
    expect(top).toHaveLength(5);
    if (top[0].label === label) expect(Math.exp(-loss)).toBeCloseTo(top[0].probability, 4);
    expect(graph.at(-1)).toMatchObject({ shape: [], value: { mean: expect.closeTo(loss, 4) }, gradient: { mean: 1 } });
    expect(graph.every(({ inputs, id }) => inputs.every((from) => from < id))).toBe(true);
    expect(graph.filter(({ op, gradient }) => op === "parameter" && gradient !== null)).toHaveLength(16);
  }
  const maps = tensors(letters, "inspection.safetensors").tensors;
  for (const { path, shape } of layers) expect(maps.get(`maps/7/${path}`)?.shape).toEqual([Math.min(shape[0], 64), shape[1] ?? 1, shape[2] ?? 1]);
  expect(maps.get("sample/0")).toMatchObject({ dtype: "uint8", shape: [3, 32, 32] });
});

test("predictions are those of the best epoch, with pictures of the mistakes", () => {
  const { tensors: found, metadata } = tensors(letters, "predictions.safetensors");
  const [labels, probabilities, indices, imageIndices, images] = ["labels", "probabilities", "indices", "imageIndices", "images"].map((name) => found.get(name)!);
  const lines = readMetricsLog(join(folder, letters, "metrics.jsonl"));
  const accuracies = lines.map(({ valAccuracy }) => Number(valAccuracy));
  expect(metadata).toMatchObject({ format: "1", epoch: String(1 + accuracies.indexOf(Math.max(...accuracies))) });
  expect(JSON.parse(metadata.classes)).toHaveLength(26);
  const wrong = Array.from(labels.data).flatMap((label, i) => {
    const row = Array.from(probabilities.data.subarray(26 * i, 26 * (i + 1)));
    expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4);
    return row.indexOf(Math.max(...row)) === label ? [] : [indices.data[i]];
  });
  expect(1 - wrong.length / labels.data.length).toBeCloseTo(Math.max(...accuracies), 6);
  expect(Array.from(imageIndices.data)).toEqual(expect.arrayContaining(wrong));
  expect(images.shape).toEqual([imageIndices.data.length, 3, 32, 32]);
});

test("a training in the plane has its samples, but no pictures", () => {
  const { samples } = json<Inspection>("circles/lr=0.3", "inspection.json");
  expect(samples).toHaveLength(8);
  expect([...tensors("circles/lr=0.3", "predictions.safetensors").tensors.keys()].sort()).toEqual(["indices", "labels", "probabilities"]);
  expect([...tensors("circles/lr=0.3", "inspection.safetensors").tensors.keys()].some((name) => name.startsWith("sample/"))).toBe(false);
});

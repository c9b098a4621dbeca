/** A run folder with predictions that tests know by heart. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite } from "../../src/base/atomicWrite.js";
import { encodeSafetensors, type HostTensor } from "../../src/interop/safetensors.js";

/** A sample of a class, and what the network says of it. */
export interface Predicted {
  readonly label: number;
  readonly probabilities: readonly number[];
}

export interface PredictionsFile {
  readonly epoch: number;
  readonly classes: readonly string[];
  readonly samples: readonly Predicted[];
  /** Side of the pictures, which all samples have; 0: none. @default 4 */
  readonly side?: number;
  /** When the run began. @default "2026-01-01T00:00:00.000Z" */
  readonly created?: string;
}

/** Index in the data set of the first sample. */
export const firstIndex = 100;

/** Writes the predictions of a run, and what makes its folder one. */
export function writePredictions(folder: string, { epoch, classes, samples, side = 4, created = "2026-01-01T00:00:00.000Z" }: PredictionsFile): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "run.json"), JSON.stringify({ format: 1, config: {}, seed: 1, created, versions: { nabla: "0.1.0", node: "v20.19.0" }, git: null, backend: null, data: null, status: { state: "finished", reason: null } }));
  const indices = Int32Array.from(samples, (_, n) => firstIndex + n);
  const n = samples.length;
  const tensors = new Map<string, HostTensor>([
    ["labels", { dtype: "int32", shape: [n], data: Int32Array.from(samples, ({ label }) => label) }],
    ["indices", { dtype: "int32", shape: [n], data: indices }],
    ["probabilities", { dtype: "float32", shape: [n, classes.length], data: Float32Array.from(samples.flatMap(({ probabilities }) => probabilities)) }],
  ]);
  if (side > 0) {
    tensors.set("imageIndices", { dtype: "int32", shape: [n], data: indices });
    tensors.set("images", { dtype: "uint8", shape: [n, 1, side, side], data: Uint8Array.from({ length: n * side * side }, (_, i) => (37 * i) % 256) });
  }
  atomicWrite(join(folder, "predictions.safetensors"), encodeSafetensors(tensors, { format: "1", epoch: String(epoch), classes: JSON.stringify(classes), dataset: "animals" }));
}

/** The rest of the probability is shared evenly by the other classes. */
export function sure(label: number, predicted: number, confidence: number, classes: number): Predicted {
  return { label, probabilities: Array.from({ length: classes }, (_, k) => (k === predicted ? confidence : (1 - confidence) / (classes - 1))) };
}

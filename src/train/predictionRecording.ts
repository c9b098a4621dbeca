/**
 * `predictions.safetensors`: what the network says of each validation sample, after its best epoch. Collected while the epoch is validated, so that nothing is
 * computed twice. Of very many samples or classes, evenly chosen samples are kept.
 */

import { join } from "node:path";
import type { TypedArray } from "../base/dtype.js";
import { atomicWrite } from "../base/atomicWrite.js";
import { encodeSafetensors, type HostTensor } from "../interop/safetensors.js";
import { classNames, isClassification, probabilitiesOf } from "./classification.js";
import type { Batches } from "./batches.js";
import { evenly } from "./evenly.js";
import { type Pictures, picturesOf } from "./pictures.js";
import type { Recording } from "./recording.js";

/** Probabilities in the file: 16 MiB. */
const mostNumbers = 4 * 2 ** 20;
const mostPictureBytes = 16 * 2 ** 20;
const mostWrong = 1000;
const mostRightOfClass = 20;
/** Where each has to be decoded from a file. */
const mostSlow = 100;

export function predictionRecording(folder: string): Recording {
  let validation: Batches | null = null;
  let found = new Found(0);
  return {
    name: "the predictions",
    fitStart(event) {
      validation = event.validation;
    },
    async evaluate({ step, output, y, indices }) {
      if (step === 1) found = new Found(validation?.dataset.length ?? 0);
      if (isClassification(output, y)) found.add(await output.data(), await y.data(), output.shape[1], indices);
    },
    async epochEnd({ epoch, best }) {
      if (!best || validation === null || found.labels.length === 0) return;
      const { labels, indices, classes } = found;
      const probabilities = probabilitiesOf(found.scores(), classes);
      const n = labels.length;
      const tensors = new Map<string, HostTensor>([
        ["labels", { dtype: "int32", shape: [n], data: Int32Array.from(labels) }],
        ["indices", { dtype: "int32", shape: [n], data: Int32Array.from(indices) }],
        ["probabilities", { dtype: "float32", shape: [n, classes], data: probabilities }],
      ]);
      const pictures = picturesOf(validation);
      if (pictures !== undefined) await addPictures(tensors, pictures, found, probabilities);
      const names = classNames(validation, classes) ?? Array.from({ length: classes }, (_, label) => String(label));
      const { name = "" } = validation.dataset as { readonly name?: string };
      atomicWrite(join(folder, "predictions.safetensors"), encodeSafetensors(tensors, { format: "1", epoch: String(epoch), classes: JSON.stringify(names), dataset: String(name) }));
    },
  };
}

/** What one pass over the validation data gave. */
class Found {
  readonly labels: number[] = [];
  readonly indices: number[] = [];
  readonly #rows: ArrayLike<number>[] = [];
  classes = 0;
  #seen = 0;

  constructor(
    /** Samples of the pass. */
    readonly total: number,
  ) {}

  /** Labels that are no class, as where a loss ignores some, are left out. */
  add(scores: TypedArray, labels: TypedArray, classes: number, indices: Int32Array | undefined): void {
    this.classes = classes;
    const share = Math.min(1, mostNumbers / classes / this.total);
    for (let row = 0; row < labels.length; row++) {
      const place = this.#seen + row;
      if (!(labels[row] >= 0 && labels[row] < classes)) continue;
      if (share < 1 && Math.floor((place + 1) * share) === Math.floor(place * share)) continue;
      this.labels.push(labels[row]);
      this.indices.push(indices?.[row] ?? place);
      const [start, end] = [row * classes, (row + 1) * classes];
      // A part of an array would keep all of it in memory.
      this.#rows.push(share < 1 ? scores.slice(start, end) : scores.subarray(start, end));
    }
    this.#seen += labels.length;
  }

  /** [N, K]. */
  scores(): Float32Array {
    const all = new Float32Array(this.#rows.length * this.classes);
    for (const [i, row] of this.#rows.entries()) all.set(row, i * this.classes);
    return all;
  }
}

async function addPictures(tensors: Map<string, HostTensor>, pictures: Pictures, { labels, indices, classes }: Found, probabilities: Float32Array): Promise<void> {
  const wrong: number[] = [];
  const right = Array.from({ length: classes }, (): number[] => []);
  for (const [i, label] of labels.entries()) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    if (row.indexOf(Math.max(...row)) !== label) wrong.push(i);
    else if (right[label].length < mostRightOfClass) right[label].push(i);
  }
  const room = Math.min(pictures.slow ? mostSlow : Infinity, Math.floor(mostPictureBytes / pictures.bytes));
  const chosen = [...evenly(wrong, Math.min(mostWrong, room)), ...right.flat()].slice(0, room);
  if (chosen.length === 0) return;
  const first = await pictures.get(indices[chosen[0]]);
  const images = new Uint8Array(chosen.length * first.data.length);
  for (const [k, i] of chosen.entries()) images.set(k === 0 ? first.data : (await pictures.get(indices[i])).data, k * first.data.length);
  tensors.set("imageIndices", { dtype: "int32", shape: [chosen.length], data: Int32Array.from(chosen, (i) => indices[i]) });
  tensors.set("images", { dtype: "uint8", shape: [chosen.length, ...first.shape], data: images });
}

/** Predictions of a run: what its network says of each sample of the validation data, in `predictions.safetensors`, and what follows from it. */

import { DataError } from "../../base/errors.js";
import { encodePng } from "../../base/png.js";
import { decodeSafetensors, type HostTensor } from "../../interop/safetensors.js";
import type { ConfusionCell, PredictionItem, PredictionPage, PredictionsOverview } from "../protocol.js";
import { classRanking } from "./classRanking.js";
import { pixelsOf } from "./pixels.js";
import { finiteOrNull } from "./summary.js";

export interface Predictions {
  readonly epoch: number;
  readonly classes: readonly string[];
  /** Per sample: in the data set, its class, the likeliest class. */
  readonly indices: Int32Array;
  readonly labels: Int32Array;
  readonly predicted: Int32Array;
  /** [N, K]. */
  readonly probabilities: Float32Array;
  /** Row of `images` by index in the data set. */
  readonly imageRows: ReadonlyMap<number, number>;
  /** [M, C, H, W]. */
  readonly images: HostTensor | null;
  overview: Promise<PredictionsOverview> | null;
}

/** Vocabularies have up to so many; a damaged file may claim any number. */
const maxClasses = 2 ** 17;
/** Most classes whose confusion matrix is sent whole. */
const wholeMatrix = 200;
/** Of a sample. */
const likeliestClasses = 5;

/** @throws DataError for a file that is not as it should be, or has too many classes */
export function parsePredictions(bytes: Uint8Array, name: string): Predictions {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const fail = (problem: string): never => {
    throw new DataError(`${name}: ${problem}. The file is damaged or of another version; the next training writes a new one.`);
  };
  const int32 = (key: string): Int32Array => {
    const t = tensors.get(key);
    return t?.data instanceof Int32Array && t.shape.length === 1 ? t.data : fail(`it has no ${key} of type int32 [N]`);
  };
  const labels = int32("labels");
  const indices = int32("indices");
  const p = tensors.get("probabilities");
  if (!(p?.data instanceof Float32Array) || p.shape.length !== 2 || p.shape[0] !== labels.length || p.shape[1] < 1) return fail(`it has no probabilities of type float32 [${labels.length}, K]`);
  if (p.shape[1] > maxClasses) throw new DataError(`${name} is of ${p.shape[1]} classes; the board shows predictions of up to ${maxClasses}.`);
  if (indices.length !== labels.length) fail(`it has ${indices.length} indices for ${labels.length} labels`);
  const probabilities = p.data;
  const count = p.shape[1];
  const wrong = labels.findIndex((label) => label < 0 || label >= count);
  if (wrong >= 0) fail(`label ${labels[wrong]} is none of ${count} classes`);
  let classes: unknown;
  try {
    classes = JSON.parse(metadata.classes ?? "null");
  } catch {
    classes = null;
  }
  const given: readonly unknown[] = Array.isArray(classes) ? classes : [];
  const names = Array.from({ length: count }, (_, i) => (typeof given[i] === "string" ? given[i] : String(i)));
  const images = tensors.get("images") ?? null;
  const imageRows = new Map<number, number>();
  if (images !== null) {
    const rows = int32("imageIndices");
    if (!(images.data instanceof Uint8Array) || images.shape.length !== 4 || images.shape[0] !== rows.length) fail(`its images are not of type uint8 [${rows.length}, C, H, W]`);
    rows.forEach((index, row) => imageRows.set(index, row));
  }
  const predicted = Int32Array.from(labels, (_, n) => likeliest(probabilities.subarray(n * count, (n + 1) * count)));
  const epoch = Number(metadata.epoch);
  return { epoch: Number.isFinite(epoch) ? epoch : 0, classes: names, indices, labels, predicted, probabilities, imageRows, images, overview: null };
}

function likeliest(row: Float32Array): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if (row[k] > row[best] || Number.isNaN(row[best])) best = k;
  return best;
}

export function overviewOf(predictions: Predictions): Promise<PredictionsOverview> {
  return (predictions.overview ??= measure(predictions));
}

async function measure({ epoch, classes, labels, predicted, probabilities, images }: Predictions): Promise<PredictionsOverview> {
  const count = classes.length;
  const [samples, named, right] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)];
  const cells = new Map<number, number>();
  labels.forEach((label, n) => {
    samples[label]++;
    named[predicted[n]]++;
    if (label === predicted[n]) right[label]++;
    const cell = label * count + predicted[n];
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  });
  const confused = Array.from(cells.keys())
    .sort((a, b) => a - b)
    .map((cell): ConfusionCell => [Math.floor(cell / count), cell % count, cells.get(cell)!]);
  const rankings = await classRanking(labels, probabilities, count);
  return {
    epoch,
    samples: labels.length,
    accuracy: labels.length === 0 ? 0 : right.reduce((a, b) => a + b, 0) / labels.length,
    classes: classes.map((name, k) => ({ name, count: samples[k], precision: finiteOrNull(right[k] / named[k]), recall: finiteOrNull(right[k] / samples[k]), ...rankings[k] })),
    confusion: count > wholeMatrix ? null : matrixOf(confused, count),
    confused,
    images: images !== null,
  };
}

function matrixOf(cells: readonly ConfusionCell[], size: number): number[][] {
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const [label, predicted, samples] of cells) matrix[label][predicted] = samples;
  return matrix;
}

export interface ItemQuery {
  readonly which: "wrong" | "right" | "all";
  /** Null: any. */
  readonly label: number | null;
  readonly predicted: number | null;
  /** In the data set. */
  readonly index: number | null;
  readonly sort: "confidence" | "loss" | "index";
  readonly offset: number;
  readonly limit: number;
}

export function pageOf({ classes, indices, labels, predicted, probabilities, imageRows }: Predictions, query: ItemQuery): PredictionPage {
  const count = classes.length;
  const of = (n: number, k: number): number => probabilities[n * count + k];
  const rows: number[] = [];
  labels.forEach((label, n) => {
    if (query.label !== null && label !== query.label) return;
    if (query.predicted !== null && predicted[n] !== query.predicted) return;
    if (query.index !== null && indices[n] !== query.index) return;
    if (query.which === "all" || (label === predicted[n]) === (query.which === "right")) rows.push(n);
  });
  const key = { confidence: (n: number) => -of(n, predicted[n]), loss: (n: number) => of(n, labels[n]), index: (n: number) => indices[n] }[query.sort];
  rows.sort((a, b) => key(a) - key(b) || indices[a] - indices[b]);
  return {
    total: rows.length,
    items: rows.slice(query.offset, query.offset + query.limit).map((n): PredictionItem => {
      return {
        index: indices[n],
        label: labels[n],
        predicted: predicted[n],
        top: topOf(probabilities.subarray(n * count, (n + 1) * count)),
        // The smallest float32 stands for none, so that the loss is a number.
        loss: finiteOrNull(-Math.log(Math.max(of(n, labels[n]), 2 ** -149))) ?? 0,
        hasImage: imageRows.has(indices[n]),
      };
    }),
  };
}

/** The likeliest classes, of equally likely ones the first; what is no probability counts as 0. */
function topOf(row: Float32Array): PredictionItem["top"] {
  const top: { label: number; probability: number }[] = [];
  for (let label = 0; label < row.length; label++) {
    const probability = finiteOrNull(row[label]) ?? 0;
    if (top.length === likeliestClasses && !(probability > top[likeliestClasses - 1].probability)) continue;
    const place = top.findIndex((each) => probability > each.probability);
    top.splice(place < 0 ? top.length : place, 0, { label, probability });
    if (top.length > likeliestClasses) top.pop();
  }
  return top;
}

/** The picture of a sample as PNG; null where none was kept. */
export function imageOf({ images, imageRows }: Predictions, index: number): Uint8Array | null {
  const row = imageRows.get(index);
  if (row === undefined || images === null) return null;
  const [, channels, height, width] = images.shape;
  const size = channels * height * width;
  return encodePng(pixelsOf(images.data.subarray(row * size, (row + 1) * size) as Uint8Array, channels, height, width));
}

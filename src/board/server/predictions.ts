/** Predictions of a run: what its network says of each sample of the validation data, in `predictions.safetensors`, and what follows from it. */

import { setImmediate } from "node:timers/promises";
import { DataError } from "../../base/errors.js";
import { encodePng } from "../../base/png.js";
import { decodeSafetensors, type HostTensor } from "../../interop/safetensors.js";
import { precisionRecallCurve } from "../../metrics/ranking.js";
import type { ClassReport, PredictionItem, PredictionPage, PredictionsOverview } from "../protocol.js";
import { pixelsOf } from "./pixels.js";
import { finiteOrNull } from "./summary.js";
import { evenly } from "./thin.js";

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

/** A confusion matrix of more cannot be looked at, and would fill the memory: networks that predict words have tens of thousands. */
const maxClasses = 2000;

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

const curvePoints = 200;

async function measure({ epoch, classes, labels, predicted, probabilities, images }: Predictions): Promise<PredictionsOverview> {
  const count = classes.length;
  const confusion = classes.map(() => new Array<number>(count).fill(0));
  labels.forEach((label, n) => confusion[label][predicted[n]]++);
  const right = confusion.reduce((sum, row, k) => sum + row[k], 0);
  const reports: ClassReport[] = [];
  for (const [k, name] of classes.entries()) {
    const samples = confusion[k].reduce((a, b) => a + b, 0);
    const named = confusion.reduce((sum, row) => sum + row[k], 0);
    reports.push({
      name,
      count: samples,
      precision: finiteOrNull(confusion[k][k] / named),
      recall: finiteOrNull(confusion[k][k] / samples),
      ...(await rankingOf(
        Array.from(labels, (_, n) => probabilities[n * count + k]),
        Array.from(labels, (label) => Number(label === k)),
      )),
    });
    // A thousand classes take their time; other requests go on.
    await setImmediate();
  }
  return { epoch, samples: labels.length, accuracy: labels.length === 0 ? 0 : right / labels.length, classes: reports, confusion, images: images !== null };
}

async function rankingOf(scores: readonly number[], labels: readonly number[]): Promise<Pick<ClassReport, "averagePrecision" | "curve">> {
  if (!labels.includes(1) || scores.some(Number.isNaN)) return { averagePrecision: null, curve: [] };
  const { precision, recall } = await precisionRecallCurve(scores, labels);
  const last = recall.length - 1;
  let area = 0;
  for (let i = 0; i < last; i++) area += (recall[i] - recall[i + 1]) * precision[i];
  return { averagePrecision: area, curve: evenly(recall.length, curvePoints).map((i) => [recall[last - i], precision[last - i]] as const) };
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
      const row = Array.from(probabilities.subarray(n * count, (n + 1) * count), (probability, label) => ({ label, probability: finiteOrNull(probability) ?? 0 }));
      return {
        index: indices[n],
        label: labels[n],
        predicted: predicted[n],
        top: row.sort((a, b) => b.probability - a.probability || a.label - b.label).slice(0, 5),
        // The smallest float32 stands for none, so that the loss is a number.
        loss: finiteOrNull(-Math.log(Math.max(of(n, labels[n]), 2 ** -149))) ?? 0,
        hasImage: imageRows.has(indices[n]),
      };
    }),
  };
}

/** The picture of a sample as PNG; null where none was kept. */
export function imageOf({ images, imageRows }: Predictions, index: number): Uint8Array | null {
  const row = imageRows.get(index);
  if (row === undefined || images === null) return null;
  const [, channels, height, width] = images.shape;
  const size = channels * height * width;
  return encodePng(pixelsOf(images.data.subarray(row * size, (row + 1) * size) as Uint8Array, channels, height, width));
}

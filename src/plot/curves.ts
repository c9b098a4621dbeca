/** Learning curves: what a training measured, epoch by epoch, from its history or its run folder. */

import { DataError, ValueError } from "../base/errors.js";
import type { Figure } from "./figure.js";
import { grid } from "./grid.js";
import { bestIndex, lineChart, type Mark, type Series } from "./lines.js";
import { type AxisOptions, checkChoice, checkFigure, checkOptions, describeValue, type FigureOptions, withFigure } from "./options.js";
import { plotRuntime } from "./runtime.js";

/** What is used of an epoch's record; `EpochRecord` of the trainer is one. */
export interface CurveRecord {
  readonly epoch: number;
  readonly train: Readonly<Record<string, number>>;
  readonly validation: Readonly<Record<string, number>> | null;
}

/** A history, something with a history (`Trainer`, or what `fit` returns), or the path of a run folder. */
export type CurveSource = readonly CurveRecord[] | { readonly history: readonly CurveRecord[] } | string;

export interface CurvesOptions extends FigureOptions {
  /** What to show, one chart each. Default: the loss, and the first other metric. */
  readonly metrics?: readonly string[];
  /** Scale of the axis of the loss. @default "linear" */
  readonly lossScale?: AxisOptions["scale"];
  /** Mark the best epoch of the validation loss and shade what follows, if there it rises again. For one run. @default false */
  readonly overfitting?: boolean;
  /** "ordered": shades from dark to light, for runs that differ in one number. @default "distinct" */
  readonly colours?: "distinct" | "ordered";
}

const lower = /loss|error|perplexity/i;
const fraction = /^(accuracy|top\d+|precision|recall|f1|iou|dice)$/i;

/**
 * Learning curves of one run, or of several by name; training solid, validation dashed, the best validation value marked. An array of runs
 * under one name (seeds) becomes its mean with a band of one standard deviation.
 * @throws ValueError for a metric that was not measured; DataError for a folder without metrics.
 *
 * @example
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy });
 * const { history } = await trainer.fit(loader, validationLoader, { epochs: 3 });
 * const figure = plot.curves(history, { title: "shades" });
 * plot.curves({ "lr 0.1": history, "lr 0.01": [history, history] }, { metrics: ["loss"] });
 */
export function curves(runs: CurveSource | Readonly<Record<string, CurveSource | readonly CurveSource[]>>, options: CurvesOptions = {}): Figure {
  checkOptions("curves", options, withFigure("metrics", "lossScale", "overfitting", "colours"));
  checkFigure("curves", options);
  checkChoice("curves", "lossScale", options.lossScale, ["linear", "log"]);
  checkChoice("curves", "colours", options.colours, ["distinct", "ordered"]);
  const { metrics, lossScale, overfitting = false, colours, ...figure } = options;
  const named = isSource(runs) ? new Map([["", [readSource(runs)]]]) : readNamed(runs);
  const all = [...named.values()].flat();
  const measured = [...new Set(all.flatMap((history) => history.flatMap(({ train }) => Object.keys(train))))].filter((name) => name !== "samples");
  const chosen = metrics ?? measured.slice(0, 2);
  if (!Array.isArray(chosen) || chosen.length === 0) throw new ValueError(`curves: metrics must be an array of at least one name, got ${describeValue(metrics)}.`);
  const unknown = chosen.find((name) => !measured.includes(name));
  if (unknown !== undefined) throw new ValueError(`curves: "${unknown}" was not measured; there are ${measured.join(", ")}.`);
  const chart = (metric: string, own: FigureOptions): Figure => {
    const series = Array.from(named, ([name, histories]) => seriesOf(name, histories, metric));
    const marks = overfitting && metric === "loss" && series.length === 1 ? overfittingMark(series[0]) : [];
    return lineChart("curves", {
      ...own,
      series,
      marks,
      colours,
      x: { label: "epoch" },
      y: { label: metric, format: fraction.test(metric) ? "percent" : "number", scale: metric === "loss" ? lossScale : "linear" },
    });
  };
  return chosen.length === 1 ? chart(chosen[0], figure) : grid(chosen.map((metric) => chart(metric, {})), figure);
}

const isSource = (value: unknown): value is CurveSource => typeof value === "string" || Array.isArray(value) || (typeof value === "object" && value !== null && "history" in value);

function readNamed(runs: Readonly<Record<string, CurveSource | readonly CurveSource[]>>): Map<string, (readonly CurveRecord[])[]> {
  if (typeof runs !== "object" || runs === null || Object.keys(runs).length === 0) throw new ValueError(`curves: expected a history, a run folder, or several by name, got ${describeValue(runs)}.`);
  const several = (value: CurveSource | readonly CurveSource[]): value is readonly CurveSource[] => Array.isArray(value) && value.every(isSource) && value.length > 0;
  return new Map(Object.entries(runs).map(([name, value]) => [name, (several(value) ? value : [value]).map(readSource)]));
}

function readSource(source: CurveSource): readonly CurveRecord[] {
  const records: unknown = typeof source === "string" ? plotRuntime("curves reads a run folder", "give it a history").records(source) : isSource(source) && "history" in source ? source.history : source;
  if (!Array.isArray(records)) throw new ValueError(`curves: expected the history of a run, an array of records of epochs, got ${describeValue(records)}.`);
  if (records.length === 0) {
    if (typeof source === "string") throw new DataError(`curves: ${source} has no metrics.jsonl with at least one epoch; give the folder of a run that has finished an epoch.`);
    throw new ValueError("curves: the history is empty; train for at least one epoch.");
  }
  for (const [i, record] of records.entries()) {
    if (typeof record?.epoch !== "number" || typeof record.train !== "object" || record.train === null) {
      throw new ValueError(`curves: record ${i} must be { epoch, train, validation }, as the trainer makes them, got ${describeValue(record)}.`);
    }
  }
  return records as CurveRecord[];
}

/** One metric of a run, or its mean over several with their standard deviation. */
function seriesOf(name: string, histories: readonly (readonly CurveRecord[])[], metric: string): Series {
  const x = [...new Set(histories.flatMap((history) => history.map(({ epoch }) => epoch)))].sort((a, b) => a - b);
  const over = (part: "train" | "validation"): { readonly mean: number[]; readonly deviation: number[] } => {
    const rows = x.map((epoch) => histories.map((history) => history.find((record) => record.epoch === epoch)?.[part]?.[metric]).filter((value) => typeof value === "number"));
    const mean = rows.map((values) => values.reduce((a, b) => a + b, 0) / values.length);
    const deviation = rows.map((values, i) => (values.length < 2 ? 0 : Math.sqrt(values.reduce((sum, value) => sum + (value - mean[i]) ** 2, 0) / (values.length - 1))));
    return { mean, deviation };
  };
  const train = over("train");
  const validation = histories.some((history) => history.some((record) => record.validation !== null && record.validation !== undefined)) ? over("validation") : undefined;
  const bands = histories.length > 1;
  return {
    name,
    x,
    y: train.mean,
    best: lower.test(metric) ? "min" : "max",
    ...(bands && { deviation: train.deviation }),
    ...(validation !== undefined && { validation: validation.mean, ...(bands && { validationDeviation: validation.deviation }) }),
  };
}

/** From where on the validation loss rises, if it does. */
function overfittingMark({ x, validation }: Series): Mark[] {
  if (x === undefined || validation === undefined) return [];
  const i = bestIndex(Array.from(validation), "min");
  return i >= 0 && i < x.length - 1 ? [{ x: x[i], label: "over-fitting", beyond: true }] : [];
}

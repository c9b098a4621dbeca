/**
 * Live view: curves of a training as lines of text, for a terminal. The loss beside the first metric, training solid and validation dashed, and
 * below them the learning rate, the memory and the best epoch so far. Where there is too little room for that: nothing.
 */

import { formatMetric, isBetter, type MetricInfo } from "../metrics/metric.js";
import { brailleChart, type BrailleCell } from "./brailleChart.js";
import type { EpochRecord } from "./events.js";
import { lossInfo } from "./runningMetrics.js";

export interface LiveState {
  readonly epochs: number;
  /** How far the training is, in epochs. */
  readonly progress: number;
  readonly history: readonly EpochRecord[];
  /** Training losses by epochs and fractions of them. */
  readonly losses: readonly (readonly [x: number, loss: number])[];
  readonly metrics: readonly MetricInfo[];
  readonly lr: number;
  /** Bytes: of tensors, and of the whole process. */
  readonly memory: { readonly tensors: number; readonly process: number };
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
}

/** Of training and validation; told apart by any common colour blindness, readable on light and on dark. */
const colours = ["\u001b[36m", "\u001b[33m"];
const dim = "\u001b[2m";
const plain = "\u001b[0m";

const chartRows = 5;
/** Narrower charts tell nothing. */
const minimumWidth = 34;
const gutter = 9;

/** The lines below the progress bar; none where the terminal is too small. */
export function liveView(state: LiveState, size: ScreenSize): string[] {
  const shown = [lossInfo, ...state.metrics.slice(0, 1)];
  const room = size.columns - 1;
  const sideBySide = shown.length === 2 && room >= 2 * minimumWidth + 3;
  if (room < minimumWidth || size.rows < chartRows + 8) return [];
  const width = sideBySide ? Math.min(76, Math.floor((room - 3) / 2)) : Math.min(100, room);
  const charts = shown.slice(0, sideBySide ? 2 : 1).map((metric) => chart(metric, state, width, size.colours));
  const lines = charts[0].map((_, i) => charts.map((each) => each[i]).join("   "));
  return ["", ...lines, faint(fit(footer(state), room), size.colours)];
}

/** Title, curves, axis. */
function chart(metric: MetricInfo, state: LiveState, width: number, coloured: boolean): string[] {
  const { history, progress } = state;
  const train = metric.name === "loss" ? state.losses : history.map(({ epoch, train }) => [epoch, train[metric.name]] as const);
  const validation = history.flatMap(({ epoch, validation }) => (validation === null ? [] : [[epoch, validation[metric.name]] as const]));
  const to = extent(progress, state.epochs);
  const y = range([...train, ...validation].map(([, value]) => value));
  const cells = brailleChart(
    [{ points: train, dashed: false }, { points: validation, dashed: true }],
    { width: width - gutter, height: chartRows, x: [0, to], y },
  );
  const label = (row: number): string => {
    if (train.length + validation.length === 0) return "";
    return row === 0 ? formatMetric(metric, y[1]) : row === chartRows - 1 ? formatMetric(metric, y[0]) : "";
  };
  const last = `epoch ${to}`;
  const line = "─".repeat(Math.max(0, width - gutter - last.length - 1));
  return [
    title(metric, train.at(-1)?.[1], validation.at(-1)?.[1], width, coloured),
    ...cells.map((row, r) => `${faint(`${label(r).slice(0, gutter - 2).padStart(gutter - 2)} │`, coloured)}${drawn(row, coloured)}`),
    faint(`${" ".repeat(gutter - 1)}└${line} ${last}`.padEnd(width).slice(0, width), coloured),
  ];
}

/** `loss  train 0.3911 ─  validation 0.2077 ╌`, shortened where it must be. */
function title(metric: MetricInfo, train: number | undefined, validation: number | undefined, width: number, coloured: boolean): string {
  const value = (of: number | undefined): string => (of === undefined ? "–" : formatMetric(metric, of));
  const parts = (names: readonly [string, string]): [string, string, string] => [
    metric.name,
    `${names[0]} ${value(train)} ─`,
    validation === undefined ? "" : `${names[1]} ${value(validation)} ╌`,
  ];
  const long = parts(["train", "validation"]);
  const [name, first, second] = long.join("  ").length <= width ? long : parts(["train", "val"]);
  const text = fit(`${name}  ${first}  ${second}`.trimEnd(), width).padEnd(width);
  if (!coloured) return text;
  return text.replace(first, `${colours[0]}${first}${plain}`).replace(second === "" ? "\u0000" : second, `${colours[1]}${second}${plain}`);
}

/** The end of the axis: the training so far takes at least half of it, and it seldom changes. */
function extent(progress: number, epochs: number): number {
  let to = 1;
  while (to < progress) to *= 2;
  return Math.min(to, Math.max(1, epochs, Math.ceil(progress)));
}

function range(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  return [low, high];
}

/** Cells as text, one change of colour for each stretch. */
function drawn(row: readonly BrailleCell[], coloured: boolean): string {
  let text = "";
  let now = -1;
  for (const { character, series } of row) {
    if (coloured && series !== now && character !== " ") {
      text += colours[series];
      now = series;
    }
    text += character;
  }
  return now < 0 ? text : text + plain;
}

function footer({ history, metrics, lr, memory }: LiveState): string {
  const parts = [`learning rate ${Number(lr.toPrecision(3))}`];
  const metric = metrics[0] ?? lossInfo;
  const measured = history.filter(({ validation }) => validation !== null);
  if (measured.length > 0) {
    const best = measured.reduce((a, b) => (isBetter(metric, b.validation![metric.name], a.validation![metric.name]) ? b : a));
    parts.push(`best ${metric.name} ${formatMetric(metric, best.validation![metric.name])} in epoch ${best.epoch}`);
  }
  parts.push(`memory ${megabytes(memory.tensors)} of tensors, ${megabytes(memory.process)} in all`);
  return parts.join("  ·  ");
}

const megabytes = (bytes: number): string => (bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

const fit = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`);

const faint = (text: string, coloured: boolean): string => (coloured && text.trim() !== "" ? dim + text + plain : text);

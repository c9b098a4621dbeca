/** Axes of the parallel coordinates: where a value of a run stands between the foot (0) and the top (1) of its axis. */

import { axisOf } from "../../../../plot/axis.js";
import type { RunSummary } from "../../../protocol.js";
import { valueText } from "../../parts/text.js";
import { compareValues, type Value, valueOf } from "./values.js";

export interface ParallelAxis {
  readonly id: string;
  readonly title: string;
  /** "log" where the values span decades. */
  readonly kind: "linear" | "log" | "category";
  /** Null where the run has no value. */
  readonly position: (value: Value) => number | null;
  /** The value at a position; of a category the nearest. */
  readonly valueAt: (position: number) => string | number;
  readonly ticks: readonly { readonly position: number; readonly label: string }[];
  /** How far an arrow key moves. */
  readonly step: number;
  /** Whether some run has no value; these pass below the axis. */
  readonly gaps: boolean;
}

/** From this ratio on, largest to smallest, an axis is logarithmic. */
const decades = 50;

const isNumbers = (values: readonly Value[]): values is readonly number[] => values.every((value) => typeof value === "number" && Number.isFinite(value));

export function parallelAxis(id: string, title: string, runs: readonly RunSummary[]): ParallelAxis {
  const values = runs.map((run) => valueOf(run, id));
  const known = values.filter((value) => value !== null);
  const gaps = known.length < values.length;
  return isNumbers(known) && known.length > 0 ? numberAxis(id, title, known, gaps) : categoryAxis(id, title, known, gaps);
}

function numberAxis(id: string, title: string, values: readonly number[], gaps: boolean): ParallelAxis {
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const log = low > 0 && high / low >= decades;
  const axis = axisOf({ chart: "parallel coordinates", name: "y", options: { scale: log ? "log" : "linear" }, values, room: 0.04 });
  const scaled = log ? Math.log : (value: number) => value;
  const [from, to] = axis.domain.map(scaled);
  const few = [...new Set(values)].sort((a, b) => a - b);
  const at = (value: number): number => (scaled(value) - from) / (to - from);
  return {
    id,
    title,
    kind: log ? "log" : "linear",
    position: (value) => (typeof value === "number" ? at(value) : null),
    valueAt: (position) => {
      const value = from + position * (to - from);
      return Number((log ? Math.exp(value) : value).toPrecision(8));
    },
    ticks: id.startsWith("config.") && few.length <= mostValues ? apart(few.map((value) => ({ position: at(value), label: valueText(value) }))) : axis.ticks(6).map(({ value, label }) => ({ position: at(value), label })),
    step: 0.02,
    gaps,
  };
}

/** So few values of a hyper-parameter each get a tick. */
const mostValues = 8;

/** Ticks without the labels that would stand on each other. */
function apart(ticks: ParallelAxis["ticks"]): ParallelAxis["ticks"] {
  let last = -1;
  return ticks.map(({ position, label }) => {
    if (position - last < 0.045) return { position, label: "" };
    last = position;
    return { position, label };
  });
}

function categoryAxis(id: string, title: string, values: readonly Value[], gaps: boolean): ParallelAxis {
  const names = [...new Set(values)].sort(compareValues).map(valueText);
  const at = (index: number): number => (names.length === 1 ? 0.5 : 0.04 + (0.92 * index) / (names.length - 1));
  const positions = new Map(names.map((name, i) => [name, at(i)]));
  const every = Math.ceil(names.length / 24);
  return {
    id,
    title,
    kind: "category",
    position: (value) => (value === null ? null : (positions.get(valueText(value)) ?? null)),
    valueAt: (position) => names.reduce((best, name) => (Math.abs(positions.get(name)! - position) < Math.abs(positions.get(best)! - position) ? name : best), names[0] ?? ""),
    ticks: names.map((label, i) => ({ position: at(i), label: i % every === 0 ? label : "" })),
    step: names.length > 1 ? 0.92 / (names.length - 1) : 1,
    gaps,
  };
}

/** A stretch of an axis, by its ends; kept as values, so that it means the same when runs come or go. */
export interface Brush {
  readonly id: string;
  readonly low: string | number;
  readonly high: string | number;
}

/** The stretch as positions; null for a value that the axis no longer knows. */
export function brushSpan(axis: ParallelAxis, { low, high }: Brush): readonly [number, number] | null {
  const [from, to] = [axis.position(low), axis.position(high)];
  // A little wider than its ends, so that they are within.
  return from === null || to === null ? null : [Math.min(from, to) - 1e-6, Math.max(from, to) + 1e-6];
}

export function parseBrushes(texts: readonly string[]): Brush[] {
  return texts.flatMap((text) => {
    try {
      const parsed: unknown = JSON.parse(text);
      if (!Array.isArray(parsed)) return [];
      const [id, low, high] = parsed as unknown[];
      const isEnd = (end: unknown): end is string | number => typeof end === "string" || typeof end === "number";
      return typeof id === "string" && isEnd(low) && isEnd(high) ? [{ id, low, high }] : [];
    } catch {
      return []; // an address that somebody shortened
    }
  });
}

export const brushText = ({ id, low, high }: Brush): string => JSON.stringify([id, low, high]);

/** What the table of runs shows of one. */

import type { MetricSummary, RunNotes, RunState, RunSummary } from "../protocol.js";
import { higherIsBetter, monitorOf } from "./metricKind.js";
import type { MetricsTable } from "./metricsTable.js";
import type { RunEvents } from "./runEvents.js";
import type { RunRecord } from "./runRecord.js";
import { reasonOf } from "./runState.js";
import { evenly } from "./thin.js";

export interface SummaryParts {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly record: RunRecord | null;
  readonly notes: RunNotes;
  readonly table: MetricsTable;
  readonly events: RunEvents;
  readonly epochsDone: number;
  readonly updated: number;
  readonly eventsOnly: boolean;
  /** Which files are there. */
  readonly files: ReadonlySet<string>;
}

const sparkPoints = 40;
/** Programs may log thousands of curves; a table has no use for them. */
const maxMetrics = 100;

/** JSON knows no other numbers. */
export const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function summaryOf({ id, name, state, record, notes, table, events, epochsDone, updated, eventsOnly, files }: SummaryParts): RunSummary {
  const kind = eventsOnly ? "events" : (record?.kind ?? "training");
  const curves = new Map<string, { x: ArrayLike<number>; y: ArrayLike<number> }>();
  for (const tag of table.names) curves.set(tag, { x: table.epochs, y: table.column(tag)! });
  for (const [tag, { curve, unit }] of events.curves()) {
    if (curves.has(tag) || (!eventsOnly && unit === "step")) continue;
    const { step, value } = curve.points();
    curves.set(tag, { x: step, y: value });
  }
  const metrics: [string, MetricSummary][] = [];
  for (const [tag, { x, y }] of curves) {
    const higher = higherIsBetter(tag, kind, record?.directions);
    if (higher !== null && metrics.length < maxMetrics && hasNumber(y)) metrics.push([tag, metricOf(x, y, higher)]);
  }
  const monitor = monitorOf(metrics.map(([tag]) => tag), record?.monitor);
  const monitored = monitor === null ? undefined : curves.get(monitor);
  const epochs = Array.from(curves.values()).reduce((most, { x }) => Math.max(most, x[x.length - 1] ?? 0), 0);
  return {
    id,
    name,
    kind,
    state,
    reason: reasonOf({ record, eventsOnly }),
    created: record?.created ?? finiteOrNull(events.began) ?? updated,
    updated,
    seconds: total(table.column("seconds")) ?? finiteOrNull(events.ended - events.began) ?? 0,
    epochsDone: eventsOnly ? 0 : Math.max(epochsDone, epochs),
    epochs: record?.epochs ?? null,
    config: record?.config ?? Object.fromEntries(events.hparams),
    notes,
    metrics: Object.fromEntries(metrics),
    monitor,
    spark: monitored === undefined ? [] : evenly(monitored.y.length, sparkPoints).map((i) => finiteOrNull(monitored.y[i])),
    has: {
      predictions: files.has("predictions"),
      model: files.has("model"),
      inspection: files.has("inspection"),
      histograms: events.places("histogram").size > 0,
      images: events.places("image").size > 0,
    },
  };
}

/** The position of the best value; −1 without any. */
export function bestOf(values: ArrayLike<number>, higher: boolean): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]) && (best < 0 || (higher ? values[i] > values[best] : values[i] < values[best]))) best = i;
  }
  return best;
}

function metricOf(x: ArrayLike<number>, y: ArrayLike<number>, higher: boolean): MetricSummary {
  const best = bestOf(y, higher);
  return { last: finiteOrNull(y[y.length - 1]), best: best < 0 ? null : y[best], bestEpoch: best < 0 ? null : x[best], higherIsBetter: higher };
}

function hasNumber(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) return true;
  return false;
}

function total(values: Float64Array | undefined): number | null {
  return values === undefined ? null : values.reduce((sum, value) => sum + (value > 0 && value < Infinity ? value : 0), 0);
}

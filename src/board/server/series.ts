/** Curves as the page draws them: over steps, epochs or seconds, cut to a range, thinned, with the points that are marked. */

import type { Series, SeriesX } from "../protocol.js";
import { higherIsBetter } from "./metricKind.js";
import { overfitsFrom } from "./overfitting.js";
import { firstAbove, firstAtLeast } from "./rising.js";
import { bestOf, finiteOrNull } from "./summary.js";
import { meansOf, thin } from "./thin.js";
import type { RunData, WatchedRun } from "./watchedRun.js";

export interface SeriesQuery {
  readonly x: SeriesX;
  readonly points: number;
  readonly from: number;
  readonly to: number;
  readonly means: boolean;
}

/** A curve over the x that was asked for, x rising. */
interface Line {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** Null where the run has no such curve. */
export function seriesOf({ id, summary: { kind } }: WatchedRun, data: RunData, tag: string, { x: by, points, from, to, means }: SeriesQuery): Series | null {
  const line = lineOf(data, tag, by);
  if (line === null) return null;
  const { x, y } = line;
  // One point beyond each end of the range stays, so that the line runs to the edge.
  const begin = Math.max(0, firstAtLeast(x, from) - 1);
  const end = Math.min(x.length, firstAbove(x, to) + 1);
  const kept = thin(y, begin, Math.max(begin, end), points);
  const higher = higherIsBetter(tag, kind, data.record?.directions);
  const best = higher === null ? -1 : bestOf(y, higher);
  const overfits = tag === "valLoss" ? overfittingRow(data) : null;
  return {
    run: id,
    tag,
    total: Math.max(0, firstAbove(x, to) - firstAtLeast(x, from)),
    x: kept.map((i) => x[i]),
    y: kept.map((i) => finiteOrNull(y[i])),
    means: means && kept.length < end - begin ? meansOf(y, begin, kept).map(finiteOrNull) : null,
    best: best < 0 ? null : { x: x[best], y: y[best] },
    overfitsFrom: overfits === null ? null : (x[overfits] ?? null),
  };
}

function overfittingRow({ table, events }: RunData): number | null {
  const [train, val] = ["trainLoss", "valLoss"].map((tag) => table.column(tag) ?? events.curves().get(tag)?.curve.points().value);
  return train === undefined || val === undefined ? null : overfitsFrom(train, val);
}

function lineOf({ table, events, record }: RunData, tag: string, by: SeriesX): Line | null {
  const epochSteps = stepsOfEpoch({ events, record });
  const column = table.column(tag);
  if (column !== undefined) {
    const { epochs } = table;
    if (by === "epoch") return { x: epochs, y: column };
    if (by === "step") return { x: epochs.map((epoch) => epoch * epochSteps), y: column };
    return { x: sums(table.column("seconds"), epochs), y: column };
  }
  const found = events.curves().get(tag);
  if (found === undefined) return null;
  const { curve, unit } = found;
  const { step, seconds, value } = curve.points();
  if (by === "time") {
    const began = curve.origin - (Number.isFinite(events.began) ? events.began : curve.origin);
    return inOrder(mapped(seconds, (each) => each + began), value);
  }
  const factor = unit === by ? 1 : unit === "epoch" ? epochSteps : 1 / epochSteps;
  return { x: factor === 1 ? step : mapped(step, (each) => each * factor), y: value };
}

/** By what the run was told, else by the step at which its last epoch ended; 1 where neither is known. */
function stepsOfEpoch({ events, record }: Pick<RunData, "events" | "record">): number {
  if (record !== null && record.epochSteps !== null) return record.epochSteps;
  const curves = events.curves();
  const [steps, epochs] = [curves.get("step/loss"), curves.get("trainLoss")];
  if (steps?.unit !== "step" || epochs?.unit !== "epoch") return 1;
  const [step, epoch] = [steps.curve.points(), epochs.curve.points()];
  const last = epoch.length - 1;
  const ended = epochs.curve.origin + epoch.seconds[last] - steps.curve.origin;
  let at = step.length - 1;
  while (at > 0 && step.seconds[at] > ended) at--;
  return Math.max(1, Math.round(step.step[at] / epoch.step[last]) || 1);
}

/** Running sums; the epochs themselves where seconds are not known. */
function sums(seconds: Float64Array | undefined, epochs: Float64Array): Float64Array {
  if (seconds === undefined) return epochs;
  let sum = 0;
  return seconds.map((each) => (sum += each > 0 && each < Infinity ? each : 0));
}

/** `Float64Array.from`, without what iterators cost of a hundred thousand values. */
function mapped(values: ArrayLike<number>, of: (value: number) => number): Float64Array {
  const all = new Float64Array(values.length);
  for (let i = 0; i < all.length; i++) all[i] = of(values[i]);
  return all;
}

/** Points by rising x. */
function inOrder(x: Float64Array, y: ArrayLike<number>): Line {
  if (x.every((each, i) => i === 0 || each >= x[i - 1])) return { x, y };
  const order = Array.from(x, (_, i) => i).sort((a, b) => x[a] - x[b]);
  return { x: Float64Array.from(order, (i) => x[i]), y: Float64Array.from(order, (i) => y[i]) };
}

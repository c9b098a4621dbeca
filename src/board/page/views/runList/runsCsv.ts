/** The table of runs as comma-separated values: its rows in their order, its columns, but numbers as they were measured and moments as ISO 8601 writes them. */

import type { RunSummary } from "../../../protocol.js";
import { type Cell, csvOf } from "../../parts/chart/csv.js";
import type { RunGroup } from "./arrange.js";
import type { Column } from "./columns.js";
import { valueOf } from "./values.js";

/** @param groupTitle what the runs are grouped by; null: they are not */
export function runsCsv(groups: readonly RunGroup[], groupTitle: string | null, columns: readonly Column[]): string {
  const head = columns.map(({ id, title }) => (id === "seconds" ? `${title} (s)` : title));
  const rows = groups.flatMap(({ value, runs }) => runs.map((run) => [...(groupTitle === null ? [] : [cellOf(value)]), ...columns.map(({ id }) => cellOfRun(run, id))]));
  return csvOf(groupTitle === null ? head : [`grouped by ${groupTitle}`, ...head], rows);
}

function cellOfRun(run: RunSummary, id: string): Cell {
  if (id === "name") return run.id;
  if (id === "spark") return run.spark.map((value) => value ?? "").join(" ");
  if (id === "created" || id === "updated") return isoText(run[id]);
  return cellOf(valueOf(run, id));
}

const cellOf = (value: string | number | boolean | null): Cell => (typeof value === "boolean" ? String(value) : value);

/** "" for what is no moment. */
export function isoText(seconds: number): string {
  const date = new Date(1000 * seconds);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

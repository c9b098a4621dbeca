/** What is known of a run under a name, as filters, columns, groups and axes ask for it. */

import type { RunSummary } from "../../../protocol.js";

export type Value = string | number | boolean | null;

const facts: Readonly<Record<string, (run: RunSummary) => Value>> = {
  name: (run) => run.name,
  id: (run) => run.id,
  state: (run) => run.state,
  kind: (run) => run.kind,
  group: (run) => run.notes.group || null,
  note: (run) => run.notes.note || null,
  tags: (run) => run.notes.tags.join(", ") || null,
  reason: (run) => run.reason,
  created: (run) => run.created,
  updated: (run) => run.updated,
  seconds: (run) => run.seconds,
  epochs: (run) => run.epochsDone,
};

/** A value by the id of a column: "name", "metric.valAccuracy" (its best), "last.valAccuracy", "config.lr". */
export function valueOf(run: RunSummary, id: string): Value {
  const dot = id.indexOf(".");
  const [room, name] = dot < 0 ? [id, ""] : [id.slice(0, dot), id.slice(dot + 1)];
  if (room === "metric") return run.metrics[name]?.best ?? null;
  if (room === "last") return run.metrics[name]?.last ?? null;
  if (room === "config") return Object.hasOwn(run.config, name) ? run.config[name] : null;
  return Object.hasOwn(facts, id) ? facts[id](run) : null;
}

export const factNames: readonly string[] = Object.keys(facts);

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Numbers by size, texts as people sort them ("run 9" before "run 10"); nothing comes last. */
export function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}

/** The keys of the configurations that are not the same in all of these runs, in the order in which runs have them. */
export function differingKeys(runs: readonly RunSummary[]): string[] {
  const first = new Map<string, Value>();
  const differing = new Set<string>();
  for (const [i, { config }] of runs.entries()) {
    for (const [key, value] of Object.entries(config)) {
      if (!first.has(key)) {
        first.set(key, value);
        if (i > 0 && value !== null) differing.add(key);
      } else if (first.get(key) !== value) differing.add(key);
    }
    for (const [key, value] of first) if (value !== null && !Object.hasOwn(config, key)) differing.add(key);
  }
  return [...first.keys()].filter((key) => differing.has(key));
}

/** All keys of the configurations, and all metrics, in the order in which runs have them. */
export const configKeys = (runs: readonly RunSummary[]): string[] => [...new Set(runs.flatMap(({ config }) => Object.keys(config)))];
export const metricNames = (runs: readonly RunSummary[]): string[] => [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))];

/** Ids in one parameter of an address; they may hold commas themselves. */
export const listText = (ids: readonly string[]): string => ids.map((id) => id.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
export const parseList = (text: string): string[] => (text === "" ? [] : text.split(",").map((id) => id.replaceAll("%2C", ",").replaceAll("%25", "%")));

/** The metrics by which the runs are judged, the most common first. */
export function monitors(runs: readonly RunSummary[]): string[] {
  const counts = new Map<string, number>();
  for (const { monitor } of runs) if (monitor !== null) counts.set(monitor, (counts.get(monitor) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

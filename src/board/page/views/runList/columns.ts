/** Columns of the table of runs: what each is called, what it sorts by, what it shows. */

import type { RunSummary } from "../../../protocol.js";
import { durationText, metricText, momentText, valueText } from "../../parts/text.js";
import { configKeys, differingKeys, metricNames, monitors, type Value, valueOf } from "./values.js";

export interface Column {
  readonly id: string;
  readonly title: string;
  /** What it shows, where the title does not say all. */
  readonly explained?: string;
  readonly numeric: boolean;
  /** Whether the largest comes first when it is first sorted by. */
  readonly descending: boolean;
  readonly text: (run: RunSummary) => string;
}

const column = (id: string, title: string, rest: Partial<Column> = {}): Column => ({ id, title, numeric: false, descending: false, text: (run) => valueText(valueOf(run, id)), ...rest });

/** Columns that every run has. */
const fixed: readonly Column[] = [
  column("name", "Name", { text: (run) => run.id }),
  column("state", "State", { text: (run) => `${run.state} ${run.epochsDone}/${run.epochs ?? ""}` }),
  column("spark", "Curve", { explained: "the metric by which the run is judged, over its epochs", text: () => "" }),
  column("epochs", "Epochs", { numeric: true, descending: true, text: (run) => (run.epochs === null ? String(run.epochsDone) : `${run.epochsDone}/${run.epochs}`) }),
  column("created", "Created", { descending: true, text: (run) => momentText(run.created) }),
  column("updated", "Last written", { descending: true, text: (run) => momentText(run.updated) }),
  column("seconds", "Duration", { numeric: true, descending: true, text: (run) => durationText(run.seconds) }),
  column("tags", "Tags"),
  column("group", "Group"),
  column("note", "Note"),
  column("kind", "Kind"),
  column("id", "Folder"),
];

/** The columns that these runs can have, in the order in which they stand. */
export function allColumns(runs: readonly RunSummary[]): readonly Column[] {
  const higher = (name: string): boolean => runs.find(({ metrics }) => name in metrics)?.metrics[name].higherIsBetter ?? false;
  const metrics = metricNames(runs);
  const first = monitors(runs);
  const ordered = [...first, ...metrics.filter((name) => !first.includes(name))];
  const best = ordered.map((name) => column(`metric.${name}`, name, { explained: `${name}, its best value`, numeric: true, descending: higher(name), text: (run) => metricText(run.metrics[name]?.best) }));
  const last = ordered.map((name) => column(`last.${name}`, `last ${name}`, { explained: `${name} of the last epoch`, numeric: true, descending: higher(name), text: (run) => metricText(run.metrics[name]?.last) }));
  const config = configKeys(runs).map((key) => column(`config.${key}`, key, { numeric: runs.every((run) => isNumberOrNothing(run.config[key])) }));
  const [name, state, spark, ...rest] = fixed;
  return [name, state, ...best, spark, ...config, ...last, ...rest];
}

const isNumberOrNothing = (value: Value | undefined): boolean => typeof value === "number" || value === null || value === undefined;

const mostDiffering = 12;

/** What is shown unless the reader chose: how it went, what differs, when it was. */
export function usualColumns(runs: readonly RunSummary[]): readonly string[] {
  const metrics = monitors(runs);
  const loss = metricNames(runs).filter((name) => name === "valLoss" && !metrics.includes(name));
  const differing = new Set([...["model", "data"].filter((key) => runs.some(({ config }) => key in config)), ...differingKeys(runs).filter((key) => !mute.has(key))]);
  return [
    "state", ...[...metrics.slice(0, 3), ...loss].map((name) => `metric.${name}`), "spark",
    ...[...differing].slice(0, mostDiffering).map((key) => `config.${key}`),
    "created", "seconds", "tags", ...(runs.some(({ notes }) => notes.group !== "") ? ["group"] : []), ...(runs.some(({ notes }) => notes.note !== "") ? ["note"] : []),
  ];
}

/** Keys that say where a run ran, not what it is. */
export const mute = new Set(["out", "data-dir", "dataDir", "threads"]);

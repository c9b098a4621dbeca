/** Which runs the view shows, of those there are. */

import type { RunSummary } from "../../../protocol.js";

/** So many of the newest runs are shown until the reader chooses. */
export const newest = 5;
/** More are not drawn at a time: nobody could tell them apart. */
export const mostRuns = 100;

/** Runs that have curves of their own; those of a lab are its trainings. */
export const withCurves = (runs: readonly RunSummary[]): RunSummary[] => runs.filter(({ kind }) => kind !== "lab");

export interface Chosen {
  readonly runs: readonly RunSummary[];
  /** Chosen, but not there. */
  readonly missing: readonly string[];
  /** Chosen, but beyond `mostRuns`. */
  readonly beyond: number;
}

/** The runs that `ids` name, a lab for all its trainings; the newest ones for null. */
export function chosenRuns(ids: readonly string[] | null, all: readonly RunSummary[]): Chosen {
  const drawable = withCurves(all);
  if (ids === null) return { runs: drawable.slice(0, newest), missing: [], beyond: 0 };
  const byId = new Map(all.map((run) => [run.id, run]));
  const chosen = new Set<RunSummary>();
  const missing: string[] = [];
  for (const id of ids) {
    const run = byId.get(id);
    if (run === undefined) missing.push(id);
    else if (run.kind !== "lab") chosen.add(run);
    else for (const each of drawable) if (each.id.startsWith(`${id}/`)) chosen.add(each);
  }
  const runs = Array.from(chosen);
  return { runs: runs.slice(0, mostRuns), missing, beyond: Math.max(0, runs.length - mostRuns) };
}

/** What each run is called here: its name, or its path where names are shared. */
export function shownNames(runs: readonly RunSummary[]): Map<string, string> {
  const count = new Map<string, number>();
  for (const { name } of runs) count.set(name, (count.get(name) ?? 0) + 1);
  return new Map(runs.map(({ id, name }) => [id, count.get(name) === 1 ? name : id]));
}

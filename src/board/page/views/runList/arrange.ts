/** The order in which runs are shown: filtered, sorted, in groups. */

import type { RunSummary } from "../../../protocol.js";
import { compareValues, type Value, valueOf } from "./values.js";

export interface Sort {
  readonly id: string;
  readonly descending: boolean;
}

/** "-created": by that column, largest first. */
export const parseSort = (text: string): Sort => (text.startsWith("-") ? { id: text.slice(1), descending: true } : { id: text, descending: false });
export const sortText = ({ id, descending }: Sort): string => (descending ? `-${id}` : id);

export interface RunGroup {
  readonly value: Value;
  /** The name under which it is folded. */
  readonly key: string;
  readonly runs: readonly RunSummary[];
}

/** Nothing comes last, whatever the direction. */
export function sorted(runs: readonly RunSummary[], { id, descending }: Sort): RunSummary[] {
  const rows = runs.map((run) => ({ run, value: valueOf(run, id) }));
  rows.sort((a, b) => {
    const order = compareValues(a.value, b.value);
    const turned = descending && a.value !== null && b.value !== null ? -order : order;
    return turned || b.run.created - a.run.created || (a.run.id < b.run.id ? -1 : 1);
  });
  return rows.map(({ run }) => run);
}

/** Groups of equal values, in the order of the values. A run with several tags stands under them all taken together. */
export function grouped(runs: readonly RunSummary[], by: string): RunGroup[] {
  const groups = new Map<string, { value: Value; runs: RunSummary[] }>();
  for (const run of runs) {
    const value = valueOf(run, by);
    const key = String(value);
    const group = groups.get(key) ?? { value, runs: [] };
    group.runs.push(run);
    groups.set(key, group);
  }
  return Array.from(groups, ([key, group]) => ({ key, ...group })).sort((a, b) => compareValues(a.value, b.value));
}

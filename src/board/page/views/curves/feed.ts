/**
 * Feed of a chart: its curves as the server has them, fetched when they are wanted and anew when their run changes, at most once a second a run. A
 * chart that shows a part of thinned curves gets that part in more detail.
 */

import { effect, signal } from "@preact/signals";
import type { Series, SeriesAnswer, SeriesX } from "../../../protocol.js";
import { changes, getJson } from "../../api.js";
import type { Span } from "../../parts/chart/span.js";

export interface Wanted {
  readonly runs: readonly string[];
  readonly tags: readonly string[];
  readonly x: SeriesX;
  /** At most so many points a curve. */
  readonly points: number;
  readonly range: Span | null;
  /** Whether the curves are smoothed. */
  readonly means: boolean;
}

/** The curves of a run by tag. */
export interface Fetched {
  readonly whole: ReadonlyMap<string, Series>;
  /** Those of which `range` was fetched in more detail. */
  readonly detail: ReadonlyMap<string, Series>;
  readonly range: Span | null;
}

interface Entry extends Fetched {
  readonly key: string;
  readonly detailKey: string;
  readonly version: number;
  readonly at: number;
}

/** Milliseconds between two fetches of one run, and before another try. */
const rest = 1000;
const retry = 4000;
/** Addresses stay below what servers take. */
const longestQuery = 6000;

export class Feed {
  /** What was fetched of each run, all of one kind of x. */
  readonly fetched = signal<ReadonlyMap<string, Fetched>>(new Map());
  readonly problem = signal("");
  readonly #entries = new Map<string, Entry>();
  #wanted: Wanted | null = null;
  #x: SeriesX | null = null;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop: () => void;

  constructor() {
    this.#stop = effect(() => {
      void changes.value;
      void this.#pump();
    });
  }

  /** Says what is shown now; null while nobody looks. What is known stays. */
  want(wanted: Wanted | null): void {
    this.#wanted = wanted;
    if (wanted !== null) {
      if (wanted.x !== this.#x) this.#entries.clear();
      this.#x = wanted.x;
      for (const run of this.#entries.keys()) if (!wanted.runs.includes(run)) this.#entries.delete(run);
      this.#publish();
    }
    void this.#pump();
  }

  close(): void {
    this.#wanted = null;
    clearTimeout(this.#timer);
    this.#stop();
  }

  #publish(): void {
    this.fetched.value = new Map(this.#entries);
  }

  /** Fetches what is due, until nothing is. */
  async #pump(): Promise<void> {
    if (this.#busy || this.#wanted === null) return;
    clearTimeout(this.#timer);
    this.#busy = true;
    try {
      for (let wanted = this.#wanted; wanted !== null && (await this.#fetchDue(wanted)); wanted = this.#wanted);
      this.problem.value = "";
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error);
      this.#timer = setTimeout(() => void this.#pump(), retry);
    } finally {
      this.#busy = false;
    }
  }

  /** Whether there was anything to fetch. */
  async #fetchDue(wanted: Wanted): Promise<boolean> {
    const key = JSON.stringify([wanted.x, wanted.tags, wanted.points, wanted.means]);
    const detailKey = JSON.stringify(wanted.range);
    const versions = changes.peek();
    const now = Date.now();
    const whole: string[] = [];
    const detail: string[] = [];
    let next = Infinity;
    for (const run of wanted.runs) {
      const entry = this.#entries.get(run);
      if (entry?.key !== key) whole.push(run);
      else if (entry.version !== (versions.get(run) ?? 0)) {
        if (now - entry.at >= rest) whole.push(run);
        else next = Math.min(next, entry.at + rest - now);
      } else if (wanted.range !== null && entry.detailKey !== detailKey) detail.push(run);
    }
    if (whole.length > 0) {
      const answer = await this.#get(wanted, whole, null);
      if (this.#wanted?.x !== wanted.x) return true;
      for (const run of whole) {
        const before = this.#entries.get(run);
        const version = versions.get(run) ?? 0;
        this.#entries.set(run, { whole: answer.get(run) ?? new Map(), detail: before?.detail ?? new Map(), range: before?.range ?? null, key, detailKey: "", version, at: Date.now() });
      }
      this.#publish();
      return true;
    }
    if (detail.length > 0) {
      // Only what was thinned has more to show.
      const thinned = detail.filter((run) => Array.from(this.#entries.get(run)!.whole.values()).some(({ x, total }) => x.length < total));
      const answer = thinned.length === 0 ? new Map<string, Map<string, Series>>() : await this.#get(wanted, thinned, wanted.range);
      if (this.#wanted?.x !== wanted.x) return true;
      for (const run of detail) {
        const entry = this.#entries.get(run);
        if (entry !== undefined) this.#entries.set(run, { ...entry, detail: answer.get(run) ?? new Map(), range: wanted.range, detailKey });
      }
      this.#publish();
      return true;
    }
    if (next < Infinity) this.#timer = setTimeout(() => void this.#pump(), next);
    return false;
  }

  async #get({ tags, x, points, means }: Wanted, runs: readonly string[], range: Span | null): Promise<Map<string, Map<string, Series>>> {
    const rest = new URLSearchParams([...tags.map((tag) => ["tag", tag]), ["x", x], ["points", String(points)], ...(means ? [["means", "1"]] : []), ...(range === null ? [] : [["from", String(range[0])], ["to", String(range[1])]])]).toString();
    const queries: string[] = [];
    let query = "";
    for (const run of runs) {
      const part = `run=${encodeURIComponent(run)}&`;
      if (query !== "" && query.length + part.length > longestQuery) {
        queries.push(query);
        query = "";
      }
      query += part;
    }
    queries.push(query);
    const byRun = new Map<string, Map<string, Series>>();
    for (const answer of await Promise.all(queries.map((each) => getJson<SeriesAnswer>(`series?${each}${rest}`)))) {
      for (const series of answer.series) {
        const tagged = byRun.get(series.run) ?? new Map<string, Series>();
        byRun.set(series.run, tagged.set(series.tag, series));
      }
    }
    return byRun;
  }
}

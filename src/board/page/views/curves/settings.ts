/** Settings of the view, all of them in the address, so that what is seen can be shared. */

import type { SeriesX } from "../../../protocol.js";
import type { Span } from "../../parts/chart/span.js";

export interface Settings {
  /** The runs that are looked at; null: the newest ones. */
  readonly runs: readonly string[] | null;
  /** Runs that are chosen, but not drawn now. */
  readonly hidden: ReadonlySet<string>;
  /** What the names of the listed runs contain. */
  readonly find: string;
  /** What the names of the charts contain. */
  readonly tags: string;
  readonly smooth: number;
  /** Null: what suits the runs. */
  readonly x: SeriesX | null;
  /** The part of the x axis that all charts show; null: all of it. */
  readonly range: Span | null;
  /** Charts with a log axis, and those that are enlarged. */
  readonly log: ReadonlySet<string>;
  readonly wide: ReadonlySet<string>;
}

/** The most that smoothing takes. */
export const mostSmooth = 0.99;

/** What an address says; whatever is no setting is left out. */
export function readSettings(params: URLSearchParams): Settings {
  const number = (name: string): number => Number.parseFloat(params.get(name) ?? "");
  const set = (name: string): ReadonlySet<string> => new Set(params.getAll(name));
  const [from, to, smooth] = [number("from"), number("to"), number("smooth")];
  const x = params.get("x");
  return {
    runs: params.has("run") ? params.getAll("run") : params.get("runs") === "none" ? [] : null,
    hidden: set("hide"),
    find: params.get("find") ?? "",
    tags: params.get("tags") ?? "",
    smooth: smooth > 0 ? Math.min(mostSmooth, smooth) : 0,
    x: x === "step" || x === "epoch" || x === "time" ? x : null,
    range: Number.isFinite(from) && Number.isFinite(to) && from < to ? [from, to] : null,
    log: set("log"),
    wide: set("wide"),
  };
}

/** The parameters that `readSettings` reads as these settings. */
export function writeSettings({ runs, hidden, find, tags, smooth, x, range, log, wide }: Settings): URLSearchParams {
  const params = new URLSearchParams();
  const add = (name: string, values: Iterable<string>): void => {
    for (const value of values) params.append(name, value);
  };
  add("run", runs ?? []);
  if (runs?.length === 0) params.set("runs", "none");
  add("hide", hidden);
  if (find !== "") params.set("find", find);
  if (tags !== "") params.set("tags", tags);
  if (smooth > 0) params.set("smooth", String(smooth));
  if (x !== null) params.set("x", x);
  if (range !== null) {
    params.set("from", String(range[0]));
    params.set("to", String(range[1]));
  }
  add("log", log);
  add("wide", wide);
  return params;
}

/** The set with or without `value`. */
export function toggled(set: ReadonlySet<string>, value: string, on = !set.has(value)): ReadonlySet<string> {
  const next = new Set(set);
  if (on) next.add(value);
  else next.delete(value);
  return next;
}

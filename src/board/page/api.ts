/** The server, as the page sees it: one function for JSON, one signal of all runs that stays current. */

import { batch, computed, signal } from "@preact/signals";
import type { Omission, Problem, RunList, RunSummary, StreamEvents } from "../protocol.js";

/** Fetches JSON. @throws Error with the server's own sentence. */
export async function getJson<T>(path: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(`api/${path}`, init).catch(() => {
    throw new Error("The board's server does not answer. Is `nabla board` still running?");
  });
  if (!answer.ok) throw new Error(((await answer.json().catch(() => ({}))) as Partial<Problem>).error ?? `The server answered ${answer.status}.`);
  return (await answer.json()) as T;
}

/** The part of an address that names a run. */
export const runPath = (id: string): string => `runs/${encodeURIComponent(id)}`;

export const root = signal("");
export const runsById = signal<ReadonlyMap<string, RunSummary>>(new Map());
/** Newest first. */
export const runs = computed(() => Array.from(runsById.value.values()).sort((a, b) => b.created - a.created || (a.id < b.id ? -1 : 1)));
export const omissions = signal<readonly Omission[]>([]);
export type Connection = "connecting" | "live" | "lost";
export const connection = signal<Connection>("connecting");
/** Counts up whenever a run changes; views that show the run fetch again. */
export const changes = signal<ReadonlyMap<string, number>>(new Map());

/** What the stream told and the page does not show yet: null for a run that is gone. */
const told = new Map<string, RunSummary | null>();
/** Many runs may change at once; the page is drawn so often at most. */
const gatherMs = 250;
let gathering: ReturnType<typeof setTimeout> | undefined;

function tell(id: string, run: RunSummary | null): void {
  told.set(id, run);
  gathering ??= setTimeout(show, gatherMs);
}

function show(): void {
  gathering = undefined;
  const [shown, changed] = [new Map(runsById.value), new Map(changes.value)];
  for (const [id, run] of told) {
    if (run === null) {
      shown.delete(id);
      continue;
    }
    shown.set(id, run);
    changed.set(id, (changed.get(id) ?? 0) + 1);
  }
  told.clear();
  batch(() => {
    runsById.value = shown;
    changes.value = changed;
  });
}

/** Takes the whole list. What changed since it was last known, as while the connection was away, counts as changed. */
async function load(): Promise<void> {
  const list = await getJson<RunList>("runs");
  const before = runsById.value;
  const changed = new Map(changes.value);
  for (const { id, updated } of list.runs) if (before.has(id) && before.get(id)!.updated !== updated) changed.set(id, (changed.get(id) ?? 0) + 1);
  batch(() => {
    root.value = list.root;
    runsById.value = new Map(list.runs.map((run) => [run.id, run]));
    omissions.value = list.omissions;
    changes.value = changed;
  });
}

/** After so long out of sight the page gives up its connection: a browser has six for one server, and every page holds one. */
const hiddenMs = 20_000;

/** Follows the server for as long as the page is open and in sight; lost connections come back by themselves. */
export function follow(): void {
  let stream = connect();
  let leaving: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(leaving);
    if (document.hidden) leaving = setTimeout(() => stream.close(), hiddenMs);
    else if (stream.readyState === EventSource.CLOSED) stream = connect();
  });
}

function connect(): EventSource {
  const stream = new EventSource("api/stream");
  const on = <Name extends keyof StreamEvents>(name: Name, handle: (data: StreamEvents[Name]) => void): void =>
    stream.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data) as StreamEvents[Name]));
  stream.addEventListener("open", () => void load().then(() => (connection.value = "live"), () => (connection.value = "lost")));
  stream.addEventListener("error", () => (connection.value = "lost"));
  on("run", (run) => tell(run.id, run));
  on("removed", ({ id }) => tell(id, null));
  on("omissions", (list) => (omissions.value = list));
  return stream;
}

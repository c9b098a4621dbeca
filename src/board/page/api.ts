/** The server, as the page sees it: one function for JSON, one signal of all runs that stays current. */

import { computed, signal } from "@preact/signals";
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

async function load(): Promise<void> {
  const list = await getJson<RunList>("runs");
  root.value = list.root;
  runsById.value = new Map(list.runs.map((run) => [run.id, run]));
  omissions.value = list.omissions;
}

/** Follows the server for as long as the page is open; lost connections come back by themselves. */
export function follow(): void {
  const stream = new EventSource("api/stream");
  const on = <Name extends keyof StreamEvents>(name: Name, handle: (data: StreamEvents[Name]) => void): void =>
    stream.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data) as StreamEvents[Name]));
  // Whatever happened while the connection was away is in the list.
  stream.addEventListener("open", () => void load().then(() => (connection.value = "live"), () => (connection.value = "lost")));
  stream.addEventListener("error", () => (connection.value = "lost"));
  on("run", (run) => {
    runsById.value = new Map(runsById.value).set(run.id, run);
    changes.value = new Map(changes.value).set(run.id, (changes.value.get(run.id) ?? 0) + 1);
  });
  on("removed", ({ id }) => {
    const rest = new Map(runsById.value);
    rest.delete(id);
    runsById.value = rest;
  });
  on("omissions", (list) => (omissions.value = list));
}

/** The server's routes: requests in, JSON of protocol.ts out. */

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { HTTPException } from "hono/http-exception";
import type { RunList, SeriesAnswer, SeriesX } from "../protocol.js";
import { requireToken } from "./accessToken.js";
import { guard, strictHeaders } from "./guard.js";
import { liveEvents } from "./liveEvents.js";
import { servePage } from "./page.js";
import { badRequest, notFound, RequestProblem } from "./problem.js";
import type { RunStore } from "./runStore.js";
import { seriesOf } from "./series.js";
import type { WatchedRun } from "./watchedRun.js";

export interface AppOptions {
  readonly store: RunStore;
  /** The folder as it was given. */
  readonly root: string;
  readonly host: string;
  readonly port: () => number;
  /** Null: anyone who reaches the server may ask. */
  readonly token: string | null;
  /** What Vite built. */
  readonly page: string;
  /** Raised when the server ends. */
  readonly closing: AbortSignal;
  /** Told of faults of the server itself. */
  readonly onFault: (error: unknown) => void;
}

const maxBodyBytes = 64 * 1024;
const maxSeries = 2000;

export function boardApp({ store, root, host, port, token, page, closing, onFault }: AppOptions): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof RequestProblem) return c.json({ error: error.message }, error.status);
    if (error instanceof HTTPException) return c.json({ error: error.message || `The request was refused (${error.status}).` }, error.status);
    onFault(error);
    return c.json({ error: "The board failed to answer this; the terminal where it runs says why. Everything else goes on." }, 500);
  });
  app.notFound((c) => c.json({ error: `There is nothing at ${c.req.path.slice(0, 200)}.` }, 404));
  app.use(strictHeaders);
  app.use(guard(host));
  if (token !== null) app.use(requireToken(token, port));
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.json({ error: `The request is larger than ${maxBodyBytes} bytes.` }, 413) }));
  // Events must not wait for a block of the compressor to fill.
  const compressed = compress({ contentTypeFilter: /^(application\/json|application\/wasm|text\/(?!event-stream)|image\/svg)/ });
  app.use(compressed);

  const run = (id: string): WatchedRun => {
    const found = store.get(id === "." || id === "" ? "./" : id);
    if (found === undefined) throw notFound(`There is no run "${id.slice(0, 200)}" in ${root}.`);
    return found;
  };

  app.get("/api/runs", (c) => c.json({ root, runs: store.summaries(), omissions: store.omissions() } satisfies RunList));
  app.get("/api/stream", (c) => liveEvents(c, store, closing));
  app.get("/api/series", async (c) => {
    const [runs, tags] = ["run", "tag"].map((name) => [...new Set(c.req.queries(name) ?? [])]);
    if (tags.length === 0) throw badRequest("series: tag= is missing; name at least one curve.");
    if (runs.length * tags.length > maxSeries) throw badRequest(`series: ${runs.length} runs with ${tags.length} tags are more than ${maxSeries} curves at once.`);
    const query = { x: xOf(c.req.query("x")), points: wholeOf("points", c.req.query("points"), 1000, 2, 100_000), from: numberOf("from", c.req.query("from"), -Infinity), to: numberOf("to", c.req.query("to"), Infinity) };
    const answer: SeriesAnswer["series"][number][] = [];
    for (const id of runs) {
      // One that is gone since the page asked is told by the stream.
      const found = store.get(id);
      if (found === undefined) continue;
      const data = await store.data(found);
      for (const tag of tags) {
        const series = seriesOf(found, data, tag, query);
        if (series !== null) answer.push(series);
      }
    }
    return c.json({ series: answer } satisfies SeriesAnswer);
  });
  app.get("/api/runs/:id", async (c) => c.json(await run(c.req.param("id")).detail()));

  servePage(app, page);
  return app;
}

function xOf(text = "step"): SeriesX {
  if (text !== "step" && text !== "epoch" && text !== "time") throw badRequest("series: x must be step, epoch or time.");
  return text;
}

function numberOf(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined || text.trim() === "" ? fallback : Number(text);
  if (Number.isNaN(value)) throw badRequest(`${name} must be a number.`);
  return value;
}

function wholeOf(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  const value = numberOf(name, text, fallback);
  if (!Number.isInteger(value) || value < min || value > max) throw badRequest(`${name} must be a whole number from ${min} to ${max}.`);
  return value;
}

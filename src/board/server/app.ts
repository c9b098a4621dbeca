/** The server's routes: requests in, JSON of protocol.ts out. */

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { HTTPException } from "hono/http-exception";
import { errorCode } from "../../base/atomicWrite.js";
import { NablaError } from "../../base/errors.js";
import type { RunList, SeriesAnswer } from "../protocol.js";
import { requireToken } from "./accessToken.js";
import { addExportRoute } from "./exportRoute.js";
import { guard, strictHeaders } from "./guard.js";
import { liveEvents } from "./liveEvents.js";
import { NotReadable, whyUnreadable } from "./openInside.js";
import { servePage } from "./page.js";
import { badRequest, notFound, RequestProblem } from "./problem.js";
import { choiceOf, numberOf, wholeOf } from "./query.js";
import { addRunRoutes } from "./runRoutes.js";
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
    // A file that was damaged, replaced or removed while it was read.
    if (error instanceof NablaError) return c.json({ error: error.message }, 422);
    if (error instanceof NotReadable || /^E(?!RR_)/.test(errorCode(error))) return c.json({ error: `A file of the run ${whyUnreadable(error) ?? "is gone"}.` }, 422);
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
    const query = {
      x: choiceOf(c, "x", ["step", "epoch", "time"]),
      points: wholeOf(c, "points", { fallback: 1000, min: 2, max: 100_000 }),
      from: numberOf(c, "from", -Infinity),
      to: numberOf(c, "to", Infinity),
      means: c.req.query("means") === "1",
    };
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
  addRunRoutes(app, store, run);
  addExportRoute(app, store, run);

  servePage(app, page);
  return app;
}

/** Routes of one run: /api/runs/ID and what lies below. */

import type { Context, Hono } from "hono";
import { decodeSafetensors, type SafetensorsFile } from "../../interop/safetensors.js";
import type { Inspection, ModelGraph } from "../protocol.js";
import { EventContents } from "./eventContents.js";
import { mapsOf, parseInspection } from "./inspection.js";
import { parseModel } from "./modelFile.js";
import { notesFrom, writeNotes } from "./notes.js";
import { imageOf, overviewOf, pageOf, parsePredictions, type Predictions } from "./predictions.js";
import { notFound, RequestProblem } from "./problem.js";
import { choiceOf, textOf, wholeOf, wholeOrNull } from "./query.js";
import { Recent } from "./recent.js";
import { runFile } from "./runFile.js";
import type { RunStore } from "./runStore.js";
import type { WatchedRun } from "./watchedRun.js";

/** Bytes of files that are kept for the next look. */
const keptBytes = 48 * 2 ** 20;
const advice = "`npx nabla train` writes it, unless --record metrics is given.";

/** @param find the run of an id @throws RequestProblem where there is none */
export function addRunRoutes(app: Hono, store: RunStore, find: (id: string) => WatchedRun): void {
  const run = (c: Context): WatchedRun => find(c.req.param("id") ?? "");
  const contents = new EventContents();
  const models = new Recent<ModelGraph>(keptBytes / 4);
  const inspections = new Recent<Inspection>(keptBytes / 4);
  const maps = new Recent<SafetensorsFile>(keptBytes);
  const predictions = new Recent<Predictions>(keptBytes);
  const predictionsOf = (c: Context): Promise<Predictions> => runFile(run(c), { name: "predictions.safetensors", kept: predictions, advice, parse: parsePredictions });

  app.get("/api/runs/:id", async (c) => {
    const found = run(c);
    await store.data(found);
    return c.json(await found.detail());
  });
  app.patch("/api/runs/:id", async (c) => {
    const found = run(c);
    if (!/^application\/json\b/.test(c.req.header("content-type") ?? "")) throw new RequestProblem(415, "Notes must come as application/json.");
    await writeNotes(store.root, found.folder, notesFrom(await c.req.text()));
    await store.refresh(found);
    return c.json(found.summary);
  });
  app.get("/api/runs/:id/histograms", async (c) => c.json(await contents.histograms(await store.data(run(c)), textOf(c, "tag"))));
  app.get("/api/runs/:id/images", async (c) => c.json(contents.images(await store.data(run(c)), textOf(c, "tag"))));
  app.get("/api/runs/:id/image", async (c) => {
    const { type, bytes } = await contents.image(await store.data(run(c)), textOf(c, "tag"), wholeOf(c, "step", {}), wholeOf(c, "index", { fallback: 0 }));
    return picture(bytes, type);
  });
  app.get("/api/runs/:id/model", async (c) => c.json(await runFile(run(c), { name: "model.json", kept: models, advice, parse: parseModel })));
  app.get("/api/runs/:id/predictions", async (c) => c.json(await overviewOf(await predictionsOf(c))));
  app.get("/api/runs/:id/predictions/items", async (c) => {
    const query = {
      which: choiceOf(c, "which", ["wrong", "right", "all"]),
      label: wholeOrNull(c, "label"),
      predicted: wholeOrNull(c, "predicted"),
      index: wholeOrNull(c, "index"),
      sort: choiceOf(c, "sort", ["confidence", "loss", "index"]),
      offset: wholeOf(c, "offset", { fallback: 0 }),
      limit: wholeOf(c, "limit", { fallback: 50, min: 1, max: 200 }),
    };
    return c.json(pageOf(await predictionsOf(c), query));
  });
  app.get("/api/runs/:id/predictions/image", async (c) => {
    const index = wholeOf(c, "index", {});
    const bytes = imageOf(await predictionsOf(c), index);
    if (bytes === null) throw notFound(`No picture of sample ${index} was kept.`);
    return picture(bytes);
  });
  app.get("/api/runs/:id/inspection", async (c) => c.json(await runFile(run(c), { name: "inspection.json", kept: inspections, advice, parse: parseInspection })));
  app.get("/api/runs/:id/inspection/maps", async (c) => {
    const sample = wholeOf(c, "sample", {});
    const layer = c.req.query("layer") ?? null;
    const file = await runFile(run(c), { name: "inspection.safetensors", kept: maps, advice, parse: decodeSafetensors });
    const bytes = mapsOf(file, sample, layer);
    if (bytes === null) throw notFound(layer === null ? `No picture of sample ${sample} was kept.` : `No maps of layer "${layer.slice(0, 200)}" were kept for sample ${sample}.`);
    return picture(bytes);
  });
}

const picture = (bytes: Uint8Array, type = "image/png"): Response => new Response(bytes.slice(), { headers: { "Content-Type": type, "Content-Length": String(bytes.length) } });

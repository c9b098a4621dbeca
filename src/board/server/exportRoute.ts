/** /api/runs/ID/export.html: what is there of a run is read, what cannot be read is named in the file. */

import type { Hono } from "hono";
import type { HistogramSeries, Omission } from "../protocol.js";
import { runFigures } from "../runFigures.js";
import { EventContents } from "./eventContents.js";
import { type ExportedPredictions, exportHtml } from "./exportRun.js";
import { parseModel } from "./modelFile.js";
import { imageOf, overviewOf, pageOf, parsePredictions, type Predictions } from "./predictions.js";
import { RequestProblem } from "./problem.js";
import { Recent } from "./recent.js";
import { runFile } from "./runFile.js";
import type { RunStore } from "./runStore.js";
import { seriesOf } from "./series.js";
import type { WatchedRun } from "./watchedRun.js";

const points = 600;
const mistakes = 48;
/** Of each kind: weights, gradients, activations. */
const histogramsOfKind = 8;

/** @param find the run of an id @throws RequestProblem where there is none */
export function addExportRoute(app: Hono, store: RunStore, find: (id: string) => WatchedRun): void {
  app.get("/api/runs/:id/export.html", async (c) => {
    const run = find(c.req.param("id"));
    const html = await exportOf(store, run);
    // Saved, not shown: the file has its fonts and pictures within it, which pages of the board may not.
    const name = `${run.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}.html`;
    return c.body(html, 200, { "Content-Type": "text/html; charset=utf-8", "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}` });
  });
}

async function exportOf(store: RunStore, run: WatchedRun): Promise<string> {
  const omissions: Omission[] = [];
  /** Reads one part; one that is damaged leaves the others. */
  const part = async <T>(path: string, read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof RequestProblem)) throw error;
      omissions.push({ path, reason: error.message });
      return null;
    }
  };
  await store.data(run);
  const detail = await run.detail();
  const { has } = detail.summary;
  const x = detail.summary.kind === "events" ? "step" : "epoch";
  const tags = runFigures(detail).flatMap((figure) => figure.tags);
  const data = await store.data(run);
  const series = tags.flatMap((tag) => seriesOf(run, data, tag, { x, points, from: -Infinity, to: Infinity, means: false }) ?? []);
  const file = <T>(name: string, parse: (bytes: Uint8Array, name: string) => T): Promise<T | null> => part(name, () => runFile(run, { name, kept: new Recent<T>(0), advice: "", parse }));
  const predictions = has.predictions ? await file("predictions.safetensors", parsePredictions) : null;
  const chosen = chosenHistograms(detail.histograms.map(({ tag }) => tag));
  const contents = new EventContents();
  const histograms: HistogramSeries[] = [];
  for (const tag of chosen) {
    const read = await part(tag, async () => contents.histograms(await store.data(run), tag));
    if (read !== null) histograms.push(read);
  }
  return exportHtml({
    detail,
    series,
    predictions: predictions === null ? null : await exportedPredictions(predictions),
    model: has.model ? await file("model.json", parseModel) : null,
    histograms: { shown: histograms, total: detail.histograms.length },
    omissions,
    now: Date.now() / 1000,
  });
}

async function exportedPredictions(predictions: Predictions): Promise<ExportedPredictions> {
  const { total, items } = pageOf(predictions, { which: "wrong", label: null, predicted: null, index: null, sort: "confidence", offset: 0, limit: mistakes });
  return { overview: await overviewOf(predictions), mistakes: items, wrong: total, image: (index) => imageOf(predictions, index) };
}

/** The first of each kind. */
function chosenHistograms(tags: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return tags.filter((tag) => {
    const kind = tag.split("/", 1)[0];
    const before = counts.get(kind) ?? 0;
    counts.set(kind, before + 1);
    return before < histogramsOfKind;
  });
}

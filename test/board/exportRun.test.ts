/** A run as one HTML file: what is there is in it, what is damaged is named, nothing of it is more than text. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EventWriter } from "../../src/index.js";
import { sure, writePredictions } from "./predictionsFile.js";
import { boardTests, epochLine, runJson, type TestBoard, writeRun } from "./runFolders.js";

const { root, start } = boardTests();

interface Exported {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Headings of its sections. */
  readonly sections: readonly string[];
}

async function exported(board: TestBoard, id: string): Promise<Exported> {
  const answer = await fetch(`http://127.0.0.1:${board.port}/api/runs/${encodeURIComponent(id)}/export.html`);
  const html = await answer.text();
  return { status: answer.status, headers: answer.headers, html, sections: Array.from(html.matchAll(/<h2>(.*?)<\/h2>/g), ([, title]) => title) };
}

const module = (path: string, type: string, children: readonly object[] = []): object => ({ path, type, text: `${type}()`, inputShape: [2], outputShape: [3, 4], parameters: 1234, multiplyAdds: 5678, outputBytes: 48, receptiveField: [5, 5], children });

test("all that a run may have", async () => {
  const folder = join(root(), "a b ½");
  writePredictions(folder, { epoch: 2, classes: ["cat", "dog", "ship"], samples: [sure(0, 1, 0.9, 3), sure(1, 1, 0.8, 3), sure(2, 0, 0.7, 3)] });
  writeFileSync(join(folder, "run.json"), runJson());
  writeFileSync(join(folder, "metrics.jsonl"), [1, 2, 3].map((epoch) => epochLine(epoch)).join(""));
  writeFileSync(join(folder, "board.json"), JSON.stringify({ tags: ["good"], group: "first", note: "line 1\nline 2" }));
  writeFileSync(join(folder, "model.json"), JSON.stringify({ format: 1, inputShape: [2], root: module("", "Sequential", [module("0", "Linear")]), edges: [["input", "0"], ["0", "output"]] }));
  const writer = new EventWriter(join(folder, "events", "train"));
  for (const step of [1, 2, 3]) await writer.addHistogram("weights/0.weight", [-1, 0, 0, 1, step], step);
  await writer.close();
  const board = await start();
  const { status, headers, html, sections } = await exported(board, "a b ½");
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''a-b-%C2%BD.html");
  expect(sections).toEqual(["Metrics", "Curves", "Predictions", "Model", "Histograms", "Configuration", "Facts"]);
  expect(html).toContain("finished · 3 epochs · 6.0 s");
  expect(html).toContain("<li>good</li>");
  expect(html).toContain('<p class="remark">line 1\nline 2</p>');
  expect(html).toContain('<td class="module">valAccuracy (judged by it)</td><td class="value">0.7333</td><td class="value">3</td>');
  expect(html).toContain("After epoch 2, on 3 samples: 33.3 % right.");
  expect(html).toContain("Most often confused: cat taken for dog, 1 times.");
  expect(html.match(/src="data:image\/png;base64,/g)).toHaveLength(2);
  expect(html).toContain("1234 parameters, 5678 multiply-adds a sample.");
  expect(html).toContain("3 histograms over epoch 1 to 3.");
  // Nothing is loaded, and nothing runs.
  expect(html).not.toMatch(/<script|<link|<iframe|\son\w+=|(?:src|href)="(?!data:|#)/);
  expect(board.faults).toEqual([]);
});

test("what is damaged is named, the rest is there", async () => {
  const folder = writeRun(root(), "damaged");
  writeFileSync(join(folder, "predictions.safetensors"), "no tensors");
  writeFileSync(join(folder, "model.json"), "{ half");
  const board = await start();
  const { status, html, sections } = await exported(board, "damaged");
  expect(status).toBe(200);
  expect(sections).toEqual(["Metrics", "Curves", "Configuration", "Facts", "Left out"]);
  expect(html).toMatch(/<li><code>predictions\.safetensors<\/code> damaged: /);
  expect(html).toMatch(/<li><code>model\.json<\/code> damaged: /);
  expect(board.faults).toEqual([]);
});

test("text of files stays text", async () => {
  const evil = `<img src=x onerror="alert(1)">`;
  const folder = writeRun(root(), `x ${evil.replaceAll("/", "")}`, { record: { config: { [evil]: evil, epochs: 3 }, versions: { [evil]: evil }, status: { state: "failed", reason: evil } } });
  writeFileSync(join(folder, "board.json"), JSON.stringify({ tags: [evil], group: evil, note: evil }));
  const board = await start();
  const { html } = await exported(board, `x ${evil.replaceAll("/", "")}`);
  expect(html.split("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;").length).toBeGreaterThan(8);
  expect(html).not.toContain("<img");
});

test("a run that has begun, event files of another program, and none at all", async () => {
  mkdirSync(join(root(), "begun"));
  writeFileSync(join(root(), "begun", "run.json"), runJson());
  const writer = new EventWriter(join(root(), "other"));
  for (let step = 0; step < 5; step++) writer.addScalar("loss/train", step === 3 ? NaN : 1 / (1 + step), step);
  await writer.close();
  const board = await start();
  const begun = await exported(board, "begun");
  expect(begun.sections).toEqual(["Metrics", "Configuration", "Facts"]);
  expect(begun.html).toContain("Nothing was measured.");
  const other = await exported(board, "other");
  expect(other.sections).toEqual(["Metrics", "Curves", "Facts"]);
  expect(other.html).toContain("loss/train");
  const none = await exported(board, "none");
  expect(none.status).toBe(404);
  expect(none.html).toContain("There is no run");
  expect((await exported(board, "../etc")).status).toBe(404);
  expect(board.faults).toEqual([]);
});

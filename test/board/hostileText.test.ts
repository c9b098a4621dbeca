/** Names, notes, classes and settings that are HTML and script: in the exported file and on the page of the board nothing runs, and they show as what they are. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EventWriter } from "../../src/index.js";
import { describeInBrowser, openBoard, type OpenBoard } from "./browser.js";
import { sure, writePredictions } from "./predictionsFile.js";
import { epochLine, runJson } from "./runFolders.js";

/** Each sets `hit` if it runs. */
const payloads = [
  "<script>hit=1</script>",
  "</script><script>hit=1</script>",
  '"><img src=x onerror="hit=1">',
  "'><svg onload=hit=1>",
  "</style></title></textarea><script>hit=1</script>",
  "--><!--<script>hit=1</script>",
  "]]><script>hit=1</script>",
  "{{hit=1}}${hit=1}`hit=1`",
  "javascript:hit=1",
  "line\u2028end\u2029<script>hit=1</script>",
  "&lt;b&gt;&#60;script&#62;",
];
const all = payloads.join(" ");
/** What a folder can be named. */
const folderName = '"><img src=x onerror="hit=1">\u2028</style><'.replaceAll("/", "");

const module = (path: string, children: readonly object[] = []): object => ({ path, type: payloads[1], text: all, inputShape: [2], outputShape: [3], parameters: 1, multiplyAdds: 1, outputBytes: 4, receptiveField: null, children });
const spread = { min: 0, max: 1, mean: 0.5, std: 0.1, zeros: 0 };

async function writeHostile(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writePredictions(folder, { epoch: 1, classes: payloads, samples: payloads.map((_, n) => sure(n, (n + 1) % payloads.length, 0.9, payloads.length)) });
  const settings = Object.fromEntries(payloads.map((each, i) => [`${each} ${i}`, each]));
  writeFileSync(join(folder, "run.json"), runJson({ config: { ...settings, epochs: 2 }, versions: settings, git: { commit: all, dirty: true }, data: { source: all, trainImages: 1, validationImages: 1 }, backend: { name: all }, status: { state: "failed", reason: all } }));
  writeFileSync(join(folder, "metrics.jsonl"), [1, 2].map((epoch) => epochLine(epoch, { [payloads[2]]: epoch, [`val${payloads[1]}Loss`]: epoch, phases: { [payloads[3]]: 1 }, dead: { [payloads[4]]: 0.5 } })).join(""));
  writeFileSync(join(folder, "board.json"), JSON.stringify({ tags: payloads, group: all, note: all }));
  writeFileSync(join(folder, "model.json"), JSON.stringify({ format: 1, inputShape: [2], root: module("", [module(payloads[0]), module(payloads[2])]), edges: [["input", payloads[0]], [payloads[0], payloads[2]], [payloads[2], "output"]] }));
  writeFileSync(join(folder, "inspection.json"), JSON.stringify({ format: 1, epoch: 1, classes: payloads, samples: [{ index: 0, label: 0, loss: 1, top: [{ label: 0, probability: 1 }], graph: [{ id: 0, op: payloads[0], name: payloads[2], inputs: [], shape: [1], value: spread, gradient: null }] }], layers: [{ path: payloads[1], shape: [1] }] }));
  const writer = new EventWriter(join(folder, "events", "train"));
  for (const step of [1, 2]) {
    for (const payload of payloads.slice(0, 5)) await writer.addHistogram(`weights/${payload}`, [-1, 0, step], step);
    writer.addScalar(payloads[2], step, step);
  }
  await writer.close();
  writeFileSync(join(folder, "events", "train", '<img src=x onerror="hit=1">.tfevents'), "no events at all");
}

/** What ran, or was made an element of, of all that is only text. */
const harmed = (page: Page): Promise<unknown> =>
  page.evaluate(() => ({
    hit: (globalThis as { hit?: unknown }).hit ?? null,
    scripts: Array.from(document.querySelectorAll("script"), (each) => each.textContent).filter((text) => text !== ""),
    images: Array.from(document.images, ({ src }) => src).filter((src) => src.endsWith("/x")),
    handlers: Array.from(document.querySelectorAll("*")).filter((each) => each.getAttributeNames().some((name) => name.startsWith("on"))).length,
    links: Array.from(document.links, ({ href }) => href).filter((href) => href.startsWith("javascript:")),
    fields: document.querySelectorAll("textarea:not([name], [id]), iframe, object, embed, base, meta[http-equiv]").length,
  }));
const unharmed = { hit: null, scripts: [], images: [], handlers: 0, links: [], fields: 0 };

describeInBrowser("hostile text", () => {
  let folder: string;
  let board: OpenBoard;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nabla-hostile-"));
    await writeHostile(join(folder, "runs", folderName));
    board = await openBoard(join(folder, "runs"));
  });
  afterAll(async () => {
    await board?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("the exported file", async () => {
    const answer = await fetch(`${board.board.url}api/runs/${encodeURIComponent(folderName)}/export.html`);
    expect(answer.status).toBe(200);
    const path = join(folder, "export.html");
    writeFileSync(path, await answer.text());
    const page = await board.browser.newPage();
    const [faults, asked]: [string[], string[]] = [[], []];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => faults.push(message.text()));
    page.on("dialog", (dialog) => faults.push(dialog.message()));
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    for (const fold of await page.$$("summary")) await fold.click();
    expect(await harmed(page)).toEqual(unharmed);
    expect(faults).toEqual([]);
    expect(asked.filter((url) => !url.startsWith("data:"))).toEqual([pathToFileURL(path).href]);
    expect(await page.textContent("h1")).toBe(folderName);
    expect(await page.$$eval(".tags li", (list) => list.map((each) => each.textContent))).toEqual(payloads);
    expect(await page.textContent(".remark")).toBe(all);
    const text = await page.evaluate(() => document.body.textContent ?? "");
    // Classes, settings and versions, besides the tags.
    for (const payload of payloads) expect([payload, text.split(payload).length > 8]).toEqual([payload, true]);
    await page.close();
  });

  /** Each with what is there once its data are. */
  const views = [["runs", "tbody tr"], ["run", ".facts, dl, table"], ["curves", "canvas"], ["predictions", ".matrix"], ["model", ".graph, svg"], ["system", ".card"]] as const;
  test.each(views)("the view %s", async (view, shown) => {
    const { page } = board;
    await page.goto("about:blank");
    await page.goto(board.address(`#/${view}?run=${encodeURIComponent(folderName)}`));
    await page.waitForSelector(`main :is(${shown})`, { state: "attached" });
    // Charts further down come when the reader does.
    await page.waitForFunction(() => Array.from(document.querySelectorAll("main p.quiet")).every((each) => !each.textContent?.startsWith("loading") || each.getBoundingClientRect().top > innerHeight));
    expect(await harmed(page)).toEqual(unharmed);
    expect(await page.evaluate(() => document.body.textContent ?? "")).toContain("hit=1");
    expect(board.faults.filter((fault) => !/404|422/.test(fault))).toEqual([]);
  });
});

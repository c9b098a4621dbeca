/** The view of the system, in Chromium, on real runs. */

import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startBoard } from "../../src/board/server/board.js";
import { accessibilityFaults } from "./accessibility.js";
import { builtPage, describeInBrowser, openBoard, type OpenBoard } from "./browser.js";
import { circlesRun } from "./sampleRuns.js";

/** Seconds of an epoch of the run "known". */
const phases = { data: 1, forward: 2, backward: 6, optimizer: 1, validation: 2 };

const epochLine = (epoch: number): string =>
  `${JSON.stringify({ event: "epoch", epoch, lr: 0.1, trainLoss: 1, valLoss: 1, seconds: 12, imagesPerSecond: 500 + epoch, phases, memory: { tensors: 2e8, process: 5e8 + epoch * 1e6 } })}\n`;

describeInBrowser("system", () => {
  let folder: string;
  let board: OpenBoard;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nabla-system-"));
    await circlesRun(join(folder, "circles, small"), { lr: 0.1, epochs: 4 });
    const info = { format: 1, config: {}, seed: 1, created: "2026-01-01T00:00:00.000Z", versions: { nabla: "0.1.0", node: "v20.19.0" }, git: null, backend: { name: "native", instructionSet: "avx2", threads: 2 }, data: null, status: { state: "finished", reason: null } };
    for (const [name, epochs] of [["known", 3], ["no measurements", 0]] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "run.json"), JSON.stringify(info));
      writeFileSync(join(folder, name, "metrics.jsonl"), Array.from({ length: epochs }, (_, i) => epochLine(i + 1)).join(""));
    }
    board = await openBoard(folder);
  });
  afterAll(async () => {
    await board?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await board.page.goto("about:blank");
    await board.page.setViewportSize({ width: 1280, height: 900 });
  });

  const look = async (...runs: string[]): Promise<OpenBoard["page"]> => {
    await board.page.goto(board.address(`#/system?${new URLSearchParams(runs.map((id) => ["run", id]))}`));
    await board.page.waitForSelector("h1");
    return board.page;
  };
  const headings = (): Promise<string[]> => board.page.$$eval(".system h2", (all) => all.map((each) => each.textContent ?? ""));

  test("where the time of a run goes, in bars, numbers and a sentence", async () => {
    const page = await look("known");
    await page.waitForSelector(".figure svg");
    expect(await headings()).toEqual(["Mean epoch", "Time of each epoch", "Images per second", "Memory of tensors", "Memory of the process", "What it ran on"]);
    expect(await page.textContent(".figure-card > p")).toBe("60 % of a step is backward.");
    expect(await page.$$eval(".means tbody td, .means tbody th", (all) => all.map((each) => each.textContent))).toEqual(
      ["known", "1 s 8.3 %", "2 s 16.7 %", "6 s 50.0 %", "1 s 8.3 %", "2 s 16.7 %", "12 s", "502", "200 MB", "503 MB"],
    );
    const said = await page.$$eval(".figure svg desc", (all) => all.map((each) => each.textContent));
    expect(said[0]).toBe("Bar chart of time of an epoch. waiting for data: 1 1, 2 1, 3 1. forward: 1 2, 2 2, 3 2. backward: 1 6, 2 6, 3 6. optimiser: 1 1, 2 1, 3 1. validation: 1 2, 2 2, 3 2.");
    expect(said[3]).toBe("Line chart of memory over epoch. Series: 3 points, from 501 to 503.");
    await page.waitForSelector(".facts dl");
    expect(await page.textContent(".facts dl")).toContain("native");
    expect(board.faults).toEqual([]);
  });

  test("runs side by side", async () => {
    const page = await look("known");
    await page.click(".dropdown summary");
    await page.check("label:has-text('circles, small') input");
    await page.waitForFunction(() => document.querySelectorAll(".means tbody tr").length === 2);
    expect(new URLSearchParams(page.url().split("?")[1]).getAll("run")).toEqual(["known", "circles, small"]);
    expect(await headings()).toEqual(["Mean epoch", "Time of a mean epoch", "Images per second", "Memory of tensors", "Memory of the process", "Time of each epoch: known", "Time of each epoch: circles, small", "What they ran on"]);
    const sentences = await page.$$eval(".largest li", (all) => all.map((each) => each.textContent));
    expect(sentences[0]).toBe("known: 60 % of a step is backward.");
    expect(sentences[1]).toMatch(/^circles, small: \d+ % of a step is (waiting for data|forward|backward|optimiser)/);
    // What a real run measures.
    const [, real] = await page.$$eval(".means tbody tr", (rows) => rows.map((row) => Array.from(row.querySelectorAll("td"), (cell) => cell.textContent ?? "")));
    expect(real.filter((cell) => cell === "–")).toEqual([]);
    expect(board.faults).toEqual([]);
  });

  test("an epoch more comes by itself", async () => {
    const page = await look("known");
    await page.waitForSelector(".figure svg");
    appendFileSync(join(folder, "known", "metrics.jsonl"), epochLine(4));
    await page.waitForFunction(() => Array.from(document.querySelectorAll(".figure svg desc")).at(-1)?.textContent?.includes("4 points, from 501 to 504"));
    expect(board.faults).toEqual([]);
  });

  test("a run without measurements, and one that is not there", async () => {
    const page = await look("no measurements", "gone");
    await page.waitForSelector(".empty");
    expect(await page.textContent(".empty")).toContain("npx nabla train");
    expect(await page.textContent(".system > .problem")).toBe("There is no run “gone” in this folder. To the runs");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(board.faults).toEqual([]);
  });

  test("the numbers can be taken away", async () => {
    const page = await look("known");
    await page.waitForSelector(".figure svg");
    const saved = async (name: string, format: string): Promise<string> => {
      const menu = page.locator(".export", { has: page.getByLabel(`Export ${name}`) });
      await menu.locator("summary").click();
      const [download] = await Promise.all([page.waitForEvent("download"), menu.getByText(format, { exact: true }).click()]);
      return readFileSync(await download.path(), "utf8");
    };
    expect(await saved("Time of each epoch, known", "CSV")).toMatch(/^epoch,waiting for data \(s\),forward \(s\),backward \(s\),optimiser \(s\),validation \(s\)\r\n1,1,2,6,1,2\r\n/);
    expect(await saved("Images per second", "SVG")).toMatch(/^<svg/);
    expect(await saved("Mean epoch", "CSV")).toContain("known,1,2,6,1,2,12,");
    expect(board.faults).toEqual([]);
  });

  test.each(["light", "dark"] as const)("accessible and without a scroll bar across, %s", async (colorScheme) => {
    await board.page.emulateMedia({ colorScheme });
    for (const width of [360, 1280, 2560]) {
      await board.page.setViewportSize({ width, height: 900 });
      const page = await look("known", "circles, small");
      await page.waitForSelector(".figure svg");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    await board.page.emulateMedia({ colorScheme: null });
  });

  test("a server that was away", async () => {
    const own = await openBoard(folder);
    const { page } = own;
    await page.goto(own.address("#/system?run=known"));
    await page.waitForSelector(".figure svg");
    await own.board.close();
    await page.waitForFunction(() => document.querySelector(".connection")?.textContent === "no connection");
    await page.evaluate(() => (location.hash = "#/system?run=circles%2C+small"));
    expect(await page.textContent("h1")).toBe("System");
    const { port, hostname } = new URL(own.board.url);
    const again = await startBoard({ root: folder, host: hostname, port: Number(port), page: await builtPage(), onFault: () => {} });
    await page.waitForSelector(".figure svg");
    expect(await page.$(".system .problem")).toBe(null);
    expect(await page.$$eval(".means tbody th", (all) => all.map((each) => each.textContent))).toEqual(["circles, small"]);
    await own.browser.close();
    await again.close();
  });
});

/** The page as a whole, in Chromium: how soon it shows a hundred runs, how large its script is, a real training that goes on before one's eyes, and a server that goes and comes back. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startBoard } from "../../src/board/server/board.js";
import { builtPage, describeInBrowser, type OpenBoard, openBoard } from "./browser.js";
import { writeRun } from "./runFolders.js";
import { circlesRun } from "./sampleRuns.js";

describeInBrowser("the page", () => {
  let root: string;
  let board: OpenBoard | undefined;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "nabla-page-"));
  });
  afterEach(async () => {
    await board?.close();
    board = undefined;
    rmSync(root, { recursive: true, force: true });
  });

  test("paints within a second with a hundred runs", async () => {
    for (let i = 0; i < 100; i++) writeRun(root, `sweep ${i % 7}/run ${i}`, { epochs: 20, record: { config: { model: "convnet", lr: 0.01 * i, epochs: 20 } } });
    board = await openBoard(root);
    const paints: number[] = [];
    for (let i = 0; i < 3; i++) {
      // A browser without anything kept.
      const context = await board.browser.newContext();
      const page = await context.newPage();
      await page.goto(board.address());
      await page.locator("tbody tr").nth(10).waitFor({ timeout: 30_000 });
      paints.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime));
      await context.close();
    }
    console.log(`first paint: ${paints.map(Math.round).join(", ")} ms`);
    expect(Math.min(...paints)).toBeLessThan(1000);
    expect(board.faults).toEqual([]);
  });

  test("all views but the playground are at most 250 kB of script, compressed", async () => {
    writeRun(root, "a");
    board = await openBoard(root);
    const scripts = new Set<string>();
    board.page.on("request", (request) => {
      if (request.resourceType() === "script") scripts.add(new URL(request.url()).pathname);
    });
    for (const view of ["runs", "curves", "predictions", "model", "system", "run"]) {
      await board.page.goto(board.address(`#/${view}?run=a`));
      await board.page.reload();
      await board.page.getByRole("heading", { level: 1 }).waitFor();
    }
    const folder = await builtPage();
    const bytes = Array.from(scripts, (path) => gzipSync(readFileSync(join(folder, path))).length).reduce((a, b) => a + b, 0);
    console.log(`${scripts.size} of ${readdirSync(join(folder, "assets")).filter((name) => name.endsWith(".js")).length} scripts: ${(bytes / 1000).toFixed(0)} kB`);
    expect(scripts.size).toBeGreaterThan(3);
    expect(bytes).toBeLessThan(250_000);
  });

  test("a real training appears and goes on by itself", async () => {
    board = await openBoard(root);
    const { page, address } = board;
    await page.goto(address());
    await page.getByText("live", { exact: true }).waitFor();
    const training = circlesRun(join(root, "circles"), { lr: 0.1, epochs: 12, record: "metrics" });
    await page.getByText("circles", { exact: true }).first().waitFor({ timeout: 15_000 });
    await training;
    await page.getByText("finished").first().waitFor({ timeout: 15_000 });
    rmSync(join(root, "circles"), { recursive: true });
    await page.getByText("circles", { exact: true }).first().waitFor({ state: "detached", timeout: 15_000 });
    expect(board.faults).toEqual([]);
  });

  test("says when the server is gone, and goes on when it is back", async () => {
    writeRun(root, "a");
    board = await openBoard(root);
    const { page, address } = board;
    await page.goto(address());
    await page.getByText("live", { exact: true }).waitFor();
    await board.board.close();
    await page.getByText("no connection").waitFor({ timeout: 15_000 });
    writeRun(root, "newer", { record: { created: "2026-02-02T00:00:00Z" } });
    const again = await startBoard({ root, port: board.board.port, page: await builtPage() });
    try {
      await page.getByText("live", { exact: true }).waitFor({ timeout: 15_000 });
      await page.getByText("newer", { exact: true }).first().waitFor({ timeout: 15_000 });
    } finally {
      await again.close();
    }
  });
});

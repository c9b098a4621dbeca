/** The page as a whole, in Chromium: how soon it shows a hundred runs, how large its script is, a real training that goes on before one's eyes, and a server that goes and comes back. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startBoard } from "../../src/board/server/board.js";
import { accessibilityFaults } from "./accessibility.js";
import { builtPage, describeInBrowser, type OpenBoard, openBoard } from "./browser.js";
import { sure, writePredictions } from "./predictionsFile.js";
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

  test("views look in one page as they do alone: none spoils another's style", async () => {
    for (const name of ["a", "b"]) {
      const folder = writeRun(root, name, { record: { created: name === "a" ? "2026-03-01T00:00:00Z" : "2026-02-01T00:00:00Z" } });
      writePredictions(folder, { epoch: 3, classes: ["cat", "dog"], samples: [sure(0, 1, 0.9, 2), sure(1, 1, 0.8, 2)] });
      const layer = (path: string) => ({ path, type: "Linear", text: "Linear(2, 2)", inputShape: [2], outputShape: [2], parameters: 6, multiplyAdds: 4, outputBytes: 8, receptiveField: null, children: [] });
      const graph = { format: 1, inputShape: [2], root: { ...layer(""), type: "Sequential", children: [layer("0"), layer("1")] }, edges: [["input", "0"], ["0", "1"], ["1", "output"]] };
      writeFileSync(join(folder, "model.json"), JSON.stringify(graph));
    }
    board = await openBoard(root);
    const { page, address } = board;
    /** What is there once a view shows its data. */
    const views = { Curves: ".line-chart canvas", Predictions: ".matrix", Model: ".node", System: ".figure-card svg", Playground: ".neuron", Runs: ".runTable tr[data-run=a] a" } as const;
    const go = async (view: keyof typeof views): Promise<void> => {
      await page.getByRole("navigation", { name: "Views", exact: true }).getByRole("link", { name: view }).click();
      await page.locator(views[view]).first().waitFor({ timeout: 30_000 });
    };
    const seen: Record<string, { readonly styles: string; readonly contrast: number }> = {};
    /** The place and the style of what the view consists of, and the contrast of the chosen tab; 1 without one. */
    const look = () =>
      page.evaluate(() => {
        const places = Array.from(document.querySelectorAll("main :is(h1, h2, .card, nav a, label, table, dl)"), (each) => {
          const { x, width } = each.getBoundingClientRect();
          const { color, backgroundColor, display, fontSize, padding } = getComputedStyle(each);
          return [each.tagName, Math.round(x), Math.round(width), color, backgroundColor, display, fontSize, padding].join(" ");
        });
        const tab = document.querySelector("main nav a[aria-current]");
        const luminance = (colour: string): number => {
          const [r, g, b] = colour.match(/[\d.]+/g)!.map((value) => { const c = Number(value) / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        // What is behind it: of itself, or of what it lies in.
        const ground = (each: Element | null): string => (each === null ? "rgb(255, 255, 255)" : getComputedStyle(each).backgroundColor === "rgba(0, 0, 0, 0)" ? ground(each.parentElement) : getComputedStyle(each).backgroundColor);
        const [dark, light] = tab === null ? [0, 0] : [getComputedStyle(tab).color, ground(tab)].map(luminance).sort((x, y) => x - y);
        return { styles: places.join("\n"), contrast: (light + 0.05) / (dark + 0.05) };
      });
    // Model first, alone: as it should look.
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto("about:blank");
      await page.goto(address("#/model?run=a"));
      await page.locator(views.Model).first().waitFor();
      seen[colorScheme] = await look();
    }
    // The last round has every view's style sheet in the page.
    await page.goto("about:blank");
    await page.goto(address("#/run?run=a"));
    await page.locator(".facts").first().waitFor();
    for (const view of Object.keys(views) as (keyof typeof views)[]) await go(view);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const view of Object.keys(views) as (keyof typeof views)[]) {
        await go(view);
        expect(await accessibilityFaults(page), `${view}, ${colorScheme}`).toEqual([]);
        if (view !== "Model") continue;
        const now = await look();
        expect(now, colorScheme).toEqual(seen[colorScheme]);
        expect(now.contrast).toBeGreaterThanOrEqual(4.5);
      }
      await page.locator(views.Runs).first().click();
      await page.locator(".facts").first().waitFor();
      expect(await accessibilityFaults(page), `run, ${colorScheme}`).toEqual([]);
    }
    expect(board.faults).toEqual([]);
  }, 240_000);

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

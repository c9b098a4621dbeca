/** The playground in a real browser: it learns, explains itself, can be shared, takes the user's points, and stays usable when training fails. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { programOf } from "../../src/board/playground/program.js";
import { type Config, defaults, writeConfig } from "../../src/board/playground/config.js";
import { describeInBrowser, openBoard, type OpenBoard } from "./browser.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const counter = async (page: Page, name: string): Promise<string> => page.locator(".counters div", { has: page.locator("dt", { hasText: name }) }).locator("dd").innerText();
const number = async (page: Page, name: string): Promise<number> => Number.parseFloat(await counter(page, name));

// Browsers are slow to start on a machine that is busy.
vi.setConfig({ testTimeout: 120_000 });
const patient = { timeout: 20_000 };

/** Waits until the counter has such a value. */
async function until(page: Page, name: string, fits: (value: number) => boolean, timeoutMs = 30_000): Promise<void> {
  await expect.poll(async () => fits(await number(page, name)), { timeout: timeoutMs, interval: 50 }).toBe(true);
}

/** Counts the pictures that the page draws, and the time that its thread works, whatever else the machine does. */
async function watched(page: Page): Promise<() => Promise<{ readonly pictures: number; readonly workMs: number }>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const work = async (): Promise<number> => 1000 * ((await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
  await page.evaluate(() => {
    const seen = { pictures: 0 };
    new MutationObserver(() => seen.pictures++).observe(document.querySelector(".counters")!, { characterData: true, subtree: true });
    Object.assign(globalThis, { seen });
  });
  const before = await work();
  return async () => ({ workMs: (await work()) - before, pictures: await page.evaluate(() => (globalThis as unknown as { seen: { pictures: number } }).seen.pictures) });
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

describeInBrowser("playground", () => {
  let board: OpenBoard;
  let page: Page;
  const runs = mkdtempSync(join(tmpdir(), "nabla-runs-"));

  beforeAll(async () => {
    board = await openBoard(runs);
    ({ page } = board);
    page.setDefaultTimeout(100_000);
  });
  afterAll(async () => {
    await board.close();
    rmSync(runs, { recursive: true });
  });
  beforeEach(() => void (board.faults as string[]).splice(0));

  const open = async (changes: Partial<Config> | null = null): Promise<void> => {
    await page.goto("about:blank");
    await page.goto(board.address(`#/playground${changes === null ? "" : `?${writeConfig({ ...defaults, ...changes }).toString()}`}`));
    if (changes?.data !== "csv") await page.locator(".neuron").first().waitFor();
  };

  test("learns circles to less than 2 % test error with one press of Play, and the page keeps up with its pictures", async () => {
    await open();
    expect(await counter(page, "Epoch")).toBe("0");
    expect(await number(page, "Test error")).toBeGreaterThan(20);
    const measured = await watched(page);
    await button(page, "▶ Play").click();
    await until(page, "Test error", (error) => error < 2);
    await until(page, "Epoch", (epoch) => epoch >= 15);
    const { pictures, workMs } = await measured();
    await button(page, "❚❚ Pause").click();
    expect(pictures).toBeGreaterThan(2);
    console.log(`playground: ${(workMs / pictures).toFixed(1)} ms of the page's thread for each picture; 33 ms would be 30 a second`);
    await page.waitForTimeout(300); // for the steps that were under way
    const steps = await counter(page, "Steps");
    await page.waitForTimeout(300);
    expect(await counter(page, "Steps")).toBe(steps);
    expect(board.faults).toEqual([]);
  });

  test("trains as the library does: the same losses after two epochs as in Node, and again after a reset", async () => {
    await open();
    const losses = [];
    for (const _ of [1, 2]) {
      await button(page, "One epoch").click();
      await until(page, "Epoch", (epoch) => epoch === 1);
      await button(page, "One epoch").click();
      await until(page, "Epoch", (epoch) => epoch === 2);
      losses.push([await counter(page, "Train loss"), await counter(page, "Test loss")]);
      await button(page, "Reset").click();
      await until(page, "Epoch", (epoch) => epoch === 0);
    }
    expect(losses[0]).toEqual(losses[1]);
    const nabla = await import("../../src/index.js");
    const { Experiment } = await import("../../src/board/playground/experiment.js");
    nabla.setBackend("wasm");
    const experiment = new Experiment(nabla, defaults, null);
    while (experiment.epoch < 2) await experiment.train();
    const { trainLoss, testLoss } = await experiment.scores();
    expect(losses[0]).toEqual([trainLoss.toFixed(4), testLoss.toFixed(4)]);
    expect(board.faults).toEqual([]);
  });

  test("one batch explains what it did", async () => {
    await open({ penalty: "l2" });
    await button(page, "One batch").click();
    const report = page.getByRole("region", { name: "What batch 1 did" });
    await report.waitFor();
    expect(await report.innerText()).toMatch(/16 points had a mean loss of 0\.\d+, and the weights a penalty of 0\.\d+\. After the step/);
    expect(await report.locator("tbody tr").count()).toBe(3);
    expect(await counter(page, "Batch")).toBe("1 of 18");
    await button(page, "One epoch").click();
    await until(page, "Epoch", (epoch) => epoch === 1);
    expect(await report.count()).toBe(0);
  });

  test("neurons show their maps, by keyboard too, and weights can be set by hand", async () => {
    await open();
    const title = page.getByRole("region", { name: "Map", exact: true }).getByRole("heading");
    const neuron = (name: string) => page.getByRole("button", { name, exact: true });
    await neuron("layer 1, unit 2").hover();
    await expect.poll(() => title.innerText(), patient).toBe("Layer 1, unit 2");
    await page.mouse.move(3, 3);
    await expect.poll(() => title.innerText(), patient).toBe("Output");
    await neuron("input x1").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    expect(await neuron("layer 2, unit 2").evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await expect.poll(() => title.innerText(), patient).toBe("Layer 2, unit 2");
    expect(await neuron("layer 2, unit 2").getAttribute("aria-pressed")).toBe("true");
    const weights = page.getByRole("region", { name: "Weights of layer 2, unit 2" });
    expect(await weights.locator("input").count()).toBe(7);
    const before = await number(page, "Test loss");
    await weights.getByLabel("layer 1, unit 3").fill("7.5");
    await page.keyboard.press("Enter");
    await until(page, "Test loss", (loss) => loss !== before);
    expect(await weights.innerText()).toContain("set by hand");
    await button(page, "Back to the output").click();
    await expect.poll(() => title.innerText(), patient).toBe("Output");
    expect(board.faults).toEqual([]);
  });

  test("the network can be taken away: picture, drawing, and weights", async () => {
    await open({ data: "blobs", classes: 3 });
    await button(page, "One epoch").click();
    await until(page, "Epoch", (epoch) => epoch === 1);
    const saved = async (format: string): Promise<Buffer> => {
      await page.locator("summary[aria-label='Export playground network']").click();
      const [download] = await Promise.all([page.waitForEvent("download"), page.locator("details.export[open]").getByRole("button", { name: format }).click()]);
      expect(download.suggestedFilename()).toBe(`playground network.${format.toLowerCase()}`);
      return readFileSync(await download.path());
    };
    const svg = (await saved("SVG")).toString();
    const pictures = Array.from(svg.matchAll(/href="(data:image\/png;base64,[^"]+)"/g), ([, href]) => href);
    expect(pictures).toHaveLength(2 + 6 + 4 + 3);
    // Neurons differ, and so do their maps.
    expect(new Set(pictures).size).toBeGreaterThan(10);
    expect(svg.match(/<path /g)).toHaveLength(2 * 6 + 6 * 4 + 4 * 3);
    expect((await saved("PNG")).subarray(1, 4).toString()).toBe("PNG");
    const [head, ...rows] = (await saved("CSV")).toString().trimEnd().split("\r\n");
    expect(head).toBe("layer,from,to,weight,bias");
    expect(rows).toHaveLength(2 * 6 + 6 * 4 + 4 * 3);
    await button(page, "layer 2, unit 1").click();
    const fields = await page.locator(".weights input").evaluateAll((all) => all.map((each) => (each as HTMLInputElement).valueAsNumber));
    const written = rows.filter((row) => row.startsWith("2,") && row.includes(',"layer 2, unit 1",')).map((row) => row.split(",").slice(-2).map(Number));
    for (const [i, [weight, bias]] of written.entries()) expect([weight.toPrecision(4), bias.toPrecision(4)].map(Number)).toEqual([fields[1 + i], fields[0]]);
    expect(board.faults).toEqual([]);
  });

  test("the address holds the configuration; what it cannot mean falls back with a note", async () => {
    await open();
    await page.getByLabel("Set", { exact: true }).selectOption("blobs");
    await page.getByLabel("Classes").fill("4");
    await page.getByLabel("Classes").press("Enter");
    await button(page, "Add a layer").click();
    await page.getByLabel("sin x1").check();
    await page.getByLabel("Learning rate").fill("0.02");
    await page.getByLabel("Learning rate").press("Enter");
    const expected: Partial<Config> = { data: "blobs", classes: 4, noise: 0.35, layers: [6, 4, 4], inputs: ["x1", "x2", "sin x1"], lr: 0.02 };
    await expect.poll(() => new URL(page.url()).hash, patient).toBe(`#/playground?${writeConfig({ ...defaults, ...expected }).toString()}`);
    await expect.poll(() => page.locator(".neuron").count(), patient).toBe(3 + 6 + 4 + 4 + 4);
    const link = page.url();
    await page.goto("about:blank");
    await page.goto(link);
    await expect.poll(() => page.locator(".neuron").count(), patient).toBe(21);
    expect(await page.getByLabel("Learning rate").inputValue()).toBe("0.02");
    await page.getByLabel("Points", { exact: true }).fill("5");
    await page.getByLabel("Points", { exact: true }).press("Enter");
    expect(await page.getByText("a whole number from 20 to 2000; still 400.").count()).toBe(1);
    await page.goto(board.address("#/playground?d=iris&l=6.4"));
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("data: the address says “iris”, expected one of circles");
    expect(board.faults).toEqual([]);
  });

  test("shows the program that does the same", async () => {
    await open({ data: "spirals" });
    await button(page, "One epoch").click();
    await until(page, "Epoch", (epoch) => epoch === 1);
    await button(page, "Show me the code").click();
    expect(await page.getByLabel("Program", { exact: true }).textContent()).toBe(programOf({ config: { ...defaults, data: "spirals" }, table: null, epochs: 1 }));
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await button(page, "Copy").click();
    await page.getByText("Copied.").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(programOf({ config: { ...defaults, data: "spirals" }, table: null, epochs: 1 }));
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await button(page, "Copy the link").click();
    await page.getByText("Link copied.").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("#/playground?d=spirals&");
  });

  test("takes the user's points, and names the line and column of what it cannot take", async () => {
    await open({ data: "csv" });
    expect(await page.getByText("There are no points yet.").count()).toBe(1);
    expect(await button(page, "▶ Play").isDisabled()).toBe(true);
    const rows = Array.from({ length: 40 }, (_, i) => `${i / 10},${(i * 7) % 5},${i < 20 ? "<b>left</b>" : "right"}`);
    await page.getByLabel("or paste it here").fill(["width,height,side", ...rows, "1,two,right"].join("\n"));
    await button(page, "Use these points").click();
    expect(await page.getByRole("alert").innerText()).toBe("Line 42, column 2 (height): expected a number, got “two”.");
    await page.getByLabel("CSV file").setInputFiles({ name: "points.csv", mimeType: "text/csv", buffer: Buffer.from(["width,height,side", ...rows].join("\n")) });
    await page.locator(".neuron").first().waitFor();
    expect(await page.getByText("40 points of 2 classes: <b>left</b>, right.").count()).toBe(1);
    await button(page, "▶ Play").click();
    await until(page, "Test error", (error) => error < 20);
    await button(page, "❚❚ Pause").click();
    await button(page, "Show me the code").click();
    expect(await page.getByLabel("Program", { exact: true }).innerText()).toContain('data.readCsv("points.csv", { categories: ["side"] })');
    await page.keyboard.press("Escape");
    expect(board.faults).toEqual([]);
  });

  test("says in words that training diverged, and stays usable", async () => {
    await open({ optimizer: "sgd", lr: 1000, activation: "linear", layers: [8, 8, 8] });
    await button(page, "▶ Play").click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/^At batch \d+ the loss became .* The learning rate, 1000, is the usual cause/);
    expect(await button(page, "▶ Play").count()).toBe(1);
    await page.getByLabel("Learning rate").fill("0.1");
    await page.getByLabel("Learning rate").press("Enter");
    await button(page, "One epoch").click();
    await until(page, "Epoch", (epoch) => epoch === 1);
    expect(await alert.count()).toBe(0);
    expect(board.faults).toEqual([]);
  });

  test.each([
    [1280, "light"],
    [1280, "dark"],
    [360, "light"],
    [2560, "dark"],
  ] as const)("is accessible and fits at %i pixels, %s", async (width, colorScheme) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await open({ layers: [8, 6, 4], penalty: "l1" });
    await button(page, "One batch").click();
    await page.locator(".step").waitFor();
    await button(page, "layer 2, unit 2").click();
    await page.locator(".weights").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.evaluate(axe);
    const violations = async (): Promise<string[]> =>
      page.evaluate(async () => {
        const { violations: found } = await (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run();
        return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
      });
    expect(await violations()).toEqual([]);
    await button(page, "Show me the code").click();
    expect(await violations()).toEqual([]);
  });

  test("nothing of it is loaded before it is looked at", async () => {
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    await page.goto("about:blank");
    await page.goto(board.address("#/runs"));
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(loaded.filter((path) => /playground|worker|wasm|library/.test(path))).toEqual([]);
    await page.getByRole("link", { name: "Playground" }).click();
    await page.locator(".neuron").first().waitFor();
    expect(loaded.some((path) => /worker/.test(path))).toBe(true);
  });
});

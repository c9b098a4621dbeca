/** The view of curves, in Chromium. */

import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Download, Page, Request } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { SeriesAnswer } from "../../src/board/protocol.js";
import { EventWriter } from "../../src/index.js";
import { accessibilityFaults } from "./accessibility.js";
import { describeInBrowser, openBoard, type OpenBoard } from "./browser.js";
import { epochLine, lockText, runJson } from "./runFolders.js";

/** The validation loss is lowest in epoch 10 and rises from there. */
const losses = (epoch: number, shift = 0) => ({ trainLoss: 2 / epoch + shift, valLoss: 0.5 + shift + Math.abs(epoch - 10) / 20, trainAccuracy: 1 - 0.8 / epoch, valAccuracy: epoch === 5 ? null : 0.9 - 0.7 / epoch });
const steps = 20_000;

async function writeRuns(root: string): Promise<void> {
  for (const [i, name] of ["a", "b & <c>", "d%2F", "Größe 数", "e", "f", "g"].entries()) {
    const folder = join(root, "set", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "run.json"), runJson({ created: `2026-01-0${9 - i}T00:00:00.000Z`, config: { batch: 10, epochs: 20 } }));
    writeFileSync(join(folder, "metrics.jsonl"), Array.from({ length: 20 }, (_, epoch) => epochLine(epoch + 1, losses(epoch + 1, i / 10))).join(""));
  }
  // A spike of one step in each thousand.
  const events = new EventWriter(join(root, "other program"));
  for (let step = 1; step <= steps; step++) events.addScalar("reward", step % 1000 === 500 ? 50 : Math.sin(step / 500), step);
  await events.close();
}

describeInBrowser("curves", () => {
  let folder: string;
  let board: OpenBoard;
  let page: Page;
  const requests: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nabla-curves-"));
    await writeRuns(folder);
    board = await openBoard(folder);
    page = board.page;
    page.on("request", (request: Request) => {
      if (request.url().includes("/api/series")) requests.push(request.url());
    });
  });
  afterAll(async () => {
    await board?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => expect(board.faults).toEqual([]));

  const runs = (...names: readonly string[]): string => names.map((name) => `run=${encodeURIComponent(name.includes("/") || name === "other program" ? name : `set/${name}`)}`).join("&");
  const chart = (name: string) => page.getByRole("article", { name, exact: true });
  const look = async (query = ""): Promise<void> => {
    await page.goto("about:blank");
    await page.goto(board.address(`#/curves?${query}`));
    await page.locator(".line-chart .u-over").first().waitFor();
    requests.length = 0;
  };
  const hash = (): URLSearchParams => new URLSearchParams(page.url().split("?")[1]);
  const hashIs = (wanted: (params: URLSearchParams) => boolean): Promise<void> => expect.poll(() => wanted(hash()), { timeout: 5000 }).toBe(true);
  /** The values of a chart as its table tells them. */
  const table = async (name: string): Promise<string[][]> => {
    const values = chart(name).locator(".values");
    if ((await values.getAttribute("open")) === null) await values.locator("summary").click();
    return values.locator("tbody tr").evaluateAll((rows) => rows.map((row) => Array.from(row.children, (cell) => cell.textContent?.trim().replace(/\s+/g, " ") ?? "")));
  };
  const drag = async (name: string, from: number, to: number): Promise<void> => {
    const area = chart(name).locator(".u-over");
    await area.scrollIntoViewIfNeeded();
    const { x, y, width } = (await area.boundingBox())!;
    await page.mouse.move(x + from * width, y + 40);
    await page.mouse.down();
    await page.mouse.move(x + to * width, y + 60, { steps: 5 });
    await page.mouse.up();
  };

  test("the newest five runs are shown until the reader chooses; training and validation are one chart", async () => {
    await look();
    expect(await page.locator(".legend .entry .name").allTextContents()).toEqual(["other program", "a", "b & <c>", "d%2F", "Größe 数"]);
    expect(await page.locator(".chart-card h3").evaluateAll((heads) => heads.map((head) => head.firstChild?.textContent))).toEqual(expect.arrayContaining(["loss", "accuracy", "reward", "lr"]));
    await page.getByRole("button", { name: "None" }).click();
    await page.getByText("Choose runs in the list.").waitFor();
    await page.getByRole("checkbox", { name: "a set/", exact: true }).check();
    await hashIs((params) => params.getAll("run").join() === "set/a");
    await expect.poll(() => table("loss")).toEqual([["a training", "", "0.1", ""], ["a validation, over-fits from epoch 10", "0.5 epoch 10", "1", ""]]);
  });

  test("the list is searched by words, and what is found is added", async () => {
    await look(runs("a"));
    await page.getByRole("searchbox", { name: "Find runs" }).fill("größe set");
    await expect.poll(() => page.locator(".picker li").count()).toBe(1);
    await page.getByRole("button", { name: "Add all found" }).click();
    await hashIs((params) => params.getAll("run").join() === "set/a,set/Größe 数" && params.get("find") === "größe set");
  });

  test("the arrow keys read all values, and gaps as gaps", async () => {
    await look(runs("a", "e"));
    const said = chart("accuracy").locator("[aria-live]");
    await chart("accuracy").locator(".line-chart").focus();
    for (const text of ["epoch 1: a training 20 %, validation 20 %; e training 20 %, validation 20 %", "epoch 2: a training 60 %, validation 55 %; e training 60 %, validation 55 %"]) {
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => said.textContent()).toBe(text);
    }
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    await expect.poll(() => said.textContent()).toContain("epoch 5: a training 84 %, validation none");
    expect((await table("accuracy"))[1].at(-1)).toBe("");
    await chart("accuracy").locator(".line-chart").focus();
    await page.keyboard.press("End");
    await expect.poll(() => said.textContent()).toContain("epoch 20:");
    expect(await chart("accuracy").locator(".tip").textContent()).toContain("epoch 20");
  });

  test("the mouse shows the values nearest to it, and leaves with them", async () => {
    await look(runs("a", "b & <c>"));
    const area = chart("loss").locator(".u-over");
    await area.hover({ position: { x: 5, y: 50 } });
    await expect.poll(() => chart("loss").locator(".tip").innerText()).toMatch(/epoch 1\b[\s\S]*b & <c>\s+2\.1\s+1\.05[\s\S]*a\s+2\s+0\.95/);
    expect(await chart("loss").locator(".dot").count()).toBe(4);
    await page.mouse.move(2, 2);
    await expect.poll(() => chart("loss").locator(".tip").count()).toBe(0);
  });

  test("a drag zooms all charts and fetches the part in full; Escape, double click and the button lead back", async () => {
    await look(`${runs("other program")}&x=step`);
    await drag("reward", 0.5, 0.52);
    await hashIs((params) => Math.abs(Number(params.get("from")) - 10_000) < 100);
    await expect.poll(() => requests.filter((url) => url.includes("from=")).length).toBe(1);
    // Every one of its points: the arrow goes from step to step.
    await chart("reward").locator(".line-chart").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const first = await chart("reward").locator("[aria-live]").textContent();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => chart("reward").locator("[aria-live]").textContent()).not.toBe(first);
    await page.keyboard.press("Escape");
    await hashIs((params) => !params.has("from"));
    await drag("reward", 0.2, 0.4);
    await hashIs((params) => params.has("from"));
    await chart("reward").locator(".u-over").dblclick();
    await hashIs((params) => !params.has("from"));
    await drag("reward", 0.2, 0.4);
    await hashIs((params) => params.has("from"));
    await page.getByRole("button", { name: "Show all" }).click();
    await hashIs((params) => !params.has("from"));
    await chart("reward").locator(".line-chart").focus();
    await page.keyboard.press("+");
    await hashIs((params) => Number(params.get("to")) - Number(params.get("from")) < 0.51 * steps);
    await page.keyboard.press("-");
    await hashIs((params) => !params.has("from"));
  });

  test("few points come for many curves, and smoothing goes by all that they stand for", async () => {
    await look(`${runs("other program")}&x=step&smooth=0.9`);
    await expect.poll(() => chart("reward").locator(".u-over").count()).toBe(1);
    await chart("reward").locator(".line-chart").focus();
    await page.keyboard.press("End");
    // About the mean of a thousand steps, spikes and all; midway between the lowest and the highest would be about 25.
    const value = Number((await chart("reward").locator("[aria-live]").textContent())!.match(/other program (−?[\d.]+)/)![1].replace("−", "-"));
    expect(Math.abs(value)).toBeLessThan(1.5);
  });

  test("the legend hides runs, and all others", async () => {
    await look(runs("a", "b & <c>", "e"));
    await page.getByTitle("Hide set/b & <c>").click();
    await hashIs((params) => params.getAll("hide").join() === "set/b & <c>");
    expect((await table("loss")).map(([name]) => name.split(" ")[0])).toEqual(["a", "a", "e", "e"]);
    await page.getByRole("button", { name: "only e" }).click();
    await hashIs((params) => params.getAll("hide").length === 2);
    await expect.poll(async () => (await table("loss")).length).toBe(2);
    await page.getByRole("button", { name: "only e" }).click();
    await hashIs((params) => !params.has("hide"));
  });

  test("the eighth run has the hue of the first, and a mark; a name that is pointed at raises its run", async () => {
    await look(`${runs("a", "b & <c>", "d%2F", "Größe 数", "e", "f", "g", "other program")}&x=epoch&tags=loss`);
    const sign = (entry: number) => page.locator(".legend .entry").nth(entry).locator(".swatch");
    expect(await sign(7).locator("line").getAttribute("stroke")).toBe(await sign(0).locator("line").getAttribute("stroke"));
    expect([await sign(0).locator("circle").count(), await sign(7).locator("circle").count()]).toEqual([0, 1]);
    /** Pixels of a chart that have the hue of the first run as it is, nothing mixed in. */
    const plain = (): Promise<number> => chart("loss").locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true })!;
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i] === 0 && data[i + 1] === 104 && data[i + 2] === 173 && data[i + 3] === 255) count++;
      return count;
    });
    await expect.poll(plain).toBeGreaterThan(200);
    const before = await plain();
    await page.locator(".legend .entry button").nth(2).focus();
    await expect.poll(plain).toBeLessThan(before / 4);
    await page.locator(".legend .entry button").first().hover();
    await expect.poll(plain).toBeGreaterThan(before / 2);
    await page.mouse.move(0, 0);
    await page.getByRole("searchbox", { name: "Find charts" }).focus();
    await expect.poll(plain).toBe(before);
  });

  test("x goes by epoch, step or time, y by a log axis that says what it leaves out", async () => {
    await look(runs("a"));
    await page.getByRole("radio", { name: "time" }).check();
    await expect.poll(async () => (await table("loss"))[1][1]).toBe("0.5 20 s");
    await page.getByRole("radio", { name: "step" }).check();
    await expect.poll(async () => (await table("loss"))[1][1]).toBe("0.5 step 100");
    await look(`${runs("other program")}&x=step`);
    await chart("reward").getByRole("button", { name: "log" }).click();
    await hashIs((params) => params.get("log") === "reward");
    await chart("reward").getByText("not above 0").waitFor();
  });

  test("a chart is taken away as SVG, PNG and CSV", async () => {
    await look(runs("a", "b & <c>"));
    const save = async (format: string): Promise<Download> => {
      await chart("loss").locator(".export summary").click();
      const [download] = await Promise.all([page.waitForEvent("download"), chart("loss").getByRole("button", { name: format, exact: true }).click()]);
      return download;
    };
    const svg = await save("SVG");
    expect(svg.suggestedFilename()).toBe("loss.svg");
    const drawing = readFileSync(await svg.path(), "utf8");
    expect(drawing).toMatch(/^<svg[\s\S]*b &amp; &lt;c&gt;[\s\S]*<\/svg>\s*$/);
    expect(drawing).not.toContain("var(");
    const png = readFileSync(await (await save("PNG")).path());
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBe(1600);
    const csv = readFileSync(await (await save("CSV")).path(), "utf8").split("\r\n");
    expect(csv.slice(0, 2)).toEqual(["run,curve,epoch,value", "a,training,1,2"]);
    expect(csv.length).toBe(1 + 4 * 20 + 1);
  });

  test("a run that goes on grows in its charts, without leaving the part that is shown", async () => {
    const live = join(folder, "live");
    mkdirSync(live);
    writeFileSync(join(live, "run.json"), runJson());
    writeFileSync(join(live, "run.lock"), lockText());
    writeFileSync(join(live, "metrics.jsonl"), Array.from({ length: 4 }, (_, i) => epochLine(i + 1, losses(i + 1))).join(""));
    await look(`run=live&from=1&to=3`);
    expect((await table("loss"))[0][2]).toBe("0.5");
    for (let epoch = 5; epoch <= 12; epoch++) {
      appendFileSync(join(live, "metrics.jsonl"), epochLine(epoch, losses(epoch)));
      await page.waitForTimeout(150);
    }
    await expect.poll(async () => (await table("loss"))[0][2], { timeout: 10_000 }).toBe("0.1667");
    expect(hash().get("to")).toBe("3");
    // Once a second for each chart that is seen.
    expect(requests.filter((url) => url.includes("tag=trainLoss")).length).toBeLessThanOrEqual(5);
    await page.getByRole("button", { name: "Show all" }).click();
    await chart("loss").locator(".line-chart").focus();
    await page.keyboard.press("End");
    await expect.poll(() => chart("loss").locator("[aria-live]").textContent()).toContain("epoch 12");
    rmSync(live, { recursive: true });
    await page.getByText("The run “live” is not here").waitFor({ timeout: 10_000 });
  });

  test("fifty long and noisy curves: no more points than are seen, and a crosshair that leaves time for other work", async () => {
    const many = mkdtempSync(join(tmpdir(), "nabla-many-"));
    for (let i = 0; i < 50; i++) {
      const run = join(many, `run ${i}`);
      mkdirSync(run);
      writeFileSync(join(run, "run.json"), runJson());
      writeFileSync(join(run, "metrics.jsonl"), Array.from({ length: 2500 }, (_, epoch) => `{"epoch":${epoch + 1},"trainLoss":${(i + 60 + 40 * Math.sin(epoch * (epoch + i))) / 60}}\n`).join(""));
    }
    const other = await openBoard(many);
    const answers: Promise<SeriesAnswer>[] = [];
    other.page.on("response", (response) => {
      if (response.url().includes("/api/series")) answers.push(response.json());
    });
    await other.page.goto(other.address(`#/curves?wide=loss&${Array.from({ length: 50 }, (_, i) => `run=run+${i}`).join("&")}`));
    const area = other.page.getByRole("article", { name: "loss" }).locator(".u-over");
    await area.waitFor();
    /** Points of each run, as they came last. */
    const lengths = async (): Promise<number[]> => Array.from(new Map((await Promise.all(answers)).flatMap(({ series }) => series.map(({ run, x: places }) => [run, places.length]))).values());
    await expect.poll(async () => (await lengths()).length, { timeout: 30_000 }).toBe(50);
    const points = (await lengths()).reduce((sum, each) => sum + each, 0);
    expect(points).toBeGreaterThan(20_000);
    expect(points).toBeLessThan(42_000);
    const { x, y, width } = (await area.boundingBox())!;
    // The processor's time of the page, which other work on the machine does not lengthen.
    const cdp = await other.page.context().newCDPSession(other.page);
    await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    const busy = async (): Promise<number> => (await cdp.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")!.value;
    const before = await busy();
    const moves = 60;
    for (let i = 0; i < moves; i++) await other.page.mouse.move(x + (i / moves) * width, y + 100 + i);
    // Of the 17 ms of a frame.
    expect((1000 * ((await busy()) - before)) / moves).toBeLessThan(16);
    expect(other.faults).toEqual([]);
    await other.close();
    rmSync(many, { recursive: true });
  }, 120_000);

  test("no barriers, nothing beyond the window, in light and dark, narrow and wide", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [360, 1280, 2560]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await look(`${runs("a", "b & <c>", "e")}&smooth=0.5&wide=loss`);
        await table("loss");
        await chart("loss").locator(".line-chart").focus();
        await page.keyboard.press("ArrowRight");
        expect(await accessibilityFaults(page), `${colorScheme}, ${width} pixels`).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${colorScheme}, ${width} pixels`).toBeLessThanOrEqual(0);
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
  }, 120_000);

  test("a folder without runs says how one comes to be", async () => {
    const empty = mkdtempSync(join(tmpdir(), "nabla-empty-"));
    const other = await openBoard(empty);
    await other.page.goto(other.address("#/curves"));
    await other.page.getByText("npx nabla train convnet").waitFor();
    expect(other.faults).toEqual([]);
    await other.close();
    rmSync(empty, { recursive: true });
  });
});

/** The view of runs, the page of one run and its export, in Chromium. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults } from "./accessibility.js";
import { describeInBrowser, openBoard, type OpenBoard } from "./browser.js";
import { sure, writePredictions } from "./predictionsFile.js";
import { epochLine, lockText, runJson, writeRun } from "./runFolders.js";

/** Four runs by hand: they differ in learning rate and optimiser; the smaller the rate, the better. */
const rates = [0.1, 0.03, 0.01, 0.001];

function writeSweep(root: string): void {
  for (const [i, lr] of rates.entries()) {
    const folder = join(root, "sweep", `lr=${lr}`);
    mkdirSync(folder, { recursive: true });
    const config = { model: "convnet", data: "cifar10", lr, optimizer: i % 2 === 0 ? "sgd" : "adam", epochs: 3 };
    writeFileSync(join(folder, "run.json"), runJson({ config, created: `2026-01-0${i + 1}T00:00:00.000Z` }));
    writeFileSync(join(folder, "metrics.jsonl"), [1, 2, 3].map((epoch) => epochLine(epoch, { valAccuracy: 0.9 - 0.5 / epoch - lr })).join(""));
  }
}

describeInBrowser("runs", () => {
  let folder: string;
  let board: OpenBoard;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nabla-runs-"));
    writeSweep(folder);
    board = await openBoard(folder);
  });
  afterAll(async () => {
    await board?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await board.page.goto("about:blank");
    await board.page.setViewportSize({ width: 1280, height: 900 });
    await board.page.emulateMedia({ colorScheme: "light" });
  });

  const look = async (place = ""): Promise<OpenBoard["page"]> => {
    await board.page.goto(board.address(`#/runs${place}`));
    await board.page.waitForSelector("h1");
    return board.page;
  };
  const names = (): Promise<string[]> => board.page.$$eval(".runTable tbody tr[data-run] .name", (cells) => cells.map((cell) => cell.textContent ?? ""));
  const hash = (): URLSearchParams => new URLSearchParams(board.page.url().split("?")[1]);
  const sweep = (...lrs: readonly number[]): string[] => lrs.map((lr) => `sweep/lr=${lr}`);
  const selection = (...lrs: readonly number[]): string => sweep(...lrs).map((id) => `run=${encodeURIComponent(id)}`).join("&");

  test("a table: state, best metric, course, what differs; the newest first", async () => {
    const page = await look();
    await page.waitForSelector(".runTable tbody tr");
    expect(await names()).toEqual(sweep(0.001, 0.01, 0.03, 0.1));
    expect(await page.$$eval(".runTable thead th", (cells) => cells.map((cell) => cell.textContent?.replace(/[↑↓]/, "")))).toEqual(["", "Name", "State", "valAccuracy", "valLoss", "Curve", "model", "data", "lr", "optimizer", "Created", "Duration", "Tags"]);
    const cells = await page.$$eval(".runTable tbody tr:first-child > *", (row) => row.slice(2, 10).map((cell) => cell.textContent));
    expect(cells).toEqual(["finished", "0.7323", "0.4333", "", "convnet", "cifar10", "0.001", "adam"]);
    expect(await page.getAttribute(".runTable tbody tr:first-child .sparkline", "aria-label")).toBe("valAccuracy, from 0.3990 to 0.7323");
    expect(board.faults).toEqual([]);
  });

  test("sorts by a column, by mouse and keyboard, and remembers it in the address", async () => {
    const page = await look();
    const head = page.locator(".runTable th", { hasText: "valAccuracy" });
    await head.locator("button").click();
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    expect(await names()).toEqual(sweep(0.001, 0.01, 0.03, 0.1));
    await page.keyboard.press("Enter");
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    expect(await names()).toEqual(sweep(0.1, 0.03, 0.01, 0.001));
    expect(hash().get("sort")).toBe("metric.valAccuracy");
    await page.reload();
    await page.waitForSelector(".runTable tbody tr");
    expect(await names()).toEqual(sweep(0.1, 0.03, 0.01, 0.001));
  });

  test("filters by words and comparisons", async () => {
    const page = await look();
    await page.getByLabel("Filter", { exact: true }).fill("lr<0.1 -optimizer=adam");
    await page.waitForFunction(() => document.querySelectorAll(".runTable tr[data-run]").length === 1);
    expect(await names()).toEqual(sweep(0.01));
    expect(await page.textContent(".count")).toBe("1 of 4 runs, 0 selected");
    await page.getByLabel("Filter", { exact: true }).fill("momentun>0");
    await page.getByText("No run has “momentun”.").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".runTable tr[data-run]").length === 4);
    expect(await page.getByLabel("Filter", { exact: true }).inputValue()).toBe("");
    await page.getByText("How to filter").locator("..").click();
    await page.getByText("valAccuracy>0.9", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    expect(await page.isVisible(".help .panel")).toBe(false);
  });

  test("groups fold", async () => {
    const page = await look();
    await page.getByLabel("Group by").selectOption("config.optimizer");
    const groups = page.locator(".runTable tr.group button");
    expect(await groups.allTextContents()).toEqual(["▾ optimizer adam 2 runs · best valAccuracy 0.7323 · best valLoss 0.4333", "▾ optimizer sgd 2 runs · best valAccuracy 0.7233 · best valLoss 0.4333"]);
    expect(await names()).toEqual(sweep(0.001, 0.03, 0.01, 0.1));
    await groups.first().click();
    expect(await groups.first().getAttribute("aria-expanded")).toBe("false");
    expect(await names()).toEqual(sweep(0.01, 0.1));
    expect(hash().getAll("closed")).toEqual(["adam"]);
  });

  test("columns are chosen", async () => {
    const page = await look();
    await page.locator("summary", { hasText: "Columns" }).click();
    await page.getByLabel("optimizer", { exact: true }).uncheck();
    await page.getByLabel("last valLoss", { exact: true }).check();
    expect(hash().get("columns")).toBe("state,metric.valAccuracy,metric.valLoss,spark,config.model,config.data,config.lr,last.valLoss,created,seconds,tags");
    await page.getByRole("button", { name: "The usual columns" }).click();
    expect(hash().has("columns")).toBe(false);
  });

  test("the table and its small charts can be taken away, by keyboard too", async () => {
    const page = await look(`?q=${encodeURIComponent("optimizer=sgd")}&sort=config.lr&columns=state,metric.valAccuracy,spark,config.lr,created,seconds`);
    await page.waitForSelector(".runTable tbody tr");
    const saved = async (act: () => Promise<void>): Promise<[name: string, text: string]> => {
      const [download] = await Promise.all([page.waitForEvent("download"), act()]);
      return [download.suggestedFilename(), readFileSync(await download.path(), "utf8")];
    };
    await page.locator(".toolbar .export summary").click();
    const accuracies = (lr: number): number[] => [1, 2, 3].map((epoch) => 0.9 - 0.5 / epoch - lr);
    const line = (lr: number, day: number): string => `sweep/lr=${lr},finished,${accuracies(lr)[2]},${accuracies(lr).join(" ")},${lr},2026-01-0${day}T00:00:00.000Z,6\r\n`;
    expect(await saved(() => page.getByRole("button", { name: "CSV", exact: true }).click())).toEqual(["Runs.csv", `Name,State,valAccuracy,Curve,lr,Created,Duration (s)\r\n${line(0.01, 3)}${line(0.1, 1)}`]);

    const small = page.locator(".course summary").first();
    expect(await small.getAttribute("aria-label")).toBe("valAccuracy, from 0.3900 to 0.7233. Export valAccuracy of lr=0.01");
    await small.focus();
    await page.keyboard.press("Enter");
    await page.locator(".course").getByRole("button", { name: "SVG", exact: true }).waitFor();
    await page.keyboard.press("Tab");
    const [name, drawing] = await saved(() => page.keyboard.press("Enter"));
    expect(name).toBe("valAccuracy of lr=0.01.svg");
    expect(drawing).toMatch(/^<svg width="96" height="24"[\s\S]*stroke:rgb\(0, 104, 173\)[\s\S]*<\/svg>$/);
    // The focus is back where it was.
    await page.keyboard.press("Enter");
    expect((await saved(() => page.locator(".course").getByRole("button", { name: "CSV", exact: true }).click()))[1]).toBe(`epoch,valAccuracy\r\n${accuracies(0.01).map((value, i) => `${i + 1},${value}\r\n`).join("")}`);
    await page.keyboard.press("Enter");
    await page.locator(".course details[open]").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator(".course details[open]").count()).toBe(0);
    expect(board.faults).toEqual([]);
  });

  test("selected runs go along to other views, and are compared", async () => {
    const page = await look();
    await page.getByLabel("Select lr=0.1").check();
    await page.getByLabel("Select lr=0.03").check();
    expect(hash().getAll("run")).toEqual(sweep(0.1, 0.03));
    expect(await page.getByRole("link", { name: "Compare the curves" }).getAttribute("href")).toBe(`#/curves?run=${encodeURIComponent("sweep/lr=0.1")}&run=${encodeURIComponent("sweep/lr=0.03")}`);
    await page.getByRole("link", { name: "Differences (2)" }).click();
    const rows = (): Promise<string[][]> => page.$$eval(".differences tbody tr:not(.part)", (all) => all.map((row) => Array.from(row.children, (cell) => cell.textContent ?? "")));
    expect((await rows()).slice(0, 2)).toEqual([["lr", "0.1", "0.03"], ["optimizer", "sgd", "adam"]]);
    expect(await rows()).toContainEqual(["valAccuracy", "0.6333", "0.7033 best"]);
    await page.getByLabel("only what differs").uncheck();
    expect(await rows()).toContainEqual(["model", "convnet", "convnet"]);
    // To a run and back: the selection is as it was.
    await page.locator(".differences a").first().click();
    await page.waitForSelector(".run h1");
    await page.locator("nav a", { hasText: "Runs" }).click();
    await page.waitForSelector(".differences");
    expect(hash().getAll("run")).toEqual(sweep(0.1, 0.03));
  });

  test("with Shift, all between two rows; of more than fit, as many as fit", async () => {
    const page = await look();
    await page.getByLabel("Select lr=0.001").check();
    await page.getByLabel("Select lr=0.03").click({ modifiers: ["Shift"] });
    expect(hash().getAll("run")).toEqual(sweep(0.001, 0.01, 0.03));
    await page.getByLabel("Select all runs shown").check();
    expect(hash().getAll("run")).toHaveLength(4);
    await page.getByRole("button", { name: "Select none" }).click();
    expect(hash().has("run")).toBe(false);
  });

  test("tags are changed in place and kept in board.json; Escape leaves them as they were", async () => {
    const page = await look();
    const row = page.locator('tr[data-run="sweep/lr=0.1"]');
    await row.locator(".editable").click();
    await page.keyboard.type("good, <b>bold</b>, good");
    await page.keyboard.press("Enter");
    await row.locator(".chip").first().waitFor();
    expect(await row.locator(".chip").allTextContents()).toEqual(["good", "<b>bold</b>"]);
    expect(JSON.parse(readFileSync(join(folder, "sweep", "lr=0.1", "board.json"), "utf8"))).toEqual(expect.objectContaining({ tags: ["good", "<b>bold</b>"], group: "", note: "" }));
    await row.locator(".editable").click();
    await page.keyboard.type("other");
    await page.keyboard.press("Escape");
    expect(await row.locator(".chip").allTextContents()).toEqual(["good", "<b>bold</b>"]);
    await page.waitForFunction(() => document.activeElement?.classList.contains("editable"));
    rmSync(join(folder, "sweep", "lr=0.1", "board.json"));
  });

  test("parallel coordinates: brushed by keyboard and pointer, runs looked at and selected", async () => {
    const page = await look("?show=parallel");
    await page.waitForSelector(".parallel .axis");
    expect(await page.$$eval(".parallel .axis .title", (all) => all.map((each) => each.lastChild?.textContent))).toEqual(["lr", "optimizer", "valAccuracy"]);
    expect(await page.locator(".parallel .scale").allTextContents()).toEqual(["log"]);
    // Best first, by arrow keys; the space bar selects.
    await page.locator(".parallel .lines").focus();
    expect(await page.textContent(".readout strong")).toBe("lr=0.001");
    await page.keyboard.press("ArrowDown");
    expect(await page.textContent(".readout strong")).toBe("lr=0.01");
    await page.keyboard.press(" ");
    expect(hash().getAll("run")).toEqual(sweep(0.01));
    // The upper end of the axis of optimisers, one down: only adam.
    const end = page.getByRole("slider", { name: "optimizer, to" });
    await end.focus();
    await page.keyboard.press("ArrowDown");
    await page.getByText("2 of 4 runs within the brushes").waitFor();
    expect(await end.getAttribute("aria-valuetext")).toBe("adam");
    expect(hash().getAll("brush").map((text) => JSON.parse(text) as unknown)).toEqual([["config.optimizer", "adam", "adam"]]);
    await page.keyboard.press("Delete");
    expect(hash().has("brush")).toBe(false);
    // Along the axis of accuracies, from its top to a third of it.
    const box = (await page.locator(".parallel .axis").last().locator(".grip").boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3, { steps: 4 });
    await page.mouse.up();
    await page.getByText("3 of 4 runs within the brushes").waitFor();
    await page.getByRole("button", { name: "Select the runs within" }).click();
    expect(hash().getAll("run")).toEqual(sweep(0.001, 0.01, 0.03));
    const saved = async (format: string): Promise<string> => {
      await page.click("summary[aria-label='Export parallel coordinates']");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click(`details.export[open] button:has-text('${format}')`)]);
      return download.path();
    };
    // It stands alone: what the page's style sheets say is in it.
    const svg = readFileSync(await saved("SVG"), "utf8");
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toMatch(/<path [^>]*style="[^"]*fill: ?none[^"]*stroke: ?rgb\([^"]*"/);
    expect(svg).not.toMatch(/class=|var\(/);
    expect(readFileSync(await saved("PNG")).subarray(1, 4).toString()).toBe("PNG");
    const lines = readFileSync(await saved("CSV"), "utf8").trim().split("\r\n");
    expect(lines[0]).toBe("run,config.lr,config.optimizer,metric.valAccuracy");
    expect(lines).toHaveLength(4);
    expect(board.faults).toEqual([]);
  });

  test("one run: facts, configuration, metrics, curves, and what the export says", async () => {
    writePredictions(join(folder, "animals ½"), { epoch: 3, classes: ["cat", "dog"], samples: [sure(0, 1, 0.9, 2), sure(1, 1, 0.8, 2)] });
    writeFileSync(join(folder, "animals ½", "run.json"), runJson({ status: { state: "finished" }, config: { model: "<script>alert(1)</script>", lr: 0.1, epochs: 3 } }));
    writeFileSync(join(folder, "animals ½", "metrics.jsonl"), [1, 2, 3].map((epoch) => epochLine(epoch)).join(""));
    const page = board.page;
    await page.goto(board.address());
    await page.locator('tr[data-run="animals ½"] a').click();
    await page.waitForSelector(".run .figures svg");
    expect(await page.textContent("h1")).toBe("animals ½");
    expect(await page.textContent(".run")).toContain("<script>alert(1)</script>");
    expect(await page.$$eval(".run table tbody tr", (rows) => rows.map((row) => Array.from(row.children, (cell) => cell.textContent)))).toContainEqual(["valAccuracy (judged by it)", "0.7333", "3", "0.7333"]);
    expect(await page.locator(".run .figures h2").allTextContents()).toEqual(["Loss", "Accuracy", "Learning rate", "Images per second"]);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export as one HTML file" }).click();
    const file = join(folder, "..", `nabla-export-${process.pid}.html`);
    expect((await download).suggestedFilename()).toBe("animals-½.html");
    await (await download).saveAs(file);

    const exported = await board.browser.newPage();
    const faults: string[] = [];
    exported.on("console", (message) => faults.push(message.text()));
    exported.on("request", (request) => { if (!/^(file|data):/.test(request.url())) faults.push(request.url()); });
    await exported.goto(`file://${file}`);
    expect(await exported.locator("h2").allTextContents()).toEqual(["Metrics", "Curves", "Predictions", "Configuration", "Facts"]);
    expect(await exported.locator("figure svg").count()).toBe(5);
    expect(await exported.textContent("main")).toContain("After epoch 3, on 2 samples: 50 % right.");
    expect(await exported.locator(".mistakes li").allTextContents()).toEqual(["cattaken for dog, 90 %sample 100"]);
    expect(await exported.$eval(".mistakes img", (image) => (image as HTMLImageElement).naturalWidth)).toBe(4);
    expect(await exported.textContent("table:last-of-type")).not.toBe("");
    expect(await exported.locator("script").count()).toBe(0);
    for (const [width, colorScheme] of [[1280, "light"], [360, "dark"]] as const) {
      await exported.setViewportSize({ width, height: 900 });
      await exported.emulateMedia({ colorScheme });
      expect(await accessibilityFaults(exported)).toEqual([]);
      expect(await exported.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
    expect(faults).toEqual([]);
    await exported.close();
    rmSync(file);
    rmSync(join(folder, "animals ½"), { recursive: true });
    expect(board.faults).toEqual([]);
  }, 180_000);

  test("names of settings break after dots alone, moments are written alike, and signs in a name turn nothing around it", async () => {
    const name = "a\u202efdp.exe";
    writeRun(folder, name, { record: { config: { "checkpoint.seconds": 30, model: "convnet", epochs: 3 } } });
    const { page } = board;
    await page.setViewportSize({ width: 360, height: 900 });
    await page.goto(board.address(`#/run?run=${encodeURIComponent(name)}`));
    await page.locator(".facts dt", { hasText: "checkpoint.seconds" }).waitFor({ timeout: 15_000 });
    // Each part of the name stands on one line.
    const lines = await page.locator(".facts dt", { hasText: "checkpoint.seconds" }).evaluate((dt) =>
      Array.from(dt.childNodes).filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return [node.textContent, new Set(Array.from(range.getClientRects(), ({ top }) => top)).size];
      }),
    );
    expect(lines).toEqual([["checkpoint.", 1], ["seconds", 1]]);
    const created = await page.locator(".facts > div", { has: page.locator("dt", { hasText: /^created$/ }) }).locator("dd").innerText();
    expect(created).toMatch(/^2026-01-0\d \d\d:\d\d$/);
    expect(await page.locator(".toolbar .quiet").innerText()).toContain(created);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(board.address(`#/predictions?run=${encodeURIComponent(name)}`));
    await page.locator("bdi", { hasText: "fdp.exe" }).waitFor();
    const [end, begin] = await page.locator("bdi").evaluate((bdi) => {
      const range = document.createRange();
      range.selectNodeContents(bdi.nextSibling!);
      return [bdi.getBoundingClientRect().right, range.getClientRects()[0].left];
    });
    expect(begin).toBeGreaterThanOrEqual(end - 0.5);
    rmSync(join(folder, name), { recursive: true });
    expect(board.faults).toEqual([]);
  });

  test("a run that was interrupted says how it goes on; one that is gone says so", async () => {
    writeRun(folder, "with blank", { epochs: 1 });
    const { page } = board;
    await page.goto(board.address(`#/run?run=${encodeURIComponent("with blank")}`));
    await page.getByText(`npx nabla train --resume '${folder}/with blank'`).waitFor({ timeout: 15_000 });
    rmSync(join(folder, "with blank"), { recursive: true });
    await page.getByText("There is no run").waitFor({ timeout: 15_000 });
  });

  test("runs appear, go on and vanish while somebody looks, and the focus stays", async () => {
    const page = await look();
    await page.waitForSelector(".runTable tbody tr");
    await page.getByLabel("Select lr=0.01").focus();
    writeRun(folder, "new run", { epochs: 1, record: { created: new Date().toISOString() } });
    writeFileSync(join(folder, "new run", "run.lock"), lockText());
    const row = page.locator('tr[data-run="new run"]');
    await row.waitFor({ timeout: 20_000 });
    expect(await row.locator(".state").textContent()).toBe("running1/3");
    writeFileSync(join(folder, "new run", "metrics.jsonl"), epochLine(1) + epochLine(2));
    await row.getByText("2/3").waitFor({ timeout: 15_000 });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Select lr=0.01");
    rmSync(join(folder, "new run"), { recursive: true });
    await row.waitFor({ state: "detached", timeout: 15_000 });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Select lr=0.01");
    expect(board.faults).toEqual([]);
  });

  test("rows stay where they are while the pointer is on them", async () => {
    const page = await look("?sort=-metric.valAccuracy");
    await page.waitForSelector(".runTable tbody tr");
    const before = await names();
    const metrics = join(folder, "sweep", "lr=0.1", "metrics.jsonl");
    const text = readFileSync(metrics, "utf8");
    const row = page.locator('tr[data-run="sweep/lr=0.01"]');
    await row.hover();
    writeFileSync(metrics, text + epochLine(4, { valAccuracy: 0.99 }));
    // The pointer moves now and then, as pointers do.
    for (let i = 0; i < 100 && !(await page.textContent('tr[data-run="sweep/lr=0.1"]'))!.includes("0.9900"); i++) {
      await row.hover({ position: { x: 200 + (i % 2), y: 10 } });
      await page.waitForTimeout(300);
    }
    expect(await page.textContent('tr[data-run="sweep/lr=0.1"]')).toContain("0.9900");
    expect(await names()).toEqual(before);
    await page.mouse.move(5, 5);
    await page.waitForFunction(() => document.querySelector(".runTable tbody .name")?.textContent === "sweep/lr=0.1", null, { timeout: 40_000 });
    writeFileSync(metrics, text);
  }, 90_000);

  test("what was left out is said calmly", async () => {
    mkdirSync(join(folder, "broken"));
    writeFileSync(join(folder, "broken", "run.json"), "{ half");
    writeFileSync(join(folder, "broken", "metrics.jsonl"), epochLine(1));
    const page = await look();
    const omissions = page.locator("details.omissions");
    await omissions.waitFor({ timeout: 20_000 });
    await omissions.locator("summary").click();
    expect(await omissions.locator("li").first().textContent()).toContain("broken");
    rmSync(join(folder, "broken"), { recursive: true });
    await omissions.waitFor({ state: "detached", timeout: 20_000 });
  });

  test("the theme is chosen, and remembered", async () => {
    const page = await look();
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe("rgb(255, 255, 255)");
    await page.getByLabel("Theme").selectOption("dark");
    expect(await ground()).toBe("rgb(15, 20, 26)");
    await page.reload();
    await page.waitForSelector("h1");
    expect(await ground()).toBe("rgb(15, 20, 26)");
    await page.getByLabel("Theme").selectOption("system");
    expect(await ground()).toBe("rgb(255, 255, 255)");
  });

  test("readable by everyone, on narrow and wide screens, light and dark", async () => {
    const { page } = board;
    const places = [`#/runs?${selection(0.1)}&group=config.optimizer`, `#/runs?show=parallel&${selection(0.1)}`, `#/runs?show=differences&${selection(0.1, 0.03)}`, "#/runs?show=differences", `#/run?${selection(0.1)}`, "#/nowhere"];
    for (const [width, colorScheme] of [[1280, "light"], [360, "dark"], [2560, "dark"]] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      for (const place of places) {
        await page.goto("about:blank");
        await page.goto(board.address(place));
        await page.waitForSelector("main h1, main p");
        await page.waitForTimeout(300);
        if (width < 2560) expect([place, width, await accessibilityFaults(page)]).toEqual([place, width, []]);
        expect([place, width, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)]).toEqual([place, width, 0]);
      }
    }
    expect(board.faults).toEqual([]);
  }, 300_000);
});

describeInBrowser("runs: none and many", () => {
  test("an empty folder says which command makes a run", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nabla-runs-"));
    const board = await openBoard(folder);
    await board.page.goto(board.address());
    await board.page.getByText("npx nabla train convnet").waitFor();
    expect(await accessibilityFaults(board.page)).toEqual([]);
    await board.page.goto(board.address("#/run?run=none"));
    await board.page.getByText("There is no run").waitFor();
    await board.close();
    rmSync(folder, { recursive: true });
  });

  test("of 1,000 runs only the rows in sight are in the page, and all can be reached", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nabla-runs-"));
    for (let i = 0; i < 1000; i++) writeRun(folder, `run ${i}`, { epochs: 2, record: { config: { model: "mlp", lr: i / 1000, epochs: 2 }, created: new Date(Date.UTC(2026, 0, 1) + 1000 * i).toISOString() } });
    const board = await openBoard(folder);
    const { page } = board;
    await page.goto(board.address());
    await page.locator(".count", { hasText: "1000 runs" }).waitFor({ timeout: 60_000 });
    expect(await page.locator(".runTable tbody tr[data-run]").count()).toBeLessThan(60);
    expect(await page.getAttribute(".runTable table", "aria-rowcount")).toBe("1001");
    await page.$eval(".runTable", (table) => { table.scrollTop = table.scrollHeight; });
    await page.locator('tr[data-run="run 0"]').waitFor();
    expect(await page.getAttribute('tr[data-run="run 0"]', "aria-rowindex")).toBe("1001");
    // Rows that appear above leave those in sight where they are.
    const top = (): Promise<number> => page.$eval('tr[data-run="run 0"]', (row) => row.getBoundingClientRect().top);
    const before = await top();
    writeRun(folder, "newest", { epochs: 1, record: { created: new Date().toISOString() } });
    await page.locator(".count", { hasText: "1001 runs" }).waitFor({ timeout: 60_000 });
    await page.waitForTimeout(300);
    expect(Math.abs((await top()) - before)).toBeLessThan(2);
    await page.getByLabel("Select all runs shown").click();
    await page.getByText("951 more did not fit: at most 50 are looked at together").waitFor();
    await page.getByLabel("Filter", { exact: true }).fill("lr<0.005");
    await page.locator(".count", { hasText: "5 of 1001 runs" }).waitFor();
    expect(board.faults).toEqual([]);
    await board.close();
    rmSync(folder, { recursive: true });
  }, 180_000);
});

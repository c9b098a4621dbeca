/** The view of predictions, in Chromium. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults } from "./accessibility.js";
import { describeInBrowser, openBoard, type OpenBoard } from "./browser.js";
import { firstIndex, sure, writePredictions } from "./predictionsFile.js";
import { circlesRun } from "./sampleRuns.js";

const animals = ["cat", "dog", "ship"];

/** 30 samples, 10 of each class: 3 cats taken for dogs, 1 dog for a ship, 1 ship for a cat; the rest right. */
const samples = Array.from({ length: 30 }, (_, n) => {
  const label = n % 3;
  const mistakes: Readonly<Record<number, readonly [number, number]>> = { 0: [1, 0.6], 3: [1, 0.9], 6: [1, 0.75], 1: [2, 0.8], 2: [0, 0.5] };
  const [predicted, confidence] = mistakes[n] ?? [label, 0.95];
  return sure(label, predicted, confidence, 3);
});

describeInBrowser("predictions", () => {
  let folder: string;
  let board: OpenBoard;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nabla-predictions-"));
    writePredictions(join(folder, "animals ½"), { epoch: 7, classes: animals, samples });
    writePredictions(join(folder, "table"), { epoch: 2, classes: ["no", "yes"], samples: [sure(0, 1, 0.75, 2), sure(1, 1, 0.875, 2)], side: 0 });
    const hundred = Array.from({ length: 100 }, (_, k) => `class ${k}`);
    writePredictions(join(folder, "hundred"), { epoch: 1, classes: hundred, samples: Array.from({ length: 400 }, (_, n) => sure(n % 100, n % 7 === 0 ? (n + 3) % 100 : n % 100, 0.5 + n / 1000, 100)) });
    const many = Array.from({ length: 300 }, (_, k) => `kind ${k}`);
    writePredictions(join(folder, "three hundred"), { epoch: 1, classes: many, samples: Array.from({ length: 300 }, (_, n) => sure(n, n < 2 ? 5 : n, 0.9, 300)), side: 0 });
    const names = Array.from({ length: 1000 }, (_, k) => `word ${k}`);
    writePredictions(join(folder, "thousand"), { epoch: 1, classes: names, samples: Array.from({ length: 2000 }, (_, n) => sure(n % 900, n % 2 === 0 ? n % 900 : (n + 1) % 900, 0.9, 1000)), side: 0 });
    writePredictions(join(folder, "damaged"), { epoch: 1, classes: animals, samples });
    writeFileSync(join(folder, "damaged", "predictions.safetensors"), "no tensors");
    writePredictions(join(folder, "none"), { epoch: 1, classes: animals, samples });
    rmSync(join(folder, "none", "predictions.safetensors"));
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

  const look = async (run: string, rest = ""): Promise<OpenBoard["page"]> => {
    await board.page.goto(board.address(`#/predictions?run=${encodeURIComponent(run)}${rest}`));
    await board.page.waitForSelector("h1");
    return board.page;
  };
  const verdicts = (): Promise<string[]> => board.page.$$eval(".sample .verdict > p", (all) => all.map((each) => each.textContent ?? ""));
  const hash = (): URLSearchParams => new URLSearchParams(board.page.url().split("?")[1]);

  test("what was right, by class and in all", async () => {
    const page = await look("animals ½");
    await page.waitForSelector(".matrix");
    expect(await page.textContent(".predictions .summary")).toContain("after epoch 7: 83.3 % of 30 samples right, in 3 classes");
    expect(await page.$$eval(".matrix tbody tr", (rows) => rows.map((row) => Array.from(row.querySelectorAll("td"), (cell) => cell.firstChild?.textContent)))).toEqual([["7", "3", "0"], ["0", "9", "1"], ["1", "0", "9"]]);
    expect(await page.$$eval(".classes tbody tr", (rows) => rows.map((row) => Array.from(row.querySelectorAll("th, td")).slice(0, 4).map((cell) => cell.textContent)))).toEqual([["cat", "10", "0.875", "0.700"], ["dog", "10", "0.750", "0.900"], ["ship", "10", "0.900", "0.900"]]);
    // Sorted by recall, falling, then not at all.
    for (const order of [["cat", "dog", "ship"], ["dog", "ship", "cat"], ["cat", "dog", "ship"]]) {
      await page.click(".classes th:nth-child(4) button");
      expect(await page.$$eval(".classes tbody th", (cells) => cells.map((cell) => cell.textContent))).toEqual(order);
    }
    expect(await page.textContent(".figure svg desc")).toMatch(/^Precision–recall curve\. cat: Average precision 0\.\d+\. dog: .* ship: /);
    expect(board.faults).toEqual([]);
  });

  test("mistakes by class, the most confident first, with their likeliest classes", async () => {
    const page = await look("animals ½");
    await page.waitForSelector(".class-section:nth-of-type(3) .sample");
    expect(await page.$$eval(".class-section h3", (all) => all.map((each) => each.textContent))).toEqual(["cat · 3 wrong samples", "dog · 1 wrong sample", "ship · 1 wrong sample"]);
    expect(await verdicts()).toEqual(["cat taken for dog", "cat taken for dog", "cat taken for dog", "dog taken for ship", "ship taken for cat"]);
    expect(await page.$$eval(".sample", ([first]) => Array.from(first.querySelectorAll(".likeliest li"), (each) => each.textContent))).toEqual(["dog 0.900", "cat ✓ 0.050", "ship 0.050"]);
    expect(await page.$$eval(".sample button", (all) => all.slice(0, 3).map((each) => (each as HTMLElement).dataset["sample"]))).toEqual([3, 6, 0].map((n) => String(firstIndex + n)));
    await page.waitForFunction(() => Array.from(document.querySelectorAll<HTMLImageElement>(".sample img")).every((image) => image.naturalWidth === 4));
    expect(await page.$eval(".sample img", (image) => getComputedStyle(image).imageRendering)).toBe("pixelated");
  });

  test("a cell of the matrix chooses its samples, by mouse and by keyboard; the address keeps it", async () => {
    const page = await look("animals ½");
    await page.click(".matrix tbody tr:nth-child(2) td:nth-child(4)");
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 1);
    expect(await verdicts()).toEqual(["dog taken for ship"]);
    expect(Object.fromEntries(hash())).toMatchObject({ label: "1", predicted: "2", which: "wrong" });
    expect(await page.$$eval('.matrix [aria-selected="true"]', (all) => all.map((each) => each.textContent))).toEqual(["1 10.0 %"]);
    // One stop of the tab key; from dog, ship to cat, dog: up and left.
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 3);
    expect(await page.textContent(".gallery [role=status]")).toBe("3 wrong samples of cat, taken for dog, most confident first.");
    await page.click("text=To the chosen samples");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Samples");
    expect(await page.isVisible(".sample")).toBe(true);
    await page.focus('.matrix [tabindex="0"]');
    // On the diagonal: what was right.
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press(" ");
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 7);
    expect(hash().get("which")).toBe("right");
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 3);
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 3);
    await page.click("text=Clear filters");
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 5);
    expect(board.faults).toEqual([]);
  });

  test("filters and orders", async () => {
    const page = await look("animals ½", "&layout=list");
    await page.selectOption("label:has-text('Order') select", "index");
    await page.waitForFunction(() => document.querySelector<HTMLElement>(".sample button")?.dataset["sample"] === "100");
    expect(await page.$$eval(".sample button", (all) => all.map((each) => Number((each as HTMLElement).dataset["sample"]) - 100))).toEqual([0, 1, 2, 3, 6]);
    await page.check("label:has-text('all') input");
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 30);
    await page.selectOption("label:has-text('Predicted class') select", { label: "dog" });
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 12);
    expect(await page.textContent(".gallery [role=status]")).toBe("12 samples taken for dog.");
  });

  test("a sample, large, with all that is known of it", async () => {
    const page = await look("animals ½", "&layout=list");
    await page.click(`[data-sample="${firstIndex + 3}"]`);
    await page.waitForSelector("dialog dl");
    expect(await page.textContent("dialog h2")).toBe("Sample 103: cat taken for dog");
    expect(await page.$$eval("dialog dd", (all) => all.map((each) => each.textContent))).toEqual(["cat", "0.050", "dog", "0.900", "2.9957", "103", "4 × 4 pixels"]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => document.querySelector("dialog h2")?.textContent === "Sample 101: dog taken for ship");
    expect(hash().get("item")).toBe("101");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.querySelector("dialog") === null);
    expect(hash().get("item")).toBe(null);
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset["sample"])).toBe("101");
    // By its address alone, and one that is not there.
    await look("animals ½", "&item=129");
    await page.waitForFunction(() => document.querySelector("dialog h2")?.textContent === "Sample 129: ship, right");
    await look("animals ½", "&item=7");
    await page.waitForFunction(() => document.querySelector("dialog .problem")?.textContent === "There is no sample 7 among the predictions of this run.");
    expect(board.faults).toEqual([]);
  });

  test("new predictions come by themselves; filters and place stay", async () => {
    const run = join(folder, "live");
    writePredictions(run, { epoch: 1, classes: animals, samples });
    const page = await look("live", "&label=0&order=index");
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 3);
    await page.evaluate(() => scrollTo(0, 400));
    writePredictions(run, { epoch: 2, classes: animals, samples: samples.map((each, n) => (n === 3 ? sure(0, 0, 0.99, 3) : each)) });
    await page.waitForFunction(() => document.querySelector(".summary")?.textContent?.includes("after epoch 2: 86.7 %"));
    await page.waitForFunction(() => document.querySelectorAll(".sample").length === 2);
    expect(await page.evaluate(() => scrollY)).toBe(400);
    expect(hash().get("label")).toBe("0");
    expect(board.faults).toEqual([]);
  });

  test("a training that begins while the page is open", async () => {
    const page = await look("trains");
    await page.waitForFunction(() => document.querySelector("main .problem")?.textContent?.includes("There is no run “trains”"));
    await circlesRun(join(folder, "trains"), { lr: 0.1, epochs: 8 });
    await page.waitForSelector(".matrix");
    await page.waitForFunction(() => /^trains, after epoch \d: [\d.]+ % of 60 samples right, in 2 classes\./.test(document.querySelector(".summary")?.textContent ?? ""));
    expect(board.faults).toEqual([]);
  });

  test("samples without pictures are a table", async () => {
    const page = await look("table", "&which=all&layout=list");
    await page.waitForSelector(".gallery table");
    expect(await page.$$eval(".gallery tbody tr", (rows) => rows.map((row) => Array.from(row.children, (cell) => cell.textContent)))).toEqual([
      ["101", "yes", "yes ✓", "0.134", "yes 0.875 · no 0.125"],
      ["100", "no", "yes", "1.386", "yes 0.750 · no 0.250"],
    ]);
    await page.click(".gallery tbody button");
    await page.waitForFunction(() => document.querySelector("dialog h2")?.textContent === "Sample 101: yes, right");
    expect(await page.$("dialog img")).toBe(null);
  });

  test("a hundred classes: cells are small, and say in words what they are", async () => {
    const page = await look("hundred");
    await page.waitForSelector(".matrix.compact");
    expect(await page.$$eval(".matrix td[role=gridcell]", (all) => all.length)).toBe(10_000);
    await page.hover(".matrix tbody tr:nth-child(1) td:nth-child(5)");
    expect(await page.textContent(".pointed")).toBe("class 0 taken for class 3: 1 of 4, 25.0 %");
    expect(await page.$eval(".matrix tbody tr:nth-child(1) td:nth-child(5)", (cell) => cell.ariaLabel)).toBe("1");
    expect(await page.$$eval(".classes input:checked", (all) => all.length)).toBe(5);
  });

  test("hundreds of classes: no grid, but the pairs confused most", async () => {
    const page = await look("three hundred");
    await page.waitForSelector(".confused");
    expect(await page.$(".matrix")).toBe(null);
    await page.click("text=kind 1 taken for kind 5: 1");
    await page.waitForFunction(() => document.querySelectorAll(".gallery tbody tr").length === 1);
    expect(await page.textContent(".gallery tbody td")).toBe("kind 1");
    expect(board.faults).toEqual([]);
  });

  test("a thousand classes: few of them at first, the others by name or on demand", async () => {
    const page = await look("thousand");
    await page.waitForSelector(".class-section");
    const many = (selector: string): Promise<number> => page.$$eval(selector, (all) => all.length);
    // All together the page stays small.
    expect(await many(".predictions *")).toBeLessThan(6000);
    expect(await many(".class-section")).toBe(50);
    await page.click("text=Show 50 more classes");
    expect(await many(".class-section")).toBe(100);
    expect([await many(".classes tbody tr"), await page.textContent(".find [role=status]")]).toEqual([100, "100 of 900 classes that samples are of, or were taken for, of 1000 in all"]);
    await page.click(".classes-scroll button:text-is('Show 100 more')");
    expect(await many(".classes tbody tr")).toBe(200);
    await page.fill("label:has-text('Find a class') input", "WORD 89");
    await page.waitForFunction(() => document.querySelectorAll(".classes tbody tr").length === 11);
    expect(await page.$$eval("label:has-text('True class') option", (all) => all.length)).toBe(901);
    await page.click(".classes button:text-is('word 891')");
    await page.waitForFunction(() => document.querySelector(".gallery [role=status]")?.textContent?.includes("of word 891"));
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(board.faults).toEqual([]);
  });

  test("no predictions: the command that makes them; a run that is not there", async () => {
    const page = await look("none");
    await page.waitForSelector(".empty");
    expect(await page.textContent(".empty")).toContain("npx nabla train convnet");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(board.faults).toEqual([]);
    await look("gone");
    await page.waitForFunction(() => document.querySelector("main .problem")?.textContent?.startsWith("There is no run “gone” in this folder."));
  });

  test("several runs: one of them at a time", async () => {
    const page = await look("animals ½", "&run=table&label=2");
    await page.waitForFunction(() => document.querySelector(".summary b")?.textContent === "animals ½");
    await page.selectOption("label:has-text('Run') select", "table");
    await page.waitForFunction(() => document.querySelector(".summary b")?.textContent === "table");
    expect(hash().getAll("run")).toEqual(["animals ½", "table"]);
    expect([hash().get("of"), hash().get("label")]).toEqual(["table", null]);
  });

  test("no run named: the newest that has predictions, and no other when one more appears", async () => {
    const { page } = board;
    await page.goto(board.address("#/predictions"));
    await page.waitForSelector(".matrix");
    const shown = hash().get("of");
    writePredictions(join(folder, "newer"), { epoch: 9, classes: animals, samples, created: "2030-01-01T00:00:00.000Z" });
    await page.waitForSelector('option:text-is("newer")', { state: "attached" });
    expect([hash().get("of"), hash().get("run")]).toEqual([shown, null]);
    expect(await page.textContent(".summary")).not.toContain("newer");
    await page.goto("about:blank");
    await page.goto(board.address("#/predictions"));
    await page.waitForFunction(() => document.querySelector(".summary b")?.textContent === "newer");
    expect(board.faults).toEqual([]);
  });

  test("the numbers can be taken away", async () => {
    const page = await look("animals ½", "&label=0");
    await page.waitForSelector(".sample");
    const saved = async (card: string, format: string): Promise<string> => {
      await page.click(`${card} .export summary`);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click(`${card} .export button:text-is("${format}")`)]);
      return readFileSync(await download.path(), "utf8");
    };
    expect(await saved(".matrix-card", "CSV")).toMatch(/^true class,predicted class,count,share of the true class\r\ncat,cat,7,0\.7\r\ncat,dog,3,0\.3\r\n/);
    expect(await saved(".matrix-card", "SVG")).toContain("<title>cat taken for dog: 3 of 10</title>");
    expect(await saved(".figure-card", "CSV")).toMatch(/^class,recall,precision\r\ncat,/);
    expect(await saved(".gallery", "CSV")).toMatch(/^index,true class,predicted class,loss,class 1,probability 1,class 2,probability 2,class 3,probability 3\r\n103,cat,dog,2\.99\d+,dog,0\.89\d+,cat,0\.0/);
    const picture = await saved(".gallery", "SVG");
    expect(Array.from(picture.matchAll(/<text [^>]*>([^<]*)</g), ([, text]) => text)).toEqual(["3 wrong samples of cat", "cat → dog", "0.900", "cat → dog", "0.750", "cat → dog", "0.600"]);
    expect(picture.match(/<image [^>]*href="data:image\/png;base64,/g)).toHaveLength(3);
    await page.click(".gallery .export summary");
    const [png] = await Promise.all([page.waitForEvent("download"), page.click('.gallery .export button:text-is("PNG")')]);
    expect(readFileSync(await png.path()).readUInt32BE(16)).toBe(2 * Number(/^<svg [^>]*?width="(\d+)"/.exec(picture)![1]));
    // Without pictures there is none to be taken away.
    await look("table");
    await page.click(".gallery .export summary");
    await expect.poll(() => page.locator(".gallery .export button").allTextContents()).toEqual(["CSV"]);
    expect(board.faults).toEqual([]);
  });

  test.each(["light", "dark"] as const)("accessible and without a scroll bar across, %s", async (colorScheme) => {
    await board.page.emulateMedia({ colorScheme });
    for (const width of [360, 1280, 2560]) {
      await board.page.setViewportSize({ width, height: 900 });
      const page = await look("animals ½");
      // Samples come when the reader is near.
      await page.locator(".class-section").first().scrollIntoViewIfNeeded();
      await page.waitForSelector(".sample");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    await board.page.emulateMedia({ colorScheme: null });
  });

  test("a damaged file: what is wrong with it", async () => {
    const page = await look("damaged");
    await page.waitForSelector("main .problem");
    expect(await page.textContent("main .problem")).toMatch(/predictions\.safetensors/);
    // The browser itself notes that the answer is none.
    expect(board.faults).toEqual([expect.stringContaining("422")]);
  });
});

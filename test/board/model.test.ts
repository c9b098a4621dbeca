/** The view of the model, in Chromium, on runs of real trainings. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { crossEntropy, data, EventWriter, manualSeed, nn, optim, recordRun, relu, type Tensor, tensor, Trainer } from "../../src/index.js";
import type { Inspection, Spread } from "../../src/board/protocol.js";
import { accessibilityFaults } from "./accessibility.js";
import { describeInBrowser, openBoard, type OpenBoard } from "./browser.js";

/** What goes in is added to what comes out. */
class Block extends nn.Module {
  conv = new nn.Conv2d(4, 4, 3, { padding: 1 });
  norm = new nn.BatchNorm2d(4);
  override forward(x: Tensor): Tensor {
    return relu(this.norm.forward(this.conv.forward(x)).add(x));
  }
}

/** A small residual network on stripes that lie or stand. */
async function stripesRun(folder: string): Promise<void> {
  manualSeed(1);
  const images = new Uint8Array(48 * 64);
  const labels = Int32Array.from({ length: 48 }, (_, i) => i % 2);
  images.forEach((_, at) => {
    const [i, row, column] = [Math.floor(at / 64), Math.floor(at / 8) % 8, at % 8];
    images[at] = 60 * (((labels[i] === 0 ? row : column) + i) % 4);
  });
  const set = new data.ImageDataset({ name: "stripes", images, labels, shape: [1, 8, 8], classes: ["lying", "standing"] });
  const model = new nn.Sequential(new nn.Conv2d(1, 4, 3, { padding: 1 }), new nn.ReLU(), new nn.Sequential(new Block(), new Block()), new nn.Flatten(), new nn.Linear(256, 2));
  const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.01 }), loss: crossEntropy });
  trainer.listen(recordRun(folder, { trainer }));
  const loader = (shuffle: boolean) => new data.DataLoader(set, { batch: 12, shuffle, workers: 0 });
  await trainer.fit(loader(true), loader(false), { epochs: 3 });
}

/** A layer that is run 300 times. */
class Again extends nn.Module {
  fc = new nn.Linear(4, 4);
  override forward(x: Tensor): Tensor {
    for (let i = 0; i < 300; i++) x = relu(this.fc.forward(x).add(1));
    return x;
  }
}

async function longRun(folder: string): Promise<void> {
  manualSeed(2);
  const x = tensor(Array.from({ length: 12 }, (_, i) => [i, 1, -i, 2].map((value) => value / 12)));
  const loader = new data.DataLoader(new data.TensorDataset({ x, y: tensor(Int32Array.from({ length: 12 }, (_, i) => i % 2)) }), { batch: 6 });
  const model = new nn.Sequential(new Again(), new nn.Linear(4, 2));
  const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 1e-6 }), loss: crossEntropy });
  trainer.listen(recordRun(folder, { trainer }));
  await trainer.fit(loader, loader, { epochs: 1 });
}

/** The same with gradients that get smaller towards the input. */
function vanishing(folder: string): void {
  const file = join(folder, "inspection.json");
  const inspection = JSON.parse(readFileSync(file, "utf8")) as Inspection;
  const smaller = (spread: Spread | null, by: number): Spread | null => spread && { ...spread, mean: spread.mean! * by, std: spread.std! * by };
  const samples = inspection.samples.map((sample) => ({ ...sample, graph: sample.graph.map((each) => ({ ...each, gradient: smaller(each.gradient, /^(0|2)\b/.test(each.name) ? 1e-7 : 1) })) }));
  writeFileSync(file, JSON.stringify({ ...inspection, samples }));
}

describeInBrowser("model", () => {
  let folder: string;
  let board: OpenBoard;
  let foreign: EventWriter;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nabla-model-"));
    await stripesRun(join(folder, "stripes ½"));
    cpSync(join(folder, "stripes ½"), join(folder, "vanishing"), { recursive: true });
    vanishing(join(folder, "vanishing"));
    await longRun(join(folder, "long"));
    foreign = new EventWriter(join(folder, "foreign"));
    foreign.addScalar("dead/relu1", 0, 1);
    foreign.addScalar("dead/relu2", 0.34, 1);
    await foreign.addHistogram("embedding", [-1, -0.5, 0, 0.5, 1], 1);
    await foreign.flush();
    board = await openBoard(folder);
  }, 240_000);
  afterAll(async () => {
    await board?.close();
    await foreign?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await board.page.goto("about:blank");
    await board.page.setViewportSize({ width: 1280, height: 900 });
  });

  const look = async (run: string, rest = ""): Promise<OpenBoard["page"]> => {
    await board.page.goto(board.address(`#/model?run=${encodeURIComponent(run)}${rest}`));
    await board.page.waitForSelector("nav.parts");
    return board.page;
  };
  const boxes = (): Promise<string[]> => board.page.$$eval(".node", (all) => all.map((each) => each.getAttribute("aria-label")!.split(",")[0]));
  const hash = (): URLSearchParams => new URLSearchParams(board.page.url().split("?")[1]);
  const focused = (): Promise<string> => board.page.evaluate(() => document.activeElement?.getAttribute("aria-label")?.split(",")[0] ?? "");

  test("shows one of several runs that are looked at, and keeps the others", async () => {
    const page = board.page;
    await page.goto(board.address("#/model?run=foreign&run=vanishing&run=stripes+%C2%BD"));
    await page.waitForSelector("text=This run has no model.json");
    expect(await page.inputValue(".view-head select")).toBe("foreign");
    await page.selectOption(".view-head select", "stripes ½");
    await page.waitForSelector(".node");
    expect([hash().getAll("run"), hash().get("of")]).toEqual([["foreign", "vanishing", "stripes ½"], "stripes ½"]);
    // Without a word of the address: the newest, which stays.
    await page.goto(board.address("#/model"));
    await expect.poll(() => hash().get("of")).not.toBeNull();
  });

  describe("network", () => {
    test("folds and unfolds by keys and by mouse, and the address keeps it", async () => {
      const page = await look("stripes ½");
      await page.waitForSelector(".node");
      expect(await boxes()).toEqual(["input", "0", "1", "2", "3", "4", "output"]);
      await page.focus(".node >> nth=0");
      for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter", "ArrowDown"]) await page.keyboard.press(key);
      await expect.poll(focused).toBe("2.0");
      await page.keyboard.press("Enter");
      await expect.poll(boxes).toEqual(["input", "0", "1", "2", "2.0", "2.0.conv", "2.0.norm", "2.1", "3", "4", "output"]);
      expect(hash().getAll("open")).toEqual(["m:2", "m:2.0"]);
      expect(await page.textContent(".details h2")).toBe("2.0");
      await page.reload();
      await expect.poll(boxes).toHaveLength(11);
      await page.focus('.node[aria-label^="2.0.conv,"]');
      await page.keyboard.press("Escape");
      await expect.poll(focused).toBe("2.0");
      await page.click('.node[aria-label^="2,"]', { position: { x: 12, y: 12 } });
      await expect.poll(boxes).toHaveLength(7);
      await page.click("text=Unfold all");
      await expect.poll(boxes).toHaveLength(13);
    });

    test("says what each module costs, in boxes, in details, and in a table", async () => {
      const page = await look("stripes ½", "&module=m%3A0");
      await page.waitForSelector(".node");
      expect(await page.textContent(".details h2")).toBe("0");
      expect(await page.textContent(".details")).toMatch(/Conv2d\(1, 4, kernel=3.*Output4 × 8 × 8.*Receptive field3 × 3.*Parameters 40.*Multiply-adds 2,304/s);
      await page.uncheck("text=parameters");
      await page.check("text=receptive field");
      await expect.poll(() => hash().get("show")).toBe("shape field");
      const drawn = await page.$$eval(".drawing text", (all) => all.map((each) => each.textContent));
      expect(drawn).toContain("sees 3 × 3");
      expect(drawn).not.toContain("40 parameters");
      await page.click("text=All modules as a table");
      const rows = await page.$$eval("details.table tbody tr", (all) => all.map((row) => Array.from(row.children, (cell) => cell.textContent)));
      expect(rows.map(([name]) => name)).toEqual(["model", "0", "1", "2", "0", "conv", "norm", "1", "conv", "norm", "3", "4"]);
      expect(rows[1].slice(2, 5)).toEqual(["4 × 8 × 8", "40", "2,304"]);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("summary[aria-label^=Export]").then(() => page.click("button:has-text('SVG')"))]);
      expect(readFileSync(await download.path(), "utf8")).toMatch(/^<svg .*BatchNorm2d|^<svg .*Conv2d/s);
    });
  });

  describe("values and gradients", () => {
    test("of a chosen sample, module by module", async () => {
      const page = await look("stripes ½", "&part=values");
      await page.waitForSelector(".node");
      expect(await page.textContent(".findings")).toContain("Gradients reach all parameters");
      expect(await boxes()).toEqual(["input", "0", "1", "2", "3", "4", "loss"]);
      const pictures = await page.$$eval(".samples img", (all) => all.map((each) => (each as HTMLImageElement).naturalWidth));
      expect(pictures.length).toBeGreaterThan(1);
      expect(new Set(pictures)).toEqual(new Set([8]));
      await page.click(".samples button >> nth=1");
      expect(hash().get("sample")).toBe("1");
      expect(await page.textContent(".answer")).toMatch(/Loss .* the right class is (lying|standing)\..*lying.*standing|standing.*lying/s);
      await page.click("text=Unfold all");
      await expect.poll(async () => (await boxes()).some((each) => each === "2.0.conv.weight")).toBe(true);
      await page.click('.node[aria-label^="2.0.conv.weight,"]');
      expect(await page.textContent("#operation-name")).toBe("2.0.conv.weight");
      await page.click("text=All operations as a table");
      const rows = await page.$$eval("details.table tbody tr", (all) => all.map((row) => Array.from(row.children, (cell) => cell.textContent)));
      expect(rows.find(([name, within]) => name === "relu" && within === "2.1")).toBeDefined();
    });

    test("words say where gradients vanish", async () => {
      const page = await look("vanishing", "&part=values&op=m%3A0");
      await page.waitForSelector(".node");
      expect(await page.textContent(".findings")).toMatch(/10 of 12 parameters have vanishing gradients: less than 1\/1,000 of that at the output/);
      expect(await page.getAttribute('.node[aria-label^="0,"]', "aria-label")).toContain("vanishing gradient");
      expect(await page.textContent(".details")).toContain("Its gradient vanishes");
    });
  });

  test("of more than 500 operations, those of a module are one", async () => {
    const page = await look("long", "&part=values");
    await page.getByText("This graph has 904 operations, too many to be looked at one by one").waitFor();
    expect(await boxes()).toEqual(["input", "0", "1", "loss"]);
    await page.click("text=Unfold all");
    await expect.poll(boxes).toEqual(expect.arrayContaining(["600 operations in 0", "300 operations in 0.fc", "0.fc.weight"]));
    await page.click('.node[aria-label^="600 operations in 0,"]');
    expect(await page.textContent("#operation-name")).toBe("600 operations");
    await page.click("text=All operations as a table");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test("filters over the epochs, and maps of a layer", async () => {
    const page = await look("stripes ½", "&part=filters");
    await page.waitForFunction(() => document.querySelectorAll<HTMLImageElement>(".pictures img").length === 2 && Array.from(document.querySelectorAll<HTMLImageElement>(".pictures img")).every((each) => each.naturalWidth > 0));
    await page.focus("input[type=range]");
    await page.keyboard.press("Home");
    await expect.poll(() => hash().get("step")).toBe("1");
    expect(await page.getAttribute("input[type=range]", "aria-valuetext")).toBe("epoch 1");
    await page.selectOption(".pictures select", "2.0.norm");
    await expect.poll(() => hash().get("layer")).toBe("2.0.norm");
    await page.waitForSelector('img[alt^="Maps of 2.0.norm"]');
    const table = async (name: string): Promise<string[]> => {
      const menu = page.locator("details.export").filter({ has: page.locator(`summary[aria-label*="${name}"]`) });
      await menu.locator("summary").click();
      const [download] = await Promise.all([page.waitForEvent("download"), menu.getByRole("button", { name: "CSV" }).click()]);
      return readFileSync(await download.path(), "utf8").trimEnd().split("\r\n");
    };
    const filters = await table("0, epoch 1");
    expect(filters[0]).toBe("filter,row,column,brightness");
    // Four filters of 3 × 3, each from its lowest weight to its highest.
    expect(filters.slice(1).map((row) => row.split(",").slice(0, 3).join())).toEqual(Array.from({ length: 36 }, (_, i) => [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3].join()));
    for (const filter of [0, 1, 2, 3]) expect(filters.filter((row) => row.startsWith(`${filter},`) && /,(0|255)$/.test(row)).length).toBeGreaterThanOrEqual(2);
    const maps = await table("Maps of 2.0.norm");
    expect([maps[0], maps.length, maps.at(-1)!.replace(/\d+$/, "")]).toEqual(["map,row,column,brightness", 1 + 4 * 8 * 8, "3,7,7,"]);
  });

  test("histograms as ridges and heat, and of all layers", async () => {
    const page = await look("stripes ½", "&part=histograms");
    await page.waitForSelector(".figure-card svg");
    expect(await page.$$eval(".multiple .name", (all) => all.map((each) => each.textContent!.replaceAll("\u200b", "")))).toEqual([
      "0.weight", "0.bias", "2.0.conv.weight", "2.0.conv.bias", "2.0.norm.weight", "2.0.norm.bias",
      "2.1.conv.weight", "2.1.conv.bias", "2.1.norm.weight", "2.1.norm.bias", "4.weight", "4.bias",
    ]);
    await page.click(".multiple >> nth=2");
    await page.waitForSelector("h2:has-text('weights/2.0.conv.weight')");
    await page.selectOption("select >> nth=-1", "heat");
    await page.check("text=log counts");
    await expect.poll(() => [hash().get("tensor"), hash().get("form"), hash().get("counts")]).toEqual(["weights/2.0.conv.weight", "heat", "log"]);
    await page.waitForSelector(".figure-card svg image");
    await page.click("summary[aria-label='Export stripes ½ all weights']");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("details[open] button:has-text('CSV')")]);
    expect(new Set(readFileSync(await download.path(), "utf8").trim().split("\r\n").slice(1).map((row) => row.split(",")[0])).size).toBe(12);
    await page.selectOption(".choices select >> nth=0", "gradients");
    await page.waitForSelector("h2:has-text('gradients/2.0.conv.weight')");
  });

  test("dead units in words; what comes later comes in, and choices stay", async () => {
    const page = await look("foreign", "&part=histograms&form=heat");
    await page.waitForSelector("text=relu2: 34 % of its units are dead");
    await page.waitForSelector("p:has-text('Histogram at step 1')");
    await foreign.addHistogram("embedding", [-2, 0, 2], 2);
    foreign.addScalar("dead/relu2", 0.5, 2);
    await foreign.flush();
    await page.waitForSelector("p:has-text('2 histograms over step 1 to 2')");
    await page.waitForSelector("text=relu2: 50 % of its units are dead");
    expect(hash().get("form")).toBe("heat");
  });

  test("what is missing is said, with the command that records it", async () => {
    for (const part of ["network", "values", "filters", "histograms"]) {
      const page = await look("foreign", `&part=${part}`);
      if (part !== "histograms") await page.waitForSelector("p.quiet:has-text('npx nabla train')");
    }
    await board.page.goto(board.address("#/model?run=none"));
    await board.page.waitForSelector("text=There is no run “none” in this folder");
  });

  test.each([["light", 1280], ["dark", 360]] as const)("is accessible and fits, %s, %d pixels", async (colorScheme, width) => {
    await board.page.emulateMedia({ colorScheme });
    await board.page.setViewportSize({ width, height: 900 });
    for (const rest of ["&open=m%3A2&module=m%3A2.0", "&part=values&op=op%3A1", "&part=filters", "&part=histograms&form=heat"]) {
      const page = await look("stripes ½", rest);
      await page.waitForSelector(".node, .pictures img, .multiple svg");
      expect(await accessibilityFaults(page), rest).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), rest).toBeLessThanOrEqual(width);
    }
  });

  test("without a fault in the console", () => {
    expect(board.faults).toEqual([]);
  });
});

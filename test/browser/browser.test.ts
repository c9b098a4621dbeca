/**
 * The library in Chromium: on a page's main thread and in a worker, on a site that is isolated (COOP and COEP headers) and on one that is
 * not. What it computes equals what Node's wasm backend computes, to the bit.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BackendName, encodeWeights, getBackend, loadWeights, setBackend } from "../../src/index.js";
import type { Order } from "./app/main.js";
import { outputsOf, type Tasks, tasks, trainedTraveller, traveller } from "./app/tasks.js";
import { describeInBrowser, launchChromium } from "./chromium.js";
import { type Site, serve } from "./site.js";

type Place = "page" | "worker";
type Answer<Name extends keyof Tasks> = Awaited<ReturnType<Tasks[Name]>>;

declare const runIn: Record<Place, (order: Order) => Promise<unknown>>;
declare const runLate: (messages: readonly number[]) => Promise<number[]>;

let folder = "";
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-site-"));
  const root = fileURLToPath(new URL("app", import.meta.url));
  // Layers draw their weights from streams that have their names.
  const output = { keepNames: true };
  await build({
    root,
    configFile: false,
    logLevel: "error",
    worker: { format: "es", rolldownOptions: { output } },
    build: { outDir: folder, emptyOutDir: true, target: "es2023", rolldownOptions: { output } },
  });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  /** Errors and warnings in the console, uncaught errors, and requests that failed. */
  readonly faults: readonly string[];
  run<Name extends keyof Tasks>(place: Place, name: Name, ...args: Parameters<Tasks[Name]>): Promise<Answer<Name>>;
  close(): Promise<void>;
}

/** A page of a site. @param blocked files that cannot be had, as a pattern of addresses. */
async function open(isolated: boolean, blocked?: string): Promise<Opened> {
  const site: Site = await serve(folder, { isolated });
  const context = await browser.newContext();
  if (blocked !== undefined) await context.route(blocked, (route) => route.fulfill({ status: 404, body: "not here" }));
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(site.address);
  await page.waitForFunction(() => "runIn" in globalThis);
  return {
    page,
    faults,
    run: (place, name, ...args) =>
      page.evaluate(([place, order]) => runIn[place](order), [place, [name, ...args] as Order] as const) as Promise<never>,
    async close() {
      await context.close();
      await site.close();
    },
  };
}

/** What Node computes with wasm. */
async function inNode<T>(task: () => Promise<T>): Promise<T> {
  const before = getBackend().info.name as BackendName;
  setBackend("wasm");
  try {
    return await task();
  } finally {
    setBackend(before);
  }
}

const sites = [
  { name: "isolated", isolated: true },
  { name: "not isolated", isolated: false },
];
const places: readonly Place[] = ["page", "worker"];

describeInBrowser("nabla in a browser", () => {
  describe.each(sites)("a site that is $name", ({ isolated }) => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await open(isolated);
    });
    afterAll(() => opened.close());

    test.each(places)("%s: runs on wasm, with threads where they can be had", async (place) => {
      const cores = await opened.page.evaluate(() => navigator.hardwareConcurrency);
      const { name, threads } = await opened.run(place, "backend");
      expect({ name, threads }).toEqual({ name: "wasm", threads: isolated && place === "worker" ? cores : 1 });
    });

    test.each(places)("%s: 50 steps of a multilayer perceptron and of a ConvNet are those of Node, to the bit", async (place) => {
      for (const name of ["mlp", "convnet"] as const) {
        const losses = await opened.run(place, name, 50);
        expect(losses).toEqual(await inNode(() => tasks[name](50)));
        expect(losses[49]).toBeLessThan(losses[0]);
      }
    });

    test.each(places)("%s: batches of augmented images are those of Node", async (place) => {
      expect(await opened.run(place, "images")).toEqual(await inNode(tasks.images));
    });

    test.each(places)("%s: a trainer learns the circles, and its curves are a picture", async (place) => {
      const { error, svg } = await opened.run(place, "circles");
      expect(error).toBeLessThan(0.02);
      expect(svg).toMatch(/^<svg.*<\/svg>\s*$/s);
    });

    test.each(places)("%s: 500 steps ask for no memory", async (place) => {
      const [before, after] = await opened.run(place, "memory");
      expect(after.allocations - before.allocations).toBeLessThan(40);
      expect(after.bytesInUse + after.bytesPooled).toBeLessThan(2 * (before.bytesInUse + before.bytesPooled));
    });

    test("files are parsed from bytes and text", async () => {
      expect(await opened.run("page", "formats")).toEqual({ features: ["weight", "kind=cat", "kind=dog"], array: [1.5, 2] });
    });

    test.each(places)("%s: a network with weights that Node trained says what it says in Node", async (place) => {
      const expected = await inNode(async () => {
        const model = await trainedTraveller();
        await writeFile(join(folder, "weights.safetensors"), await encodeWeights(model.stateDict()));
        return outputsOf(model);
      });
      expect(await opened.run(place, "fetchWeights")).toEqual(expected);
    });

    test("weights that the page trained are a download, which Node reads", async () => {
      const [download, expected] = await Promise.all([opened.page.waitForEvent("download"), opened.run("page", "downloadWeights")]);
      expect(download.suggestedFilename()).toBe("model.safetensors");
      const path = await download.path();
      const found = await inNode(async () => {
        const model = traveller();
        model.loadStateDict(loadWeights(path));
        return outputsOf(model);
      });
      expect(found).toEqual(expected);
    });

    test("weights that are none, or of another network, say so", async () => {
      const [page, cut, other] = await opened.run("page", "refusedWeights");
      expect(page).toMatch(/^DataError: page is not a safetensors file: it is a web page/);
      expect(cut).toMatch(/^DataError: cut/);
      expect(other).toMatch(/^ShapeError: loadStateDict: the state does not fit Sequential.*Missing: /s);
    });

    test("what takes Node says so", async () => {
      expect(await opened.run("page", "refusals")).toEqual([
        "NablaError: png draws pixels, which takes Node; in a browser use svg(), which a page can show and save.",
        "NablaError: save writes files, which takes Node; in a browser use svg(), which a page can show and save.",
        "NablaError: curves reads a run folder, which takes Node; in a browser give it a history.",
        "NablaError: backend: native is not available here: The native kernels run in Node; in a browser use wasm.",
      ]);
    });

    test("nothing is to be seen in the console", () => {
      expect(opened.faults).toEqual([]);
    });
  });

  test("threads are up when the first value is there, without turns of the event loop", async () => {
    const opened = await open(true);
    await opened.run("worker", "backend", 3);
    expect(await opened.run("worker", "threads")).toBe(2);
    await opened.close();
  });

  test("a worker that loads the library late gets each message once", async () => {
    const opened = await open(false);
    const answers = await opened.page.evaluate(() => runLate([1, 2, 3, 4]));
    expect(answers.toSorted()).toEqual([1, 2, 3, 4]);
    await opened.close();
  });

  test("more threads than one are refused to the main thread, and given to a worker", async () => {
    const opened = await open(true);
    expect((await opened.run("page", "backend", 4)).threads).toBe(1);
    expect((await opened.run("worker", "backend", 4)).threads).toBe(4);
    expect(await opened.run("worker", "convnet", 20)).toEqual(await inNode(() => tasks.convnet(20)));
    expect(opened.faults).toEqual([]);
    await opened.close();
  });

  test("a browser without relaxed SIMD takes the other build", async () => {
    const opened = await open(true, "**/nabla-relaxed*.wasm");
    expect(await opened.run("worker", "backend")).toMatchObject({ name: "wasm", isa: "simd128" });
    expect((await opened.run("worker", "circles")).error).toBeLessThan(0.02);
    await opened.close();
  });

  test("without the kernels' files plain loops serve, and a warning says why", async () => {
    const opened = await open(false, "**/*.wasm");
    expect((await opened.run("page", "circles")).error).toBeLessThan(0.02);
    expect(await opened.run("page", "backend")).toMatchObject({ name: "reference" });
    expect(opened.faults.join("\n")).toContain("nabla warning (slowBackend): Tensors are computed by plain loops");
    expect(await opened.run("page", "whyNoWasm")).toMatch(/NablaError: backend: wasm is not available here: http.*\.wasm is not the kernels' file \(status 404, 8 bytes\)/);
    await opened.close();
  });
});

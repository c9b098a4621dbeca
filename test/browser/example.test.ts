/** examples/browser, built as its README says, on a site with the headers that it asks for and on one without. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInBrowser, launchChromium } from "./chromium.js";
import { serve } from "./site.js";

let folder = "";

describeInBrowser("examples/browser", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nabla-example-"));
    const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
    await build({
      root: path("../../examples/browser"),
      configFile: path("../../examples/browser/vite.config.js"),
      logLevel: "error",
      resolve: { alias: { nabla: path("../../src/browser.ts") } },
      build: { outDir: folder, emptyOutDir: true },
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([true, false])("isolated %s: the network learns, and the page shows how", async (isolated) => {
    const site = await serve(folder, { isolated, styles: true });
    const browser = await launchChromium();
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    const faults: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(String(error)));
    await page.goto(site.address);
    const status = page.getByRole("status");
    await status.filter({ hasText: "Epoch 40:" }).waitFor();
    const [, accuracy, threads] = /^Epoch 40: ([\d.]+) % of new points right \(wasm, (\d+) threads?\)\.$/.exec((await status.textContent()) ?? "") ?? [];
    expect(Number(accuracy)).toBeGreaterThan(97);
    expect(Number(threads)).toBe(isolated ? await page.evaluate(() => navigator.hardwareConcurrency) : 1);
    for (const name of [/^The plane/, /^Loss and accuracy/]) {
      expect(await page.getByRole("img", { name }).evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(460);
    }
    if (process.env.NABLA_SCREENSHOTS !== undefined) await page.screenshot({ path: join(process.env.NABLA_SCREENSHOTS, "example.png") });
    expect(faults).toEqual([]);
    await browser.close();
    await site.close();
  });

  test("a worker that fails says why", async () => {
    const site = await serve(folder, { isolated: false, styles: true });
    const browser = await launchChromium();
    const answers = [
      [{ status: 200, contentType: "text/javascript", body: 'await null; throw new RangeError("the rings are too thin");' }, "The worker failed: Uncaught RangeError: the rings are too thin"],
      [{ status: 404, body: "not here" }, /^The worker failed: its program, or a file that it imports, could not be loaded/],
    ] as const;
    for (const [answer, text] of answers) {
      const page = await browser.newPage();
      await page.route("**/worker-*.js", (route) => route.fulfill(answer));
      await page.goto(site.address);
      await page.getByRole("status").filter({ hasText: text }).waitFor();
      await page.close();
    }
    await browser.close();
    await site.close();
  });
});

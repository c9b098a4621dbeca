/**
 * The board in a real browser: the real server on a free port, the page as Vite builds it, Debian's Chromium. Where there is no Chromium, the tests are
 * skipped and say so.
 *
 *     describeInBrowser("curves", () => {
 *       test("…", async () => {
 *         const board = await openBoard(runsDir);
 *         await board.page.goto(board.address("#/curves"));
 *         …
 *         expect(board.faults).toEqual([]);
 *         await board.close();
 *       });
 *     });
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build } from "vite";
import { type Board, startBoard } from "../../src/board/server/board.js";
import { describeInBrowser, launchChromium } from "../browser/chromium.js";

export { describeInBrowser };

let built: Promise<string> | undefined;

/** The page of the sources as they are, built once for each file of tests. @returns its folder */
export function builtPage(): Promise<string> {
  built ??= (async () => {
    const outDir = mkdtempSync(join(tmpdir(), "nabla-page-"));
    process.once("exit", () => rmSync(outDir, { recursive: true, force: true }));
    await build({ configFile: fileURLToPath(new URL("../../src/board/page/vite.config.ts", import.meta.url)), build: { outDir, emptyOutDir: true }, logLevel: "error" });
    return outDir;
  })();
  return built;
}

export interface OpenBoard {
  readonly page: Page;
  readonly browser: Browser;
  readonly board: Board;
  /** Errors in the console, uncaught errors of the page, and requests that failed. */
  readonly faults: readonly string[];
  /** Of a place in the page, such as "#/curves?run=a". */
  address(place?: string): string;
  close(): Promise<void>;
}

/** Starts the server on a folder, and a browser with one page, which is still empty: `page.goto(address())`. */
export async function openBoard(runsDir: string, options: BrowserContextOptions = {}): Promise<OpenBoard> {
  const board = await startBoard({ root: runsDir, port: 0, page: await builtPage(), onFault: (error) => faults.push(`server: ${String(error)}`) });
  const faults: string[] = [];
  const browser = await launchChromium();
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`page: ${String(error)}`));
  page.on("requestfailed", (request) => {
    // Navigating away ends what was under way.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") faults.push(`request: ${request.url()} ${request.failure()?.errorText}`);
  });
  return {
    page,
    browser,
    board,
    faults,
    address: (place = "") => `${board.url}${place}`,
    async close() {
      await browser.close();
      await board.close();
    },
  };
}

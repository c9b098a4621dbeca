/**
 * Pictures of the board for README and docs, from real runs: node scripts/board-pictures.mjs RUNS_DIR RUN…
 * Needs Chromium (CHROMIUM, default /usr/bin/chromium) and a built dist/.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chromium } from "playwright-core";
import sharp from "sharp";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [folder, ...ids] = process.argv.slice(2);
if (folder === undefined || ids.length === 0) {
  console.error("usage: node scripts/board-pictures.mjs RUNS_DIR RUN…");
  process.exit(2);
}
const server = spawn(process.execPath, [join(root, "dist/cli/main.js"), "board", folder, "--port", "6107"], { stdio: ["ignore", "pipe", "inherit"] });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
try {
  await once(server.stdout, "data");
  mkdirSync(join(root, "docs/board"), { recursive: true });
  for (const theme of ["light", "dark"]) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, colorScheme: theme });
    const shoot = async (name) => writeFileSync(join(root, `docs/board/${name}-${theme}.png`), await sharp(await page.screenshot()).png({ palette: true, quality: 90, effort: 9 }).toBuffer());
    await page.goto(`http://127.0.0.1:6107/#/curves?${new URLSearchParams(ids.map((id) => ["run", id]))}`);
    await page.waitForFunction(() => document.querySelectorAll("canvas").length > 1);
    await page.waitForTimeout(3000);
    await shoot("curves");
    await page.goto("http://127.0.0.1:6107/#/playground");
    await page.getByRole("button", { name: "Play" }).click();
    await page.waitForTimeout(6000);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.waitForTimeout(1000);
    await shoot("playground");
    await page.close();
  }
} finally {
  await browser.close();
  server.kill();
}

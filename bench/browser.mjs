/**
 * node bench/browser.mjs [--seconds S] [WORKLOAD…]
 *
 * Times workloads of bench/workloads.mjs (w1 and w3 unless named) in Chromium, on a page's main thread and in a worker, beside the wasm backend
 * in Node: milliseconds a step. Needs dist/ and Chromium.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { seconds: { type: "string", default: "2" } } });
const seconds = Number(values.seconds);
const names = positionals.length > 0 ? positionals : ["w1", "w3"];

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
if (executablePath === undefined) throw new Error("bench: there is no Chromium; apt-get install chromium.");

const folder = mkdtempSync(join(tmpdir(), "nabla-bench-"));
// The workloads import the entry for Node.
const entry = { name: "entry", enforce: "pre", resolveId: (source) => (source === "../dist/index.js" ? join(here, "../dist/browser.js") : null) };
await build({
  root: join(here, "browser"),
  configFile: false,
  logLevel: "error",
  plugins: [entry],
  worker: { format: "es", plugins: () => [entry] },
  build: { outDir: folder, emptyOutDir: true, target: "es2023", chunkSizeWarningLimit: 1000 },
});

const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const server = createServer((request, response) => {
  const file = join(folder, request.url === "/" ? "index.html" : request.url);
  response.setHeaders(new Map([["cross-origin-opener-policy", "same-origin"], ["cross-origin-embedder-policy", "require-corp"]]));
  if (!existsSync(file)) return response.writeHead(404).end();
  return response.setHeader("content-type", types[extname(file)] ?? "text/plain").end(readFileSync(file));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch({ executablePath, args: ["--headless=new", "--no-sandbox"] });
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.waitForFunction(() => "measure" in globalThis);

function inNode(name, threads) {
  const { stdout } = spawnSync(process.execPath, [join(here, "measure.mjs"), name, threads, seconds, "wasm"], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(stdout.trim().split("\n").at(-1)).msPerStep;
}

const inPage = (where, name, threads) => page.evaluate(([where, task]) => globalThis[where](task), [where, { name, threads, seconds }]);

console.log(`Chromium ${browser.version()}, Node ${process.version}`);
for (const name of names) {
  const main = await inPage("measure", name, 1);
  const lines = [`${name}  main thread ${main.msPerStep.toPrecision(4)} ms (${main.isa})`];
  for (const threads of [1, 2]) {
    const worker = await inPage("measureInWorker", name, threads);
    lines.push(`worker, ${worker.threads} threads ${worker.msPerStep.toPrecision(4)} ms, Node ${inNode(name, threads).toPrecision(4)} ms`);
  }
  console.log(lines.join("; "));
}
await browser.close();
server.close();
rmSync(folder, { recursive: true });

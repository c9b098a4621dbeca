/**
 * Builds dist/: the TypeScript sources, the labs with their texts and claims, the wasm kernels where scripts/build-wasm.mjs
 * is present, and the page of the board. Silent when all goes well. Files of dist/ whose source is gone are removed; nothing else is, so that running
 * programs keep theirs.
 */

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const src = join(root, "src");
const labs = join(root, "labs");
const page = join("board", "page");
/** What lies beside the code of a lab. */
const labTexts = ["README.md", "expected.json"];

function run(script, ...args) {
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function removeStale() {
  if (!existsSync(dist)) return;
  for (const name of readdirSync(dist, { recursive: true })) {
    if (name.startsWith(page)) continue; // Vite empties its folder itself
    const stem = name.match(/^(.*?)(?:\.d\.ts|\.js)(?:\.map)?$/)?.[1];
    const source = name.startsWith("labs") ? (stem === undefined ? join(root, name) : join(root, `${stem}.ts`)) : join(src, `${stem}.ts`);
    if ((stem !== undefined || labTexts.some((text) => name.endsWith(text))) && !existsSync(source)) rmSync(join(dist, name));
  }
}

/**
 * Classes say their names themselves: bundlers shorten those of declarations, but errors, summaries and the random streams of layers go by
 * them.
 */
function nameClasses() {
  for (const name of readdirSync(dist, { recursive: true })) {
    if (!name.endsWith(".js") || ["board", "labs", "cli"].some((tree) => name.startsWith(tree))) continue;
    const path = join(dist, name);
    const code = readFileSync(path, "utf8");
    const named = code.replace(/^((?:export )?class (\w+)(?: extends [\w.]+)? \{)$/gm, '$1 static name = "$2";');
    if (named !== code) writeFileSync(path, named);
  }
}

function copyLabTexts() {
  for (const entry of existsSync(labs) ? readdirSync(labs, { withFileTypes: true }) : []) {
    if (!entry.isDirectory()) continue;
    mkdirSync(join(dist, "labs", entry.name), { recursive: true });
    for (const text of labTexts.filter((name) => existsSync(join(labs, entry.name, name)))) {
      copyFileSync(join(labs, entry.name, text), join(dist, "labs", entry.name, text));
    }
  }
}

removeStale();
const tsc = join(root, "node_modules/typescript/bin/tsc");
run(tsc, "-p", "tsconfig.json");
nameClasses();
copyLabTexts();
run(tsc, "-p", "labs/tsconfig.json");
const buildWasm = join(root, "scripts/build-wasm.mjs");
if (existsSync(buildWasm)) run(buildWasm);
await build({ configFile: join(root, "src", page, "vite.config.ts") });

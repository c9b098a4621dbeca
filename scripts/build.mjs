/**
 * Builds dist/: the TypeScript sources, and the wasm kernels where scripts/build-wasm.mjs is present. Silent when all
 * goes well. Files of dist/ whose source is gone are removed; nothing else is, so that running programs keep theirs.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const src = join(root, "src");

function run(script, ...args) {
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function removeStale() {
  if (!existsSync(dist)) return;
  for (const name of readdirSync(dist, { recursive: true })) {
    const stem = name.match(/^(.*?)(?:\.d\.ts|\.js)(?:\.map)?$/)?.[1];
    if (stem !== undefined && !existsSync(join(src, `${stem}.ts`))) rmSync(join(dist, name));
  }
}

removeStale();
run(join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json");
const buildWasm = join(root, "scripts/build-wasm.mjs");
if (existsSync(buildWasm)) run(buildWasm);

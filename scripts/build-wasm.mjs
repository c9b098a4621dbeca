/**
 * Compiles wasm/assembly to wasm/build/nabla-simd.wasm and nabla-relaxed.wasm, and puts copies beside the code that loads
 * them, in the sources and in the package. Builds only what is older than its sources; silent when all goes well.
 *
 * Memory: imported and shared; fixed words below 2 MiB (wasm/assembly/layout.ts), static data above, the heap from 4 MiB.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "wasm/assembly");
const build = join(root, "wasm/build");
const targets = ["src", "dist"].map((tree) => join(root, tree, "backend/cpu"));
const compiler = join(root, "node_modules/assemblyscript/bin/asc.js");

const common = [
  "--runtime", "stub", "--use", "abort=", "-O3", "--noAssert",
  "--importMemory", "--sharedMemory", "--initialMemory", "64", "--maximumMemory", "65536", "--memoryBase", "2097152",
];
const variants = [
  { file: "nabla-simd.wasm", features: "simd,threads" },
  { file: "nabla-relaxed.wasm", features: "simd,threads,relaxed-simd" },
];

const newest = Math.max(
  statSync(fileURLToPath(import.meta.url)).mtimeMs,
  ...readdirSync(sources).map((name) => statSync(join(sources, name)).mtimeMs),
);

async function compile({ file, features }) {
  const output = join(build, file);
  if (!existsSync(output) || statSync(output).mtimeMs < newest) {
    const args = [compiler, "wasm/assembly/index.ts", "--outFile", join("wasm/build", file), "--enable", features, ...common];
    const [status] = await once(spawn(process.execPath, args, { cwd: root, stdio: "inherit" }), "close");
    if (status !== 0) process.exit(status ?? 1);
  }
  for (const target of targets) copyFileSync(output, join(target, file));
}

for (const folder of [build, ...targets]) mkdirSync(folder, { recursive: true });
await Promise.all(variants.map(compile));

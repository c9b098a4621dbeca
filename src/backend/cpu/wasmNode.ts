/** The wasm engine in Node: builds from files, threads of `node:worker_threads`. */

import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { EngineResult } from "./engine.js";
import { mostWasmThreads, WasmEngine, type WasmIsa, type WasmThreads } from "./wasm.js";

/** Builds, best first; scripts/build-wasm.mjs puts them beside this file. */
const builds: readonly { readonly isa: WasmIsa; readonly file: string }[] = [
  { isa: "simd128+relaxed", file: "nabla-relaxed.wasm" },
  { isa: "simd128", file: "nabla-simd.wasm" },
];

export interface WasmOptions {
  /** Build to use. Default: the best that this runtime accepts. */
  readonly isa?: WasmIsa;
  /** Default: all cores that this process may use. */
  readonly threads?: number;
}

const workerSource = `
const { workerData: { module, memory, worker } } = require("node:worker_threads");
const env = { memory, startWorkers() {}, scratch() { return 0; } };
new WebAssembly.Instance(module, { env }).exports.work(worker);
`;

const nodeThreads: WasmThreads = {
  most: mostWasmThreads,
  start(workerData) {
    new Worker(workerSource, { eval: true, execArgv: [], workerData }).unref();
  },
};

const pathOf = (file: string): string => fileURLToPath(new URL(`./${file}`, import.meta.url));

/** Builds that are present and that this runtime accepts, best first. */
export function wasmVariants(): WasmIsa[] {
  return builds.filter(({ file }) => loadBuild(file) !== undefined).map(({ isa }) => isa);
}

function loadBuild(file: string): Uint8Array<ArrayBuffer> | undefined {
  if (!existsSync(pathOf(file))) return undefined;
  const code = new Uint8Array(readFileSync(pathOf(file)));
  if (WebAssembly.validate(code)) return code;
  // Node 20 has relaxed SIMD, complete, behind this flag; later versions have it without.
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  return WebAssembly.validate(code) ? code : undefined;
}

/** Loads the wasm engine, or says why it cannot be used. */
export function loadWasmEngine({ isa, threads = availableParallelism() }: WasmOptions = {}): EngineResult {
  const candidates = builds.filter((build) => isa === undefined || build.isa === isa);
  for (const build of candidates) {
    const code = loadBuild(build.file);
    if (code !== undefined) return { engine: new WasmEngine(new WebAssembly.Module(code), build.isa, nodeThreads, threads) };
  }
  return {
    engine: null,
    reason: candidates.some(({ file }) => existsSync(pathOf(file)))
      ? "This JavaScript runtime does not accept the wasm kernels (they need SIMD and threads)."
      : "The wasm kernels are not built. In a clone, run: npm run build.",
  };
}

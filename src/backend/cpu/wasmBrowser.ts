/**
 * The wasm engine in browsers: builds by `fetch`, threads as Web Workers.
 *
 * The memory is a shared one everywhere: `WebAssembly.Memory` makes it in pages that are not isolated too, which only cannot
 * send it to other threads. Threads therefore need an isolated page (COOP and COEP headers), and a worker as the caller: the main
 * thread of a page must not wait for others.
 */

import type { EngineResult } from "./engine.js";
import { mostWasmThreads, WasmEngine, type WasmIsa, type WasmThreads } from "./wasm.js";

/** Builds, best first; scripts/build-wasm.mjs puts them beside this file. Bundlers look for exactly this expression. */
const builds: readonly { readonly isa: WasmIsa; readonly url: URL }[] = [
  { isa: "simd128+relaxed", url: new URL("./nabla-relaxed.wasm", import.meta.url) },
  { isa: "simd128", url: new URL("./nabla-simd.wasm", import.meta.url) },
];

const workerSource = `
onmessage = ({ data: { module, memory, worker } }) => {
  const env = { memory, startWorkers() {}, scratch() { return 0; } };
  postMessage("up");
  new WebAssembly.Instance(module, { env }).exports.work(worker);
};
`;

const inWorker = "WorkerGlobalScope" in globalThis;

const browserThreads: WasmThreads = {
  most: inWorker && globalThis.crossOriginIsolated === true && typeof Worker === "function" ? mostWasmThreads : 1,
  start(work) {
    const source = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
    return new Promise<void>((resolve) => {
      const worker = new Worker(source, { name: `nabla ${work.worker}` });
      // A page's policy may forbid it: the others do its share then.
      worker.onmessage = worker.onerror = () => resolve();
      worker.postMessage(work);
    })
      .catch(() => {})
      .finally(() => URL.revokeObjectURL(source));
  },
};

/** Fetches and compiles the best build that this browser accepts, or says why none can be used. */
export async function fetchWasmEngine(): Promise<EngineResult> {
  let reason = "This browser does not accept the wasm kernels (they need SIMD and threads).";
  for (const { isa, url } of builds) {
    try {
      const response = await fetch(url);
      const code = new Uint8Array(await response.arrayBuffer());
      if (!isWasm(code)) {
        reason = `${url.href} is not the kernels' file (status ${response.status}, ${code.length} bytes); serve it as it lies in the package.`;
      } else if (WebAssembly.validate(code)) {
        return { engine: new WasmEngine(await WebAssembly.compile(code), isa, browserThreads, navigator.hardwareConcurrency || 1) };
      }
    } catch (error) {
      reason = `${url.href} cannot be used: ${error instanceof Error ? error.message : String(error)}.`;
    }
  }
  return { engine: null, reason };
}

const isWasm = (code: Uint8Array): boolean => [0, 0x61, 0x73, 0x6d].every((byte, i) => code[i] === byte);

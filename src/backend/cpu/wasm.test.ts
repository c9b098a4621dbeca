/** The wasm engine itself; its kernels are compared with the reference in test/conformance/backends.test.ts. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { emptyView, valuesOf, viewOf } from "../../../test/conformance/views.js";
import { CpuBackend } from "./cpu.js";
import type { CpuEngine } from "./engine.js";
import { loadWasmEngine, wasmVariants } from "./wasmNode.js";

function load(threads: number): CpuEngine {
  const { engine } = loadWasmEngine({ threads });
  if (engine === null) throw new Error("build the wasm kernels first: npm run build");
  return engine;
}

test("the best build that the runtime accepts is taken", () => {
  const [best] = wasmVariants();
  expect(load(1).info).toEqual({ name: "wasm", isa: best, threads: 1 });
});

test("every kernel of the table exists, and an unknown one is −1", () => {
  const engine = load(1);
  for (const name of ["fill", "copy", "matmul", "conv2d", "conv2dWeightGrad", "adam", "random"]) {
    expect(engine.kernel(name), name).toBeGreaterThanOrEqual(0);
  }
  expect(engine.kernel("work")).toBe(-1);
  expect(engine.kernel("nonsense")).toBe(-1);
});

test("memory is aligned, survives growth, and is used again", () => {
  const engine = load(1);
  const small = engine.allocate(12);
  engine.write(small, new Float32Array([1, 2, 3]));
  const large = engine.allocate(64 * 2 ** 20);
  expect([small % 64, large % 64]).toEqual([0, 0]);
  engine.write(large + 64 * 2 ** 20 - 4, new Int32Array([42]));
  const read = new Float32Array(3);
  engine.read(small, read);
  expect([...read]).toEqual([1, 2, 3]);
  engine.release(large, 64 * 2 ** 20);
  expect(engine.allocate(64 * 2 ** 20)).toBe(large);
});

test("memory that cannot be had is an error with a remedy, and the engine goes on", () => {
  const engine = load(1);
  expect(() => engine.allocate(5 * 2 ** 30)).toThrow("Use a smaller batch or model");
  expect(engine.allocate(64)).toBeGreaterThan(0);
});

test.each(wasmVariants())("%s: erf, GELU and its derivative keep a small relative error, in the lower tail too", (isa) => {
  const backend = new CpuBackend(loadWasmEngine({ isa, threads: 1 }).engine!);
  // x·Φ(x), Φ(x) + x·φ(x) and erf(x) by SciPy.
  const x = [-9, -6, -2, 1, 3];
  const gelu = [-1.015729565358449e-18, -5.919525870226167e-9, -0.04550026389635839, 0.8413447460685429, 2.99595030590511];
  const slope = [-9.138937373906642e-18, -3.546870945390202e-8, -0.0852318010781969, 1.0833154705876864, 1.011945647204184];
  const erf = [-1, -1, -0.9953222650189527, 0.8427007929497148, 0.9999779095030014];
  const at = viewOf(backend, "float32", [5], x);
  const out = emptyView(backend, "float32", [5]);
  const near = (expected: readonly number[]): void =>
    valuesOf(backend, out).forEach((value, i) => expect(Math.abs(value / expected[i] - 1), `at ${x[i]}`).toBeLessThan(1e-6));
  backend.unary("gelu", at, out);
  near(gelu);
  backend.binary("geluGrad", viewOf(backend, "float32", [5], [1, 1, 1, 1, 1]), at, out);
  near(slope);
  backend.unary("erf", at, out);
  near(erf);
});

test("threads come and go between calls", () => {
  const engine = load(4);
  const backend = new CpuBackend(engine);
  const n = 200_000;
  const x = viewOf(backend, "float32", [n], Float32Array.from({ length: n }, (_, i) => i % 100));
  const out = emptyView(backend, "float32", [n]);
  for (const threads of [4, 2, 1, 3, 4]) {
    backend.setThreads(threads);
    expect(backend.info.threads).toBe(threads);
    for (let i = 0; i < 50; i++) backend.unary("square", x, out);
    backend.fill(out, 0);
    backend.unary("square", x, out);
    expect(valuesOf(backend, out).every((value, i) => value === (i % 100) ** 2)).toBe(true);
  }
});

test("worker threads do not keep a process alive", () => {
  const build = fileURLToPath(new URL("../../../wasm/build/nabla-simd.wasm", import.meta.url));
  const program = `
    const { readFileSync } = require("node:fs");
    const { Worker } = require("node:worker_threads");
    const memory = new WebAssembly.Memory({ initial: 65, maximum: 65536, shared: true });
    const module = new WebAssembly.Module(readFileSync(${JSON.stringify(build)}));
    new Int32Array(memory.buffer)[96] = 1;
    const source = 'const { workerData: { module, memory } } = require("node:worker_threads");' +
      'new WebAssembly.Instance(module, { env: { memory, startWorkers() {}, scratch() {} } }).exports.work(1);';
    const worker = new Worker(source, { eval: true, workerData: { module, memory } });
    worker.once("online", () => { worker.unref(); console.log("started"); });
  `;
  const { stdout, status } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8", timeout: 20_000 });
  expect({ stdout, status }).toEqual({ stdout: "started\n", status: 0 });
});

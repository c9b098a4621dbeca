/**
 * Every method of every backend against the reference, over types, odd sizes and strides, and with 1 against 2 threads to
 * the bit. Native instruction sets and wasm builds that this machine cannot run are left out.
 */

import { expect, test } from "vitest";
import { CpuBackend } from "../../src/backend/cpu/cpu.js";
import type { CpuEngine } from "../../src/backend/cpu/engine.js";
import type { Backend } from "../../src/backend/backend.js";
import { loadNative, nativeLevels } from "../../src/backend/cpu/native.js";
import { loadWasmEngine, wasmVariants } from "../../src/backend/cpu/wasmNode.js";
import { ReferenceBackend } from "../../src/backend/reference/reference.js";
import { difference, outcomes } from "./kernels/bench.js";
import type { FullBackend } from "./kernels/bench.js";
import { kernelCases } from "./kernels/index.js";

const reference = new ReferenceBackend();
const expected = new Map(kernelCases.map((kernelCase) => [kernelCase.name, outcomes(reference, kernelCase)]));

/** The backend over an engine; that it has every kernel is a test of its own. */
function backendOf(engine: CpuEngine | null): FullBackend {
  if (engine === null) throw new Error("an engine that was listed does not load");
  return new CpuBackend(engine) as Backend as FullBackend;
}

const backends: [name: string, make: () => FullBackend][] = [
  ...nativeLevels().map((isa): [string, () => FullBackend] => [`native ${isa}`, () => backendOf(loadNative({ isa, threads: 2 }).engine)]),
  ...wasmVariants().map((isa): [string, () => FullBackend] => [`wasm ${isa}`, () => backendOf(loadWasmEngine({ isa, threads: 2 }).engine)]),
];

test("case names are unique", () => {
  expect(expected.size).toBe(kernelCases.length);
});

test.each(backends)("%s has every kernel", (_, make) => {
  const backend = make();
  expect(Object.getOwnPropertyNames(ReferenceBackend.prototype).filter((method) => !(method in backend))).toEqual([]);
});

test.each(backends)("%s agrees with the reference, and with itself for 1 and 2 threads to the bit", (_, make) => {
  const backend = make();
  const failures: string[] = [];
  for (const kernelCase of kernelCases) {
    const { name, tolerance } = kernelCase;
    backend.setThreads(2);
    const two = outcomes(backend, kernelCase);
    backend.setThreads(1);
    const one = outcomes(backend, kernelCase);
    const wrong = difference(two, expected.get(name) ?? [], tolerance);
    const differs = difference(one, two, 0);
    if (wrong !== undefined) failures.push(`${name}: ${wrong}`);
    if (differs !== undefined) failures.push(`${name}, 1 thread against 2: ${differs}`);
  }
  expect(failures).toEqual([]);
});

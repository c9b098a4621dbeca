/** The native kernels against the reference: on every instruction set that this processor has, with one and two threads. */

import { afterAll, describe, expect, test } from "vitest";
import { canRun, expectAgreement, expectIdentical, runCase } from "../../../test/conformance/compareBackends.js";
import { elementCases } from "../../../test/conformance/elementCases.js";
import { fusedCases } from "../../../test/conformance/fusedCases.js";
import { emptyView, valuesOf, viewOf } from "../../../test/conformance/views.js";
import { UsageError } from "../../base/errors.js";
import { ReferenceBackend } from "../reference/reference.js";
import { CpuBackend } from "./cpu.js";
import { loadNative, nativeLevels } from "./native.js";

function native(isa: string, threads: number): CpuBackend {
  const result = loadNative({ isa, threads });
  if (result.engine === null) throw new Error(result.reason);
  return new CpuBackend(result.engine);
}

const reference = new ReferenceBackend();
const cases = [...elementCases, ...fusedCases];
/** Computed once for all instruction sets. */
const expected = new Map(cases.map((item) => [item.name, runCase(item, reference)]));

test("there are native kernels", () => {
  expect(nativeLevels().length).toBeGreaterThan(0);
});

describe.each(nativeLevels())("%s", (isa) => {
  const backend = native(isa, 1);
  afterAll(() => backend.setThreads(1));

  test("info names it", () => {
    expect(backend.info).toMatchObject({ name: "native", isa });
  });

  test.each(cases)("$name", (item) => {
    expect(canRun(item, backend)).toBe(true);
    backend.setThreads(1);
    const one = runCase(item, backend);
    expectAgreement(item, one, expected.get(item.name)!);
    backend.setThreads(2);
    expectIdentical(item, one, runCase(item, backend));
  });

  test("bad indices and labels are reported before anything is written", () => {
    const x = viewOf(backend, "float32", [3, 2], [1, 2, 3, 4, 5, 6]);
    const index = viewOf(backend, "int32", [4], [0, 2, 3, -1]);
    const out = emptyView(backend, "float32", [4, 2]);
    expect(backend.gather(x, 0, index, out)).toBe(2);
    expect(backend.scatterAdd(viewOf(backend, "float32", [4, 2], new Float32Array(8)), 0, index, x)).toBe(2);
    expect(valuesOf(backend, x)).toEqual([1, 2, 3, 4, 5, 6]);
    const labels = viewOf(backend, "int32", [3], [0, -100, 2]);
    const probabilities = emptyView(backend, "float32", [3, 2]);
    expect(backend.crossEntropy!(x, labels, emptyView(backend, "float32", [3]), probabilities, 0, -100)).toBe(2);
  });
});

test("an instruction set that the processor lacks is an error that names those it has", () => {
  expect(() => loadNative({ isa: "mmx" })).toThrow(UsageError);
  expect(() => loadNative({ isa: "mmx" })).toThrow(/"mmx".*unknown; use .*sse2|neon/);
});

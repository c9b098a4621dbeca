/** What the native kernels refuse, on every instruction set that this processor has. */

import { expect, test } from "vitest";
import { emptyView, valuesOf, viewOf } from "../../../test/conformance/views.js";
import { UsageError } from "../../base/errors.js";
import { CpuBackend } from "./cpu.js";
import { loadNative, nativeLevels } from "./native.js";

test("there are native kernels", () => {
  expect(nativeLevels().length).toBeGreaterThan(0);
});

test.each(nativeLevels())("%s: bad indices and labels are reported before anything is written", (isa) => {
  const { engine } = loadNative({ isa, threads: 1 });
  const backend = new CpuBackend(engine!);
  expect(backend.info).toMatchObject({ name: "native", isa });
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

test("an instruction set that the processor lacks is an error that names those it has", () => {
  expect(() => loadNative({ isa: "mmx" })).toThrow(UsageError);
  expect(() => loadNative({ isa: "mmx" })).toThrow(/"mmx".*unknown; use .*sse2|neon/);
});

/** Runs kernel cases on backends and compares what they wrote. */

import { expect } from "vitest";
import type { Backend, View } from "../../src/backend/backend.js";
import { isFloat } from "../../src/base/dtype.js";
import type { TypedArray } from "../../src/base/dtype.js";
import { CaseIO } from "./kernelCases.js";
import type { KernelCase } from "./kernelCases.js";
import { readStorage, valuesOf } from "./views.js";

/** What a case wrote: the elements of each output, and its raw storage with the gaps. */
interface Written {
  readonly view: View;
  readonly values: readonly number[];
  readonly storage: TypedArray;
}

export function runCase(test: KernelCase, backend: Backend): Written[] {
  const io = new CaseIO(backend, test.name);
  test.run(io);
  return io.outputs.map((view) => ({ view, values: valuesOf(backend, view), storage: readStorage(backend, view) }));
}

/** True when the backend has all kernels that the case calls. */
export const canRun = (test: KernelCase, backend: Backend): boolean =>
  (test.needs ?? []).every((kernel) => backend[kernel] !== undefined);

export function expectAgreement(test: KernelCase, actual: readonly Written[], reference: readonly Written[]): void {
  const tolerance = test.tolerance ?? 1e-6;
  reference.forEach(({ view, values, storage }, output) => {
    const limit = view.dtype === "float64" ? tolerance * 1e-6 : isFloat(view.dtype) ? tolerance : 0;
    values.forEach((expected, i) => {
      const got = actual[output].values[i];
      if (Object.is(got, expected) || got === expected || Math.abs(got - expected) <= limit * Math.max(1, Math.abs(expected))) return;
      expect.fail(`${test.name}: output ${output} [${view.shape.join(", ")}] differs at ${i}: expected ${expected}, got ${got}`);
    });
    expect(actual[output].storage.length, "storage").toBe(storage.length);
  });
}

/** Not one bit may differ. */
export function expectIdentical(test: KernelCase, a: readonly Written[], b: readonly Written[]): void {
  a.forEach(({ storage }, output) => {
    const bytes = (array: TypedArray): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    if (!bytes(storage).equals(bytes(b[output].storage))) {
      expect.fail(`${test.name}: output ${output} depends on the number of threads`);
    }
  });
}

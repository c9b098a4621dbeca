/**
 * Golden values: numbers that PyTorch computed, stored as JSON beside the script that made them (make_golden.py), and
 * the comparison that every conformance test uses.
 */

import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { mul, sum, tensor, type Tensor } from "../../src/index.js";
import type { DType, FloatDType } from "../../src/base/dtype.js";

type PackedNumber = number | "NaN" | "Infinity" | "-Infinity";

/** A tensor as the script writes it: row-major data. */
export interface Packed {
  readonly shape: readonly number[];
  readonly data: readonly PackedNumber[];
}

/** Float types in which every golden case is run. */
export const floatTypes: readonly FloatDType[] = ["float64", "float32"];

/** Relative and absolute tolerance of a comparison with PyTorch's float64 numbers. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

export const tolerances: Readonly<Record<FloatDType, Tolerance>> = {
  float64: { relative: 1e-9, absolute: 1e-11 },
  float32: { relative: 1e-5, absolute: 1e-6 },
};

/** The content of one golden file. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")) as T;
}

export function numbers(packed: Packed): number[] {
  return packed.data.map(Number);
}

/** A constant of the given type. */
export function constant(packed: Packed, dtype: DType): Tensor {
  return tensor(numbers(packed), { dtype, shape: packed.shape });
}

/** A leaf that wants its gradient. */
export function leaf(packed: Packed, dtype: FloatDType): Tensor {
  return tensor(numbers(packed), { dtype, shape: packed.shape, requiresGrad: true });
}

/** Fills `x.grad` of every leaf below `y` with the gradient of Σ y·dy. */
export function pullBack(y: Tensor, dy: Packed, dtype: FloatDType): void {
  sum(mul(y, constant(dy, dtype))).backward();
}

/** Compares shape and every element; tells which element is furthest off. */
export async function expectClose(actual: Tensor | null, expected: Packed, tolerance: Tolerance, what: string): Promise<void> {
  if (actual === null) throw new Error(`${what}: there is no tensor to compare`);
  expect([...actual.shape], `${what}: shape`).toEqual([...expected.shape]);
  expectCloseNumbers(await actual.data(), numbers(expected), tolerance, what);
}

export function expectCloseNumbers(actual: ArrayLike<number>, expected: readonly number[], tolerance: Tolerance, what: string): void {
  expect(actual.length, `${what}: number of elements`).toBe(expected.length);
  let worst = 0;
  let message = "";
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i], expected[i]];
    if (Object.is(a, e) || a === e) continue;
    const allowed = tolerance.relative * Math.abs(e) + tolerance.absolute;
    const excess = Number.isFinite(a) && Number.isFinite(e) ? Math.abs(a - e) / allowed : Infinity;
    if (excess > worst) {
      worst = excess;
      message = `element ${i}: got ${a}, expected ${e}, off by ${excess.toPrecision(3)} × the tolerance`;
    }
  }
  expect(worst <= 1, `${what}: ${message}`).toBe(true);
}

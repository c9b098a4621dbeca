/**
 * The native kernels of linear algebra at sizes where they recurse, block and share out work: on every instruction set they agree
 * with the plain loops, and the number of threads changes no bit.
 */

import { expect, test } from "vitest";
import { emptyView, valuesOf, viewOf } from "../../../test/conformance/views.js";
import { Generator } from "../../base/generator.js";
import type { Backend, View } from "../backend.js";
import { ReferenceBackend } from "../reference/reference.js";
import { CpuBackend } from "./cpu.js";
import { loadNative, nativeLevels } from "./native.js";

type Make = (shape: readonly number[], name: string) => View;

/** Results of all kernels; where vectors are known up to a sign that rounding may turn, nothing but the values. */
function results(backend: Backend, m: number, n: number): Record<string, number[]> {
  const { linalg } = backend;
  const random = (shape: readonly number[], name: string, lift = 0): View => {
    const generator = new Generator(m * 1000 + n).fork(name);
    const columns = shape[shape.length - 1];
    const values = Float64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => generator.float() - 0.5 + (i % (columns + 1) === 0 ? lift : 0));
    return viewOf(backend, "float64", shape, values);
  };
  const out: Make = (shape) => emptyView(backend, "float64", shape, {});
  const [a, dominant, right] = [random([1, m, n], "a"), random([1, n, n], "square", n), random([1, n, m], "right")];
  const k = Math.min(m, n);
  const made: Record<string, View> = {};
  const make: Make = (shape, name) => (made[name] = out(shape, name));
  linalg!.lu(a, make([1, m, n], "lu"), emptyView(backend, "int32", [1, m]), make([1], "parity"));
  expect(linalg!.solve(dominant, right, make([1, n, m], "solve"))).toBe(-1);
  for (const upper of [false, true]) {
    for (const unit of [false, true]) {
      // With ones on the diagonal the entries beside it must be small for the solution to be.
      const t = unit ? viewOf(backend, "float64", [1, n, n], valuesOf(backend, dominant).map((x) => x / (4 * n))) : dominant;
      expect(linalg!.solveTriangular(t, right, make([1, n, m], `triangular ${upper} ${unit}`), { upper, unit })).toBe(-1);
    }
  }
  expect(linalg!.cholesky(dominant, make([1, n, n], "cholesky"))).toBe(-1);
  linalg!.qr(a, make([1, m, k], "q"), make([1, k, n], "r"));
  linalg!.qr(a, make([1, m, m], "complete q"), make([1, m, n], "complete r"));
  expect(linalg!.eigh(dominant, make([1, n], "eigenvalues"), make([1, n, n], "eigenvectors"))).toBe(-1);
  expect(linalg!.eigh(dominant, make([1, n], "eigenvalues alone"), null)).toBe(-1);
  expect(linalg!.svd(a, make([1, m, k], "u"), make([1, k], "s"), make([1, k, n], "vh"))).toBe(-1);
  expect(linalg!.svd(a, make([1, m, m], "full u"), make([1, k], "full s"), make([1, n, n], "full vh"))).toBe(-1);
  expect(linalg!.svd(a, null, make([1, k], "s alone"), null)).toBe(-1);
  return Object.fromEntries(Object.entries(made).map(([name, view]) => [name, [...valuesOf(backend, view)].map(Number)]));
}

const sizes = [[40, 40], [130, 70], [70, 130], [257, 257]] as const;
const expected = new Map(sizes.map(([m, n]) => [m * 1000 + n, results(new ReferenceBackend(), m, n)]));

test.each(nativeLevels().flatMap((isa) => sizes.map(([m, n]) => [isa, m, n] as const)))("%s: matrices of %i × %i", (isa, m, n) => {
  const { engine } = loadNative({ isa, threads: 1 });
  const alone = results(new CpuBackend(engine!), m, n);
  for (const [name, values] of Object.entries(expected.get(m * 1000 + n)!)) {
    let worst = 0;
    values.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - alone[name][i]))));
    expect(worst, name).toBeLessThan(1e-10);
  }
  engine!.setThreads(3);
  expect(results(new CpuBackend(engine!), m, n)).toEqual(alone);
});

/** Sums of products of `rows` samples of n numbers, of which every other one is always 0. */
function scatter(n: number, rows: number): Float64Array {
  const generator = new Generator(n);
  const samples = Array.from({ length: rows }, () => Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? generator.float() - 0.5 : 0)));
  const out = new Float64Array(n * n);
  for (const sample of samples) sample.forEach((x, i) => sample.forEach((y, j) => (out[i * n + j] += x * y)));
  return out;
}

test.each([[60, 2], [200, 2], [250, 40]])("eigh of a matrix of %i rows and rank %i: the other eigenvalues are 0", (n, rank) => {
  for (const backend of [new ReferenceBackend(), ...nativeLevels().map((isa) => new CpuBackend(loadNative({ isa, threads: 1 }).engine!))]) {
    const [a, values] = [viewOf(backend, "float64", [1, n, n], scatter(n, rank)), emptyView(backend, "float64", [1, n], {})];
    expect(backend.linalg!.eigh(a, values, null)).toBe(-1);
    const found = [...valuesOf(backend, values)].map(Number);
    const trace = scatter(n, rank).reduce((sum, x, i) => (i % (n + 1) === 0 ? sum + x : sum), 0);
    expect(Math.max(...found.slice(0, n - rank).map(Math.abs))).toBeLessThan(1e-13 * n);
    expect(Math.min(...found.slice(n - rank))).toBeGreaterThan(0.01);
    expect(found.reduce((sum, x) => sum + x)).toBeCloseTo(trace, 9);
  }
});

test("bad numbers are found wherever they are", () => {
  for (const isa of nativeLevels()) {
    const backend = new CpuBackend(loadNative({ isa, threads: 1 }).engine!);
    for (const [length, at] of [[1, 0], [9, 8], [10_000, 4096], [10_000, 9999]]) {
      for (const bad of [NaN, Infinity, -Infinity]) {
        const values = new Float64Array(length).fill(1e308);
        expect(backend.linalg.findNonFinite(viewOf(backend, "float64", [length], values))).toBe(-1);
        values[at] = bad;
        expect(backend.linalg.findNonFinite(viewOf(backend, "float64", [length], values))).toBe(at);
      }
    }
  }
});

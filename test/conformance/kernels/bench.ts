/**
 * Kernel cases: calls of backend methods on given data, the same for every backend. A case returns the views that it wrote;
 * suites compare them, storage gaps included, between backends and between numbers of threads.
 */

import { dtypeBytes, isFloat } from "../../../src/base/dtype.js";
import type { DType } from "../../../src/base/dtype.js";
import { Generator } from "../../../src/base/generator.js";
import { sizeOf } from "../../../src/base/shape.js";
import type { FusedKernels, RequiredKernels, View } from "../../../src/backend/backend.js";
import { emptyView, readStorage, storageLength, viewOf } from "../views.js";
import type { Layout } from "../views.js";

export type FullBackend = RequiredKernels & FusedKernels;

export interface Case {
  readonly name: string;
  /** Allowed error relative to max(1, |expected|) of float32; default 1e-5. float64 may differ by 1e-11, integers not at all. */
  readonly tolerance?: number;
  run(bench: Bench): (View | number)[];
}

/** Random numbers drawn once; operands take them from a place that their case's generator chooses. */
const drawn = 65_536;
const source = new Generator(11);
const normals = Float64Array.from({ length: drawn }, () => source.normal());
const uniforms = Float64Array.from({ length: drawn }, () => source.float());

/** Makes operands on one backend from a stream of random numbers that starts anew for each case. */
export class Bench {
  readonly backend: FullBackend;
  readonly #generator: Generator;
  readonly #made: View[] = [];

  constructor(backend: FullBackend, name: string) {
    this.backend = backend;
    this.#generator = new Generator(11).fork(name);
  }

  /** Floats: normal. int32: −9 … 9. uint8: 0 … 9. bool: 0 or 1. */
  random(dtype: DType, shape: readonly number[], layout?: Layout): View {
    if (isFloat(dtype)) return this.#fill(dtype, shape, layout, normals, (z) => z);
    if (dtype === "int32") return this.#fill(dtype, shape, layout, uniforms, (u) => Math.floor(19 * u) - 9);
    return this.integers(dtype, shape, dtype === "uint8" ? 10 : 2, layout);
  }

  /** Uniform numbers, for functions of a limited domain. */
  uniform(dtype: DType, shape: readonly number[], low: number, high: number, layout?: Layout): View {
    return this.#fill(dtype, shape, layout, uniforms, (u) => low + (high - low) * u);
  }

  /** Whole numbers from 0 to n − 1. */
  integers(dtype: DType, shape: readonly number[], n: number, layout?: Layout): View {
    return this.#fill(dtype, shape, layout, uniforms, (u) => Math.floor(n * u));
  }

  values(dtype: DType, shape: readonly number[], values: ArrayLike<number>, layout?: Layout): View {
    return this.#keep(viewOf(this.backend, dtype, shape, values, layout));
  }

  empty(dtype: DType, shape: readonly number[], layout?: Layout): View {
    return this.#keep(emptyView(this.backend, dtype, shape, layout));
  }

  /** Gives back all memory taken here. */
  release(): void {
    for (const view of this.#made) this.backend.release(view.storage.handle, storageLength(view) * dtypeBytes[view.dtype]);
  }

  #keep(view: View): View {
    this.#made.push(view);
    return view;
  }

  #fill(
    dtype: DType, shape: readonly number[], layout: Layout | undefined, numbers: Float64Array, f: (x: number) => number,
  ): View {
    const start = this.#generator.integer(drawn);
    const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) => f(numbers[(start + i) % drawn]));
    return this.values(dtype, shape, values, layout);
  }
}

/** What a case computes: the whole storage of each view it wrote. */
export interface Outcome {
  readonly dtype: DType;
  readonly data: ArrayLike<number>;
}

export function outcomes(backend: FullBackend, { name, run }: Case): Outcome[] {
  const bench = new Bench(backend, name);
  const results = run(bench).map((result): Outcome =>
    typeof result === "number"
      ? { dtype: "int32", data: [result] }
      : { dtype: result.dtype, data: readStorage(backend, result) },
  );
  bench.release();
  return results;
}

/** The first difference between two outcomes, in words; undefined when they agree. */
export function difference(actual: readonly Outcome[], expected: readonly Outcome[], tolerance = 1e-5): string | undefined {
  if (actual.length !== expected.length) return `expected ${expected.length} results, got ${actual.length}`;
  for (const [which, { dtype, data }] of expected.entries()) {
    const got = actual[which].data;
    if (got.length !== data.length) return `result ${which}: expected ${data.length} elements, got ${got.length}`;
    const allowed = dtype === "float32" ? tolerance : dtype === "float64" ? Math.min(tolerance, 1e-11) : 0;
    for (let i = 0; i < data.length; i++) {
      const [a, e] = [got[i], data[i]];
      if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
      if (!(Math.abs(a - e) <= allowed * Math.max(1, Math.abs(e)))) return `result ${which}, element ${i}: expected ${e}, got ${a}`;
    }
  }
  return undefined;
}

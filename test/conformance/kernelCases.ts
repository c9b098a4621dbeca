/**
 * Kernel cases: calls over odd shapes, strides, broadcasts and types whose results every backend must share with the
 * reference. A case gets a backend and a source of inputs, and returns the views that it wrote.
 */

import type { Backend, View } from "../../src/backend/backend.js";
import { isFloat } from "../../src/base/dtype.js";
import type { DType } from "../../src/base/dtype.js";
import { Generator } from "../../src/base/generator.js";
import { sizeOf } from "../../src/base/shape.js";
import { emptyView, viewOf } from "./views.js";
import type { Layout } from "./views.js";

export interface KernelCase {
  readonly name: string;
  /** Largest error allowed in float32, relative to max(1, |expected|) as a rule; float64 gets 1e-12 of it per 1e-6. Default 1e-6. */
  readonly tolerance?: number;
  /** Kernels of the optional set that it calls; a backend without them skips it. */
  readonly needs?: readonly (keyof Backend)[];
  run(io: CaseIO): void;
}

/** Inputs of each case in the order in which it asks for them, drawn once for all backends. */
const drawn = new Map<string, number[][]>();

/** Inputs and outputs of one run of a case on one backend. The same case gets the same inputs on every backend. */
export class CaseIO {
  readonly outputs: View[] = [];
  private readonly generator: Generator;
  private readonly inputs: number[][];
  private asked = 0;

  constructor(readonly backend: Backend, name: string) {
    this.generator = new Generator(1).fork(name);
    const known = drawn.get(name);
    this.inputs = known ?? [];
    if (known === undefined) drawn.set(name, this.inputs);
  }

  private draw(count: number, one: () => number): readonly number[] {
    return (this.inputs[this.asked++] ??= Array.from({ length: count }, one));
  }

  /** Random elements: normal for floats, −50 … 50 for int32, 0 … 255 for uint8, 0 or 1 for bool. */
  input(dtype: DType, shape: readonly number[], layout?: Layout): View {
    const one = (): number => {
      if (isFloat(dtype)) return this.generator.normal() * 2;
      if (dtype === "int32") return this.generator.integer(101) - 50;
      return this.generator.integer(dtype === "bool" ? 2 : 256);
    };
    return viewOf(this.backend, dtype, shape, this.draw(sizeOf(shape), one), layout);
  }

  /** The given elements, row-major. */
  values(dtype: DType, shape: readonly number[], values: ArrayLike<number>, layout?: Layout): View {
    return viewOf(this.backend, dtype, shape, values, layout);
  }

  /** Random integers below `n`. */
  indices(count: number, n: number): View {
    return viewOf(this.backend, "int32", [count], this.draw(count, () => this.generator.integer(n)));
  }

  /** A view to be written, compared afterwards. */
  output(dtype: DType, shape: readonly number[], layout?: Layout): View {
    return this.watch(emptyView(this.backend, dtype, shape, layout));
  }

  /** Compares `view` too: an input that the kernel changes. */
  watch(view: View): View {
    this.outputs.push(view);
    return view;
  }
}

/** Pairs of a shape and the layouts of its operands (two inputs and the output), dense and not. */
export const stridings: readonly (readonly [name: string, shape: readonly number[], layouts: readonly Layout[]])[] = [
  ["scalar", [], []],
  ["one", [1], []],
  ["seven", [7], []],
  ["empty", [3, 0, 2], []],
  ["matrix", [5, 33], []],
  ["transposed input", [37, 19], [{ order: [1, 0] }]],
  ["all transposed", [17, 23], [{ order: [1, 0] }, { order: [1, 0] }, { order: [1, 0] }]],
  ["transposed output", [18, 35], [{}, {}, { order: [1, 0] }]],
  ["gaps", [3, 41], [{ step: 2, offset: 3 }, {}, { step: 3, offset: 1 }]],
  ["row and scalar", [9, 20], [{}, { broadcast: [0] }]],
  ["column and scalar", [9, 20], [{ broadcast: [1] }, { broadcast: [0, 1] }]],
  ["many short rows", [600, 7], [{}, { broadcast: [0] }]],
  ["image with a value per channel", [3, 5, 4, 6], [{}, { broadcast: [0, 2, 3] }]],
  ["HWNC image with a value per channel", [3, 5, 4, 6], [{ order: [2, 3, 0, 1] }, { broadcast: [0, 2, 3] }, { order: [2, 3, 0, 1] }]],
  ["mixed orders", [4, 3, 5, 7], [{ order: [2, 0, 3, 1] }, {}, { order: [3, 2, 1, 0] }]],
  ["long", [70001], []],
  ["large with a row", [300, 257], [{}, { broadcast: [0] }]],
  ["large transposed", [190, 211], [{ order: [1, 0] }, {}, {}]],
];

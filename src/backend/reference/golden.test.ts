/** The reference kernels against values made by PyTorch (test/golden/make_golden.py), in float64. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { emptyView, hwnc, valuesOf, viewOf } from "../../../test/conformance/views.js";
import type { Layout } from "../../../test/conformance/views.js";
import type { BinaryOp, ReduceOp, UnaryOp, View } from "../backend.js";
import { unaryOps } from "../backend.js";
import { ReferenceBackend } from "./reference.js";

interface Packed {
  readonly shape: number[];
  readonly data: (number | string)[];
}

const backend = new ReferenceBackend();

function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../test/golden/${name}.json`, import.meta.url), "utf8")) as T;
}

const numbers = (packed: Packed): number[] => packed.data.map(Number);
const view = (packed: Packed, layout?: Layout): View => viewOf(backend, "float64", packed.shape, numbers(packed), layout);
const like = (packed: Packed, layout?: Layout): View => emptyView(backend, "float64", packed.shape, layout);

function expectClose(actual: View, expected: Packed, tolerance = 1e-11): void {
  const values = valuesOf(backend, actual);
  numbers(expected).forEach((want, i) => {
    const same = Object.is(values[i], want) || values[i] === want;
    const near = Math.abs(values[i] - want) <= tolerance * Math.max(1, Math.abs(want));
    expect(same || near, `element ${i}: expected ${want}, got ${values[i]}`).toBe(true);
  });
}

interface ElementwiseGolden {
  readonly unary: ({ op: UnaryOp; alpha?: number; x: Packed; y: Packed; dx?: Packed })[];
  readonly binary: { op: BinaryOp; a: Packed; b: Packed; y: Packed }[];
  readonly edges: { op: string; x: Packed; a: Packed; b: Packed; y: Packed }[];
}

describe("element-wise", () => {
  const { unary, binary, edges } = golden<ElementwiseGolden>("elementwise");

  test.each(unary)("$op", ({ op, alpha, x, y }) => {
    const out = like(y);
    backend.unary(op, view(x), out, alpha);
    expectClose(out, y);
  });

  // Derivatives fused with the incoming gradient, which is 1 in these cases.
  const ofInput = ["leakyRelu", "elu", "silu", "gelu", "softplus"];
  const ofOutput = ["relu", "tanh", "sigmoid"];
  test.each(unary.filter(({ op }) => ofInput.includes(op) || ofOutput.includes(op)))("$op gradient", ({ op, alpha, x, y, dx }) => {
    const ones = viewOf(backend, "float64", x.shape, numbers(x).map(() => 1));
    const out = like(x);
    backend.binary(`${op}Grad` as BinaryOp, ones, view(ofInput.includes(op) ? x : y), out, alpha);
    expectClose(out, dx ?? y);
  });

  test.each(binary.filter(({ a, b }) => a.shape.join() === b.shape.join()))("$op of $a.shape", ({ op, a, b, y }) => {
    const out = like(y);
    backend.binary(op, view(a), view(b), out);
    expectClose(out, y);
  });

  test.each(edges)("$op of NaN, infinities and extremes", ({ op, x, a, b, y }) => {
    const out = like(y);
    if ((unaryOps as readonly string[]).includes(op)) backend.unary(op as UnaryOp, view(x), out);
    else backend.binary(op as BinaryOp, view(a), view(b), out);
    expectClose(out, y);
  });
});

interface ReductionGolden {
  readonly cases: { op: ReduceOp; axis: null | number | number[]; keepDim: boolean; x: Packed; y: Packed }[];
  readonly arg: { op: "argmax" | "argmin"; axis: number; x: Packed; y: Packed }[];
}

describe("reductions", () => {
  const { cases, arg } = golden<ReductionGolden>("reductions");
  const kept = cases.filter(({ keepDim }) => keepDim);

  test.each(kept)("$op over $axis", ({ op, axis, x, y }) => {
    const rank = x.shape.length;
    const axes = axis === null ? x.shape.map((_, i) => i) : [axis].flat().map((a) => (a + rank) % rank);
    const out = like(y);
    backend.reduce(op, view(x, { order: [1, 2, 0] }), axes, out);
    expectClose(out, y);
  });

  test.each(arg)("$op along $axis", ({ op, axis, x, y }) => {
    const at = (axis + x.shape.length) % x.shape.length;
    const out = emptyView(backend, "int32", x.shape.with(at, 1));
    backend.argReduce(op === "argmax" ? "max" : "min", view(x), at, out);
    expect(valuesOf(backend, out)).toEqual(numbers(y));
  });
});

test.each(golden<{ cases: { a: Packed; b: Packed; y: Packed }[] }>("matmul").cases.filter(({ a, b, y }) =>
  a.shape.length === b.shape.length && a.shape.slice(0, -2).join() === y.shape.slice(0, -2).join() &&
  b.shape.slice(0, -2).join() === y.shape.slice(0, -2).join(),
))("matmul $a.shape × $b.shape", ({ a, b, y }) => {
  const out = like(y);
  const last = a.shape.length - 1;
  const swapped = { order: [...a.shape.keys()].with(last, last - 1).with(last - 1, last) };
  backend.matmul(view(a, swapped), view(b), out);
  expectClose(out, y);
});

interface SoftmaxCase { op: string; axis: number; x: Packed; y: Packed; dy: Packed; dx: Packed }

test.each(golden<{ cases: SoftmaxCase[] }>("softmax").cases.filter(({ axis }) => axis === -1))("$op", ({ op, x, y, dy, dx }) => {
  const log = op === "logSoftmax";
  const out = like(y);
  backend.softmax(view(x), out, log);
  expectClose(out, y);
  const gradient = like(x);
  backend.softmaxGrad(view(dy), out, gradient, log);
  expectClose(gradient, dx);
});

interface ConvCase {
  stride: [number, number]; padding: [number, number]; dilation: [number, number]; groups: number;
  x: Packed; weight: Packed; bias: Packed; y: Packed; dy: Packed; dx: Packed; dweight: Packed; dbias: Packed;
}

test.each(golden<{ cases: ConvCase[] }>("conv2d").cases)(
  "conv2d $x.shape, filters $weight.shape, stride $stride, padding $padding, dilation $dilation, groups $groups",
  ({ stride, padding, dilation, groups, x, weight, bias, y, dy, dx, dweight, dbias }) => {
    const params = { stride, padding, dilation, groups };
    const out = like(y, hwnc);
    backend.conv2d(view(x), view(weight), view(bias), out, params);
    expectClose(out, y);
    const inputGrad = like(x, hwnc);
    backend.conv2dInputGrad(view(dy, hwnc), view(weight), inputGrad, params);
    expectClose(inputGrad, dx);
    const weightGrad = like(weight);
    const biasGrad = like(bias);
    backend.conv2dWeightGrad(view(x, hwnc), view(dy), weightGrad, biasGrad, params);
    expectClose(weightGrad, dweight);
    expectClose(biasGrad, dbias);
  },
);

interface PoolCase {
  op: "maxPool2d" | "avgPool2d"; kernel: [number, number]; stride: [number, number]; padding: [number, number];
  x: Packed; y: Packed; dy: Packed; dx: Packed;
}

test.each(golden<{ cases: PoolCase[] }>("pooling").cases)("$op $kernel, stride $stride, padding $padding", (c) => {
  const { op, kernel, stride, padding, x, y, dy, dx } = c;
  const params = { kernel, stride, padding };
  for (const layout of [{}, hwnc]) {
    const out = like(y, layout);
    const gradient = like(x, layout);
    if (op === "maxPool2d") {
      const argmax = emptyView(backend, "uint8", y.shape, layout);
      backend.maxPool2d(view(x, layout), out, argmax, params);
      backend.maxPool2dGrad(view(dy, layout), argmax, gradient, params);
    } else {
      backend.avgPool2d(view(x, layout), out, params);
      backend.avgPool2dGrad(view(dy, layout), gradient, params);
    }
    expectClose(out, y);
    expectClose(gradient, dx);
  }
});

interface LossCase {
  loss: string; options: { labelSmoothing?: number; ignoreIndex?: number; reduction?: string };
  x: Packed; target: Packed; weight?: Packed; y: Packed; dy: Packed; dx: Packed;
}

test.each(golden<{ cases: LossCase[] }>("losses").cases.filter(
  ({ loss, options, weight }) => loss === "crossEntropy" && options.reduction === "none" && weight === undefined,
))("crossEntropy $options", ({ options: { labelSmoothing = 0, ignoreIndex = -100 }, x, target, y, dy, dx }) => {
  const targets = viewOf(backend, "int32", target.shape, numbers(target));
  const loss = like(y);
  const probabilities = like(x);
  expect(backend.crossEntropy(view(x), targets, loss, probabilities, labelSmoothing, ignoreIndex)).toBe(-1);
  expectClose(loss, y);
  const gradient = like(x);
  backend.crossEntropyGrad(view(dy), probabilities, targets, gradient, labelSmoothing, ignoreIndex);
  expectClose(gradient, dx);
});

interface NormPart {
  x: Packed; weight?: Packed; bias?: Packed; y: Packed; dy: Packed; dx: Packed; dweight?: Packed; dbias?: Packed;
}
interface NormCase {
  eps: number; affine: boolean; state: { running_mean: Packed; running_var: Packed }; eval: NormPart; train: NormPart;
}

test.each(golden<{ cases: NormCase[] }>("batchNorm").cases)("batchNorm eps $eps, affine $affine", (c) => {
  const { eps, state, train } = c;
  const channels = { shape: [train.x.shape[1]], data: [] };
  const optional = (packed?: Packed): View | null => (packed ? view(packed) : null);
  const mean = like(channels);
  const variance = like(channels);
  const out = like(train.y);
  backend.batchNorm(view(train.x), optional(train.weight), optional(train.bias), mean, variance, out, eps);
  expectClose(out, train.y);
  const dx = like(train.x);
  const dWeight = like(channels);
  const dBias = like(channels);
  backend.batchNormGrad(view(train.dy), view(train.x), optional(train.weight), mean, variance, dx, dWeight, dBias, eps);
  expectClose(dx, train.dx, 1e-9);
  if (train.dweight && train.dbias) {
    expectClose(dWeight, train.dweight);
    expectClose(dBias, train.dbias);
  }
  const evaluated = like(c.eval.y);
  backend.batchNormEval(
    view(c.eval.x), optional(c.eval.weight), optional(c.eval.bias), view(state.running_mean), view(state.running_var),
    evaluated, eps,
  );
  expectClose(evaluated, c.eval.y);
});

interface OptimizerGolden {
  readonly steps: number;
  readonly start: Packed[];
  readonly gradients: number[][][];
  readonly cases: {
    optimizer: "SGD" | "Adam" | "AdamW"; after: Record<string, Packed[]>;
    options: {
      lr: number; momentum?: number; dampening?: number; weightDecay?: number; nesterov?: boolean;
      betas?: [number, number]; eps?: number;
    };
  }[];
}

describe("optimisers", () => {
  const { steps, start, gradients, cases } = golden<OptimizerGolden>("optimizers");
  test.each(cases)("$optimizer $options", ({ optimizer, options, after }) => {
    const parameters = start.map((p) => view(p));
    const zero = (): View[] => start.map((p) => viewOf(backend, "float64", p.shape, numbers(p).map(() => 0)));
    const m = zero();
    const v = zero();
    const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false, betas = [0.9, 0.999], eps = 1e-8 } = options;
    for (let step = 1; step <= steps; step++) {
      const g = start.map((p, i) => view({ shape: p.shape, data: gradients[step - 1][i] }));
      if (optimizer === "SGD") {
        const first = step === 1;
        backend.sgd(parameters, g, momentum > 0 ? m : null, { lr, momentum, dampening, weightDecay, nesterov, first });
      } else {
        backend.adam(parameters, g, m, v, {
          lr, beta1: betas[0], beta2: betas[1], eps, weightDecay, decoupled: optimizer === "AdamW",
          correction1: 1 - betas[0] ** step, correction2: 1 - betas[1] ** step,
        });
      }
      after[step]?.forEach((expected, i) => expectClose(parameters[i], expected, 1e-10));
    }
  });
});

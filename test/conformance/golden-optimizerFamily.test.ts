/** Coverage D1: the whole family over one hundred steps on stored gradients, with two groups and changing rates, equals PyTorch; saved states go on to the same bits. */

import { describe, expect, test } from "vitest";
import { optim, setThreads, type Tensor } from "../../src/index.js";
import type { FloatDType } from "../../src/base/dtype.js";
import { constant, expectClose, floatTypes, golden, leaf, type Packed, tolerances } from "../golden/golden.js";

const kinds = {
  SGD: optim.SGD, Adam: optim.Adam, AdamW: optim.AdamW, Adagrad: optim.Adagrad, Adadelta: optim.Adadelta, RMSprop: optim.RMSprop,
  Adamax: optim.Adamax, NAdam: optim.NAdam, RAdam: optim.RAdam, Rprop: optim.Rprop, ASGD: optim.ASGD,
};
type AnyOptimizer = InstanceType<(typeof kinds)[keyof typeof kinds]>;

interface Case {
  readonly optimizer: keyof typeof kinds;
  readonly options: Record<string, unknown>;
  readonly group: Record<string, unknown>;
  readonly lrFactor: number;
  readonly after: Record<string, Packed[]>;
  readonly averages?: Packed[];
}

const { steps, start, gradients } = golden<{ steps: number; start: Packed[]; gradients: number[][][] }>("optimizers.json");
interface Clipping {
  readonly gradients: Packed[];
  readonly cases: { readonly normType: number | "Infinity"; readonly maxNorm: number; readonly norm: number; readonly after: Packed[] }[];
}
const { cases, clipping } = golden<{ cases: Case[]; clipping: Clipping }>("optimizerFamily.json");

const parametersOf = (dtype: FloatDType): Tensor[] => start.map((packed) => leaf(packed, dtype));

function make({ optimizer, options, group }: Case, [first, second]: readonly Tensor[]): AnyOptimizer {
  return Reflect.construct(kinds[optimizer], [[{ params: [first], ...group }, { params: [second] }], options]) as AnyOptimizer;
}

/** Steps `from` … `to`, from 1, with rates that change after each. */
function run(optimizer: AnyOptimizer, parameters: readonly Tensor[], lrFactor: number, from: number, to: number): void {
  for (let step = from; step <= to; step++) {
    parameters.forEach((p, i) => {
      p.grad = constant({ shape: p.shape, data: gradients[step - 1][i] }, p.dtype);
    });
    optimizer.step();
    for (const { options } of optimizer.groups) options.lr *= lrFactor;
  }
}

describe.each(floatTypes)("%s", (dtype) => {
  const tolerance = dtype === "float64" ? { relative: 1e-9, absolute: 1e-12 } : { relative: 1e-5, absolute: 5e-6 };

  test.each(cases)("$optimizer $options $group", async (item) => {
    const parameters = parametersOf(dtype);
    const optimizer = make(item, parameters);
    let done = 0;
    for (const [at, expected] of Object.entries(item.after)) {
      run(optimizer, parameters, item.lrFactor, done + 1, Number(at));
      done = Number(at);
      for (const [i, p] of parameters.entries()) await expectClose(p, expected[i], tolerance, `parameter ${i} after step ${at}`);
    }
    if (item.averages !== undefined && optimizer instanceof optim.ASGD) {
      for (const [i, average] of optimizer.averages().entries()) await expectClose(average, item.averages[i], tolerance, `average ${i}`);
    }
  });
});

describe.each(floatTypes)("clipGradNorm, %s", (dtype) => {
  test.each(clipping.cases)("norm $normType up to $maxNorm", async ({ normType, maxNorm, norm, after }) => {
    const parameters = clipping.gradients.map((packed) => leaf(packed, dtype));
    for (const [i, p] of parameters.entries()) p.grad = constant(clipping.gradients[i], dtype);
    const measured = optim.clipGradNorm(parameters, { maxNorm, normType: Number(normType) });
    await expectClose(measured, { shape: [], data: [norm] }, tolerances[dtype], "norm");
    for (const [i, p] of parameters.entries()) await expectClose(p.grad, after[i], tolerances[dtype], `gradient ${i}`);
  });
});

test.each(cases)("$optimizer $options: a saved state goes on to the same bits, and threads change none", async (item) => {
  const whole = parametersOf("float32");
  setThreads(1);
  run(make(item, whole), whole, item.lrFactor, 1, steps);
  setThreads(2);

  const parameters = parametersOf("float32");
  const before = make(item, parameters);
  run(before, parameters, item.lrFactor, 1, 37);
  const { tensors, scalars } = before.stateDict();
  const saved = { tensors: new Map(Array.from(tensors, ([name, t]) => [name, t.clone()])), scalars: JSON.parse(JSON.stringify(scalars)) };
  const weights = parameters.map((p) => p.clone());
  run(before, parameters, item.lrFactor, 38, 40); // what is saved is not touched by later steps

  parameters.forEach((p, i) => p.copyFrom(weights[i]));
  const resumed = make(item, parameters);
  resumed.loadStateDict(saved);
  run(resumed, parameters, item.lrFactor, 38, steps);
  for (const [i, p] of parameters.entries()) expect(await p.data(), `parameter ${i}`).toEqual(await whole[i].data());
  expect(steps).toBe(100);
});

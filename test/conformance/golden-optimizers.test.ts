/** Coverage D1: one hundred steps of each optimiser on stored gradients equal PyTorch's (float64 1e-9, float32 1e-5); D2: schedules. */

import { describe, expect, test } from "vitest";
import { optim, type Tensor, tensor } from "../../src/index.js";
import { constant, expectClose, floatTypes, golden, leaf, type Packed } from "../golden/golden.js";

interface OptimizerCase {
  readonly optimizer: "SGD" | "Adam" | "AdamW";
  readonly options: { readonly lr: number; readonly betas?: [number, number] };
  readonly after: Record<string, Packed[]>;
}
interface OptimizerFile { readonly steps: number; readonly start: Packed[]; readonly gradients: number[][][]; readonly cases: OptimizerCase[] }
interface ScheduleCase {
  readonly schedule: "stepDecay" | "exponential" | "cosine";
  readonly options: Record<string, number>;
  readonly baseLr: number; readonly epochs: number; readonly lr: number[];
}

const file = golden<OptimizerFile>("optimizers.json");

function make({ optimizer, options }: OptimizerCase, parameters: Tensor[]): InstanceType<(typeof optim)["SGD" | "Adam" | "AdamW"]> {
  if (optimizer === "SGD") return new optim.SGD(parameters, options);
  return optimizer === "Adam" ? new optim.Adam(parameters, options) : new optim.AdamW(parameters, options);
}

describe.each(floatTypes)("%s", (dtype) => {
  const tolerance = dtype === "float64" ? { relative: 1e-9, absolute: 1e-12 } : { relative: 1e-5, absolute: 5e-6 };

  test.each(file.cases)("$optimizer $options", async (item) => {
    const parameters = file.start.map((packed) => leaf(packed, dtype));
    const optimizer = make(item, parameters);
    for (let step = 1; step <= file.steps; step++) {
      parameters.forEach((p, i) => {
        p.grad = constant({ shape: p.shape, data: file.gradients[step - 1][i] }, dtype);
      });
      optimizer.step();
      const expected = item.after[step];
      if (!expected) continue;
      for (const [i, p] of parameters.entries()) await expectClose(p, expected[i], tolerance, `parameter ${i} after step ${step}`);
    }
  });
});

test.each(golden<{ cases: ScheduleCase[] }>("schedules.json").cases)("$schedule $options", ({ schedule, options, baseLr, epochs, lr }) => {
  const { stepDecay, exponential, cosine } = optim.schedules;
  const make = {
    stepDecay: () => stepDecay({ every: options.every, gamma: options.gamma }),
    exponential: () => exponential({ gamma: options.gamma }),
    cosine: () => cosine({ period: options.epochs, minLr: options.minLr }),
  };
  const rates = lr.map((_, epoch) => make[schedule]().lrAt(epoch, baseLr, epochs));
  rates.forEach((rate, epoch) => expect(rate).toBeCloseTo(lr[epoch], 12));
});

test("coverage B7: gradient descent on x² from 5 with step 1 oscillates 5, −5, 5", async () => {
  const x = tensor([5], { dtype: "float64", requiresGrad: true });
  const optimizer = new optim.SGD([x], { lr: 1 });
  const seen = [];
  for (let i = 0; i < 4; i++) {
    seen.push(await x.item());
    optimizer.zeroGrad();
    x.mul(x).sum().backward();
    optimizer.step();
  }
  expect(seen).toEqual([5, -5, 5, -5]);
});

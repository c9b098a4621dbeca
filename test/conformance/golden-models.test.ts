/** The zoo has torchvision's names, shapes and counts (coverage I10); with the same weights it gives the same answers and gradients. */

import { expect, test } from "vitest";
import { models, mul, select, sum, tensor, type Tensor } from "../../src/index.js";
import { expectClose, golden, type Packed, tolerances } from "../golden/golden.js";

interface Network {
  readonly state: Readonly<Record<string, readonly number[]>>; readonly logits: Packed; readonly dx: Packed; readonly parameters: number;
}
const networks = golden<Record<"squeezenet1_0" | "squeezenet1_1", Network>>("models.json");

/** A tensor of `shape` in float64 by the formulas of make_models.py. */
const made = (shape: readonly number[], at: (i: number) => number): Tensor =>
  tensor(Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at(i)), { shape });

for (const version of ["1.0", "1.1"] as const) {
  const { state, logits, dx, parameters } = networks[`squeezenet1_${version === "1.0" ? 0 : 1}`];

  test(`SqueezeNet ${version}: states of torchvision load, logits and gradients are torchvision's`, async () => {
    const net = models.squeezenet({ version, classes: 20 }).to("float64").eval();
    expect(Object.fromEntries(Array.from(net.stateDict(), ([name, t]) => [name, t.shape]))).toEqual(state);
    net.loadStateDict(
      new Map(
        Object.entries(state).map(([name, shape], k) => {
          const bound = shape.length > 1 ? Math.sqrt(6 / shape.slice(1).reduce((a, b) => a * b, 1)) : 0.1;
          return [name, made(shape, (i) => bound * Math.sin(i * (k + 2) * 0.7 + k))];
        }),
      ),
    );
    const x = made([2, 3, 64, 80], (i) => Math.cos(i * 0.013));
    x.requiresGrad = true;
    const y = net.forward(x);
    await expectClose(y, logits, tolerances.float64, "logits");
    sum(mul(y, made(y.shape, (i) => (i % 7) - 3))).backward();
    await expectClose(select(x.grad!, 2, 31), dx, tolerances.float64, "gradient of row 31");
  });

  test(`SqueezeNet ${version} has the published number of parameters`, () => {
    expect(models.squeezenet({ version }).numParameters()).toBe(parameters);
    expect(parameters).toBe(version === "1.0" ? 1_248_424 : 1_235_496);
  });
}

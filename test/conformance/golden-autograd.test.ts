/** Functional transforms against torch.autograd.functional: vjp, jvp, Jacobians, Hessians and their products with vectors. */

import { describe, expect, test } from "vitest";
import {
  exp, hessian, hvp, jacobian, jvp, matmul, mul, prod, sin, softmax, sum, tanh, tensor, type Tensor, transpose, valueAndGrad, vjp,
} from "../../src/index.js";
import { constant, expectClose, golden, type Packed, tolerances } from "../golden/golden.js";

interface AutogradGolden {
  readonly inputs: readonly Packed[];
  readonly vectors: readonly Packed[];
  readonly dy: Packed;
  readonly value: Packed;
  readonly gradient: readonly Packed[];
  readonly layer: Packed;
  readonly vjp: readonly Packed[];
  readonly jvp: Packed;
  readonly jacobian: readonly Packed[];
  readonly hessian: readonly (readonly Packed[])[];
  readonly hvp: readonly Packed[];
  readonly few: Packed;
  readonly wide: Packed;
  readonly p: Packed;
  readonly q: Packed;
  readonly both: readonly (readonly Packed[])[];
}

const file = golden<AutogradGolden>("autograd.json");
const tolerance = tolerances.float64;
const float64 = (packed: Packed): Tensor => constant(packed, "float64");
type Three = readonly [Tensor, Tensor, Tensor];
const three = (packed: readonly Packed[]): Three => [float64(packed[0]), float64(packed[1]), float64(packed[2])];
const inputs = three(file.inputs);
const vectors = three(file.vectors);

const layer = ([w, b, x]: Three): Tensor => tanh(matmul(x, transpose(w)).add(b));
const loss = (args: Three): Tensor => sum(mul(softmax(layer(args)), exp(mul(args[2], 0.3))));

async function expectAll(actual: readonly Tensor[], expected: readonly Packed[], what: string): Promise<void> {
  expect(actual.length).toBe(expected.length);
  for (const [i, t] of actual.entries()) await expectClose(t, expected[i], tolerance, `${what} ${i}`);
}

test("valueAndGrad", async () => {
  const [value, gradient] = valueAndGrad(loss)(inputs);
  await expectClose(value, file.value, tolerance, "value");
  await expectAll(gradient, file.gradient, "gradient");
});

test("vjp", async () => {
  const [value, pull] = vjp(layer, inputs);
  await expectClose(value, file.layer, tolerance, "value");
  for (const round of [1, 2]) await expectAll(pull(float64(file.dy)), file.vjp, `round ${round}, input`);
});

test("jvp", async () => {
  const [value, tangent] = jvp(layer, inputs, vectors);
  await expectClose(value, file.layer, tolerance, "value");
  await expectClose(tangent, file.jvp, tolerance, "tangent");
});

describe("jacobian", () => {
  test("by rows", async () => {
    await expectAll(jacobian(layer, inputs), file.jacobian, "block");
  });

  test("by columns, where x is small", async () => {
    const scale = tensor([[1, 2], [3, 4], [5, 6], [7, 8]], { dtype: "float64" }).div(4);
    const wide = (x: Tensor): Tensor => mul(sin(mul(scale, x)), prod(x));
    await expectClose(jacobian(wide, float64(file.few)), file.wide, tolerance, "jacobian");
  });

  test("of two results in two inputs, one of which a result does not depend on", async () => {
    const both = ([x, y]: readonly [Tensor, Tensor]): [Tensor, Tensor] => [mul(x, exp(y)), sum(x.pow(3), { axis: 0 })];
    const blocks = jacobian(both, [float64(file.p), float64(file.q)]);
    for (const [k, row] of blocks.entries()) await expectAll(row, file.both[k], `result ${k}, input`);
  });
});

test("hessian", async () => {
  const blocks = hessian(loss, inputs);
  for (const [i, row] of blocks.entries()) await expectAll(row, file.hessian[i], `row ${i}, block`);
});

test("hvp", async () => {
  await expectAll(hvp(loss, inputs, vectors), file.hvp, "input");
});

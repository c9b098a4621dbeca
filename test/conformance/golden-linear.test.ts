/** Reductions, matrix products and softmax with their gradients against PyTorch. */

import { describe, expect, test } from "vitest";
import { argmax, argmin, logSoftmax, logsumexp, matmul, max, mean, min, softmax, sum, type Tensor } from "../../src/index.js";
import { constant, expectClose, floatTypes, golden, leaf, numbers, type Packed, pullBack, tolerances } from "../golden/golden.js";

interface Differentiated { readonly x: Packed; readonly y: Packed; readonly dy: Packed; readonly dx: Packed }
interface Reduction extends Differentiated { readonly op: keyof typeof reductions; readonly axis: number | number[] | null; readonly keepDim: boolean }
interface ArgReduction { readonly op: "argmax" | "argmin"; readonly axis: number; readonly x: Packed; readonly y: Packed }
interface Product { readonly a: Packed; readonly b: Packed; readonly y: Packed; readonly dy: Packed; readonly da: Packed; readonly db: Packed }
interface Softmax extends Differentiated { readonly op: "softmax" | "logSoftmax"; readonly axis: number }

const reductions = { sum, mean, max, min, logsumexp };
const softmaxes = { softmax, logSoftmax };
const reductionFile = golden<{ cases: Reduction[]; arg: ArgReduction[] }>("reductions.json");
const products = golden<{ cases: Product[] }>("matmul.json").cases;
const softmaxCases = golden<{ cases: Softmax[] }>("softmax.json").cases;

describe.each(floatTypes)("%s", (dtype) => {
  const tolerance = tolerances[dtype];

  const check = async (f: (x: Tensor) => Tensor, { x, y, dy, dx }: Differentiated): Promise<void> => {
    const input = leaf(x, dtype);
    const output = f(input);
    await expectClose(output, y, tolerance, "y");
    pullBack(output, dy, dtype);
    await expectClose(input.grad, dx, tolerance, "dx");
  };

  test.each(reductionFile.cases)("$op over axis $axis, keepDim $keepDim", async (item) => {
    await check((x) => reductions[item.op](x, { axis: item.axis ?? undefined, keepDim: item.keepDim }), item);
  });

  test.each(reductionFile.arg)("$op along axis $axis", async ({ op, axis, x, y }) => {
    const index = { argmax, argmin }[op](constant(x, dtype), axis);
    expect(index.dtype).toBe("int32");
    expect([...index.shape]).toEqual(y.shape);
    expect([...(await index.data())]).toEqual(numbers(y));
  });

  test.each(products)("matmul of $a.shape and $b.shape", async ({ a, b, y, dy, da, db }) => {
    const [left, right] = [leaf(a, dtype), leaf(b, dtype)];
    const output = matmul(left, right);
    await expectClose(output, y, tolerance, "y");
    pullBack(output, dy, dtype);
    await expectClose(left.grad, da, tolerance, "da");
    await expectClose(right.grad, db, tolerance, "db");
  });

  test.each(softmaxCases)("$op of $x.shape along axis $axis", async (item) => {
    await check((x) => softmaxes[item.op](x, item.axis), item);
  });
});

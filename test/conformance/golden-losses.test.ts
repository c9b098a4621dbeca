/** Losses and their gradients against PyTorch: every reduction, label smoothing, ignored labels, class weights, extreme logits. */

import { describe, test } from "vitest";
import { binaryCrossEntropyWithLogits, crossEntropy, logisticLoss, mseLoss, type Tensor } from "../../src/index.js";
import type { FloatDType } from "../../src/base/dtype.js";
import { constant, expectClose, floatTypes, golden, leaf, type Packed, pullBack, tolerances } from "../golden/golden.js";

interface Loss {
  readonly loss: "crossEntropy" | "mseLoss" | "binaryCrossEntropyWithLogits" | "logisticLoss";
  readonly options: { readonly reduction?: "mean" | "sum" | "none"; readonly labelSmoothing?: number; readonly ignoreIndex?: number };
  readonly weight?: Packed;
  readonly target: Packed;
  readonly x: Packed; readonly y: Packed; readonly dy: Packed; readonly dx: Packed;
}

const { cases } = golden<{ cases: Loss[] }>("losses.json");

function apply(item: Loss, x: Tensor, dtype: FloatDType): Tensor {
  if (item.loss === "crossEntropy") {
    const weight = item.weight && constant(item.weight, dtype);
    return crossEntropy(x, constant(item.target, "int32"), { ...item.options, weight });
  }
  const f = { mseLoss, binaryCrossEntropyWithLogits, logisticLoss }[item.loss];
  return f(x, constant(item.target, dtype), item.options);
}

describe.each(floatTypes)("%s", (dtype) => {
  const tolerance = tolerances[dtype];

  test.each(cases)("$loss $options of $x.shape", async (item) => {
    const x = leaf(item.x, dtype);
    const y = apply(item, x, dtype);
    await expectClose(y, item.y, tolerance, "y");
    pullBack(y, item.dy, dtype);
    await expectClose(x.grad, item.dx, tolerance, "dx");
  });
});

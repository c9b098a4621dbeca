/** Every loss with every option against PyTorch (or the paper's formula, where PyTorch has none), forward and backward; as layers too. */

import { describe, expect, test } from "vitest";
import {
  crossEntropy, nllLoss, binaryCrossEntropy, binaryCrossEntropyWithLogits, focalLoss, mseLoss, l1Loss, smoothL1Loss,
  huberLoss, logisticLoss, hingeLoss, multiclassHingeLoss, multiMarginLoss, klDiv, diceLoss, tripletMarginLoss,
  cosineEmbeddingLoss, marginRankingLoss, contrastiveLoss, ntXentLoss, gaussianNllLoss, poissonNllLoss, nn, type Tensor,
} from "../../src/index.js";
import type { FloatDType } from "../../src/base/dtype.js";
import { constant, expectClose, floatTypes, golden, leaf, type Packed, pullBack, tolerances } from "../golden/golden.js";

interface Case {
  readonly loss: keyof typeof losses;
  readonly options: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, Packed>>;
  readonly inputs: readonly (Packed & { readonly integer?: boolean })[];
  readonly y: Packed;
  readonly dy: Packed;
  readonly gradients: readonly (Packed | null)[];
}

/** Each function and its layer. */
const losses = {
  crossEntropy: [crossEntropy, nn.CrossEntropyLoss],
  nllLoss: [nllLoss, nn.NLLLoss],
  binaryCrossEntropy: [binaryCrossEntropy, nn.BCELoss],
  binaryCrossEntropyWithLogits: [binaryCrossEntropyWithLogits, nn.BCEWithLogitsLoss],
  focalLoss: [focalLoss, nn.FocalLoss],
  mseLoss: [mseLoss, nn.MSELoss],
  l1Loss: [l1Loss, nn.L1Loss],
  smoothL1Loss: [smoothL1Loss, nn.SmoothL1Loss],
  huberLoss: [huberLoss, nn.HuberLoss],
  logisticLoss: [logisticLoss, nn.LogisticLoss],
  hingeLoss: [hingeLoss, nn.HingeLoss],
  multiclassHingeLoss: [multiclassHingeLoss, nn.MulticlassHingeLoss],
  multiMarginLoss: [multiMarginLoss, nn.MultiMarginLoss],
  klDiv: [klDiv, nn.KLDivLoss],
  diceLoss: [diceLoss, nn.DiceLoss],
  tripletMarginLoss: [tripletMarginLoss, nn.TripletMarginLoss],
  cosineEmbeddingLoss: [cosineEmbeddingLoss, nn.CosineEmbeddingLoss],
  marginRankingLoss: [marginRankingLoss, nn.MarginRankingLoss],
  contrastiveLoss: [contrastiveLoss, nn.ContrastiveLoss],
  ntXentLoss: [ntXentLoss, nn.NTXentLoss],
  gaussianNllLoss: [gaussianNllLoss, nn.GaussianNLLLoss],
  poissonNllLoss: [poissonNllLoss, nn.PoissonNLLLoss],
} as const;

const { cases } = golden<{ cases: Case[] }>("lossOptions.json");

function optionsOf({ options, tensors }: Case, dtype: FloatDType): object {
  return { ...options, ...Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, constant(t, dtype)])) };
}

type Call = (...operands: unknown[]) => Tensor;

test("every loss is here", () => {
  expect([...new Set(cases.map(({ loss }) => loss))].sort()).toEqual(Object.keys(losses).sort());
});

describe.each(floatTypes)("%s", (dtype) => {
  test.each(cases)("$loss $options", async (item) => {
    const inputs = item.inputs.map((x, i) => (x.integer === true ? constant(x, "int32") : item.gradients[i] === null ? constant(x, dtype) : leaf(x, dtype)));
    const [f, Layer] = losses[item.loss];
    const y = (f as Call)(...inputs, optionsOf(item, dtype));
    await expectClose(y, item.y, tolerances[dtype], "y");
    expect(y.dtype).toBe(dtype);
    pullBack(y, item.dy, dtype);
    for (const [i, expected] of item.gradients.entries()) {
      if (expected !== null) await expectClose(inputs[i].grad, expected, tolerances[dtype], `gradient of input ${i}`);
    }
    const layer = new (Layer as new (options: object) => nn.Module<Tensor[]>)(optionsOf(item, dtype));
    await expectClose(layer.forward(...inputs), item.y, tolerances[dtype], "layer");
  });
});

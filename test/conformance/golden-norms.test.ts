/** Normalisation layers against PyTorch: outputs, gradients and running statistics, with every option, in training and in evaluation. */

import { describe, expect, test } from "vitest";
import { nn } from "../../src/index.js";
import { floatTypes, golden } from "../golden/golden.js";
import { checkLayer, type LayerCase } from "../golden/layerCase.js";

const { cases } = golden<{ cases: (LayerCase & { readonly training: boolean })[] }>("norms.json");

describe.each(floatTypes)("%s", (dtype) => {
  test.each(cases)("$layer $args $options, training: $training", async (item) => {
    await checkLayer<nn.Module>(item, dtype, (layer, { x }) => [layer.train(item.training).forward(x)]);
  });
});

// Coverage G2.
test("batch norm on 8×3×32×64 holds 6 running numbers; three over 8, 16 and 32 channels have 112 parameters", () => {
  const norm = new nn.BatchNorm2d(3);
  expect(norm.runningMean.size + norm.runningVariance.size).toBe(6);
  expect(new nn.Sequential(...[8, 16, 32].map((channels) => new nn.BatchNorm2d(channels))).numParameters()).toBe(112);
});

test("bad options are refused, and running statistics that are not kept", () => {
  expect(() => new nn.BatchNorm3d(2, { momentum: 1.5 })).toThrow("BatchNorm3d: momentum must be from 0 to 1, or null to average over all batches, got 1.5");
  expect(() => new nn.LayerNorm([])).toThrow("LayerNorm: normalizedShape must be the sizes of the last axes");
  expect(() => new nn.LayerNorm(3, { eps: 0 })).toThrow("LayerNorm: eps must be more than 0, got 0");
  expect(() => new nn.InstanceNorm2d(0)).toThrow("InstanceNorm2d: channels must be a whole number of at least 1, got 0");
  expect(() => new nn.BatchNorm2d(3, { trackRunningStats: false }).runningMean).toThrow("BatchNorm2d: there are no running statistics");
});

test("options are shown", () => {
  const layers = [
    new nn.BatchNorm2d(3, { affine: false, momentum: null }), new nn.InstanceNorm1d(2, { trackRunningStats: true }),
    new nn.GroupNorm(2, 4, { eps: 0.1 }), new nn.LayerNorm([2, 3], { bias: false }), new nn.RMSNorm(4),
  ];
  expect(layers.map((layer) => layer.describe())).toEqual([
    "BatchNorm2d(3, momentum=null, affine=false)", "InstanceNorm1d(2, trackRunningStats=true)",
    "GroupNorm(2, 4, eps=0.1)", "LayerNorm([2, 3], bias=false)", "RMSNorm(4)",
  ]);
});

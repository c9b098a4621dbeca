import { expect, test } from "vitest";
import { concat, manualSeed, nn, ones, randn } from "../index.js";
import { undisturbed } from "./undisturbed.js";

test("modes, each layer's own, and random streams are as before, also after an error", async () => {
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(3, 3), new nn.Dropout(0.5), new nn.BatchNorm1d(3));
  model.layers[2].eval();
  const modes = () => model.layers.map((layer) => layer.training);
  const draw = () => concat([randn([8]), model.layers[1].train().forward(ones([20]))]);
  const first = undisturbed(model, draw);
  const second = undisturbed(model, draw);
  expect(await second.array()).toEqual(await first.array());
  expect(await draw().array()).toEqual(await first.array());
  expect(await draw().array()).not.toEqual(await first.array());
  expect(() => undisturbed(model, () => { throw new Error(String(modes())); })).toThrow("false,false,false");
  expect(modes()).toEqual([true, true, false]);
});

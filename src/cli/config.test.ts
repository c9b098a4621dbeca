import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.js";
import { dataNames as catalogue } from "../data/sources.js";
import { dataNames, declarations, resolveConfig } from "./config.js";

const resolve = (given: Record<string, unknown>) => resolveConfig(new Map(Object.entries(given)));

describe("defaults", () => {
  test("are complete for the usual run", () => {
    expect(resolve({ model: "convnet", data: "mnist" })).toEqual({
      model: "convnet",
      data: "mnist",
      epochs: 5,
      batch: 128,
      optimizer: "sgd",
      lr: 0.1,
      momentum: 0,
      "weight-decay": 0,
      schedule: "constant",
      seed: 0,
      "data.normalize": "unit",
      "data.augment": [],
      "model.filters": [32, 64, 64],
      "model.hidden": [1000],
      "model.dropout": 0,
      "model.batchNorm": false,
      "optimizer.nesterov": false,
      "checkpoint.seconds": 30,
      record: "all",
    });
  });

  test("follow the choices", () => {
    expect(resolve({ model: "convnet" })).toMatchObject({ data: "characters", "data.drawings": 20, "data.validationDrawings": 10, "data.seed": 0 });
    expect(resolve({ model: "mlp", optimizer: "adam" })).toMatchObject({ lr: 0.001, "model.hidden": [256, 128], "optimizer.beta2": 0.999 });
    expect(resolve({ model: "mlp", optimizer: "adamw" })["weight-decay"]).toBe(0.01);
    expect(resolve({ model: "convnet", data: "cifar10" })["data.normalize"]).toBe("standardize");
    expect(resolve({ model: "convnet", schedule: "step", epochs: "10" })).toMatchObject({ "schedule.gamma": 0.1, "schedule.every": 4 });
    expect(resolve({ model: "convnet", schedule: "exponential" })["schedule.gamma"]).toBe(0.95);
    expect(resolve({ model: "mlp", optimizer: "adam" })).not.toHaveProperty("momentum");
  });

  test("come back unchanged from their own JSON", () => {
    for (const given of [{ model: "convnet" }, { model: "mlp", optimizer: "adamw", schedule: "cosine", limit: "7", "data.augment": "crop,flip" }]) {
      const config = resolve(given);
      expect(resolve(JSON.parse(JSON.stringify(config)))).toEqual(config);
    }
  });
});

test("text from the command line becomes values", () => {
  expect(
    resolve({ model: "convnet", lr: "1e-3", epochs: "7", "model.batchNorm": true, "model.filters": "8,16, 16", "data.augment": "flip" }),
  ).toMatchObject({ lr: 0.001, epochs: 7, "model.batchNorm": true, "model.filters": [8, 16, 16], "data.augment": ["flip"] });
  expect(resolve({ model: "convnet", "model.batchNorm": "no", "data.augment": "none" })).toMatchObject({ "model.batchNorm": false, "data.augment": [] });
});

describe("what is wrong is named, with the nearest that is right", () => {
  const cases: [given: Record<string, unknown>, message: RegExp][] = [
    [{}, /^MODEL is missing: expected one of convnet, mlp\.$/],
    [{ model: "convnett" }, /^MODEL: expected one of convnet, mlp, got "convnett"; did you mean convnet\?$/],
    [{ data: "cifar" }, /--data: expected one of characters, .*, got "cifar"; did you mean cifar10\?/],
    [{ epoch: "3" }, /epoch: there is no such option; did you mean epochs\?/],
    [{ epochs: "0" }, /--epochs: expected a whole number of at least 1, got "0"; the nearest is 1\./],
    [{ epochs: "2.6" }, /--epochs: .*got "2\.6"; the nearest is 3\./],
    [{ epochs: "ten" }, /--epochs: expected a whole number of at least 1, got "ten"\./],
    [{ epochs: "" }, /--epochs: .*got ""/],
    [{ lr: "0" }, /--lr: expected a number above 0, got "0"\./],
    [{ lr: "NaN" }, /--lr: expected a number above 0, got "NaN"\./],
    [{ lr: "1e999" }, /--lr: expected a number above 0/],
    [{ optimizer: "sgd", momentum: "1" }, /--momentum: expected a number from 0 and below 1, got "1"/],
    [{ "data.normalize": "standardise" }, /--data\.normalize: .*did you mean standardize\?/],
    [{ "data.augment": "crop,flop" }, /--data\.augment: .*did you mean flip\?/],
    [{ "model.filters": "3,4" }, /--model\.filters: expected 3 whole numbers of at least 1, separated by commas, got "3,4"/],
    [{ "model.batchNorm": "maybe" }, /--model\.batchNorm: expected yes or no, got "maybe"/],
    [{ "model.activation": "tanh" }, /--model\.activation is for model mlp, but the model is convnet/],
    [{ optimizer: "adam", momentum: "0.9" }, /--momentum is for optimizer sgd, but the optimizer is adam/],
    [{ data: "mnist", "schedule.gamma": "0.5" }, /--schedule\.gamma is for schedule step and exponential, but the schedule is constant/],
    [{ data: "mnist", "data.drawings": "5" }, /--data\.drawings is for data characters, but the data is mnist/],
    [{ threads: "-1" }, /--threads: expected a whole number from 1 to 256, got "-1"; the nearest is 1\./],
    [{ seed: "1e20" }, /--seed: expected a whole number of at least 0/],
  ];
  test.each(cases)("%j", (given, message) => {
    const run = () => resolve(Object.keys(given).length === 0 || "model" in given ? given : { model: "convnet", ...given });
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
  });

  test("all of it at once", () => {
    expect(() => resolve({ model: "mpl", lr: "fast", opoch: 1 })).toThrow(/opoch.*\nMODEL.*\n--lr/s);
  });
});

test("--data takes every set of the catalogue", () => {
  expect(dataNames).toEqual(catalogue);
});

test("every declaration has what help needs", () => {
  for (const [name, { type, description }] of declarations()) {
    expect(description.length, name).toBeGreaterThan(5);
    expect(type.expected, name).not.toMatch(/undefined|Infinity/);
  }
});

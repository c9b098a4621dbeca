import { expect, test } from "vitest";
import { higherIsBetter, monitorOf } from "./metricKind.js";

test("what a run says of its metrics counts; else the name tells", () => {
  for (const [tag, higher] of [["valLoss", false], ["trainLoss", false], ["valAccuracy", true], ["valTop5", true], ["valMse", false], ["valPerplexity", false], ["valIou", true], ["lr", null], ["seconds", null], ["step/loss", null], ["phases/data", null], ["validationTime", null]] as const) {
    expect([tag, higherIsBetter(tag, "training")]).toEqual([tag, higher]);
  }
  expect(higherIsBetter("valMagic", "training", new Map([["magic", false]]))).toBe(false);
});

test("of other programs", () => {
  for (const [tag, higher] of [["Loss/train", false], ["eval/acc", true], ["metrics/mAP", true], ["ssim", true], ["test_nll", false], ["lr-SGD", null], ["grad_norm", null]] as const) expect([tag, higherIsBetter(tag, "events")]).toEqual([tag, higher]);
});

test("a run is judged by what it names, else by accuracy before loss, on validation data before training data", () => {
  expect(monitorOf(["trainLoss", "trainAccuracy", "valLoss", "valAccuracy"])).toBe("valAccuracy");
  expect(monitorOf(["trainLoss", "valLoss", "valAccuracy"], "loss")).toBe("valLoss");
  expect(monitorOf(["trainLoss", "trainMse"], "mse")).toBe("trainMse");
  expect(monitorOf(["trainLoss", "valLoss", "valPsnr"])).toBe("valPsnr");
  expect(monitorOf(["trainLoss", "valLoss"])).toBe("valLoss");
  expect(monitorOf(["loss/train", "loss/val"])).toBe("loss/val");
  expect(monitorOf([])).toBeNull();
});

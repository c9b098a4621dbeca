import { describe, expect, test } from "vitest";
import { metrics, NablaError, tensor, zeros } from "../index.js";

describe("what counts as a prediction", () => {
  test("pixels: scores [N, C, H, W] of labels [N, H, W]", async () => {
    const scores = tensor([[[[0.9, 0.2]], [[0.1, 0.8]]], [[[0.3, 0.6]], [[0.7, 0.4]]]]); // [2, 2, 1, 2]
    const labels = tensor([[[0, 1]], [[0, 0]]], { dtype: "int32" });
    expect(await metrics.accuracy(scores, labels)).toBe(0.75);
    expect(await metrics.confusionMatrix(scores, labels)).toEqual([[2, 1], [0, 1]]);
    expect(await metrics.iou(scores, labels, { average: "binary" })).toBe(0.5);
    expect(await metrics.topKAccuracy(scores, labels, 2)).toBe(1);
  });

  test("one score a sample and a threshold", async () => {
    expect(await metrics.accuracy(tensor([[-1], [2], [3]]), tensor([[0], [1], [0]]), { threshold: 0 })).toBeCloseTo(2 / 3, 12);
    expect(await metrics.accuracy(tensor([[-1], [2], [3]]), [0, 1, 0], { threshold: 0 })).toBeCloseTo(2 / 3, 12);
    expect(await metrics.recall([0.2, 0.6], [1, 1], { threshold: 0.5, average: "binary" })).toBe(0.5);
  });

  test("equal scores: the first class wins; NaN is never right", async () => {
    expect(await metrics.accuracy([[1, 1], [1, 1]], [0, 1])).toBe(0.5);
    expect(await metrics.topKAccuracy([[NaN, 1, 0]], [0], 3)).toBe(0);
    await expect(metrics.precision([[NaN, NaN]], [0])).rejects.toThrow(/precision: the scores of sample 0 are NaN/);
  });
});

test("classes that never occur do not count, and those without any hit are 0", async () => {
  expect(await metrics.precision([[0.1, 0, 0.9], [0.9, 0, 0.1]], [2, 0])).toBe(1);
  expect(await metrics.f1Score([0, 0], [0, 1])).toBeCloseTo(1 / 3, 12);
  expect(await metrics.precision([0, 0], [0, 0], { average: "binary" })).toBe(0);
});

test("without samples the value is NaN", () => {
  const all = [
    new metrics.Accuracy(), new metrics.TopKAccuracy(), new metrics.F1Score(), new metrics.RocAuc(), new metrics.AveragePrecision(),
    new metrics.MeanAbsoluteError(), new metrics.RootMeanSquaredError(), new metrics.R2Score(), new metrics.Psnr(), new metrics.Ssim(),
    new metrics.Perplexity(), new metrics.Bleu(),
  ];
  for (const metric of all) expect(metric.value, metric.name).toBeNaN();
});

test("ranking without positives or negatives is NaN, and of several classes such are left out", async () => {
  expect(await metrics.rocAuc([0.1, 0.2], [1, 1])).toBeNaN();
  expect(await metrics.averagePrecision([0.1, 0.2], [0, 0])).toBeNaN();
  expect(await metrics.rocAuc([[0.9, 0.1, 0], [0.2, 0.8, 0]], [0, 1])).toBe(1);
});

test("perfect likeness", async () => {
  expect(await metrics.psnr(zeros([2, 2]), zeros([2, 2]))).toBe(Infinity);
  expect(await metrics.r2Score([2, 2], [2, 2])).toBe(1);
  expect(await metrics.r2Score([2, 3], [2, 2])).toBe(0);
});

test("perplexity leaves out what is to be ignored", async () => {
  const logits = tensor([[0, 0, 0, 0], [100, 0, 0, 0]]);
  expect(await metrics.perplexity(logits, [2, -100])).toBeCloseTo(4, 6);
  expect(await metrics.perplexity(logits, [2, 0])).toBeCloseTo(2, 6);
});

test("reset begins anew", async () => {
  const accuracy = new metrics.Accuracy();
  await accuracy.update([0], [1]);
  accuracy.reset();
  await accuracy.update([1], [1]);
  expect(accuracy.value).toBe(1);
});

describe("wrong input is named", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["shapes", () => metrics.accuracy(zeros([4, 3]), [0, 1]), /accuracy: expected scores \[N, C, …\] and labels \[N, …\], got \[4, 3\] and \[2\]/],
    ["labels out of range", () => metrics.accuracy(zeros([2, 3]), [0, 3]), /accuracy: label 1 is 3, which is not in 0…2/],
    ["targets of a regression", () => metrics.accuracy([0.5, 1.5], [0.25, 1]), /label 0 is 0.25, which is not a class: a whole number from 0 on. Where the task is no classification, choose other metrics/],
    ["negative classes", () => metrics.confusionMatrix([0, 1], [-1, 1]), /label 0 is -1/],
    ["k", () => metrics.topKAccuracy(zeros([1, 3]), [0], 0), /k must be a whole number of at least 1, got 0/],
    ["average", () => metrics.f1Score([0], [0], { average: "mean" as never }), /f1: average must be "macro", "micro", "weighted" or "binary", got "mean"/],
    ["labels of a curve", () => metrics.rocCurve([0.1, 0.2], [0, 2]), /rocCurve: label 1 is 2, which is not in 0…1/],
    ["NaN scores", () => metrics.rocAuc([0.1, NaN], [0, 1]), /rocAuc: the score of sample 1 is NaN/],
    ["shapes of scores", () => metrics.averagePrecision([0.1, 0.2], [0, 1, 1]), /expected scores \[N\] with labels \[N\] of 0 and 1/],
    ["shapes of numbers", () => metrics.meanAbsoluteError([1, 2], [[1], [2]]), /mae: prediction \[2\] and target \[2, 1\] must have the same shape/],
    ["small images", () => metrics.ssim(zeros([8, 8]), zeros([8, 8])), /at least 11 × 11, the size of its window, got \[8, 8\]/],
    ["range", () => metrics.psnr([0], [0], { range: 0 }), /psnr: range must be a number above 0, got 0/],
    ["references", () => metrics.bleu([["a"]], [["a"]] as never), /sentence 0 has no list of references/],
    ["references", () => metrics.bleu([["a"]], []), /1 candidates, but references for 0/],
    ["n", () => metrics.bleu([["a"]], [[["a"]]], { n: 0 }), /n must be an integer from 1 to 100, got 0/],
  ])("%s", async (_, body, message) => {
    const failure = await Promise.resolve().then(body).then(() => null, (error: unknown) => error);
    expect(failure).toBeInstanceOf(NablaError);
    expect(String(failure)).toMatch(message);
  });
});

/** Metrics against scikit-learn (SSIM against SciPy's filter, BLEU against its formula), in one go and batch by batch (coverage A7). */

import { describe, expect, test } from "vitest";
import { metrics, tensor } from "../../src/index.js";
import { golden } from "../golden/golden.js";

interface Golden {
  readonly classification: readonly {
    readonly scores: number[][];
    readonly target: number[];
    readonly accuracy: number;
    readonly top2?: number;
    readonly confusionMatrix: number[][];
    readonly report: readonly { precision: number; recall: number; f1: number; support: number }[];
    readonly averages: readonly ({ readonly average: "macro" | "micro" | "weighted" | "binary" } & Record<"precision" | "recall" | "f1" | "iou" | "dice", number>)[];
  }[];
  readonly ranking: {
    readonly binary: readonly {
      readonly scores: number[];
      readonly labels: number[];
      readonly roc: metrics.RocCurve;
      readonly curve: metrics.PrecisionRecallCurve;
      readonly rocAuc: number;
      readonly averagePrecision: number;
    }[];
    readonly multiclass: { readonly scores: number[][]; readonly target: number[]; readonly labels: number[][]; readonly rocAuc: number; readonly averagePrecision: number };
  };
  readonly regression: readonly ({ readonly prediction: metrics.Numbers & unknown[]; readonly target: metrics.Numbers & unknown[] } & Record<"mae" | "mse" | "rmse" | "r2", number>)[];
  readonly images: readonly { readonly prediction: number[][][][]; readonly target: number[][][][]; readonly range: number; readonly psnr: number; readonly ssim: number }[];
  readonly translations: readonly { readonly candidates: string[][]; readonly references: string[][][]; readonly n: number; readonly smooth: boolean; readonly bleu: number }[];
}

const data = golden<Golden>("metrics.json");
const digits = 10;

function near(actual: unknown, expected: unknown): void {
  if (Array.isArray(expected)) {
    expect((actual as unknown[]).length).toBe(expected.length);
    expected.forEach((value, i) => near((actual as unknown[])[i], value));
  } else expect(actual).toBeCloseTo(expected as number, digits);
}

/** The value of a metric over two unequal batches, of which the second is resumed from the state of the first. */
async function inBatches<M extends metrics.Accumulator<unknown>>(make: () => M, prediction: readonly unknown[], target: readonly unknown[]): Promise<unknown> {
  const cut = Math.ceil(target.length / 3);
  const first = make();
  await first.update(prediction.slice(0, cut) as metrics.Numbers, target.slice(0, cut) as metrics.Numbers);
  const second = make();
  second.state = JSON.parse(JSON.stringify(first.state)) as number[];
  await second.update(prediction.slice(cut) as metrics.Numbers, target.slice(cut) as metrics.Numbers);
  return second.value;
}

describe.each(data.classification)("classification of $confusionMatrix.length classes", ({ scores, target, accuracy, top2, confusionMatrix, report, averages }) => {
  test("accuracy, top-k, confusion matrix, report", async () => {
    near(await metrics.accuracy(tensor(scores), tensor(target, { dtype: "int32" })), accuracy);
    near(await inBatches(() => new metrics.Accuracy(), scores, target), accuracy);
    if (top2 !== undefined) near(await metrics.topKAccuracy(scores, target, 2), top2);
    if (top2 !== undefined) near(await inBatches(() => new metrics.TopKAccuracy(2), scores, target), top2);
    expect(await metrics.confusionMatrix(scores, target)).toEqual(confusionMatrix);
    expect(await inBatches(() => new metrics.ConfusionMatrix(), scores, target)).toEqual(confusionMatrix);
    const classes = await metrics.classificationReport(scores, target);
    for (const key of ["precision", "recall", "f1", "support"] as const) near(classes.map((c) => c[key]), report.map((c) => c[key]));
  });

  test.each(averages)("$average averages", async ({ average, ...expected }) => {
    const options = { average };
    const predicted = scores.map((row) => row.indexOf(Math.max(...row)));
    for (const [f, Streaming, name] of [
      [metrics.precision, metrics.Precision, "precision"], [metrics.recall, metrics.Recall, "recall"], [metrics.f1Score, metrics.F1Score, "f1"],
      [metrics.iou, metrics.Iou, "iou"], [metrics.dice, metrics.Dice, "dice"],
    ] as const) {
      near(await f(scores, target, options), expected[name]);
      near(await f(predicted, target, options), expected[name]);
      near(await inBatches(() => new Streaming(options), scores, target), expected[name]);
    }
  });
});

describe("ranking", () => {
  test.each(data.ranking.binary)("of $scores.length scores", async ({ scores, labels, roc, curve, rocAuc, averagePrecision }) => {
    const ours = await metrics.rocCurve(scores, labels);
    near(ours.falsePositiveRate, roc.falsePositiveRate);
    near(ours.truePositiveRate, roc.truePositiveRate);
    near(ours.thresholds, [Infinity, ...roc.thresholds]);
    const { precision, recall, thresholds } = await metrics.precisionRecallCurve(scores, labels);
    near(precision, curve.precision);
    near(recall, curve.recall);
    near(thresholds, curve.thresholds);
    near(await metrics.rocAuc(scores, labels), rocAuc);
    near(await metrics.averagePrecision(scores, labels), averagePrecision);
    near(await inBatches(() => new metrics.RocAuc(), scores, labels), rocAuc);
    near(await inBatches(() => new metrics.AveragePrecision(), scores, labels), averagePrecision);
  });

  test("one class against the rest", async () => {
    const { scores, target, labels, rocAuc, averagePrecision } = data.ranking.multiclass;
    near(await metrics.rocAuc(scores, target), rocAuc);
    near(await metrics.averagePrecision(scores, labels), averagePrecision);
    near(await inBatches(() => new metrics.RocAuc(), scores, labels), rocAuc);
    near(await inBatches(() => new metrics.AveragePrecision(), scores, target), averagePrecision);
  });
});

test.each(data.regression)("regression", async ({ prediction, target, mae, mse, rmse, r2 }) => {
  for (const [f, Streaming, expected] of [
    [metrics.meanAbsoluteError, metrics.MeanAbsoluteError, mae], [metrics.meanSquaredError, metrics.MeanSquaredError, mse],
    [metrics.rootMeanSquaredError, metrics.RootMeanSquaredError, rmse], [metrics.r2Score, metrics.R2Score, r2],
  ] as const) {
    near(await f(prediction, target), expected);
    near(await inBatches(() => new Streaming(), prediction, target), expected);
  }
});

test.each(data.images)("PSNR and SSIM of images in 0 … $range", async ({ prediction, target, range, psnr, ssim }) => {
  near(await metrics.psnr(prediction, target, { range }), psnr);
  near(await metrics.ssim(tensor(prediction, { dtype: "float64" }), target, { range }), ssim);
  near(await inBatches(() => new metrics.Psnr({ range }), prediction, target), psnr);
  if (target.length > 1) near(await inBatches(() => new metrics.Ssim({ range }), prediction, target), ssim);
});

test.each(data.translations)("BLEU of $candidates.length sentences, n = $n, smooth: $smooth", ({ candidates, references, n, smooth, bleu }) => {
  near(metrics.bleu(candidates, references, { n, smooth }), bleu);
  const streaming = new metrics.Bleu({ n, smooth });
  candidates.forEach((candidate, i) => streaming.update([candidate], [references[i]]));
  near(streaming.value, bleu);
});

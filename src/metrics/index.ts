/** Metrics: as functions of predictions and targets, and as accumulators over batches for `Trainer` and `evaluate`. */

export { Accuracy, accuracy, TopKAccuracy, topKAccuracy } from "./accuracy.js";
export { Bleu, bleu, type BleuOptions, type Token } from "./bleu.js";
export {
  type AverageOptions, classificationReport, type ClassReport, ConfusionMatrix, confusionMatrix, Dice, dice, F1Score, f1Score, Iou, iou, Precision,
  precision, Recall, recall,
} from "./confusion.js";
export {
  MeanAbsoluteError, meanAbsoluteError, MeanSquaredError, meanSquaredError, R2Score, r2Score, RootMeanSquaredError, rootMeanSquaredError,
} from "./errors.js";
export { Psnr, psnr, type RangeOptions, Ssim, ssim } from "./images.js";
export type { ThresholdOptions } from "./labels.js";
export { Accumulator, Metric, type MetricInfo } from "./metric.js";
export { Perplexity, perplexity, type PerplexityOptions } from "./perplexity.js";
export {
  AveragePrecision, averagePrecision, type PrecisionRecallCurve, precisionRecallCurve, RocAuc, rocAuc, type RocCurve, rocCurve,
} from "./ranking.js";
export type { Numbers, Values } from "./values.js";

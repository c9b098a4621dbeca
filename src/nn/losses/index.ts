/** Losses: a number that says how wrong a prediction is. All take the mean over the batch unless told otherwise. */

export {
  binaryCrossEntropy, type BinaryCrossEntropyOptions, binaryCrossEntropyWithLogits, type BinaryCrossEntropyWithLogitsOptions, focalLoss,
  type FocalLossOptions,
} from "./binaryCrossEntropy.js";
export { crossEntropy, type CrossEntropyOptions, nllLoss, type NllOptions } from "./crossEntropy.js";
export { diceLoss, type DiceLossOptions } from "./dice.js";
export { klDiv, type KlDivOptions } from "./klDivergence.js";
export { gaussianNllLoss, type GaussianNllOptions, poissonNllLoss, type PoissonNllOptions } from "./likelihood.js";
export {
  hingeLoss, logisticLoss, type MarginOptions, multiclassHingeLoss, type MulticlassHingeOptions, multiMarginLoss,
} from "./margins.js";
export { ntXentLoss, type NtXentOptions } from "./ntXent.js";
export { contrastiveLoss, cosineEmbeddingLoss, marginRankingLoss, tripletMarginLoss, type TripletMarginOptions } from "./pairs.js";
export type { LossOptions } from "./reduction.js";
export { huberLoss, type HuberLossOptions, l1Loss, mseLoss, smoothL1Loss, type SmoothL1LossOptions } from "./regression.js";

/** Losses as layers: each holds its options, checked when it is made, and calls the function of its name. Options that are tensors are buffers. */

import { anything } from "../../base/options.js";
import { Tensor } from "../../tensor/tensor.js";
import { Module } from "../module.js";
import {
  binaryCrossEntropy, type BinaryCrossEntropyOptions, binaryCrossEntropyWithLogits, type BinaryCrossEntropyWithLogitsOptions, focalLoss,
  type FocalLossOptions, focalOptions,
} from "./binaryCrossEntropy.js";
import { crossEntropy, type CrossEntropyOptions, crossEntropyOptions, nllLoss, type NllOptions, nllOptions } from "./crossEntropy.js";
import { diceLoss, type DiceLossOptions, diceOptions } from "./dice.js";
import { klDiv, type KlDivOptions, klDivOptions } from "./klDivergence.js";
import {
  gaussianNllLoss, type GaussianNllOptions, gaussianNllOptions, poissonNllLoss, type PoissonNllOptions, poissonNllOptions,
} from "./likelihood.js";
import {
  hingeLoss, logisticLoss, marginOptions, type MarginOptions, multiclassHingeLoss, multiclassHingeOptions, type MulticlassHingeOptions,
  multiMarginLoss,
} from "./margins.js";
import { ntXentLoss, ntXentOptions, type NtXentOptions } from "./ntXent.js";
import {
  contrastiveLoss, contrastiveOptions, cosineEmbeddingLoss, marginRankingLoss, tripletMarginLoss, type TripletMarginOptions,
  tripletMarginOptions,
} from "./pairs.js";
import { checkOptions, type LossOptions } from "./reduction.js";
import {
  huberLoss, type HuberLossOptions, huberOptions, l1Loss, mseLoss, smoothL1Loss, type SmoothL1LossOptions, smoothL1Options,
} from "./regression.js";

/** A loss of its inputs with options. */
abstract class LossLayer<Options extends object, Inputs extends readonly Tensor[] = [prediction: Tensor, target: Tensor]> extends Module<Inputs> {
  constructor(readonly options: Options) {
    super();
    for (const [name, value] of Object.entries(options)) if (value instanceof Tensor) this.registerBuffer(name, value);
  }

  override describe(): string {
    const shown = Object.entries(this.options).filter(([, value]) => value !== undefined && !(value instanceof Tensor));
    return `${this.constructor.name}(${shown.map(([name, value]) => `${name}=${String(value)}`).join(", ")})`;
  }
}

/**
 * `crossEntropy` as a layer.
 *
 * @example
 * const loss = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 });
 * loss.forward(zeros([1, 10]), tensor([3], { dtype: "int32" })) // → 2.30259
 * new nn.CrossEntropyLoss({ labelSmoothing: 2 })                // → throws ValueError: crossEntropy: labelSmoothing must be from 0 to 1, got 2.
 */
export class CrossEntropyLoss extends LossLayer<CrossEntropyOptions, [logits: Tensor, target: Tensor]> {
  constructor(options: CrossEntropyOptions = {}) {
    super(crossEntropyOptions(options));
  }

  forward(logits: Tensor, target: Tensor): Tensor {
    return crossEntropy(logits, target, this.options);
  }
}

/**
 * `nllLoss` as a layer.
 *
 * @example
 * const logP = log(tensor([[0.25, 0.75]]));
 * new nn.NLLLoss().forward(logP, tensor([1], { dtype: "int32" })) // → 0.28768
 */
export class NLLLoss extends LossLayer<NllOptions, [logProbabilities: Tensor, target: Tensor]> {
  constructor(options: NllOptions = {}) {
    super(nllOptions("nllLoss", options));
  }

  forward(logProbabilities: Tensor, target: Tensor): Tensor {
    return nllLoss(logProbabilities, target, this.options);
  }
}

/**
 * `binaryCrossEntropy` as a layer.
 *
 * @example
 * new nn.BCELoss().forward(tensor([0.5]), tensor([1])) // → 0.69315
 */
export class BCELoss extends LossLayer<BinaryCrossEntropyOptions, [probabilities: Tensor, target: Tensor]> {
  constructor(options: BinaryCrossEntropyOptions = {}) {
    super(checkOptions("binaryCrossEntropy", options, { weight: anything }));
  }

  forward(probabilities: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(probabilities, target, this.options);
  }
}

/**
 * `binaryCrossEntropyWithLogits` as a layer.
 *
 * @example
 * const loss = new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) });
 * loss.forward(zeros([4, 1]), ones([4, 1])) // → 2.07944
 */
export class BCEWithLogitsLoss extends LossLayer<BinaryCrossEntropyWithLogitsOptions, [logits: Tensor, target: Tensor]> {
  constructor(options: BinaryCrossEntropyWithLogitsOptions = {}) {
    super(checkOptions("binaryCrossEntropyWithLogits", options, { weight: anything, posWeight: anything }));
  }

  forward(logits: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(logits, target, this.options);
  }
}

/**
 * `focalLoss` as a layer.
 *
 * @example
 * new nn.FocalLoss({ gamma: 0, alpha: 0.5 }).forward(zeros([2]), ones([2])) // → 0.34657
 */
export class FocalLoss extends LossLayer<FocalLossOptions, [logits: Tensor, target: Tensor]> {
  constructor(options: FocalLossOptions = {}) {
    super(focalOptions(options));
  }

  forward(logits: Tensor, target: Tensor): Tensor {
    return focalLoss(logits, target, this.options);
  }
}

/**
 * `mseLoss` as a layer.
 *
 * @example
 * new nn.MSELoss().forward(tensor([1, 2]), tensor([1, 4])) // → 2
 */
export class MSELoss extends LossLayer<LossOptions> {
  constructor(options: LossOptions = {}) {
    super(checkOptions("mseLoss", options));
  }

  forward(prediction: Tensor, target: Tensor): Tensor {
    return mseLoss(prediction, target, this.options);
  }
}

/**
 * `l1Loss` as a layer.
 *
 * @example
 * new nn.L1Loss({ reduction: "sum" }).forward(tensor([1, 2]), tensor([1, 4])) // → 2
 */
export class L1Loss extends LossLayer<LossOptions> {
  constructor(options: LossOptions = {}) {
    super(checkOptions("l1Loss", options));
  }

  forward(prediction: Tensor, target: Tensor): Tensor {
    return l1Loss(prediction, target, this.options);
  }
}

/**
 * `smoothL1Loss` as a layer.
 *
 * @example
 * new nn.SmoothL1Loss().forward(tensor([3]), tensor([0])) // → 2.5
 */
export class SmoothL1Loss extends LossLayer<SmoothL1LossOptions> {
  constructor(options: SmoothL1LossOptions = {}) {
    super(smoothL1Options(options));
  }

  forward(prediction: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(prediction, target, this.options);
  }
}

/**
 * `huberLoss` as a layer.
 *
 * @example
 * new nn.HuberLoss({ delta: 2 }).forward(tensor([3]), tensor([0])) // → 4
 */
export class HuberLoss extends LossLayer<HuberLossOptions> {
  constructor(options: HuberLossOptions = {}) {
    super(huberOptions(options));
  }

  forward(prediction: Tensor, target: Tensor): Tensor {
    return huberLoss(prediction, target, this.options);
  }
}

/**
 * `logisticLoss` as a layer, PyTorch's SoftMarginLoss.
 *
 * @example
 * new nn.LogisticLoss().forward(tensor([0]), tensor([1])) // → 0.69315
 */
export class LogisticLoss extends LossLayer<LossOptions, [scores: Tensor, labels: Tensor]> {
  constructor(options: LossOptions = {}) {
    super(checkOptions("logisticLoss", options));
  }

  forward(scores: Tensor, labels: Tensor): Tensor {
    return logisticLoss(scores, labels, this.options);
  }
}

/**
 * `hingeLoss` as a layer.
 *
 * @example
 * new nn.HingeLoss().forward(tensor([0.25]), tensor([1])) // → 0.75
 */
export class HingeLoss extends LossLayer<MarginOptions, [scores: Tensor, labels: Tensor]> {
  constructor(options: MarginOptions = {}) {
    super(marginOptions("hingeLoss", options));
  }

  forward(scores: Tensor, labels: Tensor): Tensor {
    return hingeLoss(scores, labels, this.options);
  }
}

/**
 * `multiclassHingeLoss` as a layer.
 *
 * @example
 * const scores = tensor([[3.2, 5.1, -1.7]]);
 * new nn.MulticlassHingeLoss().forward(scores, tensor([0], { dtype: "int32" })) // → 2.9
 */
export class MulticlassHingeLoss extends LossLayer<MulticlassHingeOptions, [scores: Tensor, target: Tensor]> {
  constructor(options: MulticlassHingeOptions = {}) {
    super(multiclassHingeOptions("multiclassHingeLoss", options));
  }

  forward(scores: Tensor, target: Tensor): Tensor {
    return multiclassHingeLoss(scores, target, this.options);
  }
}

/**
 * `multiMarginLoss` as a layer.
 *
 * @example
 * const scores = tensor([[3.2, 5.1, -1.7]]);
 * new nn.MultiMarginLoss().forward(scores, tensor([0], { dtype: "int32" })) // → 0.96667
 */
export class MultiMarginLoss extends LossLayer<MulticlassHingeOptions, [scores: Tensor, target: Tensor]> {
  constructor(options: MulticlassHingeOptions = {}) {
    super(multiclassHingeOptions("multiMarginLoss", options));
  }

  forward(scores: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(scores, target, this.options);
  }
}

/**
 * `klDiv` as a layer.
 *
 * @example
 * const loss = new nn.KLDivLoss({ reduction: "batchMean" });
 * loss.forward(log(tensor([[0.25, 0.75]])), tensor([[0.5, 0.5]])) // → 0.14384
 */
export class KLDivLoss extends LossLayer<KlDivOptions, [logQ: Tensor, target: Tensor]> {
  constructor(options: KlDivOptions = {}) {
    super(klDivOptions(options));
  }

  forward(logQ: Tensor, target: Tensor): Tensor {
    return klDiv(logQ, target, this.options);
  }
}

/**
 * `diceLoss` as a layer.
 *
 * @example
 * new nn.DiceLoss().forward(zeros([1, 1, 4]), tensor([[[1, 1, 0, 0]]])) // → 0.4
 */
export class DiceLoss extends LossLayer<DiceLossOptions, [logits: Tensor, target: Tensor]> {
  constructor(options: DiceLossOptions = {}) {
    super(diceOptions(options));
  }

  forward(logits: Tensor, target: Tensor): Tensor {
    return diceLoss(logits, target, this.options);
  }
}

/**
 * `tripletMarginLoss` as a layer.
 *
 * @example
 * const loss = new nn.TripletMarginLoss({ margin: 2 });
 * loss.forward(tensor([[0, 0]]), tensor([[3, 4]]), tensor([[0, 5.5]])) // → 1.5
 */
export class TripletMarginLoss extends LossLayer<TripletMarginOptions, [anchor: Tensor, positive: Tensor, negative: Tensor]> {
  constructor(options: TripletMarginOptions = {}) {
    super(tripletMarginOptions(options));
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/**
 * `cosineEmbeddingLoss` as a layer.
 *
 * @example
 * new nn.CosineEmbeddingLoss().forward(tensor([[1, 0]]), tensor([[0, 2]]), tensor([1])) // → 1
 */
export class CosineEmbeddingLoss extends LossLayer<MarginOptions, [a: Tensor, b: Tensor, labels: Tensor]> {
  constructor(options: MarginOptions = {}) {
    super(marginOptions("cosineEmbeddingLoss", options, 0));
  }

  forward(a: Tensor, b: Tensor, labels: Tensor): Tensor {
    return cosineEmbeddingLoss(a, b, labels, this.options);
  }
}

/**
 * `marginRankingLoss` as a layer.
 *
 * @example
 * new nn.MarginRankingLoss({ margin: 1 }).forward(tensor([2]), tensor([1.5]), tensor([1])) // → 0.5
 */
export class MarginRankingLoss extends LossLayer<MarginOptions, [a: Tensor, b: Tensor, y: Tensor]> {
  constructor(options: MarginOptions = {}) {
    super(marginOptions("marginRankingLoss", options, 0));
  }

  forward(a: Tensor, b: Tensor, y: Tensor): Tensor {
    return marginRankingLoss(a, b, y, this.options);
  }
}

/**
 * `contrastiveLoss` as a layer.
 *
 * @example
 * new nn.ContrastiveLoss().forward(tensor([[0, 0]]), tensor([[3, 4]]), tensor([1])) // → 12.5
 */
export class ContrastiveLoss extends LossLayer<MarginOptions, [a: Tensor, b: Tensor, labels: Tensor]> {
  constructor(options: MarginOptions = {}) {
    super(contrastiveOptions(options));
  }

  forward(a: Tensor, b: Tensor, labels: Tensor): Tensor {
    return contrastiveLoss(a, b, labels, this.options);
  }
}

/**
 * `ntXentLoss` as a layer.
 *
 * @example
 * new nn.NTXentLoss({ temperature: 1 }).forward(eye(2), eye(2)) // → 0.55144
 */
export class NTXentLoss extends LossLayer<NtXentOptions, [a: Tensor, b: Tensor]> {
  constructor(options: NtXentOptions = {}) {
    super(ntXentOptions(options));
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return ntXentLoss(a, b, this.options);
  }
}

/**
 * `gaussianNllLoss` as a layer.
 *
 * @example
 * new nn.GaussianNLLLoss().forward(tensor([1]), tensor([3]), tensor([4])) // → 1.19315
 */
export class GaussianNLLLoss extends LossLayer<GaussianNllOptions, [mean: Tensor, target: Tensor, variance: Tensor]> {
  constructor(options: GaussianNllOptions = {}) {
    super(gaussianNllOptions(options));
  }

  forward(mean: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(mean, target, variance, this.options);
  }
}

/**
 * `poissonNllLoss` as a layer.
 *
 * @example
 * new nn.PoissonNLLLoss().forward(tensor([0]), tensor([2])) // → 1
 */
export class PoissonNLLLoss extends LossLayer<PoissonNllOptions> {
  constructor(options: PoissonNllOptions = {}) {
    super(poissonNllOptions(options));
  }

  forward(prediction: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(prediction, target, this.options);
  }
}

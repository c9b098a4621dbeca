/** Kullback–Leibler divergence between distributions. */

import { flag } from "../../base/options.js";
import { div, mul, sub } from "../../ops/arithmetic.js";
import { gt, where } from "../../ops/compare.js";
import { exp, log } from "../../ops/elementwise.js";
import { onesLike, zerosLike } from "../../ops/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { warnOfMissingLogarithm } from "./mistakes.js";
import { checkOptions, reduced, targetOf } from "./reduction.js";

export interface KlDivOptions {
  /**
   * "batchMean": the sum over the size of the first axis, which is the divergence of the definition. Default "mean", over all elements, as in
   * PyTorch; "sum"; "none" for the terms.
   */
  readonly reduction?: "mean" | "batchMean" | "sum" | "none";
  /** Whether the target is given as log-probabilities too. Default false. */
  readonly logTarget?: boolean;
}

export function klDivOptions(options: KlDivOptions): KlDivOptions {
  return checkOptions("klDiv", options, { logTarget: flag }, ["mean", "batchMean", "sum", "none"]);
}

/**
 * Divergence D(P‖Q) = Σ p (log p − log q) of a target P from a prediction Q. logQ: log-probabilities, as `logSoftmax` gives them; target: p of
 * the same shape. Where p is 0 the term is 0. Kullback & Leibler 1951.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * const p = tensor([[0.5, 0.5]]);
 * klDiv(log(tensor([[0.25, 0.75]])), p, { reduction: "batchMean" }) // → 0.14384
 * klDiv(log(p), p, { reduction: "batchMean" })                      // → 0
 */
export function klDiv(logQ: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = "mean", logTarget = false } = klDivOptions(options);
  const given = targetOf("klDiv", logQ, target);
  warnOfMissingLogarithm("klDiv", logQ);
  const terms = logTarget ? mul(exp(given), sub(given, logQ)) : termsOf(logQ, given);
  if (reduction !== "batchMean") return reduced("klDiv", terms, { reduction });
  return div(reduced("klDiv", terms, { reduction: "sum" }), terms.shape[0] ?? 1);
}

function termsOf(logQ: Tensor, p: Tensor): Tensor {
  const positive = gt(p, 0);
  return where(positive, mul(p, sub(log(where(positive, p, onesLike(p))), logQ)), zerosLike(p));
}

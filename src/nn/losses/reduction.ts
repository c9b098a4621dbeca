/** What all losses share: how single losses become one number, and checks of what came in. */

import { isFloat } from "../../base/dtype.js";
import { DTypeError, ShapeError, ValueError } from "../../base/errors.js";
import { isOptions, type Kind, oneOf, optionsOf, show } from "../../base/options.js";
import { broadcastShapes, formatShape, sameShape } from "../../base/shape.js";
import { cast } from "../../ops/cast.js";
import { noTensor } from "../../ops/operation.js";
import { mean, sum } from "../../ops/reduce.js";
import { Tensor } from "../../tensor/tensor.js";
import { warnOfSigmoidOfRelu } from "./mistakes.js";

export interface LossOptions {
  /** "mean" over the batch (default), "sum", or "none" for one loss a sample or element. */
  readonly reduction?: "mean" | "sum" | "none";
}

/** Mean, sum, or all of single losses. */
export function reduced(loss: string, losses: Tensor, { reduction = "mean" }: LossOptions): Tensor {
  if (losses.size === 0) throw new ShapeError(`${loss}: the batch is empty; there is no loss of no samples.`);
  if (reduction === "mean") return mean(losses);
  return reduction === "sum" ? sum(losses) : losses;
}

const reductionKinds = { reduction: oneOf("mean", "sum", "none") };

/**
 * Options of `loss` as they came.
 * @param kinds of the options beside `reduction`
 * @throws ValueError unless they are an object with a known `reduction`, and others of their kinds.
 */
export function checkOptions<O extends { readonly reduction?: string }>(
  loss: string,
  options: O,
  kinds?: Readonly<Record<string, Kind>>,
  reductions?: readonly string[],
): O {
  if (!isOptions(options)) throw new ValueError(`${loss}: expected options such as { reduction: "sum" }, got ${show(options)}.`);
  // In most steps there are none, and no loss needs one.
  if (Object.keys(options).length > 0) optionsOf<object>(loss, options, { ...(reductions === undefined ? reductionKinds : { reduction: oneOf(...reductions) }), ...kinds });
  return options;
}

/** @throws ValueError unless `value` is a number from `low` to `high`. */
export function checkRange(loss: string, name: string, value: number, low: number, high = Infinity): void {
  if (typeof value === "number" && value >= low && value <= high) return;
  const range = high === Infinity ? `at least ${low}` : `from ${low} to ${high}`;
  throw new ValueError(`${loss}: ${name} must be ${range}, got ${value}.`);
}

/** @throws ValueError unless `value` is a finite number above 0. */
export function checkPositive(loss: string, name: string, value: number): void {
  if (!(typeof value === "number" && value > 0 && value < Infinity)) throw new ValueError(`${loss}: ${name} must be above 0, got ${value}.`);
}

/** @throws ValueError unless both are tensors; DTypeError unless the prediction is float. */
export function checkTensors(loss: string, prediction: Tensor, ...others: readonly Tensor[]): void {
  [prediction, ...others].forEach((t, i) => {
    if (!(t instanceof Tensor)) throw noTensor(loss, i, t);
  });
  if (!isFloat(prediction.dtype)) {
    throw new DTypeError(`${loss}: expected a float32 or float64 prediction, got ${prediction.dtype}; convert it with to("float32").`);
  }
}

/**
 * The target of an element-wise loss in the prediction's type.
 * @throws ShapeError unless both have one shape: nothing is broadcast by mistake.
 */
export function targetOf(loss: string, prediction: Tensor, target: Tensor): Tensor {
  checkTensors(loss, prediction, target);
  if (!sameShape(prediction.shape, target.shape)) {
    throw new ShapeError(
      `${loss}: prediction ${formatShape(prediction.shape)} and target ${formatShape(target.shape)} must have the same shape; ` +
        `reshape one of them, so that nothing is broadcast by mistake.`,
    );
  }
  warnOfSigmoidOfRelu(loss, prediction);
  return cast(target, prediction.dtype);
}

/**
 * A weight that is given with the options, in the type of what it weighs.
 * @throws ShapeError unless it broadcasts to that without enlarging it.
 */
export function weightOf(loss: string, name: string, weight: Tensor, like: Tensor): Tensor {
  if (!(weight instanceof Tensor)) throw new ValueError(`${loss}: ${name} must be a tensor, got ${typeof weight}; make one with tensor(…).`);
  if (!sameShape(broadcastShapes(`${loss} (${name})`, weight.shape, like.shape), like.shape)) {
    throw new ShapeError(`${loss}: ${name} ${formatShape(weight.shape)} does not broadcast to ${formatShape(like.shape)}.`);
  }
  return cast(weight, like.dtype);
}

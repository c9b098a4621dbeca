/**
 * Mistakes that the tape shows: an activation that should not stand before a loss, because the loss applies it itself.
 * Looked for in training only, where there is a tape; each is said once.
 */

import { warn } from "../../base/warnings.js";
import type { TapeNode } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";

const views = new Set(["reshape", "permute", "slice", "cast"]);

/** The operation that made x, seen through changes of shape and type. */
function makerOf(x: Tensor): TapeNode | null {
  let { node } = x;
  while (node !== null && node.inputs !== null && views.has(node.operation.name)) node = node.inputs[0].node;
  return node;
}

/** Whether x came out of softmax, not its logarithm. */
function isSoftmax({ operation, attributes }: TapeNode): boolean {
  return operation.name === "softmax" && !(attributes as { readonly log: boolean }).log;
}

/** For losses that apply softmax themselves. Log-softmax before them does no harm: its softmax is the same. */
export function warnOfSoftmaxBefore(loss: string, logits: Tensor): void {
  const maker = makerOf(logits);
  if (maker === null || !(isSoftmax(maker) || maker.operation.name === "sigmoid")) return;
  warn(
    "probabilitiesAsLogits",
    `${loss} wants logits, but got the output of ${maker.operation.name}: it applies softmax itself, and twice learns slowly. ` +
      `Leave the ${maker.operation.name} out of the model; apply softmax where you need probabilities.`,
  );
}

/** For losses that apply the sigmoid themselves. */
export function warnOfSigmoidBefore(loss: string, logits: Tensor): void {
  const maker = makerOf(logits);
  if (maker === null) return;
  if (maker.operation.name === "sigmoid" || isSoftmax(maker)) {
    warn(
      "probabilitiesAsLogits",
      `${loss} wants logits, but got the output of ${maker.operation.name}: it applies the sigmoid itself, and twice learns slowly. ` +
        `Leave the ${maker.operation.name} out of the model, or use binaryCrossEntropy, which takes probabilities.`,
    );
  } else if (maker.operation.name === "relu") {
    warn(
      "sigmoidOfRelu",
      `${loss} got the output of relu as logits: these are never negative, so no probability is below 0.5. Leave the relu out after the last layer.`,
    );
  }
}

/** For predictions that are outputs themselves: σ(relu(z)) is at least 0.5. */
export function warnOfSigmoidOfRelu(loss: string, prediction: Tensor): void {
  const maker = makerOf(prediction);
  if (maker?.operation.name !== "sigmoid" || maker.inputs === null || makerOf(maker.inputs[0])?.operation.name !== "relu") return;
  warn(
    "sigmoidOfRelu",
    `${loss} got sigmoid(relu(z)) as a prediction: relu is never negative, so this is never below 0.5. Leave the relu out before the sigmoid.`,
  );
}

/** For losses that want log-probabilities. */
export function warnOfMissingLogarithm(loss: string, logProbabilities: Tensor): void {
  const maker = makerOf(logProbabilities);
  if (maker === null || !(isSoftmax(maker) || maker.operation.name === "sigmoid")) return;
  warn(
    "probabilitiesAsLogProbabilities",
    `${loss} wants log-probabilities, but got the output of ${maker.operation.name}. ` +
      `Use logSoftmax instead, or give the scores before it to crossEntropy.`,
  );
}

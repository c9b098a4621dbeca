/**
 * A two-layer network (tanh, softmax) that learns two moons twice from the same weights: with gradients by hand, and with autograd.
 * After a hundred steps the weights agree. Run it with `node examples/manual-backprop/train.ts` (Node 22.18 or later).
 */

import { abs, add, crossEntropy, Generator, grad, matmul, max, mul, randn, sub, tanh, tensor, type Tensor } from "nabla";
import { affine, softmaxCrossEntropy, tanhPair } from "./pairs.ts";

const lr = 0.5;
const generator = new Generator(1);
const noise = (): number => 0.1 * generator.normal();

/** Two half circles that reach into each other, 50 points each. */
const points = Array.from({ length: 100 }, (_, k) => {
  const angle = (Math.PI * (k % 50)) / 49;
  return k < 50 ? [Math.cos(angle) + noise(), Math.sin(angle) + noise()] : [1 - Math.cos(angle) + noise(), 0.5 - Math.sin(angle) + noise()];
});
const x = tensor(points, { dtype: "float64" });
const labels = tensor(points.map((_, k) => (k < 50 ? 0 : 1)), { dtype: "int32" });

type Weights = readonly [w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor];
const start = (): Weights => {
  const draw = (...shape: number[]): Tensor => randn(shape, { dtype: "float64", generator: new Generator(shape[0]) });
  return [draw(2, 16), draw(16), draw(16, 2), draw(2)];
};

const descend = (weights: Weights, gradients: readonly Tensor[]): Weights =>
  weights.map((w, i) => sub(w, mul(gradients[i], lr))) as unknown as Weights;

function stepByHand([w1, b1, w2, b2]: Weights): { loss: Tensor; weights: Weights } {
  const first = affine.forward(x, w1, b1);
  const hidden = tanhPair.forward(first.y);
  const second = affine.forward(hidden.y, w2, b2);
  const { loss, cache } = softmaxCrossEntropy.forward(second.y, labels);

  const dScores = softmaxCrossEntropy.backward(cache);
  const { dx: dHidden, dw: dw2, db: db2 } = affine.backward(dScores, second.cache);
  const { dw: dw1, db: db1 } = affine.backward(tanhPair.backward(dHidden, hidden.cache), first.cache);
  return { loss, weights: descend([w1, b1, w2, b2], [dw1, db1, dw2, db2]) };
}

function stepByAutograd(weights: Weights): { loss: Tensor; weights: Weights } {
  const leaves = weights.map((w) => w.detach()) as unknown as Weights;
  for (const w of leaves) w.requiresGrad = true;
  const [w1, b1, w2, b2] = leaves;
  const loss = crossEntropy(add(matmul(tanh(add(matmul(x, w1), b1)), w2), b2), labels);
  return { loss, weights: descend(weights, grad(loss, leaves)) };
}

let [byHand, byAutograd] = [start(), start()];
export const losses: number[] = [];
for (let step = 0; step < 100; step++) {
  const result = stepByHand(byHand);
  byHand = result.weights;
  byAutograd = stepByAutograd(byAutograd).weights;
  losses.push(await result.loss.item());
}

const differences = await Promise.all(byHand.map((w, i) => max(abs(sub(w, byAutograd[i]))).item()));
export const largest = Math.max(...differences);
console.log(`loss ${losses[0].toFixed(3)} → ${losses[99].toFixed(3)}, largest difference of a weight: ${largest.toExponential(1)}`);

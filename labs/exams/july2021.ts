/** Endterm of July 2021. */

import { binaryCrossEntropyWithLogits, convOutputSize, crossEntropy, grad, jacobian, matmul, models, nn, optim, randn, relu, softmax, summary, tensor, type Tensor, zeros } from "nabla";
import { type Exam, largestDifference, numbers, parameterCount, value } from "./question.js";

/** Up to the fully connected layer: 64 × 64 RGB through two convolutions and two pools. */
const encoder = (): nn.Sequential => {
  const conv = (from: number, to: number): nn.Conv2d => new nn.Conv2d(from, to, 4, { stride: 2, padding: 1 });
  return new nn.Sequential(conv(3, 50), new nn.MaxPool2d(2), conv(50, 100), new nn.MaxPool2d(2));
};

/** The classifier of problem 5, smaller: scores of 4 classes from 5 hidden units; the third class is the true one. */
function classifier() {
  const h = value([[0.4, -0.2, 1.1, 0.3, -0.7]]);
  const w = value(Array.from({ length: 5 }, (_, j) => Array.from({ length: 4 }, (_unused, k) => Math.sin(3 * j + k))));
  const scores = matmul(h, w);
  return { h, w, scores, prediction: softmax(scores), loss: crossEntropy(scores, tensor([2], { dtype: "int32" })) };
}

export const july2021: Exam = {
  title: "Endterm, July 2021",
  questions: [
    {
      id: "july2021-first-loss",
      ask: "binary cross-entropy of an untrained network on the first 64 samples",
      by: "binaryCrossEntropyWithLogits(scores of 0, labels)",
      answer: () => binaryCrossEntropyWithLogits(zeros([64], { dtype: "float64" }), tensor(Array.from({ length: 64 }, (_, i) => i % 2), { dtype: "float64" })).item(),
    },
    {
      id: "july2021-xavier-weights",
      ask: "variance of the weights behind n = 400 inputs, times n",
      by: "nn.init.lecunNormal(weights)",
      answer: async () => 400 * (await lecun().square().mean().item()),
    },
    {
      id: "july2021-xavier-output",
      ask: "variance of the outputs, for inputs of variance 1",
      by: "randn([1000, 400]).matmul(weights.T)",
      answer: async () => randn([1000, 400]).matmul(lecun().T).square().mean().item(),
    },
    {
      id: "july2021-weight-decay",
      ask: "what a step of rate 0.1 leaves of a weight, with λ = 0.5 and nothing else",
      by: "new optim.SGD([w], { lr: 0.1, weightDecay: 0.5 }).step()",
      answer: async () => {
        const w = value([1]);
        const optimizer = new optim.SGD([w], { lr: 0.1, weightDecay: 0.5 });
        w.mul(0).sum().backward();
        optimizer.step();
        return w.sum().item();
      },
    },
    {
      id: "july2021-convolution",
      ask: "6 filters of size 5, stride 3, padding 2 on 28 × 28 × 28: what comes out?",
      by: "convOutputSize([28, 28], { kernel: 5, stride: 3, padding: 2 })",
      answer: () => [...convOutputSize([28, 28], { kernel: 5, stride: 3, padding: 2, rule: "strict" }), 6],
    },
    {
      id: "july2021-convolution-parameters",
      ask: "3 channels in, 5 filters of size 4, with bias: parameters",
      by: "new nn.Conv2d(3, 5, 4, { stride: 2, padding: 1 })",
      answer: () => parameterCount(new nn.Conv2d(3, 5, 4, { stride: 2, padding: 1 })),
    },
    {
      id: "july2021-network-parameters",
      ask: "8 × 8 pixels, hidden layers of 10 and 5 with dropout, 3 classes: parameters",
      by: "models.mlp({ input: [64], hidden: [10, 5], classes: 3, dropout: 0.5 })",
      answer: () => parameterCount(models.mlp({ input: [64], hidden: [10, 5], classes: 3, dropout: 0.5 })),
    },
    { id: "july2021-batch-norm-linear", ask: "what batch norm learns behind a fully connected layer of 16 units", by: "new nn.BatchNorm1d(16)", answer: () => parameterCount(new nn.BatchNorm1d(16)) },
    { id: "july2021-batch-norm-convolution", ask: "and behind a convolution of 16 filters", by: "new nn.BatchNorm2d(16)", answer: () => parameterCount(new nn.BatchNorm2d(16)) },
    {
      id: "july2021-fully-connected",
      ask: "shape of the weights of fc1, inputs first",
      by: "summary(encoder, [3, 64, 64]) for what goes in; 40 × 4 × 4 comes out",
      answer: () => {
        const into = (summary(encoder(), [3, 64, 64]).layers.at(-1)?.outputShape ?? []).reduce((a, b) => a * b, 1);
        return [...new nn.Linear(into, 40 * 4 * 4).weight.shape].toReversed();
      },
    },
    {
      id: "july2021-receptive-pool",
      ask: "receptive field of a value behind maxpool1",
      by: "summary(encoder, [3, 64, 64]).layers[1].receptiveField",
      answer: () => [...(summary(encoder(), [3, 64, 64]).layers[1].receptiveField ?? [])],
    },
    {
      id: "july2021-receptive-linear",
      ask: "receptive field of a value behind fc1",
      by: "the same with fc1 as a convolution of size 4, cut off at the edge of the image",
      answer: () => (summary(new nn.Sequential(encoder(), new nn.Conv2d(100, 640, 4)), [3, 64, 64]).layers.at(-1)?.receptiveField ?? []).map((size) => Math.min(64, size)),
    },
    {
      id: "july2021-softmax-diagonal",
      ask: "∂ŷi/∂zi of softmax beside ŷi(1 − ŷi): largest difference",
      by: "jacobian(softmax, z)",
      answer: async () => largestDifference((await softmaxJacobian()).diagonal, (await softmaxJacobian()).y.mul((await softmaxJacobian()).y.neg().add(1))),
    },
    {
      id: "july2021-softmax-others",
      ask: "∂ŷi/∂zj beside −ŷi·ŷj, for i ≠ j: largest difference",
      by: "jacobian(softmax, z)",
      answer: async () => {
        const { y, matrix } = await softmaxJacobian();
        const [n, ys, j] = [y.size, await numbers(y), await numbers(matrix)];
        return Math.max(...j.map((slope, at) => (at % n === Math.floor(at / n) ? 0 : Math.abs(slope + ys[at % n] * ys[Math.floor(at / n)]))));
      },
    },
    {
      id: "july2021-cross-entropy",
      ask: "cross-entropy beside −log ŷ of the true class: difference",
      by: "crossEntropy(scores, label)",
      answer: async () => {
        const { prediction, loss } = classifier();
        return Math.abs((await loss.item()) + Math.log(await prediction.slice(0, 2).item()));
      },
    },
    {
      id: "july2021-weight-gradient",
      ask: "∂loss/∂w31, third class true, beside ŷ1·h3: difference",
      by: "grad(crossEntropy(matmul(h, w), label), [w])",
      answer: async () => {
        const { h, w, prediction, loss } = classifier();
        const [slope] = grad(loss, [w]);
        return Math.abs((await slope.slice(2, 0).item()) - (await prediction.slice(0, 0).item()) * (await h.slice(0, 2).item()));
      },
    },
    {
      id: "july2021-dead-symmetry",
      ask: "all weights equal: how many different units does a layer of 5 have after training?",
      by: "columns of w after 20 steps from nn.init.constant",
      answer: differentUnits,
    },
  ],
};

/** Weights of mean 0 and variance 1/n, what the course calls Xavier. */
const lecun = (): Tensor => nn.init.lecunNormal(zeros([300, 400]));

async function softmaxJacobian(): Promise<{ y: Tensor; matrix: Tensor; diagonal: Tensor }> {
  const z = value([0.2, -1, 0.7, 2]);
  const matrix = jacobian((x) => softmax(x), z);
  return { y: softmax(z), matrix, diagonal: matrix.diagonal() };
}

async function differentUnits(): Promise<number> {
  const x = randn([20, 3], { dtype: "float64" });
  const target = x.sum({ axis: 1, keepDim: true }).square();
  const [w, v] = [value(new Array<number[]>(3).fill(new Array<number>(5).fill(0.5))), value(new Array<number[]>(5).fill([0.5]))];
  const optimizer = new optim.SGD([w, v], { lr: 0.01 });
  for (let i = 0; i < 20; i++) {
    optimizer.zeroGrad();
    relu(x.matmul(w)).matmul(v).sub(target).square().mean().backward();
    optimizer.step();
  }
  const columns = (await numbers(w)).reduce<number[][]>((units, weight, i) => (units[i % 5].push(weight), units), [[], [], [], [], []]);
  return new Set(columns.map((column) => column.join())).size;
}

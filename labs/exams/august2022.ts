/** Endterm of August 2022. */

import { convOutputSize, grad, leakyRelu, maxPool2d, mseLoss, nn, optim, randn, stack, summary, tensor } from "nabla";
import { type Exam, largestDifference, numbers, parameterCount, value } from "./question.js";

const sums = Array.from({ length: 100 }, (_, i) => Math.floor(i / 10) + (i % 10));
const count = (wanted: number): number => sums.filter((sum) => sum === wanted).length;

/** What the network that adds two digits makes of two stacked MNIST images, before its linear layer. */
const features = (): nn.Sequential => {
  const block = (from: number, to: number): nn.Sequential =>
    new nn.Sequential(new nn.Conv2d(from, to, 3, { padding: 1 }), new nn.MaxPool2d(2), new nn.BatchNorm2d(to), new nn.ReLU());
  return new nn.Sequential(block(2, 8), block(8, 16), new nn.Flatten());
};

/** k: how many numbers come out of the features. */
const flattened = (): number => summary(features(), [2, 28, 28]).layers.at(-1)?.outputShape[0] ?? 0;

/** Y = XW + b, 4 samples, 3 inputs, 2 outputs, and the gradients of a loss of Y. */
function layer() {
  const [x, w] = [randn([4, 3], { dtype: "float64", requiresGrad: true }), randn([3, 2], { dtype: "float64", requiresGrad: true })];
  const y = x.matmul(w).add(value([0.5, -1]));
  const [dout, dx] = grad(y.square().sum(), [y, x]);
  return { w, dout, dx };
}

/** Two inputs, three hidden units with leaky ReLU, two outputs. The output biases are those that the solution computes with. */
function network() {
  const [w, b] = [value([[-0.5, 1, 2], [-1, 0.5, 1.5]]), value([0.5, 0, -1])];
  const [v, c] = [value([[1, -0.5], [-0.5, 2], [-1, 1]]), value([-1, 2])];
  const score = tensor([[1, -2]], { dtype: "float64" }).matmul(w).add(b);
  const hidden = leakyRelu(score, 0.5);
  const output = hidden.matmul(v).add(c);
  const loss = mseLoss(output, tensor([[1, 1]], { dtype: "float64" }));
  const slope = grad(loss, [w], { retainGraph: true })[0].slice(0, 0);
  return { w, score, hidden, output, loss, slope };
}

export const august2022: Exam = {
  title: "Endterm, August 2022",
  questions: [
    { id: "august2022-one-by-one", ask: "one 1 × 1 filter over 32 channels, with bias: parameters", by: "new nn.Conv2d(32, 1, 1)", answer: () => parameterCount(new nn.Conv2d(32, 1, 1)) },
    {
      id: "august2022-max-pool",
      ask: "2 × 2 max pool of four different numbers: share of the derivatives that are not 0",
      by: "grad(maxPool2d(x, { kernel: 2 }).sum(), [x])",
      answer: async () => {
        const x = value([[3, 1], [6, 2]]);
        const [dx] = grad(maxPool2d(x.reshape([1, 1, 2, 2]), { kernel: 2 }).sum(), [x]);
        return (100 * (await numbers(dx)).filter((slope) => slope !== 0).length) / 4;
      },
    },
    {
      id: "august2022-shapes",
      ask: "Y = XW + b with N = 4, D = 3, M = 2: shapes of b, of dout and of ∂L/∂X",
      by: "grad(loss, [Y, X]); b has the shape of its derivative, dout.sum({ axis: 0, keepDim: true })",
      answer: () => {
        const { dout, dx } = layer();
        return [...dout.sum({ axis: 0, keepDim: true }).shape, ...dout.shape, ...dx.shape];
      },
    },
    {
      id: "august2022-input-gradient",
      ask: "∂L/∂X beside dout · Wᵀ: largest difference",
      by: "grad(loss, [Y, X])",
      answer: () => {
        const { dout, w, dx } = layer();
        return largestDifference(dx, dout.matmul(w.T));
      },
    },
    {
      id: "august2022-weight-decay",
      ask: "a step with weight decay beside (1 − αλ)θ − α∇L: difference",
      by: "new optim.SGD([θ], { lr: 0.1, weightDecay: 0.2 }).step()",
      answer: async () => {
        const theta = value([2, -3]);
        const before = theta.detach().clone();
        const optimizer = new optim.SGD([theta], { lr: 0.1, weightDecay: 0.2 });
        theta.pow(3).sum().backward();
        optimizer.step();
        const byHand = before.mul(1 - 0.1 * 0.2).sub(before.square().mul(3 * 0.1));
        return largestDifference(theta, byHand);
      },
    },
    {
      id: "august2022-same-size",
      ask: "kernel 3, stride 1, padding 1: what becomes of 28 × 28?",
      by: "convOutputSize([28, 28], { kernel: 3, stride: 1, padding: 1 })",
      answer: () => [...convOutputSize([28, 28], { kernel: 3, stride: 1, padding: 1 })],
    },
    { id: "august2022-sums", ask: "how many sums two digits can have", by: "new Set of all 100 sums", answer: () => new Set(sums).size },
    {
      id: "august2022-network-shapes",
      ask: "shapes of what goes into the network and of what comes out, for 4 pairs of images",
      by: "network.forward(stack([first, second], 1)).shape",
      answer: () => {
        const pairs = stack([randn([4, 28, 28]), randn([4, 28, 28])], 1);
        const network = new nn.Sequential(features(), new nn.Linear(flattened(), new Set(sums).size));
        return [...pairs.shape, ...network.forward(pairs).shape];
      },
    },
    { id: "august2022-flattened", ask: "k, the input of the linear layer", by: "summary(features, [2, 28, 28])", answer: flattened },
    {
      id: "august2022-linear-as-convolution",
      ask: "a linear layer from 2 × 28 × 28 to 100 units as a convolution: filters, size, largest difference",
      by: "nn.linearToConv(linear, [2, 28, 28])",
      answer: async () => {
        const linear = new nn.Linear(2 * 28 * 28, 100, { dtype: "float64" });
        const conv = nn.linearToConv(linear, [2, 28, 28]);
        const x = randn([3, 2, 28, 28], { dtype: "float64" });
        const difference = await largestDifference(conv.forward(x).flatten(1), linear.forward(x.flatten(1)));
        return [conv.weight.shape[0], conv.weight.shape[2], difference < 1e-12 ? 0 : difference];
      },
    },
    {
      id: "august2022-receptive-pool",
      ask: "convolution of 5, pool of 2: receptive field",
      by: "summary(model, [2, 28, 28])",
      answer: () => [...(summary(new nn.Sequential(new nn.Conv2d(2, 8, 5), new nn.MaxPool2d(2)), [2, 28, 28]).layers[1].receptiveField ?? [])],
    },
    {
      id: "august2022-receptive-linear",
      ask: "receptive field of a value behind the linear layer",
      by: "the same with the linear layer as a convolution of size 4",
      answer: () => {
        const net = new nn.Sequential(new nn.Conv2d(2, 8, 5), new nn.MaxPool2d(2), new nn.Conv2d(8, 16, 5), new nn.MaxPool2d(2), new nn.Conv2d(16, 19, 4));
        return [...(summary(net, [2, 28, 28]).layers.at(-1)?.receptiveField ?? [])];
      },
    },
    {
      id: "august2022-imbalance",
      ask: "why is class 12 learnt better than class 18: to which do more pairs of digits sum?",
      by: "counting all 100 pairs",
      answer: () => [12, 18].toSorted((a, b) => count(b) - count(a)).map(String),
    },
    { id: "august2022-hidden", ask: "h1 to h6: the hidden units before and after leaky ReLU", by: "x.matmul(w).add(b), leakyRelu(…, 0.5)", answer: async () => [...(await numbers(network().score)), ...(await numbers(network().hidden))] },
    { id: "august2022-outputs", ask: "ŷ1 and ŷ2", by: "hidden.matmul(v).add(c)", answer: () => numbers(network().output) },
    { id: "august2022-loss", ask: "the mean squared error", by: "mseLoss(ŷ, y)", answer: () => network().loss.item() },
    { id: "august2022-gradient", ask: "∂loss/∂w11", by: "grad(loss, [w])", answer: () => network().slope.item() },
    {
      id: "august2022-step",
      ask: "w11 after a step of rate 0.1",
      by: "w11 − 0.1 · ∂loss/∂w11",
      answer: () => {
        const { w, slope } = network();
        return w.slice(0, 0).sub(slope.mul(0.1)).item();
      },
    },
    {
      id: "august2022-running-statistics",
      ask: "batch norm on 8 × 3 × 32 × 64: how many numbers do the running mean and variance hold?",
      by: "buffers of new nn.BatchNorm2d(3)",
      answer: () => {
        const state = new nn.BatchNorm2d(3).stateDict();
        return [...state].reduce((count, [name, t]) => (/running_(mean|var)/.test(name) ? count + t.size : count), 0);
      },
    },
  ],
};

/** Endterm of February 2022. */

import { grad, hessian, matmul, nn, ones, optim, relu, sigmoid, softplus, summary, tanh, tensor, type Tensor, valueAndGrad, linspace } from "nabla";
import { type Exam, largestDifference, numbers, parameterCount, value } from "./question.js";

/** Three times convolution, pool, batch norm, ReLU; then a linear layer. */
const features = (): nn.Sequential => {
  const block = (from: number, to: number): nn.Sequential =>
    new nn.Sequential(new nn.Conv2d(from, to, 3, { padding: 1 }), new nn.MaxPool2d(2), new nn.BatchNorm2d(to), new nn.ReLU());
  return new nn.Sequential(block(3, 8), block(8, 16), block(16, 32), new nn.Flatten());
};

const flattened = (): number => summary(features(), [3, 80, 80]).layers.at(-1)?.outputShape[0] ?? 0;

/** The affine layer and the sigmoid of problem 6. */
function affine() {
  const x = tensor([[1, 1], [0, -1]], { dtype: "float64" });
  const [w, b] = [value([[1], [2]]), value([2])];
  const z = matmul(x, w).add(b);
  return { w, b, z, y: sigmoid(z) };
}

const parabola = (x: Tensor): Tensor => x.square();

export const february2022: Exam = {
  title: "Endterm, February 2022",
  questions: [
    {
      id: "february2022-larger-images",
      ask: "images twice as large: how many times as many parameters has a fully convolutional network?",
      by: "summary(model, [3, 160, 160]) beside summary(model, [3, 80, 80])",
      answer: () => summary(features(), [3, 160, 160]).totals.parameters / summary(features(), [3, 80, 80]).totals.parameters,
    },
    {
      id: "february2022-softplus",
      ask: "which of tanh, ReLU and sigmoid is nearest to log(1 + e^x)?",
      by: "largest distance from softplus(x), x from −6 to 6",
      answer: async () => {
        const x = linspace(-6, 6, 241, { dtype: "float64" });
        const distances = await Promise.all([tanh, relu, sigmoid].map((f) => largestDifference(softplus(x), f(x))));
        return ["tanh", "ReLU", "sigmoid"][distances.indexOf(Math.min(...distances))];
      },
    },
    {
      id: "february2022-two-dropouts",
      ask: "two dropout layers of probability 1/2 in a row: what probability does one have that does the same?",
      by: "share of zeros behind new nn.Dropout(0.5), twice",
      answer: async () => {
        const x = ones([1_000_000]);
        return new nn.Dropout(0.5).forward(new nn.Dropout(0.5).forward(x)).eq(0).to("float64").mean().item();
      },
    },
    { id: "february2022-flattened", ask: "RGB images of 80 × 80: what is x, the input of the linear layer?", by: "summary(features, [3, 80, 80])", answer: flattened },
    { id: "february2022-linear-parameters", ask: "parameters of Linear(x, 4), which are 4x + 4", by: "new nn.Linear(x, 4)", answer: () => parameterCount(new nn.Linear(flattened(), 4)) },
    { id: "february2022-convolution-parameters", ask: "parameters of the first convolution, Conv2d(3, 8)", by: "new nn.Conv2d(3, 8, 3)", answer: () => parameterCount(new nn.Conv2d(3, 8, 3)) },
    {
      id: "february2022-batch-norm-parameters",
      ask: "parameters of all batch norm layers",
      by: "summary(features).layers of type BatchNorm2d",
      answer: () => summary(features(), [3, 80, 80]).layers.reduce((sum, { type, parameters }) => (type === "BatchNorm2d" ? sum + parameters : sum), 0),
    },
    {
      id: "february2022-minimum",
      ask: "the x that makes x² least",
      by: "new optim.LBFGS([x])",
      answer: async () => {
        const x = value([5]);
        const optimizer = new optim.LBFGS([x]);
        while (optimizer.reason === null) await optimizer.step(() => x.square().sum());
        return x.sum().item();
      },
    },
    {
      id: "february2022-gradient-descent",
      ask: "gradient descent on x² from 5 with rate 1: the first four iterates",
      by: "new optim.SGD([x], { lr: 1 }).step()",
      answer: async () => {
        const x = value([5]);
        const optimizer = new optim.SGD([x], { lr: 1 });
        const iterates: number[] = [];
        for (let i = 0; i < 4; i++) {
          optimizer.zeroGrad();
          parabola(x).sum().backward();
          optimizer.step();
          iterates.push(await x.sum().item());
        }
        return iterates;
      },
    },
    {
      id: "february2022-newton",
      ask: "Newton's method on x² from 5: iterations until the minimum",
      by: "x − f′(x) / f″(x), by valueAndGrad and hessian",
      answer: async () => {
        let x = value(5).detach();
        for (let n = 0; ; n++) {
          if ((await x.item()) === 0) return n;
          x = x.sub(valueAndGrad(parabola)(x)[1].div(hessian(parabola, x)));
        }
      },
    },
    {
      id: "february2022-sigmoid-derivative",
      ask: "σ′(x) beside e^−x / (1 + e^−x)²: largest difference",
      by: "grad(sigmoid(x).sum(), [x])",
      answer: () => {
        const x = value([-4, -1, 0, 0.5, 3]);
        const power = x.neg().exp();
        return largestDifference(grad(sigmoid(x).sum(), [x])[0], power.div(power.add(1).square()));
      },
    },
    {
      id: "february2022-sigmoid-by-itself",
      ask: "σ′ beside y(1 − y): largest difference",
      by: "grad(sigmoid(x).sum(), [x])",
      answer: () => {
        const x = value([-4, -1, 0, 0.5, 3]);
        const y = sigmoid(x);
        return largestDifference(grad(y.sum(), [x])[0], y.mul(y.neg().add(1)));
      },
    },
    { id: "february2022-forward", ask: "σ(XW + b)", by: "sigmoid(matmul(X, W).add(b))", answer: () => numbers(affine().y) },
    {
      id: "february2022-sigmoid-gradient",
      ask: "∂y/∂z for that output",
      by: "grad(y.sum(), [z])",
      answer: () => {
        const { y, z } = affine();
        return numbers(grad(y.sum(), [z])[0]);
      },
    },
    {
      id: "february2022-affine-weights",
      ask: "∂y/∂W",
      by: "grad(y.sum(), [W])",
      answer: () => {
        const { y, w } = affine();
        return numbers(grad(y.sum(), [w])[0]);
      },
    },
    {
      id: "february2022-affine-bias",
      ask: "∂y/∂b",
      by: "grad(y.sum(), [b])",
      answer: () => {
        const { y, b } = affine();
        return grad(y.sum(), [b])[0].sum().item();
      },
    },
    {
      id: "february2022-scaled-loss",
      ask: "the loss divided by N: is the optimum the same, are the weights after 10 steps?",
      by: "10 steps of optim.SGD with both losses; where both gradients vanish",
      answer: async () => {
        const targets = value([1, 2, 4, 9]).detach();
        const optimum = 4;
        const run = async (scale: number, start: number): Promise<number> => {
          const w = value([start]);
          const optimizer = new optim.SGD([w], { lr: 0.05 });
          for (let i = 0; i < 10; i++) {
            optimizer.zeroGrad();
            targets.sub(w).square().sum().mul(scale).backward();
            optimizer.step();
          }
          return w.sum().item();
        };
        const [whole, divided] = [await run(1, 0), await run(1 / 4, 0)];
        const stays = (await run(1, optimum)) === optimum && (await run(1 / 4, optimum)) === optimum;
        return [stays ? "same optimum" : "another optimum", whole === divided ? "same weights" : "other weights"];
      },
    },
  ],
};

/** Mock exam, 2020. */

import { convOutputSize, grad, mseLoss, relu, tensor, type Tensor } from "nabla";
import { type Exam, numbers, value } from "./question.js";

/** Two inputs, two hidden units with ReLU, two outputs; w_jk leads from unit j to unit k. */
function network() {
  const [w, b] = [value([[1, -0.5], [0.5, -1]]), value([0.5, -0.5])];
  const [v, c] = [value([[0.5, -1], [-0.5, 1]]), value([-1, 0.5])];
  const score = tensor([[2, -1]], { dtype: "float64" }).matmul(w).add(b);
  const hidden = relu(score);
  const output = hidden.matmul(v).add(c);
  const loss = mseLoss(output, tensor([[1, 0.5]], { dtype: "float64" }));
  return { w, score, hidden, output, loss };
}

/** ∂loss/∂w21: w21 leads from the second input to the first hidden unit. */
const slope = ({ w, loss }: { w: Tensor; loss: Tensor }): Tensor => grad(loss, [w])[0].slice(1, 0);

export const mock2020: Exam = {
  title: "Mock exam, summer 2020",
  questions: [
    {
      id: "mock2020-convolution",
      ask: "8 filters of size 6, stride 2, padding 1 on 32 × 32 × 32: what comes out?",
      by: "convOutputSize([32, 32], { kernel: 6, stride: 2, padding: 1 })",
      answer: () => [...convOutputSize([32, 32], { kernel: 6, stride: 2, padding: 1, rule: "strict" }), 8],
    },
    { id: "mock2020-hidden", ask: "the hidden units before and after ReLU: h1 to h4", by: "x.matmul(w).add(b), relu", answer: async () => [...(await numbers(network().score)), ...(await numbers(network().hidden))] },
    { id: "mock2020-outputs", ask: "the two outputs", by: "hidden.matmul(v).add(c)", answer: () => numbers(network().output) },
    { id: "mock2020-loss", ask: "the mean squared error", by: "mseLoss(output, target)", answer: () => network().loss.item() },
    { id: "mock2020-gradient", ask: "∂loss/∂w21", by: "grad(loss, [w])", answer: () => slope(network()).item() },
    {
      id: "mock2020-step",
      ask: "w21 after a step of gradient descent with rate 0.1",
      by: "w − 0.1 · grad",
      answer: () => {
        const net = network();
        return net.w.slice(1, 0).sub(slope(net).mul(0.1)).item();
      },
    },
  ],
};

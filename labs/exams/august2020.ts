/** Endterm of August 2020. */

import { add, convOutputSize, grad, imageFilter, matmul, models, nn, randn, relu, sigmoid, square, summary, tanh, tensor, type Tensor, uniform, zeros } from "nabla";
import { type Exam, numbers, parameterCount, value } from "./question.js";

/** h_t = ReLU(V·h_{t−1} + W·x_t), every state. */
function reluRnn(v: Tensor, w: Tensor, h0: Tensor, xs: readonly Tensor[]): Tensor[] {
  const states = [h0];
  for (const x of xs) states.push(relu(v.mul(states[states.length - 1]).add(w.mul(x))));
  return states.slice(1);
}

/** The second network of the exam, and ∂h3 with respect to V, W and x1. */
function backThroughTime() {
  const [v, w, x1] = [value(-2), value(1), value(2)];
  const states = reluRnn(v, w, tensor(2, { dtype: "float64" }), [x1, value(1.5), value(4)]);
  return { states, slopes: grad(states[2], [v, w, x1]) };
}

/** Parameters of VGG-16. The linear layers are counted, not built: they would take half a gigabyte. */
function vgg16(): number {
  const filters = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512];
  const convolutions = new nn.Sequential(...filters.map((to, i) => new nn.Conv2d(filters[i - 1] ?? 3, to, 3, { padding: 1 })));
  const linear = [[512 * 7 * 7, 4096], [4096, 4096], [4096, 1000]].map(([from, to]) => (from + 1) * to);
  return linear.reduce((sum, each) => sum + each, parameterCount(convolutions));
}

const resnet18 = (): number => parameterCount(models.resnet18({ stem: "imagenet", classes: 1000 }));

const residual = (x: Tensor): Tensor => tanh(x.mul(0.7));

export const august2020: Exam = {
  title: "Endterm, August 2020",
  questions: [
    { id: "august2020-vgg-parameters", ask: "parameters of VGG-16, in millions", by: "13 layers new nn.Conv2d(…), and 3 linear layers of (inputs + 1) · outputs", answer: () => vgg16() / 1e6 },
    {
      id: "august2020-resnet-or-vgg",
      ask: "has ResNet-18 11 million parameters more than VGG-16? The larger first",
      by: 'models.resnet18({ stem: "imagenet", classes: 1000 }).parameters()',
      answer: () => {
        const [resnet, vgg] = [resnet18(), vgg16()];
        return resnet > vgg ? ["ResNet-18", "VGG-16"] : ["VGG-16", "ResNet-18"];
      },
    },
    {
      id: "august2020-small-variance",
      ask: "inputs 2, −4, 1 with weights 0.05, 0.025, −0.03: what enters tanh?",
      by: "inputs.dot(weights)",
      answer: () => value([2, -4, 1]).dot(value([0.05, 0.025, -0.03])).item(),
    },
    { id: "august2020-large-variance", ask: "the same inputs with weights 1, 0.5, 1.5", by: "inputs.dot(weights)", answer: () => value([2, -4, 1]).dot(value([1, 0.5, 1.5])).item() },
    {
      id: "august2020-relu-variance",
      ask: "what share of the mean square is left behind a ReLU",
      by: "relu(z).square().mean() / z.square().mean()",
      answer: async () => {
        const z = randn([1_000_000]);
        return (await square(relu(z)).mean().item()) / (await square(z).mean().item());
      },
    },
    {
      id: "august2020-blur-or-edges",
      ask: "what a box of ninths and [1 −1; 1 −1] do to an image",
      by: "imageFilter(stripes, kernel)",
      answer: async () => [await effectOf(tensor([1, 1, 1, 1, 1, 1, 1, 1, 1], { shape: [3, 3] }).div(9)), await effectOf(tensor([[1, -1], [1, -1]]))],
    },
    {
      id: "august2020-convolution",
      ask: "5 filters of size 7, stride 3, padding 1 on 26 × 26 × 26: what comes out?",
      by: "convOutputSize([26, 26], { kernel: 7, stride: 3, padding: 1 })",
      answer: () => [...convOutputSize([26, 26], { kernel: 7, stride: 3, padding: 1, rule: "strict" }), 5],
    },
    { id: "august2020-weights", ask: "4 filters of size 5 on RGB: shape of the weights", by: "new nn.Conv2d(3, 4, 5).weight.shape", answer: () => [...new nn.Conv2d(3, 4, 5).weight.shape] },
    {
      id: "august2020-receptive-field",
      ask: "three 3 × 3 convolutions in a row: receptive field",
      by: "summary(model, [1, 224, 224])",
      answer: () => [...(summary(new nn.Sequential(new nn.Conv2d(1, 1, 3), new nn.Conv2d(1, 1, 3), new nn.Conv2d(1, 1, 3)), [1, 224, 224]).layers.at(-1)?.receptiveField ?? [])],
    },
    {
      id: "august2020-receptive-extremes",
      ask: "receptive field of a 1 × 1 convolution, and of a layer that sees all of 224 × 224",
      by: "summary(new nn.Conv2d(1, 1, 224), [1, 224, 224])",
      answer: () => [1, 224].map((kernel) => summary(new nn.Conv2d(1, 1, kernel), [1, 224, 224]).layers[0].receptiveField?.[0] ?? 0),
    },
    {
      id: "august2020-residual",
      ask: "H = x + R(x): how much more is H′ than r = R′?",
      by: "grad(x.add(R(x))) − grad(R(x)), at five points",
      answer: () => {
        const x = value([-2, -0.5, 0, 1, 3]);
        const [h] = grad(add(x, residual(x)).sum(), [x]);
        const [r] = grad(residual(x).sum(), [x]);
        return numbers(h.sub(r));
      },
    },
    {
      id: "august2020-rnn-parameters",
      ask: "a vanilla RNN cell with x in 3 and h in 5 dimensions, one bias: parameters",
      by: "Linear(5, 5, { bias: false }) for V, Linear(3, 5) for W and b",
      answer: () => parameterCount(new nn.Linear(5, 5, { bias: false })) + parameterCount(new nn.Linear(3, 5)),
    },
    {
      id: "august2020-rnn-zero-input",
      ask: "does h stay as it is when x and b are 0?",
      by: "tanh(matmul(V, h)) beside h",
      answer: async () => {
        const h = value([[0.5], [-1]]);
        const next = tanh(matmul(value([[0.3, 0.1], [0, 0.8]]), h));
        return (await next.sub(h).abs().max().item()) === 0 ? "yes" : "no";
      },
    },
    {
      id: "august2020-rnn-states",
      ask: "ReLU cell with V = −3, W = 3, h0 = 0, x = 2, 3, 1: h1, h2, h3",
      by: "relu(V·h + W·x), three times",
      answer: async () => (await Promise.all(reluRnn(value(-3), value(3), value(0), [value(2), value(3), value(1)]).map(numbers))).flat(),
    },
    {
      id: "august2020-rnn-second-states",
      ask: "the cell with V = −2, W = 1, h0 = 2, x = 2, 3/2, 4: h1, h2, h3",
      by: "relu(V·h + W·x), three times",
      answer: async () => (await Promise.all(backThroughTime().states.map(numbers))).flat(),
    },
    { id: "august2020-rnn-dv", ask: "∂h3/∂V of that cell", by: "grad(h3, [V])", answer: () => backThroughTime().slopes[0].item() },
    { id: "august2020-rnn-dw", ask: "∂h3/∂W", by: "grad(h3, [W])", answer: () => backThroughTime().slopes[1].item() },
    { id: "august2020-rnn-dx", ask: "∂h3/∂x1, behind the dead ReLU", by: "grad(h3, [x1])", answer: () => backThroughTime().slopes[2].item() },
    {
      id: "august2020-sigmoid-of-relu",
      ask: "ŷ = σ(ReLU(z)), car where ŷ ≥ 0.5: what share of all z is a car?",
      by: "sigmoid(relu(z)).ge(0.5).mean()",
      answer: async () => 100 * (await sigmoid(relu(randn([10_000]))).ge(0.5).to("float64").mean().item()),
    },
    {
      id: "august2020-uniform-initialisation",
      ask: "weights from U(−α, α) keep the variance of 500 inputs: α·√500, squared",
      by: "the variance of uniform(−1, 1) gives Var w = α²/3; then n·Var w = 1",
      answer: async () => 1 / (await square(uniform([2_000_000], -1, 1)).mean().item()),
    },
  ],
};

/** What a filter finds: nothing, or less, in smooth areas, vertical or horizontal stripes. */
async function effectOf(kernel: Tensor): Promise<string> {
  const stripes = tensor(Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 1)), { shape: [1, 1, 8, 8] });
  const size = async (image: Tensor): Promise<number> => imageFilter(image, kernel).abs().max().item();
  const flat = await size(zeros([1, 1, 8, 8]).add(1));
  if (flat > 0.5) return "blur";
  return (await size(stripes)) > (await size(stripes.transpose(2, 3))) ? "vertical edges" : "horizontal edges";
}

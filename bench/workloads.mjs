/**
 * The workloads: each builds its model and inputs once and returns `run`, which does `stepsPerRun` steps and reads the
 * loss of the last one. bench/peers/torch_bench.py has the same work in PyTorch.
 */

import {
  binaryCrossEntropyWithLogits, crossEntropy, data, flatten, Generator, models, nn, noGrad, optim, randn, slice, step, tensor,
} from "../dist/index.js";

function labels(count, classes) {
  const generator = new Generator(2);
  return tensor(Int32Array.from({ length: count }, () => generator.integer(classes)));
}

/** The steps of supervised training on one resident batch. */
function training(model, optimizer, x, y) {
  return () =>
    step(() => {
      const loss = crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
}

/** w1: the course ConvNet, one training step of SGD, batch 128. */
function convnetTraining() {
  const model = models.convnet();
  const train = training(model, new optim.SGD(model.parameters(), { lr: 0.1 }), randn([128, 3, 32, 32]), labels(128, 10));
  return { batch: 128, stepsPerRun: 1, run: () => train().item() };
}

/** w2: the same network, inference. */
function convnetInference(batch) {
  const model = models.convnet();
  model.eval();
  const x = randn([batch, 3, 32, 32]);
  return { batch, stepsPerRun: 1, run: () => step(() => noGrad(() => slice(model.forward(x), 0, 0))).item() };
}

/** w3: MLP 784-256-128-10, one training step of Adam, batch 64. */
function mlpTraining() {
  const model = new nn.Sequential(
    new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 128), new nn.ReLU(), new nn.Linear(128, 10),
  );
  const train = training(model, new optim.Adam(model.parameters(), { lr: 1e-3 }), randn([64, 784]), labels(64, 10));
  return { batch: 64, stepsPerRun: 1, run: () => train().item() };
}

/** w4: a 2-7-1 net of tanh units learns XOR one sample at a time; the loss is read every 500 steps. */
function xorOnline() {
  const model = new nn.Sequential(new nn.Linear(2, 7), new nn.Tanh(), new nn.Linear(7, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const points = [[0, 0], [0, 1], [1, 0], [1, 1]];
  const samples = points.map(([a, b]) => ({ x: tensor([[a, b]]), y: tensor([[a === b ? 0 : 1]]) }));
  const train = ({ x, y }) =>
    step(() => {
      const loss = binaryCrossEntropyWithLogits(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
  const run = () => {
    let loss;
    for (let i = 0; i < 500; i++) loss = train(samples[i & 3]);
    return loss.item();
  };
  return { batch: 1, stepsPerRun: 500, run };
}

/** An LSTM over [N, T, I], and a linear layer over its outputs: [N, T, classes]. */
class CharacterLstm extends nn.Module {
  lstm = new nn.LSTM(128, 256, { batchFirst: true });
  head = new nn.Linear(256, 65);

  forward(x) {
    const [h] = this.lstm.forward(x);
    return this.head.forward(h);
  }
}

/** The steps of training on classes for every place of a sequence. */
function sequenceTraining(model, optimizer, x, y) {
  return training({ forward: (tokens) => flatten(model.forward(tokens), 0, 1) }, optimizer, x, y);
}

/** w5: LSTM 128 → 256 over 64 steps, batch 32, linear to 65 classes, one training step of Adam. */
function lstmTraining() {
  const model = new CharacterLstm();
  const train = sequenceTraining(model, new optim.Adam(model.parameters(), { lr: 1e-3 }), randn([32, 64, 128]), labels(32 * 64, 65));
  return { batch: 32, stepsPerRun: 1, run: () => train().item() };
}

/** A causal Transformer over characters: [N, T] → [N, T, classes]. */
class Gpt extends nn.Module {
  tokens = new nn.Embedding(65, 128);
  positions = nn.parameter(randn([128, 128]));
  blocks = Array.from({ length: 4 }, () =>
    new nn.TransformerEncoderLayer(128, 4, { dimFeedforward: 512, activation: "gelu", normFirst: true, dropout: 0, batchFirst: true }));
  norm = new nn.LayerNorm(128);
  head = new nn.Linear(128, 65, { bias: false });

  forward(tokens) {
    const x = this.tokens.forward(tokens).add(this.positions);
    return this.head.forward(this.norm.forward(this.blocks.reduce((y, block) => block.forward(y, { causal: true }), x)));
  }
}

/** w6: causal Transformer of 4 layers, 128 features, 4 heads, context 128, 65 classes, one training step of AdamW, batch 16. */
function gptTraining() {
  const model = new Gpt();
  const tokens = labels(16 * 128, 65).reshape(16, 128);
  const train = sequenceTraining(model, new optim.AdamW(model.parameters(), { lr: 1e-3 }), tokens, labels(16 * 128, 65));
  return { batch: 16, stepsPerRun: 1, run: () => train().item() };
}

/** w7: ResNet-18 in its CIFAR form, one training step of SGD with momentum, batch 64. */
function resnetTraining() {
  const model = models.resnet18();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 5e-4 });
  const train = training(model, optimizer, randn([64, 3, 32, 32]), labels(64, 10));
  return { batch: 64, stepsPerRun: 1, run: () => train().item() };
}

/** augmentation: batches of 128 images of 3×32×32: random crop (padding 4), flip, colour jitter, normalise; on the loop's own thread. */
function augmentation() {
  const generator = new Generator(3);
  const images = Uint8Array.from({ length: 1280 * 3072 }, () => generator.integer(256));
  const dataset = new data.ImageDataset({ name: "noise", images, labels: new Int32Array(1280), shape: [3, 32, 32], classes: ["noise"] });
  const jitter = data.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
  const transforms = [data.randomCrop({ padding: 4 }), data.randomHorizontalFlip(), jitter];
  const loader = new data.DataLoader(dataset, { batch: 128, shuffle: true, transforms, normalize: "standardize", workers: 0 });
  const run = async () => {
    for await (const { x } of loader) if (x.shape[0] !== 128) throw new Error("a batch is incomplete");
  };
  return { batch: 128, stepsPerRun: loader.length, run };
}

export const workloads = {
  augmentation,
  w1: convnetTraining,
  "w2-b128": () => convnetInference(128),
  "w2-b1": () => convnetInference(1),
  w3: mlpTraining,
  w4: xorOnline,
  w5: lstmTraining,
  w6: gptTraining,
  w7: resnetTraining,
};

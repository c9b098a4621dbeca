/** Every kind of chart, with data as they come up: each entry makes one figure for a width of choice. */

import {
  add, classic, crossEntropy, data, exp, Generator, manualSeed, matmul, mul, neg, nn, optim, plot, randn, reciprocal, relu, square, step, sub, sum, tanh, tensor,
  type Tensor,
} from "nabla";

/** Options that all entries pass on. */
export interface GalleryOptions {
  readonly width?: number;
}

type Entry = (options: GalleryOptions) => plot.Figure | Promise<plot.Figure>;

/** A run of 30 epochs as the trainer records it: over-fitting sets in after about 12. */
function history(seed: number, rate = 0.2): plot.CurveRecord[] {
  const random = new Generator(seed);
  return Array.from({ length: 30 }, (_, i) => {
    const train = 2.2 * Math.exp(-rate * i) + 0.05 + 0.02 * random.normal();
    const validation = 2.2 * Math.exp(-rate * i) + 0.32 + 0.0009 * i * i + 0.035 * random.normal();
    const accuracy = (loss: number): number => 1 - 0.9 * (1 - Math.exp(-loss / 1.6));
    return { epoch: i + 1, train: { samples: 1000, loss: Math.max(0.01, train), accuracy: accuracy(train) }, validation: { samples: 200, loss: validation, accuracy: accuracy(validation) } };
  });
}

/** The way of gradient descent with momentum down a function with these slopes. */
function descend(slopes: (x: number, y: number) => readonly [number, number], start: readonly [number, number], { lr, momentum, steps }: { readonly lr: number; readonly momentum: number; readonly steps: number }): number[][] {
  let [x, y, vx, vy] = [...start, 0, 0];
  const path = [[x, y]];
  for (let i = 0; i < steps; i++) {
    const [gx, gy] = slopes(x, y);
    [vx, vy] = [momentum * vx - lr * gx, momentum * vy - lr * gy];
    [x, y] = [x + vx, y + vy];
    path.push([x, y]);
  }
  return path;
}

const classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

function confusion(): number[][] {
  const random = new Generator(3);
  const similar = new Map([[3, 5], [5, 3], [1, 9], [9, 1], [0, 8], [2, 4]]);
  return classes.map((_, i) => classes.map((_unused, j) => (i === j ? 780 + Math.round(150 * random.float()) : Math.round((similar.get(i) === j ? 110 : 14) * random.float()))));
}

async function moons(): Promise<{ readonly model: nn.Module; readonly x: Tensor; readonly y: Tensor; readonly frames: plot.Figure[] }> {
  manualSeed(1);
  const { x, y } = data.moons({ samples: 160, noise: 0.18, seed: 2 }).tensors();
  const model = new nn.Sequential(new nn.Linear(2, 24), new nn.Tanh(), new nn.Linear(24, 2));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.03 });
  const frames: plot.Figure[] = [];
  for (let i = 0; i <= 120; i++) {
    if (i % 20 === 0) frames.push(await plot.boundary(model, { points: x, labels: y, samples: 60, title: `Step ${i}`, width: 360, height: 320 }));
    step(() => {
      optimizer.zeroGrad();
      crossEntropy(model.forward(x), y).backward();
      optimizer.step();
    });
  }
  return { model, x, y, frames };
}

/** Frames of a decision boundary that forms. */
export const boundaryFrames = async (): Promise<plot.Figure[]> => (await moons()).frames;

/** Entries by name. */
export const gallery: Readonly<Record<string, Entry>> = {
  curves: (options) => plot.curves(history(1), { ...options, title: "ConvNet on CIFAR-10", overfitting: true }),
  loss: (options) => plot.curves(history(1), { ...options, title: "Loss, training and validation", metrics: ["loss"], overfitting: true }),
  seeds: (options) => plot.curves({ SGD: [1, 2, 3, 4].map((seed) => history(seed, 0.12)), Adam: [5, 6, 7, 8].map((seed) => history(seed, 0.3)) }, { ...options, title: "Mean over four seeds", metrics: ["loss"], lossScale: "log" }),
  manySeries: (options) =>
    plot.lines({
      ...options,
      title: "Ten learning rates",
      colours: "ordered",
      x: { label: "step" },
      y: { label: "loss", scale: "log" },
      series: Array.from({ length: 10 }, (_, i) => ({ name: `${(10 ** (-4 + i / 3)).toPrecision(1)}`, y: Array.from({ length: 100 }, (_unused, t) => 2.3 * Math.exp((-t * 10 ** (-2.2 + i / 5)) / 10) + 0.001) })),
    }),
  distinct: (options) =>
    plot.lines({
      ...options,
      title: "Activation functions",
      x: { label: "z" },
      y: { label: "g(z)", range: [-1.2, 2.2] },
      series: Object.entries({
        ReLU: (z: number) => Math.max(0, z),
        "leaky ReLU": (z: number) => (z > 0 ? z : 0.1 * z),
        sigmoid: (z: number) => 1 / (1 + Math.exp(-z)),
        tanh: Math.tanh,
        ELU: (z: number) => (z > 0 ? z : Math.expm1(z)),
        softplus: (z: number) => Math.log1p(Math.exp(z)),
        SiLU: (z: number) => z / (1 + Math.exp(-z)),
        "hard tanh": (z: number) => Math.max(-1, Math.min(1, z)),
      }).map(([name, g]) => ({ name, x: Array.from({ length: 121 }, (_, i) => -3 + i / 20), y: Array.from({ length: 121 }, (_, i) => g(-3 + i / 20)) })),
    }),
  logLog: (options) =>
    plot.lines({
      ...options,
      title: "Error of central differences against the step size",
      x: { label: "step h", scale: "log" },
      y: { label: "relative error", scale: "log" },
      series: [{ name: "float64", points: true, x: Array.from({ length: 15 }, (_, i) => 10 ** -i), y: Array.from({ length: 15 }, (_, i) => 10 ** (-2 * i) / 6 + 1e-16 * 10 ** i) }],
    }),
  scatter: (options) => {
    const random = new Generator(4);
    const cloud = (name: string, cx: number, cy: number) => ({ name, x: Array.from({ length: 40 }, () => cx + 0.6 * random.normal()), y: Array.from({ length: 40 }, () => cy + 0.6 * random.normal()) });
    return plot.scatter({ ...options, title: "Iris, first two principal components", x: { label: "first component", unit: "cm" }, y: { label: "second component", unit: "cm" }, groups: [cloud("setosa", -2.5, 0), cloud("versicolor", 0.5, -0.5), cloud("virginica", 2.2, 0.4)] });
  },
  bars: (options) =>
    plot.bars({
      ...options,
      title: "Test accuracy by optimiser",
      categories: ["SGD", "momentum", "Nesterov", "RMSProp", "Adam"],
      value: { label: "accuracy", format: "percent" },
      series: [{ name: "without augmentation", values: [0.712, 0.781, 0.785, 0.77, 0.79], deviation: [0.01, 0.008, 0.006, 0.012, 0.007] }, { name: "with augmentation", values: [0.752, 0.842, 0.846, 0.82, 0.839], deviation: [0.008, 0.004, 0.005, 0.01, 0.006] }],
    }),
  barsLying: (options) =>
    plot.bars({
      ...options,
      title: "Parameters",
      direction: "right",
      categories: ["LeNet-5", "ResNet-18", "ResNet-50", "VGG-16 with batch norm"],
      value: { label: "parameters", unit: "millions" },
      series: [{ name: "", values: [0.06, 11.7, 25.6, 138.4] }],
    }),
  contour: (options) => {
    const way = (lr: number, momentum: number): number[][] => descend((x, y) => [x, 12 * y], [-4.5, 1.7], { lr, momentum, steps: 40 });
    return plot.contour({
      ...options,
      title: "A long valley, three ways down",
      f: (x, y) => x ** 2 / 2 + 6 * y ** 2,
      x: { label: "w₁", range: [-5, 5] },
      y: { label: "w₂", range: [-2.2, 2.2] },
      trajectories: [{ name: "small steps", points: way(0.03, 0) }, { name: "large steps", points: way(0.15, 0) }, { name: "momentum 0.7", points: way(0.04, 0.7) }],
      points: [{ x: 0, y: 0, label: "minimum" }],
    });
  },
  valley: (options) =>
    plot.contour({
      ...options,
      title: "Rosenbrock’s valley",
      f: (x, y) => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2,
      spacing: "log",
      x: { label: "w₁", range: [-2, 2] },
      y: { label: "w₂", range: [-1, 3] },
      trajectories: [{ name: "momentum 0.95", points: descend((x, y) => [-2 * (1 - x) - 400 * x * (y - x ** 2), 200 * (y - x ** 2)], [-1.5, 1.8], { lr: 0.0003, momentum: 0.95, steps: 800 }) }],
      points: [{ x: 1, y: 1, label: "minimum" }],
    }),
  boundary: async (options) => {
    const { model, x, y } = await moons();
    return plot.boundary(model as nn.Sequential, { ...options, points: x, labels: y, classes: ["upper", "lower"], title: "Two moons, two layers", x: { label: "x₁" }, y: { label: "x₂" } });
  },
  nearest: async (options) => {
    const { x, y } = data.blobs({ samples: 120, centers: [[0, 0], [3, 1], [1.4, 3.2]], std: 0.9, seed: 5 }).tensors();
    return plot.boundary(await new classic.KNeighborsClassifier({ k: 1 }).fit(x, y), { ...options, points: x, labels: y, title: "1-NN on three classes", samples: 200 });
  },
  histograms: (options) => plot.histograms(layers(), { ...options, title: "Activations of ten tanh layers, Xavier", x: { label: "activation", range: [-1, 1] } }),
  ridges: (options) => plot.histograms(layers(), { ...options, arrangement: "ridges", title: "The same, one behind the other", x: { label: "activation" } }),
  overTime: (options) => plot.histogramsOverTime({ ...options, title: "Weights that spread", histograms: spreading() }),
  overTimeHeat: (options) => plot.histogramsOverTime({ ...options, arrangement: "heat", counts: "log", title: "The same as a heat map", histograms: spreading() }),
  images: (options) => {
    const set = letters();
    const predictions = Array.from(set.labels.subarray(0, 24), (label, i) => (i % 7 === 3 ? (label + 1) % 3 : label));
    return plot.imageGrid(set, { ...options, title: "Test images, true → predicted", indices: predictions.map((_, i) => i), predictions });
  },
  filters: (options) => plot.imageGrid(gabor(), { ...options, title: "First-layer filters", range: "each", columns: 8 }),
  featureMaps: (options) => plot.imageGrid(randn([8, 12, 12], { generator: new Generator(6) }), { ...options, title: "Weights, red below 0", colours: "diverging", captions: Array.from({ length: 8 }, (_, i) => `map ${i}`) }),
  precisionRecall: (options) => plot.precisionRecall(ranked(), { ...options, title: "Detectors" }),
  roc: (options) => plot.roc(ranked(), { ...options, title: "The same detectors" }),
  confusionMatrix: (options) => plot.confusionMatrix(confusion(), { ...options, classes, title: "CIFAR-10, test set" }),
  confusionShares: (options) => plot.confusionMatrix(confusion(), { ...options, classes, normalize: "true", title: "The same, fractions of each true class" }),
  heatMap: (options) =>
    plot.heatMap({
      ...options,
      title: "Validation accuracy over a grid search",
      values: [0.1, 0.31, 0.55, 0.62, 0.4].map((a, i) => [0, 0.05, 0.12, 0.08, -0.02, -0.2].map((b, j) => Math.max(0.1, a + b + 0.01 * ((3 * i + 5 * j) % 4)))),
      rows: ["10⁻⁴", "3·10⁻⁴", "10⁻³", "3·10⁻³", "10⁻²"],
      columns: ["0", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"],
      rowLabel: "learning rate",
      columnLabel: "weight decay",
    }),
  attention: (options) => {
    const words = ["The", "network", "learns", "what", "to", "attend", "to", "."];
    return plot.heatMap({ ...options, title: "Attention", colours: "cividis", rows: words, columns: words, rowLabel: "query", columnLabel: "key", range: [0, 1], numbers: false, values: words.map((_, i) => softmaxOf(words.map((_unused, j) => (j > i ? -Infinity : 2 * Math.cos(1.7 * i - j) + (i === j ? 1 : 0))))) });
  },
  correlations: (options) => plot.heatMap({ ...options, title: "Large: 64 × 64 values", colours: "diverging", values: Array.from({ length: 64 }, (_, i) => Array.from({ length: 64 }, (_unused, j) => Math.cos((i - j) / 6) * Math.exp(-Math.abs(i - j) / 25))) }),
  product: (options) => {
    const [x, y, z] = [1, -3, 4].map((v) => tensor(v, { requiresGrad: true }));
    const q = add(x, y);
    const f = mul(q, z);
    return plot.computationalGraph(f, { ...options, title: "f = (x + y)·z", names: { x, y, z, q, f } });
  },
  neuron: (options) => {
    const [w0, x0, w1, x1, b] = [2, -1, -3, -2, -3].map((v) => tensor(v, { dtype: "float64", requiresGrad: true }));
    const score = add(add(mul(w0, x0), mul(w1, x1)), b);
    const f = reciprocal(add(exp(neg(score)), 1));
    return plot.computationalGraph(f, { ...options, title: "A sigmoid neuron, taken apart", names: { w0, x0, w1, x1, b, f } });
  },
  network: (options) => {
    manualSeed(2);
    const [x, t] = [randn([8, 4]), randn([8, 1])];
    const [W1, b1, W2] = [randn([4, 6], { requiresGrad: true }), randn([6], { requiresGrad: true }), randn([6, 1], { requiresGrad: true })];
    const loss = sum(square(sub(matmul(relu(add(matmul(x, W1), b1)), W2), t)));
    return plot.computationalGraph(loss, { ...options, title: "A two-layer network", names: { x, t, W1, b1, W2, loss } });
  },
  grid: (options) =>
    plot.grid([plot.curves(history(1), { metrics: ["loss"], title: "Loss" }), plot.curves(history(1), { metrics: ["accuracy"], title: "Accuracy" }), plot.confusionMatrix(confusion(), { classes, title: "Confusion" }), plot.contour({ f: (x, y) => Math.sin(x) * Math.cos(y), x: { range: [-3, 3] }, y: { range: [-3, 3] }, title: "Saddles" })], { ...options, title: "A training at a glance" }),
};

/** Activations of ten layers of 100 tanh units. */
/** Weights that begin narrow and, from epoch to epoch, part into two heaps. */
function spreading(): plot.CountedHistogram[] {
  const bell = (x: number, mean: number): number => Math.exp(-0.5 * ((x - mean) / 0.12) ** 2);
  return Array.from({ length: 20 }, (_, epoch) => ({
    step: epoch + 1,
    buckets: Array.from({ length: 60 }, (_unused, i): [number, number, number] => {
      const left = -0.9 + 0.03 * i;
      return [left, left + 0.03, Math.round(300 * (bell(left + 0.015, -0.02 * epoch) + 0.8 * bell(left + 0.015, 0.025 * epoch)))];
    }),
  }));
}

function layers(): Record<string, Tensor> {
  manualSeed(3);
  let h = randn([200, 100]);
  return Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => {
      h = tanh(matmul(h, mul(randn([100, 100]), 0.1)));
      return [`layer ${i + 1}`, h];
    }),
  );
}

/** Crosses, rings and bars of 12 × 12 pixels. */
function letters(): data.ImageDataset {
  const random = new Generator(7);
  const count = 24;
  const labels = Int32Array.from({ length: count }, (_, i) => (5 * i) % 3);
  const images = Uint8Array.from({ length: 144 * count }, (_, k) => {
    const [x, y] = [(k % 12) - 5.5, (Math.floor(k / 12) % 12) - 5.5];
    const label = labels[Math.floor(k / 144)];
    const on = label === 0 ? Math.min(Math.abs(x - y), Math.abs(x + y)) < 1.5 : label === 1 ? Math.abs(Math.hypot(x, y) - 4) < 1 : Math.abs(x) < 1.6;
    return Math.max(0, Math.min(255, (on ? 215 : 25) + 18 * random.normal()));
  });
  return new data.ImageDataset({ name: "shapes", images, labels, shape: [1, 12, 12], classes: ["cross", "ring", "bar"] });
}

/** 16 colour filters of 7 × 7. */
function gabor(): Tensor {
  const values = Array.from({ length: 16 * 3 * 49 }, (_, k) => {
    const [n, c, y, x] = [Math.floor(k / 147), Math.floor(k / 49) % 3, (Math.floor(k / 7) % 7) - 3, (k % 7) - 3];
    const angle = (Math.PI * n) / 8;
    return Math.exp(-(x * x + y * y) / 9) * Math.cos((1.1 + 0.08 * n) * (x * Math.cos(angle) + y * Math.sin(angle)) + (n > 7 ? 2.1 * c : 0));
  });
  return tensor(Float32Array.from(values), { shape: [16, 3, 7, 7] });
}

function ranked(): Record<string, plot.Ranked> {
  const random = new Generator(8);
  const labels = Array.from({ length: 300 }, () => Number(random.float() < 0.35));
  const scores = (gap: number): number[] => labels.map((label) => gap * label + random.normal());
  return { "HOG + SVM": { scores: scores(1), labels }, "R-CNN": { scores: scores(2.2), labels } };
}

function softmaxOf(scores: readonly number[]): number[] {
  const powers = scores.map(Math.exp);
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / total);
}

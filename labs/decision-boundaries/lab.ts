/** Decision boundaries: what neighbours, linear models, kernels and small networks make of circles, moons, spirals and exclusive or. */

import { classic, crossEntropy, data, defineLab, manualSeed, nn, optim, plot, step, type Tensor } from "nabla";

const sets: Readonly<Record<string, (samples: number, noise: number, seed: number) => data.PointSet>> = {
  circles: (samples, noise, seed) => data.circles({ samples, noise, factor: 0.5, seed }),
  moons: (samples, noise, seed) => data.moons({ samples, noise: 2 * noise, seed }),
  spirals: (samples, noise, seed) => data.spirals({ samples, noise: noise / 4, turns: 1.5, seed }),
  xor: (samples, noise, seed) => data.xor({ samples, noise: 1.5 * noise, seed }),
};

/** Anything that tells classes of points, and can be drawn. */
type Model = plot.PlaneClassifier;
interface Task {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly steps: number;
}

/** Trains a network on all points at once. */
function trained(net: nn.Sequential, { x, y, steps }: Task): nn.Sequential {
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
  for (let i = 0; i < steps; i++) {
    step(() => {
      optimizer.zeroGrad();
      crossEntropy(net.forward(x), y).backward();
      optimizer.step();
    });
  }
  return net;
}

const models: Readonly<Record<string, (task: Task) => Model | Promise<Model>>> = {
  "5-NN": ({ x, y }) => new classic.KNeighborsClassifier({ k: 5 }).fit(x, y),
  logistic: ({ x, y }) => new classic.LogisticRegression().fit(x, y),
  "linear SVM": ({ x, y }) => new classic.LinearSVC().fit(x, y),
  "kernel SVM": ({ x, y }) => new classic.SVC({ kernel: "rbf", gamma: 5, C: 10 }).fit(x, y),
  "two linear layers": (task) => trained(new nn.Sequential(new nn.Linear(2, 32), new nn.Linear(32, 2)), task),
  "ReLU, 8": (task) => trained(new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 2)), task),
  "ReLU, 32 + 32": (task) => trained(new nn.Sequential(new nn.Linear(2, 32), new nn.ReLU(), new nn.Linear(32, 32), new nn.ReLU(), new nn.Linear(32, 2)), task),
  "tanh, 32 + 32": (task) => trained(new nn.Sequential(new nn.Linear(2, 32), new nn.Tanh(), new nn.Linear(32, 32), new nn.Tanh(), new nn.Linear(32, 2)), task),
};

const linear = ["logistic", "linear SVM", "two linear layers"];
const deep = ["ReLU, 32 + 32", "tanh, 32 + 32"];

async function accuracy(model: Model, { x, y }: { readonly x: Tensor; readonly y: Tensor }): Promise<number> {
  if (model instanceof classic.Classifier) return model.score(x, y);
  const classes = await step(() => (model as nn.Sequential).forward(x).argmax(1)).data();
  const labels = await y.data();
  return Array.from(labels).filter((label, i) => label === classes[i]).length / labels.length;
}

export default defineLab({
  settings: {
    samples: { quick: 300, full: 1000, min: 40, whole: true, about: "points to learn from; as many others judge" },
    noise: { value: 0.1, min: 0, about: "how much the points are scattered" },
    steps: { quick: 1000, full: 5000, min: 1, whole: true, about: "steps of Adam for each network" },
  },
  seeds: { quick: 1, full: 5 },

  async run(lab) {
    const { samples, noise, steps } = lab.settings;
    const scores: Record<string, Record<string, number[]>> = {};
    const jobs = Object.keys(sets).length * Object.keys(models).length * lab.seeds.length;
    let done = 0;
    for (const [name, draw] of Object.entries(sets)) {
      const pictures: plot.Figure[] = [];
      for (const seed of lab.seeds) {
        const [train, test] = [draw(samples, noise, 2 * seed).tensors(), draw(samples, noise, 2 * seed + 1).tensors()];
        for (const [kind, make] of Object.entries(models)) {
          await lab.progress(done++, jobs, `${name}: ${kind}`);
          manualSeed(seed);
          const model = await make({ ...train, steps });
          const score = await accuracy(model, test);
          ((scores[kind] ??= {})[name] ??= []).push(score);
          if (seed === 0) pictures.push(await plot.boundary(model, { points: test.x, labels: test.y, title: `${kind}: ${(100 * score).toFixed(1)} %`, samples: 100, width: 300, height: 300 }));
        }
      }
      lab.figure(name, plot.grid(pictures, { columns: 3, width: 840, title: `${name[0].toUpperCase()}${name.slice(1)}: test points and accuracy on them` }), captions[name]);
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const on = (kind: string, name: string): number => 100 * mean(scores[kind][name]);
    lab.table(
      "accuracy",
      Object.keys(models).map((kind) => ({ model: kind, ...Object.fromEntries(Object.keys(sets).map((name) => [name, Math.round(10 * on(kind, name)) / 10])) })),
      "Accuracy on points that were not learned from, in percent, mean over seeds.",
    );
    lab.claim("linear-circles", Math.max(...linear.map((kind) => on(kind, "circles"))));
    lab.claim("linear-xor", Math.max(...linear.map((kind) => on(kind, "xor"))));
    lab.claim("linear-layers", Math.max(...["circles", "xor", "spirals"].map((name) => on("two linear layers", name))));
    lab.claim("networks", Math.min(...deep.flatMap((kind) => Object.keys(sets).map((name) => on(kind, name)))));
    lab.claim("kernel", Math.min(...Object.keys(sets).map((name) => on("kernel SVM", name))));
    lab.claim("one-hidden-layer", on("ReLU, 8", "xor"));
  },
});

const captions: Readonly<Record<string, string>> = {
  circles: "No line separates a circle from what it encloses.",
  moons: "A line does fairly well on moons: most points lie on the outer sides.",
  spirals: "Spirals ask for many bends: eight units do not have them.",
  xor: "Exclusive or, the problem that ended the first wave of neural networks: no line gets more than three of four corners right.",
};

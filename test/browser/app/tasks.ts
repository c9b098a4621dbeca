/** What the tests have done in a page, in a worker and in Node: the same code everywhere. */

import {
  type Backend, crossEntropy, encodeWeights, getBackend, manualSeed, type MemoryStats, memoryStats, models, nn, noGrad, optim, parseWeights, plot, randn, setBackend,
  setThreads, step, type Tensor, tensor, Trainer,
} from "../../../src/everywhere.js";
import * as data from "../../../src/data/inMemory.js";

type Info = Backend["info"];

let threadsUp = 0;
/** Called as a thread of the library comes up. */
export const countThread = (): void => void threadsUp++;

/** Gives the event loop a turn. */
const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve));

async function losses(model: nn.Module, x: Tensor, y: Tensor, steps: number): Promise<number[]> {
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const values: number[] = [];
  for (let i = 0; i < steps; i++) {
    const loss = step(() => {
      const loss = crossEntropy((model as nn.Sequential).forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
    values.push(await loss.item());
    await turn();
  }
  return values;
}

const labels = (count: number): Tensor => tensor(Int32Array.from({ length: count }, (_, i) => i % 10));

/** The network whose weights travel, not trained yet; with running statistics, which travel too. */
export const traveller = (): nn.Sequential => models.convnet({ filters: [4, 4, 4], hidden: 8, batchNorm: true });

/** It, trained for some steps. */
export async function trainedTraveller(): Promise<nn.Sequential> {
  manualSeed(4);
  const model = traveller();
  await losses(model, randn([8, 3, 32, 32]), labels(8), 5);
  return model;
}

/** What a network says of two images. */
export async function outputsOf(model: nn.Sequential): Promise<number[]> {
  model.eval();
  manualSeed(5);
  return [...await noGrad(() => model.forward(randn([2, 3, 32, 32]))).data()];
}

export const tasks = {
  /** The losses of `steps` steps of a multilayer perceptron. */
  mlp(steps: number): Promise<number[]> {
    manualSeed(1);
    const model = models.mlp({ input: [784], hidden: [256, 128], dropout: 0.2 });
    return losses(model, randn([64, 784]), labels(64), steps);
  },

  /** The losses of `steps` steps of a small ConvNet, with batch norm. */
  convnet(steps: number): Promise<number[]> {
    manualSeed(2);
    const model = models.convnet({ filters: [8, 16, 16], hidden: 32, batchNorm: true });
    return losses(model, randn([16, 3, 32, 32]), labels(16), steps);
  },

  /** How many threads have come up when the first value is there, in a program that gives the event loop no turns of its own. */
  async threads(): Promise<number> {
    const x = randn([512, 512]);
    await step(() => x.matmul(x).sum()).item();
    return threadsUp;
  },

  /** Memory after 100 and after 600 steps. */
  async memory(): Promise<readonly [MemoryStats, MemoryStats]> {
    const train = (steps: number): Promise<unknown> => losses(models.mlp({ input: [64], hidden: [32] }), randn([16, 64]), labels(16), steps);
    await train(100);
    const before = memoryStats();
    await train(500);
    return [before, memoryStats()];
  },

  /** A trainer learns the circles. @returns the share of wrong answers, and the curves. */
  async circles(): Promise<{ readonly error: number; readonly svg: string }> {
    manualSeed(3);
    const [train, test] = [1, 2].map((seed) => data.circles({ samples: 400, factor: 0.5, noise: 0.05, seed }));
    const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2));
    const trainer = new Trainer({ model, optimizer: new optim.Adam(model.parameters(), { lr: 0.05 }), loss: crossEntropy });
    const { history } = await trainer.fit(new data.DataLoader(train, { batch: 40, shuffle: true, seed: 1 }), new data.DataLoader(test, { batch: 400 }), { epochs: 20 });
    return { error: 1 - (history.at(-1)?.validation?.accuracy ?? 0), svg: plot.curves(history).svg() };
  },

  /** A loader of images with augmentation, whose batches Node prepares in threads. @returns sums of its batches */
  async images(): Promise<number[]> {
    const images = Uint8Array.from({ length: 40 * 3 * 32 * 32 }, (_, i) => (i * 7919) % 251);
    const set = new data.ImageDataset({ name: "noise", images, labels: new Int32Array(40), shape: [3, 32, 32], classes: ["all"] });
    const loader = new data.DataLoader(set.subset([...Array(36).keys()]), { batch: 16, shuffle: true, transforms: [data.randomHorizontalFlip()], normalize: "standardize" });
    const sums: number[] = [];
    for await (const { x } of loader) sums.push(await x.sum().item());
    return sums;
  },

  /** Files as bytes and text. */
  async formats(): Promise<unknown> {
    const table = await data.parseCsv("pets.csv", "weight,kind\n4.2,cat\n30,dog\n");
    const array = data.parseNpy("x.npy", data.encodeNpy({ dtype: "float32", shape: [2], data: Float32Array.of(1.5, 2) }));
    return { features: table.featureNames(), array: [...array.data] };
  },

  /** What a network with weights that the site has says. */
  async fetchWeights(): Promise<number[]> {
    const response = await fetch("/weights.safetensors");
    const model = traveller();
    model.loadStateDict(parseWeights("weights.safetensors", new Uint8Array(await response.arrayBuffer())));
    return outputsOf(model);
  },

  /** Trains a network and offers its weights as a download, as docs/browser.md does. @returns what it says */
  async downloadWeights(): Promise<number[]> {
    const model = await trainedTraveller();
    const bytes = await encodeWeights(model.stateDict());
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = "model.safetensors";
    link.click();
    return outputsOf(model);
  },

  /** What weights that are none say. */
  async refusedWeights(): Promise<string[]> {
    const page = new Uint8Array(await (await fetch("/")).arrayBuffer());
    const bytes = await encodeWeights(traveller().stateDict());
    const attempts = [() => parseWeights("page", page), () => parseWeights("cut", bytes.subarray(0, 999)), () => models.mlp({ input: [2] }).loadStateDict(parseWeights("whole", bytes))];
    return attempts.map((attempt) => {
      try {
        attempt();
        return "taken";
      } catch (error) {
        return String(error);
      }
    });
  },

  /** What a browser does not have says so. */
  async refusals(): Promise<string[]> {
    const figure = plot.lines({ series: [{ name: "y", y: [1, 2] }] });
    const attempts = [() => figure.png(), () => figure.save("a.svg"), async () => plot.curves("runs/1"), async () => setBackend("native")];
    return Promise.all(attempts.map((attempt) => attempt().then(() => "done", (error: Error) => `${error.name}: ${error.message}`)));
  },

  /** @param threads to ask for, if any. */
  async backend(threads?: number): Promise<Info> {
    if (threads !== undefined) setThreads(threads);
    return getBackend().info;
  },

  /** Why there are no wasm kernels. */
  async whyNoWasm(): Promise<string> {
    try {
      setBackend("wasm");
      return "there are";
    } catch (error) {
      return String(error);
    }
  },
};

export type Tasks = typeof tasks;

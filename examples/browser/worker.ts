/** Trains in a worker, so that the page stays alive, and reports after each epoch. */

import { crossEntropy, data, getBackend, type Listener, manualSeed, nn, optim, plot, Trainer } from "nabla";

/** What the page is told. */
export interface Report {
  readonly epoch: number;
  readonly accuracy: number;
  /** What runs: "wasm, 2 threads". */
  readonly backend: string;
  /** Pictures, as SVG. */
  readonly boundary: string;
  readonly curves: string;
}

manualSeed(1);
const train = data.circles({ samples: 400, factor: 0.5, noise: 0.1, seed: 1 });
const test = data.circles({ samples: 400, factor: 0.5, noise: 0.1, seed: 2 });
const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 16), new nn.Tanh(), new nn.Linear(16, 2));

const { name, threads } = getBackend().info;
const { x: points, y: labels } = test.tensors();

const report: Listener = {
  async epochEnd({ epoch, validation }) {
    const boundary = await plot.boundary(model, { points, labels, width: 460, title: `After epoch ${epoch}` });
    const curves = plot.curves(trainer, { width: 460, title: "Learning curves" });
    const message: Report = {
      epoch,
      accuracy: validation?.accuracy ?? 0,
      backend: `${name}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      boundary: boundary.svg(),
      curves: curves.svg(),
    };
    postMessage(message);
  },
};

const trainer = new Trainer({ model, optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }), loss: crossEntropy, listeners: [report] });
const loader = new data.DataLoader(train, { batch: 40, shuffle: true, seed: 1 });
await trainer.fit(loader, new data.DataLoader(test, { batch: 400 }), { epochs: 40 });

/** A fully connected network with a normalisation of choice before each ReLU, and its training. */

import { crossEntropy, data, manualSeed, nn, optim, Trainer } from "nabla";

export const width = 64;

/** Over what mean and deviation are taken: the batch, the units of one sample, or groups of eight of them. */
export const norms = {
  none: () => new nn.Identity(),
  batch: () => new nn.BatchNorm1d(width),
  layer: () => new nn.LayerNorm(width),
  group: () => new nn.GroupNorm(8, width),
} as const;
export type Norm = keyof typeof norms;

export interface Plan {
  readonly splits: data.Splits;
  readonly norm: Norm;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  readonly rate: number;
  /** Hidden layers. @default 2 */
  readonly depth?: number;
  /** Factor of the initial weights, which are Kaiming's. @default 1 */
  readonly scale?: number;
}

export interface Outcome {
  /** After each epoch; NaN from the one on in which the training diverged. */
  readonly losses: number[];
  /** Share of the validation images that is classified wrongly, at the end. */
  readonly error: number;
}

export function network({ splits: { train }, norm, depth = 2, scale = 1 }: Omit<Plan, "batch" | "epochs" | "seed" | "rate">): nn.Sequential {
  const [channels, height, columns] = train.shape;
  const linear = (inputs: number, outputs: number): nn.Linear => {
    const layer = new nn.Linear(inputs, outputs);
    nn.init.kaimingNormal(layer.weight, { gain: scale * nn.init.gain("relu") });
    return layer;
  };
  const hidden = Array.from({ length: depth }, (_, i) => [linear(i === 0 ? channels * height * columns : width, width), norms[norm](), new nn.ReLU()]);
  return new nn.Sequential(new nn.Flatten(), ...hidden.flat(), linear(width, train.classes.length));
}

export async function train(plan: Plan): Promise<Outcome> {
  const { splits, batch, epochs, seed, rate } = plan;
  manualSeed(seed);
  const model = network(plan);
  const loader = new data.DataLoader(splits.train, { batch, shuffle: true, seed, normalize: "standardize", dropLast: true });
  const unseen = new data.DataLoader(splits.validation, { batch: 500, normalize: loader.normalization });
  const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: rate }), loss: crossEntropy });
  try {
    await trainer.fit(loader, unseen, { epochs });
  } catch (error) {
    if (!(error instanceof Error && error.name === "DivergenceError")) throw error;
  }
  const { history } = trainer;
  const diverged = history.length < epochs;
  return {
    losses: Array.from({ length: epochs }, (_, i) => history[i]?.train.loss ?? NaN),
    error: diverged ? 1 - 1 / splits.train.classes.length : 1 - history.at(-1)!.validation!.accuracy,
  };
}

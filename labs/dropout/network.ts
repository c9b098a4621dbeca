/** A wide network with dropout behind both hidden layers, on few images, so that it over-fits without. */

import { crossEntropy, data, type EpochRecord, manualSeed, nn, optim, Trainer } from "nabla";

export interface Plan {
  readonly splits: data.Splits;
  readonly p: number;
  readonly epochs: number;
  readonly seed: number;
}

export interface Trained {
  readonly model: nn.Sequential;
  readonly normalization: data.Normalization;
  readonly history: readonly EpochRecord[];
}

export async function train({ splits, p, epochs, seed }: Plan): Promise<Trained> {
  manualSeed(seed);
  const [channels, height, width] = splits.train.shape;
  const model = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(channels * height * width, 256), new nn.ReLU(), new nn.Dropout(p),
    new nn.Linear(256, 256), new nn.ReLU(), new nn.Dropout(p),
    new nn.Linear(256, splits.train.classes.length),
  );
  const loader = new data.DataLoader(splits.train, { batch: 50, shuffle: true, seed, normalize: "standardize" });
  const { normalization } = loader;
  const unseen = new data.DataLoader(splits.validation, { batch: 500, normalize: normalization });
  const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.05 }), loss: crossEntropy });
  const { history } = await trainer.fit(loader, unseen, { epochs });
  return { model, normalization, history };
}

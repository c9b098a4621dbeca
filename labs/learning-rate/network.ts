/** The network of this lab and one way to train it, step by step. */

import { crossEntropy, data, evaluate, manualSeed, nn, optim, step } from "nabla";

export interface Plan {
  readonly train: data.ImageDataset;
  readonly rate: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  /** @default "SGD" */
  readonly method?: keyof typeof methods;
  /** Ends the training when the loss over all training images is below it. */
  readonly level?: number;
}

export interface Trained {
  readonly model: nn.Sequential;
  readonly normalization: data.Normalization;
  /** Loss of each batch, before its step. */
  readonly steps: number[];
  /** Training loss before the first and after each epoch. */
  readonly losses: number[];
  /** Of the fastest epoch: whatever else the machine does makes the others slower. */
  readonly epochSeconds: number;
}

const methods = { SGD: optim.SGD, Adam: optim.Adam };

/** Pixels – 32 ReLU – classes. */
export function network({ shape, classes }: data.ImageDataset): nn.Sequential {
  const pixels = shape[0] * shape[1] * shape[2];
  return new nn.Sequential(new nn.Flatten(), new nn.Linear(pixels, 32), new nn.ReLU(), new nn.Linear(32, classes.length));
}

export async function train({ train: images, rate, batch, epochs, seed, method = "SGD", level = 0 }: Plan): Promise<Trained> {
  manualSeed(seed);
  const loader = new data.DataLoader(images, { batch, shuffle: true, seed, normalize: "standardize" });
  const { normalization } = loader;
  const whole = new data.DataLoader(images, { batch: 500, normalize: normalization });
  const model = network(images);
  const optimizer = new methods[method](model.parameters(), { lr: rate });
  const lossOver = async (): Promise<number> => (await evaluate(model, crossEntropy, whole, { metrics: [] }))!.loss;
  const [steps, losses]: number[][] = [[], [await lossOver()]];
  let epochSeconds = Infinity;
  for (let epoch = 0; epoch < epochs && losses[epoch] >= level; epoch++) {
    const began = performance.now();
    for await (const { x, y } of loader.epoch(epoch)) {
      const loss = step(() => {
        const mean = crossEntropy(model.forward(x), y);
        optimizer.zeroGrad();
        mean.backward();
        optimizer.step();
        return mean;
      });
      steps.push(await loss.item());
    }
    epochSeconds = Math.min(epochSeconds, (performance.now() - began) / 1000);
    losses.push(await lossOver());
  }
  return { model, normalization, steps, losses, epochSeconds };
}

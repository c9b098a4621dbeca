/** A network that over-fits 1,000 photographs of clothes, and what may be done against it. */

import { crossEntropy, data, evaluate, manualSeed, nn, optim, type Tensor, Trainer } from "nabla";

export interface Regularised {
  /** λ of the weight decay, which for SGD is an L2 term. @default 0 */
  readonly weightDecay?: number;
  /** λ of Σ|θ|. @default 0 */
  readonly l1?: number;
  /** Deviation of noise on the inputs. @default 0 */
  readonly noise?: number;
  /** @default 0 */
  readonly labelSmoothing?: number;
  readonly transforms?: readonly data.Transform[];
  readonly mix?: data.Mix;
}

export interface Setup {
  readonly trainer: Trainer;
  readonly loader: data.DataLoader;
  readonly unseen: data.DataLoader;
  /** Training images, without augmentation. */
  readonly plain: data.DataLoader;
}

export function build({ train, validation }: data.Splits, { weightDecay = 0, l1 = 0, noise = 0, labelSmoothing = 0, transforms = [], mix }: Regularised, seed: number): Setup {
  manualSeed(seed);
  const [channels, height, width] = train.shape;
  const model = new nn.Sequential(
    new nn.Flatten(), new nn.GaussianNoise(noise),
    new nn.Linear(channels * height * width, 256), new nn.ReLU(),
    new nn.Linear(256, 256), new nn.ReLU(),
    new nn.Linear(256, train.classes.length),
  );
  const weights = model.parameters().filter((parameter) => parameter.ndim > 1);
  const loader = new data.DataLoader(train, { batch: 50, shuffle: true, seed, normalize: "standardize", transforms, mix });
  const fixed = (images: data.ImageDataset): data.DataLoader => new data.DataLoader(images, { batch: 500, normalize: loader.normalization });
  // Validation is by plain cross-entropy, so that losses compare.
  const loss = (output: Tensor, target: Tensor): Tensor => {
    if (!model.training) return crossEntropy(output, target);
    const own = crossEntropy(output, target, { labelSmoothing });
    return l1 === 0 ? own : own.add(nn.l1Penalty(weights).mul(l1));
  };
  const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.05, weightDecay }), loss, monitor: "loss" });
  return { trainer, loader, unseen: fixed(validation), plain: fixed(train) };
}

export interface Outcome {
  readonly train: number;
  readonly validation: number;
  readonly accuracy: number;
}

/** Losses of training and validation images at the end, without noise or augmentation. */
export async function train(splits: data.Splits, how: Regularised, epochs: number, seed: number): Promise<Outcome> {
  const { trainer, loader, unseen, plain } = build(splits, how, seed);
  await trainer.fit(loader, null, { epochs });
  const [own, other] = [await evaluate(trainer.model, crossEntropy, plain), await evaluate(trainer.model, crossEntropy, unseen)];
  return { train: own!.loss, validation: other!.loss, accuracy: other!.accuracy };
}

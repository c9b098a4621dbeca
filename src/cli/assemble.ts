/** From a configuration to what the trainer needs: model, optimiser, schedule, loaders. */

import type { Splits } from "../data/imageDataset.js";
import { DataLoader } from "../data/loader.js";
import { randomCrop } from "../data/transforms/crop.js";
import { randomHorizontalFlip } from "../data/transforms/flip.js";
import type { Transform } from "../data/transforms/transform.js";
import { convnet } from "../models/convnet.js";
import { mlp } from "../models/mlp.js";
import type { Module } from "../nn/module.js";
import { manualSeed } from "../ops/random.js";
import { Adam, AdamW } from "../optim/adam.js";
import { constant, cosine, exponential, type Schedule, stepDecay } from "../optim/schedules/index.js";
import { SGD } from "../optim/sgd.js";
import type { TrainerOptimizer } from "../train/trainer.js";
import type { TrainConfig } from "./config.js";

/** What a model must fit. */
export interface Task {
  /** [C, H, W]. */
  readonly input: readonly [number, number, number];
  readonly classes: number;
}

type ModelConfig = Pick<TrainConfig, "model" | "model.filters" | "model.hidden" | "model.dropout" | "model.batchNorm" | "model.activation">;

/** Builds the model; its initial weights follow from `manualSeed`. */
export function buildModel(config: ModelConfig, { input, classes }: Task): Module {
  const hidden = config["model.hidden"];
  const dropout = config["model.dropout"];
  if (config.model === "mlp") return mlp({ input, classes, hidden, dropout, activation: config["model.activation"] });
  const [f1, f2, f3] = config["model.filters"] ?? [32, 64, 64];
  return convnet({ input, classes, filters: [f1, f2, f3], hidden: hidden[0], dropout, batchNorm: config["model.batchNorm"] });
}

export function buildOptimizer(config: TrainConfig, model: Module): TrainerOptimizer {
  const { lr, momentum } = config;
  const weightDecay = config["weight-decay"];
  if (config.optimizer === "sgd") {
    return new SGD(model.parameters(), { lr, momentum, weightDecay, nesterov: config["optimizer.nesterov"] });
  }
  const { "optimizer.beta1": beta1 = 0.9, "optimizer.beta2": beta2 = 0.999, "optimizer.eps": eps } = config;
  const Optimizer = config.optimizer === "adam" ? Adam : AdamW;
  return new Optimizer(model.parameters(), { lr, betas: [beta1, beta2], eps, weightDecay });
}

export function buildSchedule(config: TrainConfig): Schedule {
  const gamma = config["schedule.gamma"];
  switch (config.schedule) {
    case "constant":
      return constant();
    case "step":
      return stepDecay({ every: config["schedule.every"] ?? 1, gamma });
    case "exponential":
      return exponential({ gamma });
    case "cosine":
      return cosine({ minLr: config["schedule.minLr"] });
  }
}

export interface Loaders {
  readonly training: DataLoader;
  readonly validation: DataLoader;
}

/** Validation batches need no more than this to keep the cores busy. */
const minValidationBatch = 128;

export function buildLoaders(config: TrainConfig, { train, validation }: Splits): Loaders {
  const { batch, seed } = config;
  const augment: Record<"crop" | "flip", () => Transform> = { crop: () => randomCrop({ padding: 4 }), flip: () => randomHorizontalFlip() };
  const training = new DataLoader(train, {
    batch,
    seed,
    shuffle: true,
    transforms: config["data.augment"].map((name) => augment[name]()),
    normalize: config["data.normalize"],
  });
  return {
    training,
    validation: new DataLoader(validation, { batch: Math.max(batch, minValidationBatch), normalize: training.normalization }),
  };
}

export interface Assembly extends Loaders {
  readonly model: Module;
  readonly optimizer: TrainerOptimizer;
  readonly schedule: Schedule;
}

/** Model, optimiser and loaders of a configuration, weights drawn from its seed. */
export function assemble(config: TrainConfig, splits: Splits): Assembly {
  manualSeed(config.seed);
  const { shape, classes } = splits.train;
  const model = buildModel(config, { input: shape, classes: classes.length });
  return { model, optimizer: buildOptimizer(config, model), schedule: buildSchedule(config), ...buildLoaders(config, splits) };
}

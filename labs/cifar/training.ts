/** One training of the ConvNet: what it may have, what it leaves, and how several are drawn and tabled together. */

import { crossEntropy, data, type EpochRecord, type Lab, type LabRow, models, type nn, optim, plot, Trainer, type TrainerOptions } from "nabla";

/** What a rung adds to plain SGD on pixels from 0 to 1. */
export interface Rung {
  readonly standardise?: boolean;
  readonly augment?: boolean;
  /** Of 0.9, with a rate that decays by 0.95 an epoch. */
  readonly momentum?: boolean;
  readonly dropout?: boolean;
  readonly batchNorm?: boolean;
}

/** A rung, and how it is trained. */
export interface Run extends Rung {
  readonly epochs: number;
  readonly rate: number;
  readonly batch?: number;
  readonly adam?: boolean;
  readonly model?: nn.Sequential;
  readonly schedule?: optim.Schedule;
  readonly loss?: TrainerOptions["loss"];
}

/** The epochs of a training; if it diverged, those before. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  readonly diverged: boolean;
}

const percent = (share: number): number => Math.round(1000 * share) / 10;
const last = ({ epochs }: History): EpochRecord => epochs[epochs.length - 1];
export const accuracy = ({ epochs }: History): number => percent(Math.max(0, ...epochs.map(({ validation }) => validation!.accuracy)));
/** Chance is 10 %. */
export const inWords = (history: History): string => (!history.diverged && accuracy(history) > 15 ? "learns" : "does not learn");
/** Training accuracy less test accuracy, in points: mean of the last three epochs. */
export const gap = ({ epochs }: History): number => percent(epochs.slice(-3).reduce((sum, { train, validation }) => sum + train.accuracy - validation!.accuracy, 0) / Math.min(3, epochs.length));
/** The epoch with the lowest test loss: from there on the network over-fits. */
export const lowestLoss = ({ epochs }: History): number => epochs.reduce((best, record) => (record.validation!.loss < best.validation!.loss ? record : best)).epoch;

export interface TrainingSettings {
  readonly train: number;
  readonly test: number;
  readonly filters: readonly number[];
  readonly hidden: number;
  readonly batch: number;
}

/** The images, and how a network is trained on them. */
export interface Trainings {
  readonly training: data.ImageDataset;
  readonly test: data.ImageDataset;
  /** Pixels from 0 to 1. */
  readonly unit: data.Normalization;
  readonly standard: data.Normalization;
  readonly convnet: (rung: Rung) => nn.Sequential;
  /** Trains a network under a name of its own; a stopped run goes on there. */
  readonly train: (name: string, run: Run) => Promise<History>;
}

export async function prepare(lab: Lab<TrainingSettings>): Promise<Trainings> {
  const { hidden } = lab.settings;
  const [first, second, third] = lab.settings.filters;
  const cifar = await lab.data("cifar10");
  const [training, test] = [cifar.train.limit(lab.settings.train), cifar.validation.limit(lab.settings.test)];
  const unit = data.normalizationOf("unit", training);
  const standard = data.normalizationOf("standardize", training);
  const convnet = ({ dropout = false, batchNorm = false }: Rung): nn.Sequential => models.convnet({ filters: [first, second, third], hidden, dropout: dropout ? 0.5 : 0, batchNorm });

  const train = async (name: string, run: Run): Promise<History> => {
    const { standardise = false, augment = false, momentum = false, adam = false, batch = lab.settings.batch, model = convnet(run), loss = crossEntropy } = run;
    const transforms = augment ? [data.randomCrop({ padding: 4 }), data.randomHorizontalFlip()] : [];
    const normalize = standardise ? standard : unit;
    const loader = new data.DataLoader(training, { batch, shuffle: true, transforms, normalize });
    const testLoader = new data.DataLoader(test, { batch: 500, normalize });
    const optimizer = adam ? new optim.Adam(model.parameters(), { lr: run.rate }) : new optim.SGD(model.parameters(), { lr: run.rate, momentum: momentum ? 0.9 : 0 });
    const schedule = run.schedule ?? (momentum ? optim.schedules.exponential({ gamma: 0.95 }) : optim.schedules.constant());
    const trainer = new Trainer({ model, optimizer, loss, schedule });
    try {
      return { epochs: (await lab.fit(name, trainer, loader, testLoader, { epochs: run.epochs })).history, diverged: false };
    } catch (error) {
      if (error instanceof Error && error.name === "DivergenceError") return { epochs: trainer.history, diverged: true };
      throw error;
    } finally {
      loader.close();
      testLoader.close();
    }
  };
  return { training, test, unit, standard, convnet, train };
}

export const curves = (runs: Readonly<Record<string, History>>, title: string, options: plot.CurvesOptions = {}): plot.Figure =>
  plot.curves(Object.fromEntries(Object.entries(runs).flatMap(([name, { epochs: done }]) => (done.length > 0 ? [[name, done]] : []))), { metrics: ["loss", "accuracy"], title, ...options });

export const summary = (runs: Readonly<Record<string, History>>): LabRow[] =>
  Object.entries(runs).map(([run, history]) => {
    const measured = (of: (history: History) => number): number | null => (history.epochs.length === 0 ? null : of(history));
    return {
      run: history.diverged ? `${run} (diverged in epoch ${history.epochs.length + 1})` : run, "best test %": measured(accuracy), "last test %": measured((all) => percent(last(all).validation!.accuracy)),
      "last training %": measured((all) => percent(last(all).train.accuracy)), gap: measured(gap), "lowest test loss in epoch": measured(lowestLoss),
    };
  });

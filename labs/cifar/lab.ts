/** CIFAR-10: the ConvNet of the course, improved step by step. Each rung of the ladder changes one thing. */

import { crossEntropy, data, defineLab, type EpochRecord, type LabRow, models, nn, noGrad, optim, plot, type Tensor, Trainer, type TrainerOptions } from "nabla";

/** What a rung adds to plain SGD on pixels from 0 to 1. */
interface Rung {
  readonly standardise?: boolean;
  readonly augment?: boolean;
  /** Of 0.9, with a rate that decays by 0.95 an epoch. */
  readonly momentum?: boolean;
  readonly dropout?: boolean;
  readonly batchNorm?: boolean;
}

const ladder = {
  plain: {},
  standardised: { standardise: true },
  augmented: { standardise: true, augment: true },
  momentum: { standardise: true, augment: true, momentum: true },
  dropout: { standardise: true, augment: true, momentum: true, dropout: true },
  "batch-norm": { standardise: true, augment: true, momentum: true, dropout: true, batchNorm: true },
} satisfies Readonly<Record<string, Rung>>;

/** A rung, and how it is trained. */
interface Run extends Rung {
  readonly epochs: number;
  readonly rate: number;
  readonly batch?: number;
  readonly adam?: boolean;
  readonly model?: nn.Sequential;
  readonly schedule?: optim.Schedule;
  readonly loss?: TrainerOptions["loss"];
}

/** The epochs of a training; if it diverged, those before. */
interface History {
  readonly epochs: readonly EpochRecord[];
  readonly diverged: boolean;
}

/** Decorrelates the pixels before anything else sees them. */
class Whitening extends nn.Module {
  constructor(private readonly zca: data.ZcaWhitening) {
    super();
  }

  forward(x: Tensor): Tensor {
    return noGrad(() => this.zca.apply(x));
  }
}

/** Six convolutions of 3 × 3 with batch norm, each pair twice as wide as the one before; no hidden layer. */
function larger(): nn.Sequential {
  const pair = (from: number, to: number): nn.Module[] => [
    new nn.Conv2d(from, to, 3, { padding: 1, bias: false }), new nn.BatchNorm2d(to), new nn.ReLU(),
    new nn.Conv2d(to, to, 3, { padding: 1, bias: false }), new nn.BatchNorm2d(to), new nn.ReLU(), new nn.MaxPool2d(2),
  ];
  return new nn.Sequential(...pair(3, 64), ...pair(64, 128), ...pair(128, 256), new nn.GlobalAvgPool2d(), new nn.Flatten(), new nn.Dropout(0.3), new nn.Linear(256, 10));
}

const percent = (share: number): number => Math.round(1000 * share) / 10;
const last = ({ epochs }: History): EpochRecord => epochs[epochs.length - 1];
const accuracy = ({ epochs }: History): number => percent(Math.max(0, ...epochs.map(({ validation }) => validation!.accuracy)));
/** Chance is 10 %. */
const inWords = (history: History): string => (!history.diverged && accuracy(history) > 15 ? "learns" : "does not learn");
/** Training accuracy less test accuracy, in points: mean of the last three epochs. */
const gap = ({ epochs }: History): number => percent(epochs.slice(-3).reduce((sum, { train, validation }) => sum + train.accuracy - validation!.accuracy, 0) / Math.min(3, epochs.length));
/** The epoch with the lowest test loss: from there on the network over-fits. */
const lowestLoss = ({ epochs }: History): number => epochs.reduce((best, record) => (record.validation!.loss < best.validation!.loss ? record : best)).epoch;

/** Seconds of the epoch that other programs on the machine disturbed least. */
const fastest = ({ epochs }: History): number => Math.min(...epochs.map(({ seconds }) => seconds));

/** How many hidden units are not 0 for all of some images. */
async function unitsAlive(model: nn.Sequential, images: data.ImageDataset, normalize: data.Normalization): Promise<number> {
  const hidden = new nn.Sequential(...model.layers.slice(0, -1)).eval();
  const { value } = await new data.DataLoader(images, { batch: 500, normalize, workers: 0 }).epoch(0).next();
  const highest = await noGrad(() => hidden.forward(value!.x).max({ axis: 0 })).data();
  return Array.from(highest).filter((answer) => answer > 0).length;
}

export default defineLab({
  settings: {
    part: { value: "ladder", choices: ["ladder", "zca", "sweeps", "further"], about: "the ladder; ZCA whitening; rates, batch sizes and Adam; a larger network" },
    train: { quick: 2400, full: 50_000, min: 100, max: 50_000, whole: true, about: "training images" },
    test: { quick: 1000, full: 10_000, min: 100, max: 10_000, whole: true, about: "test images" },
    epochs: { quick: 6, full: 30, min: 2, whole: true, about: "epochs of each rung" },
    sweepEpochs: { quick: 4, full: 20, min: 2, whole: true, about: "epochs of each run of the sweeps" },
    trapEpochs: { quick: 3, full: 6, min: 2, whole: true, about: "epochs with and without batch norm at trapRate" },
    furtherEpochs: { quick: 2, full: 60, min: 2, whole: true, about: "epochs of the larger network" },
    filters: { quick: [16, 32, 32], full: [32, 64, 64], min: 1, whole: true, about: "filters of the three convolutions" },
    hidden: { quick: 200, full: 1000, min: 1, whole: true, about: "units of the hidden layer" },
    batch: { quick: 32, full: 128, min: 1, whole: true, about: "images a step" },
    rate: { quick: 0.05, full: 0.1, above: 0, about: "learning rate of plain SGD" },
    momentumRate: { quick: 0.01, full: 0.02, above: 0, about: "learning rate with momentum, without batch norm" },
    normRate: { quick: 0.01, full: 0.1, above: 0, about: "learning rate with momentum and batch norm" },
    trapRate: { quick: 0.2, full: 0.1, above: 0, about: "learning rate with momentum at which the network fails without batch norm" },
  },

  async run(lab) {
    const { part, epochs, sweepEpochs, trapEpochs, furtherEpochs, hidden, rate, momentumRate, normRate, trapRate } = lab.settings;
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
    const curves = (runs: Readonly<Record<string, History>>, title: string, options: plot.CurvesOptions = {}): plot.Figure =>
      plot.curves(Object.fromEntries(Object.entries(runs).flatMap(([name, { epochs: done }]) => (done.length > 0 ? [[name, done]] : []))), { metrics: ["loss", "accuracy"], title, ...options });
    const summary = (runs: Readonly<Record<string, History>>): LabRow[] =>
      Object.entries(runs).map(([run, history]) => {
        const measured = (of: (history: History) => number): number | null => (history.epochs.length === 0 ? null : of(history));
        return {
          run: history.diverged ? `${run} (diverged in epoch ${history.epochs.length + 1})` : run, "best test %": measured(accuracy), "last test %": measured((all) => percent(last(all).validation!.accuracy)),
          "last training %": measured((all) => percent(last(all).train.accuracy)), gap: measured(gap), "lowest test loss in epoch": measured(lowestLoss),
        };
      });

    if (part === "ladder") {
      const runs: Record<string, History> = {};
      for (const [name, rung] of Object.entries<Rung>(ladder)) {
        runs[name] = await train(name, { ...rung, epochs, rate: rung.batchNorm ? normRate : rung.momentum ? momentumRate : rate });
      }
      lab.text("## The ladder");
      lab.figure("ladder", curves(runs, "All rungs", { height: 480 }), "Solid: training, dashed: test. With dropout, training accuracy is measured with units missing, test accuracy without.");
      lab.table("rungs", summary(runs), "Gap: training accuracy less test accuracy, in points, mean of the last three epochs.");
      lab.figure("overfitting", plot.curves(runs.plain.epochs, { metrics: ["loss"], overfitting: true, title: "Plain: where over-fitting begins" }), lowestLoss(runs.plain) < epochs ? `From epoch ${lowestLoss(runs.plain)} on the test loss rises, while the training loss goes on falling.` : "The test loss still falls: no over-fitting so far.");
      lab.claim("overfitting", lowestLoss(runs.plain));
      for (const [name, history] of Object.entries(runs)) lab.claim(`accuracy-${name}`, accuracy(history));
      lab.claim("gain-standardised", Math.round(10 * (accuracy(runs.standardised) - accuracy(runs.plain))) / 10);
      lab.claim("gap-augmented", gap(runs.augmented) < gap(runs.standardised) ? "smaller" : "not smaller");
      lab.claim("gap-dropout", gap(runs.dropout) < gap(runs.momentum) / 2 ? "less than half" : "half or more");

      lab.text(`## The trap: momentum 0.9 at the rate ${trapRate}`);
      const nets = { "without batch norm": convnet({}), "with batch norm": convnet({ batchNorm: true }) };
      const trap = {
        "without batch norm": await train("trap", { ...ladder.momentum, model: nets["without batch norm"], epochs: trapEpochs, rate: trapRate }),
        "with batch norm": await train("trap-batch-norm", { ...ladder.momentum, model: nets["with batch norm"], epochs: trapEpochs, rate: trapRate }),
      };
      lab.figure("trap", curves(trap, `Rate ${trapRate}, momentum 0.9`), `A step of momentum 0.9 moves ten times as far in the end as one without.${trap["without batch norm"].diverged ? " Without batch norm the loss became NaN." : ""}`);
      const alive = await Promise.all(Object.values(nets).map((model) => unitsAlive(model, test, standard)));
      lab.table("trap-runs", summary(trap).map((row, i) => ({
        run: row.run, "best test %": row["best test %"], "last training %": row["last training %"], "hidden units alive": row["best test %"] === null ? null : `${alive[i]} of ${hidden}`,
      })), "A hidden unit is alive when at least one of 500 test images makes it answer.");
      lab.claim("trap", accuracy(trap["without batch norm"]) < accuracy(trap["with batch norm"]) - 15 ? "far behind" : "keeps up");
      lab.claim("trap-batch-norm", inWords(trap["with batch norm"]));
    }

    if (part === "zca") {
      lab.text("## ZCA whitening");
      const some = training.limit(10_000);
      const sample = new data.DataLoader(some, { batch: some.length, normalize: unit });
      for await (const { x } of sample) {
        const whitening = new Whitening(new data.ZcaWhitening(x));
        const runs = {
          plain: await train("plain", { epochs, rate }),
          standardised: await train("standardised", { standardise: true, epochs, rate }),
          ZCA: await train("zca", { epochs, rate, model: new nn.Sequential(whitening, convnet({})) }),
        };
        lab.figure("whitened", await plot.imageGrid(whitening.forward(x.slice({ start: 0, end: 10 })), { range: "each", columns: 10 }), "Ten training images as the network sees them: what is left is what neighbouring pixels do not tell.");
        lab.figure("zca", curves(runs, "Preparing the pixels"), "Solid: training, dashed: test.");
        lab.table("runs", summary(runs));
        lab.claim("zca", accuracy(runs.ZCA) < accuracy(runs.standardised) ? "worse" : "not worse");
      }
      sample.close();
    }

    if (part === "sweeps") {
      const sweep = async (title: string, values: readonly number[], runOf: (value: number) => Omit<Run, "epochs">): Promise<Record<string, History>> => {
        const runs: Record<string, History> = {};
        for (const value of values) runs[`${title} ${value}`] = await train(`${title.replaceAll(" ", "-")}-${value}`, { standardise: true, epochs: sweepEpochs, ...runOf(value) });
        lab.figure(title.replaceAll(" ", "-"), curves(runs, `By ${title}`, { colours: "ordered" }), "Solid: training, dashed: test.");
        lab.table(`${title.replaceAll(" ", "-")}-table`, summary(runs));
        return runs;
      };
      lab.text("## Learning rate, batch size, Adam");
      const rates = await sweep("rate", [1, 0.1, 1e-3, 1e-5], (value) => ({ rate: value }));
      const batches = await sweep("batch", [8, 32, 128, 256], (value) => ({ rate, batch: value }));
      const adam = await sweep("Adam at rate", [0.01, 0.001], (value) => ({ rate: value, adam: true }));
      const best = (runs: Record<string, History>): string => Object.keys(runs).reduce((a, b) => (accuracy(runs[b]) > accuracy(runs[a]) ? b : a));
      lab.claim("best-rate", best(rates));
      lab.claim("rate-too-high", inWords(rates["rate 1"]));
      lab.claim("rate-too-low", accuracy(rates["rate 0.00001"]));
      lab.claim("small-batch-slower", fastest(batches["batch 8"]) > fastest(batches["batch 128"]) ? "slower" : "not slower");
      lab.claim("adam", accuracy(adam["Adam at rate 0.01"]) < accuracy(rates["rate 0.1"]) ? "worse" : "not worse");
    }

    if (part === "further") {
      lab.text("## A larger network");
      const history = await train("further", {
        ...ladder["batch-norm"], model: larger(), epochs: furtherEpochs, rate: normRate,
        schedule: optim.schedules.cosine(), loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }),
      });
      lab.figure("further", curves({ "larger network": history }, "Six convolutions, cosine, label smoothing"), "Solid: training, dashed: test.");
      lab.table("further-run", summary({ "larger network": history }));
    }
  },
});

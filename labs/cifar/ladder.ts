/** The ladder, a rung at a time, and the trap that momentum sets on the way. */

import { data, type Lab, nn, noGrad, plot } from "nabla";
import { accuracy, curves, gap, type History, inWords, lowestLoss, type Rung, summary, type Trainings, type TrainingSettings } from "./training.js";

export const ladder = {
  plain: {},
  standardised: { standardise: true },
  augmented: { standardise: true, augment: true },
  momentum: { standardise: true, augment: true, momentum: true },
  dropout: { standardise: true, augment: true, momentum: true, dropout: true },
  "batch-norm": { standardise: true, augment: true, momentum: true, dropout: true, batchNorm: true },
} satisfies Readonly<Record<string, Rung>>;

/** How many hidden units are not 0 for all of some images. */
async function unitsAlive(model: nn.Sequential, images: data.ImageDataset, normalize: data.Normalization): Promise<number> {
  const hidden = new nn.Sequential(...model.layers.slice(0, -1)).eval();
  const { value } = await new data.DataLoader(images, { batch: 500, normalize, workers: 0 }).epoch(0).next();
  const highest = await noGrad(() => hidden.forward(value!.x).max({ axis: 0 })).data();
  return Array.from(highest).filter((answer) => answer > 0).length;
}

export interface LadderSettings extends TrainingSettings {
  readonly epochs: number;
  readonly trapEpochs: number;
  readonly rate: number;
  readonly momentumRate: number;
  readonly normRate: number;
  readonly trapRate: number;
}

export async function climb(lab: Lab<LadderSettings>, { train }: Trainings): Promise<void> {
  const { epochs, rate, momentumRate, normRate } = lab.settings;
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
}

/** Momentum at a rate that only batch norm bears. */
export async function fallIntoTrap(lab: Lab<LadderSettings>, { train, convnet, test, standard }: Trainings): Promise<void> {
  const { trapEpochs, trapRate, hidden } = lab.settings;
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

/** Ways against over-fitting, side by side; early stopping; and ensembles. */

import { crossEntropy, data, earlyStopping, evaluate, Generator, type Lab, nn, noGrad, plot, randn, step, type Tensor } from "nabla";
import { build, type Outcome, type Regularised, train } from "./network.js";

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const methods = {
  nothing: {},
  "L2, λ = 0.01": { weightDecay: 0.01 },
  "L1, λ = 0.0003": { l1: 0.0003 },
  "noise on the inputs": { noise: 1 },
  "label smoothing": { labelSmoothing: 0.1 },
  mixup: { mix: data.mixup({ alpha: 0.4 }) },
  "horizontal flips": { transforms: [data.randomHorizontalFlip()] },
  "L2, λ = 0.3": { weightDecay: 0.3 },
} satisfies Record<string, Regularised>;

export async function compareMethods(lab: Lab<{ epochs: number }>, splits: data.Splits, more: data.Splits): Promise<void> {
  const { epochs } = lab.settings;
  const names = Object.keys(methods) as (keyof typeof methods)[];
  const found: Record<string, Outcome> = {};
  const measured = async (name: string, key: string, images: data.Splits, how: Regularised, count = epochs): Promise<void> => {
    const runs: Outcome[] = [];
    for (const seed of lab.seeds) runs.push(await lab.memo(`${key}-seed-${seed}`, () => train(images, how, count, seed)));
    found[name] = { train: mean(runs.map((run) => run.train)), validation: mean(runs.map((run) => run.validation)), accuracy: mean(runs.map((run) => run.accuracy)) };
  };
  for (const [i, name] of names.entries()) {
    await lab.progress(i, names.length + 1, "ways against over-fitting");
    await measured(name, `way-${i}`, splits, methods[name]);
  }
  // As many steps as the others.
  await measured("four times the images", "more", more, {}, Math.max(1, Math.round(epochs / 4)));
  const all = Object.keys(found);
  lab.figure(
    "ways",
    plot.bars({ categories: all, direction: "right", value: { label: "loss" }, series: [{ name: "training", values: all.map((name) => found[name].train) }, { name: "validation", values: all.map((name) => found[name].validation) }], height: 460 }),
    `Losses after ${epochs} epochs, both measured without noise, augmentation or penalty.`,
  );
  lab.table("ways", all.map((name) => ({ against: name, "training loss": found[name].train, "validation loss": found[name].validation, gap: found[name].validation - found[name].train, "validation accuracy (%)": 100 * found[name].accuracy })));
  const six = names.filter((name) => name !== "nothing" && name !== "L2, λ = 0.3");
  lab.claim("raises-training-loss", six.filter((name) => found[name].train > found.nothing.train).length);
  lab.claim("lowers-validation-loss", six.filter((name) => found[name].validation < found.nothing.validation).length);
  lab.claim("closes-the-gap", six.filter((name) => found[name].validation - found[name].train < found.nothing.validation - found.nothing.train).length);
  lab.claim("too-strong", found["L2, λ = 0.3"].validation / found.nothing.validation);
  lab.claim("more-data", found["four times the images"].validation / found.nothing.validation);
}

const augmentations = {
  none: {},
  noise: { noise: 0.3 },
  "rotation by up to 10°": { transforms: [data.randomRotation({ degrees: 10 })] },
  contrast: { transforms: [data.colorJitter({ contrast: 0.4 })] },
  "vertical flips": { transforms: [data.randomVerticalFlip()] },
} satisfies Record<string, Regularised>;

/** Which augmentations suit digits? A vertical flip makes a 6 look like a 9 from behind. */
export async function augmentDigits(lab: Lab<{ epochs: number }>): Promise<void> {
  const digits = await lab.data("digits");
  const rows: { augmentation: string; "validation accuracy (%)": number }[] = [];
  for (const [name, how] of Object.entries(augmentations)) {
    await lab.progress(rows.length, 5, "augmented digits");
    const runs: number[] = [];
    for (const seed of lab.seeds) runs.push((await lab.memo(`digits-${rows.length}-seed-${seed}`, () => train(digits, how, lab.settings.epochs, seed))).accuracy);
    rows.push({ augmentation: name, "validation accuracy (%)": 100 * mean(runs) });
  }
  lab.table("augmentation", rows, "Digits");
  const worst = rows.reduce((a, b) => (b["validation accuracy (%)"] < a["validation accuracy (%)"] ? b : a));
  lab.claim("worst-augmentation-of-digits", worst.augmentation);
}

export async function stopEarly(lab: Lab<{ epochs: number }>, splits: data.Splits): Promise<void> {
  const { epochs } = lab.settings;
  await lab.progress(0, 4, "early stopping");
  const full = build(splits, {}, 0);
  const { history } = await full.trainer.fit(full.loader, full.unseen, { epochs });
  const losses = history.map(({ validation }) => validation!.loss);
  const rows = [];
  for (const patience of [0, 3, 10]) {
    await lab.progress(rows.length + 1, 4, "early stopping");
    const { trainer, loader, unseen } = build(splits, {}, 0);
    trainer.listen(earlyStopping({ trainer, patience }));
    const end = await trainer.fit(loader, unseen, { epochs });
    rows.push({ patience, "epochs trained": end.history.length, "validation loss of the model": (await evaluate(trainer.model, crossEntropy, unseen))!.loss });
  }
  const three = rows[1];
  lab.figure(
    "early-stopping",
    plot.lines({ x: { label: "epoch" }, y: { label: "loss" }, series: [{ name: "", y: history.map((record) => record.train.loss), validation: losses, best: "min" }], marks: [{ x: three["epochs trained"], label: "patience 3 stops here", beyond: true }] }),
    `The network without any of it, for ${epochs} epochs: the training loss (solid) goes to 0, the validation loss (dashed) turns.`,
  );
  lab.table("early-stopping", rows, `Of ${epochs} epochs; the validation loss of the last one is ${losses.at(-1)!.toFixed(3)}`);
  lab.claim("stops-before-the-end", three["epochs trained"] / epochs);
  lab.claim("stopped-model-is-better", three["validation loss of the model"] / losses.at(-1)!);
}

/** Average of k estimates with independent errors; and of k networks, whose errors are not independent. */
export async function average(lab: Lab<{ epochs: number; members: number }>, splits: data.Splits): Promise<void> {
  const { epochs, members } = lab.settings;
  const estimates = randn([members, 100_000], { generator: new Generator(1) });
  const squared = (k: number): Promise<number> => step(() => estimates.slice({ end: k }).mean({ axis: 0 }).square().mean()).item();
  lab.claim("independent-errors-fall-linearly", (await squared(members)) * members);

  const outputs: Tensor[] = [];
  const errors: number[] = [];
  const single: number[] = [];
  for (let k = 1; k <= members; k++) {
    await lab.progress(k - 1, members, "ensemble");
    const { trainer, loader, unseen } = build(splits, {}, 100 + k);
    await trainer.fit(loader, null, { epochs });
    trainer.model.eval();
    for await (const { x, y } of new data.DataLoader(splits.validation, { batch: splits.validation.length, normalize: unseen.normalization })) {
      outputs.push(nn.parameter(step(() => noGrad(() => trainer.model.forward(x).softmax(1)))));
      const labels = await y.data();
      const wrong = async (probabilities: Tensor): Promise<number> => Array.from(await probabilities.argmax(1).data()).filter((guess, i) => guess !== labels[i]).length / labels.length;
      single.push(await wrong(outputs[k - 1]));
      errors.push(await wrong(step(() => noGrad(() => outputs.reduce((a, b) => a.add(b))))));
      break;
    }
  }
  const ks = errors.map((_, i) => i + 1);
  lab.figure("ensemble", plot.lines({ x: { label: "networks" }, y: { label: "validation error", format: "percent" }, series: [{ name: "mean of their probabilities", x: ks, y: errors, points: true }, { name: "one alone, on average", x: ks, y: ks.map(() => mean(single)), line: "dotted" }] }), "Networks from other initial weights and other orders of the same images.");
  lab.claim("ensemble-errs-less", 100 * (mean(single) - errors.at(-1)!));
}

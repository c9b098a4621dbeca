/** Learning rates, batch sizes, and Adam beside SGD. */

import type { Lab } from "nabla";
import { accuracy, curves, type History, inWords, type Run, summary, type Trainings } from "./training.js";

/** Seconds of the epoch that other programs on the machine disturbed least. */
const fastest = ({ epochs }: History): number => Math.min(...epochs.map(({ seconds }) => seconds));

export async function sweepSettings(lab: Lab<{ sweepEpochs: number; rate: number }>, { train }: Trainings): Promise<void> {
  const { sweepEpochs, rate } = lab.settings;
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

/** Normalisation: what batch norm does, what it buys, and what small batches do to it. */

import { crossEntropy, data, defineLab, type Lab, manualSeed, plot, step } from "nabla";
import { followStatistics, inspectLayer } from "./layer.js";
import { type Norm, network, norms, type Outcome, type Plan, train } from "./network.js";

const names = Object.keys(norms) as Norm[];

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((each) => (each - mean(values)) ** 2)));
const percent = (values: readonly number[]): number => 100 * mean(values);

interface Settings {
  batches: readonly number[];
  rates: readonly number[];
  scales: readonly number[];
  depth: number;
  epochs: number;
}

/** The same training from every seed, each done once. */
const repeated = (lab: Pick<Lab, "memo" | "seeds">, key: string, plan: Omit<Plan, "seed">): Promise<Outcome[]> =>
  lab.memo(key, async () => {
    const outcomes = [];
    for (const seed of lab.seeds) outcomes.push(await train({ ...plan, seed }));
    return outcomes;
  });

async function sweepBatches(lab: Lab<Settings>, splits: data.Splits): Promise<void> {
  const { batches, epochs } = lab.settings;
  const errors: Record<Norm, number[][]> = { none: [], batch: [], layer: [], group: [] };
  for (const [i, norm] of names.entries()) {
    for (const batch of batches) {
      await lab.progress(i * batches.length + errors[norm].length, names.length * batches.length, "batch sizes");
      const outcomes = await repeated(lab, `${norm}-batch-${batch}`, { splits, norm, batch, epochs, rate: (0.1 * batch) / 32 });
      errors[norm].push(outcomes.map(({ error }) => error));
    }
  }
  lab.figure(
    "batch-size",
    plot.lines({
      x: { label: "batch size", scale: "log" },
      y: { label: "validation error", format: "percent", range: [0, 0.4] },
      series: names.map((norm) => ({ name: norm === "none" ? "no normalisation" : `${norm} norm`, x: batches, y: errors[norm].map(mean), deviation: errors[norm].map(deviation), points: true })),
    }),
    `Validation error after ${epochs} epochs, mean and deviation over ${lab.seeds.length} seeds. The learning rate is in proportion to the batch.`,
  );
  lab.table("batch-size", batches.map((batch, i) => ({ "batch size": batch, ...Object.fromEntries(names.map((norm) => [norm === "none" ? "no normalisation" : `${norm} norm`, percent(errors[norm][i])])) })), "Validation error in per cent");
  const at = (norm: Norm, batch: number): number => (batches.includes(batch) ? percent(errors[norm][batches.indexOf(batch)]) : NaN);
  const spread = (norm: Norm): number => Math.max(...errors[norm].map(percent)) - Math.min(...errors[norm].map(percent));
  lab.claim("batch-norm-with-batches-of-2", at("batch", 2) - at("layer", 2));
  lab.claim("batch-norm-with-batches-of-4", at("batch", 4) - at("batch", 16));
  lab.claim("batch-norm-with-batches-of-32", at("batch", 32) - at("layer", 32));
  lab.claim("layer-norm-stays", spread("layer"));
  lab.claim("group-norm-stays", spread("group"));
}

/** Learning rates, sizes of the weights and depths with which a network learns, with and without batch norm. */
async function compareRobustness(lab: Lab<Settings>, splits: data.Splits): Promise<void> {
  const { rates, scales, depth, epochs } = lab.settings;
  const pair = ["none", "batch"] as const;
  const label = { none: "no normalisation", batch: "batch norm" };
  const common = { splits, batch: 32, epochs, rate: 0.05 };
  const found = { rates: { none: [] as number[], batch: [] as number[] }, scales: { none: [] as number[], batch: [] as number[] } };
  const deep: Record<"none" | "batch", Outcome[]> = { none: [], batch: [] };
  for (const norm of pair) {
    for (const [i, rate] of rates.entries()) {
      await lab.progress(i, rates.length, `learning rates, ${label[norm]}`);
      found.rates[norm].push(mean((await repeated(lab, `${norm}-rate-${rate}`, { ...common, norm, rate })).map(({ error }) => error)));
    }
    for (const [i, scale] of scales.entries()) {
      await lab.progress(i, scales.length, `initial weights, ${label[norm]}`);
      found.scales[norm].push(mean((await repeated(lab, `${norm}-scale-${scale}`, { ...common, norm, scale })).map(({ error }) => error)));
    }
    await lab.progress(0, 1, `${depth} layers, ${label[norm]}`);
    deep[norm] = await repeated(lab, `${norm}-deep`, { ...common, norm, depth });
  }
  const chart = (title: string, x: string, xs: readonly number[], errors: Record<"none" | "batch", number[]>): plot.Figure =>
    plot.lines({ title, x: { label: x, scale: "log" }, y: { label: "validation error", format: "percent", range: [0, 1] }, series: pair.map((norm) => ({ name: label[norm], x: xs, y: errors[norm], points: true })) });
  lab.figure(
    "robustness",
    plot.grid(
      [
        chart("learning rate", "learning rate", rates, found.rates),
        chart("initial weights", "times Kaiming's", scales, found.scales),
        plot.lines({ title: `${depth} layers`, x: { label: "epoch" }, y: { label: "training loss" }, series: pair.map((norm) => ({ name: label[norm], y: deep[norm][0].losses.map((_, i) => mean(deep[norm].map(({ losses }) => losses[i]))), points: true })) }),
      ],
      { columns: 3 },
    ),
    "Batch norm widens the range of learning rates and of initial weights, and lets deeper networks learn.",
  );
  const learnt = (errors: readonly number[]): number => errors.filter((error) => error < 0.1).length;
  const order = (numbers: Record<"none" | "batch", number>, most: boolean): string[] => pair.toSorted((a, b) => (most ? numbers[b] - numbers[a] : numbers[a] - numbers[b])).map((norm) => label[norm]);
  lab.table("robustness", pair.map((norm) => ({ network: label[norm], "learning rates that learn": learnt(found.rates[norm]), "initial weights that learn": learnt(found.scales[norm]), [`error of ${depth} layers (%)`]: percent(deep[norm].map(({ error }) => error)) })), "An error below 10 per cent counts as learnt");
  lab.claim("more-learning-rates-work", order({ none: learnt(found.rates.none), batch: learnt(found.rates.batch) }, true));
  lab.claim("more-initial-weights-work", order({ none: learnt(found.scales.none), batch: learnt(found.scales.batch) }, true));
  const epochsTo = (level: number, outcomes: readonly Outcome[]): number => mean(outcomes.map(({ losses }) => (losses.findIndex((loss) => loss < level) + 1 || losses.length + 1)));
  lab.claim("deep-networks-learn-faster", order({ none: epochsTo(1.2, deep.none), batch: epochsTo(1.2, deep.batch) }, false));
  lab.claim("deep-networks-err-less", percent(deep.none.map(({ error }) => error)) - percent(deep.batch.map(({ error }) => error)));

  // The gradient of the first weights when all weights are half as large.
  const gradient = async (norm: Norm, scale: number): Promise<number> => {
    manualSeed(0);
    const model = network({ splits, norm, depth, scale });
    const loader = new data.DataLoader(splits.train, { batch: 64, normalize: "standardize" });
    for await (const { x, y } of loader.epoch(0)) {
      step(() => crossEntropy(model.forward(x), y).backward());
      break;
    }
    return model.parameters()[0].grad!.square().mean().sqrt().item();
  };
  lab.claim("gradient-vanishes-without", (await gradient("none", 0.5)) / (await gradient("none", 1)));
  lab.claim("gradient-stays-with", (await gradient("batch", 0.5)) / (await gradient("batch", 1)));
}

export default defineLab({
  settings: {
    batches: { value: [2, 4, 8, 16, 32, 64], min: 2, whole: true, about: "batch sizes" },
    rates: { value: [0.001, 0.01, 0.1, 1, 3, 10], above: 0, about: "learning rates" },
    scales: { value: [0.01, 0.1, 0.3, 1, 3, 10], above: 0, about: "factors of Kaiming's initial weights" },
    depth: { value: 20, min: 2, max: 100, whole: true, about: "hidden layers of the deep network" },
    epochs: { quick: 8, full: 20, min: 2, whole: true },
  },
  seeds: { quick: 2, full: 10 },

  async run(lab) {
    const splits = await lab.data("digits");
    await inspectLayer(lab);
    await followStatistics(lab);
    await sweepBatches(lab, splits);
    await compareRobustness(lab, splits);
  },
});

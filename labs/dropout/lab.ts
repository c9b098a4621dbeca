/** Dropout: what one layer does, how much of it helps, and how sure a network is. */

import { type data, defineLab, type Lab, plot } from "nabla";
import { inspectLayer } from "./layer.js";
import { train } from "./network.js";
import { measureUncertainty } from "./uncertainty.js";

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

interface Curves {
  readonly train: number[];
  readonly validation: number[];
  readonly accuracy: number[];
}

async function sweepRates(lab: Lab<{ rates: readonly number[]; epochs: number }>, splits: data.Splits): Promise<void> {
  const { rates, epochs } = lab.settings;
  const all = new Map<number, Curves>();
  for (const [i, p] of rates.entries()) {
    const runs: Curves[] = [];
    for (const seed of lab.seeds) {
      await lab.progress(i * lab.seeds.length + seed, rates.length * lab.seeds.length, "rates of dropout");
      runs.push(
        await lab.memo(`p-${p}-seed-${seed}`, async () => {
          const { history } = await train({ splits, p, epochs, seed });
          return { train: history.map((record) => record.train.loss), validation: history.map(({ validation }) => validation!.loss), accuracy: history.map(({ validation }) => validation!.accuracy) };
        }),
      );
    }
    const average = (pick: (run: Curves) => number[]): number[] => runs[0].train.map((_, epoch) => mean(runs.map((run) => pick(run)[epoch])));
    all.set(p, { train: average((run) => run.train), validation: average((run) => run.validation), accuracy: average((run) => run.accuracy) });
  }
  lab.figure(
    "rates",
    plot.grid(
      [0, 0.5, 0.9].filter((p) => all.has(p)).map((p) => plot.lines({ title: `p = ${p}`, x: { label: "epoch" }, y: { label: "loss", range: [0, 2.5] }, series: [{ name: "", y: all.get(p)!.train, validation: all.get(p)!.validation, best: "min" }] })),
      { columns: 3 },
    ),
    "Training loss (solid, with dropout on) and validation loss (dashed). Without dropout the validation loss turns and rises; with too much the network does not get far.",
  );
  const last = (values: readonly number[]): number => values.at(-1)!;
  const slowness = ({ train: losses }: Curves): number => losses.findIndex((loss) => loss < 0.6) + 1 || losses.length;
  lab.figure(
    "rate-sweep",
    plot.lines({ x: { label: "probability of dropping", range: [0, 1] }, y: { label: "loss at the end" }, series: [{ name: "", x: rates, y: rates.map((p) => last(all.get(p)!.train)), validation: rates.map((p) => last(all.get(p)!.validation)), best: "min" }] }),
    `Loss after ${epochs} epochs over the probability of dropping: training solid, validation dashed.`,
  );
  lab.table("rates", rates.map((p) => ({ p, "training loss": last(all.get(p)!.train), "validation loss": last(all.get(p)!.validation), "lowest validation loss": Math.min(...all.get(p)!.validation), "validation accuracy (%)": 100 * last(all.get(p)!.accuracy) })), "At the end");
  const [none, half, most] = [all.get(0), all.get(0.5), all.get(0.9)];
  if (none === undefined || half === undefined || most === undefined) return;
  const rise = ({ validation }: Curves): number => last(validation) / Math.min(...validation) - 1;
  lab.claim("without-dropout-it-over-fits", 100 * rise(none));
  lab.claim("over-fitting-with-half", rise(half) / rise(none));
  lab.claim("order-of-validation-loss", last(half.validation) < last(none.validation) ? ["p = 0.5", "p = 0"] : ["p = 0", "p = 0.5"]);
  lab.claim("too-much-under-fits", last(most.train));
  lab.claim("training-takes-longer", slowness(half) / slowness(none));
}

export default defineLab({
  settings: {
    images: { quick: 1_000, full: 10_000, min: 100, whole: true, about: "training images; few, so that it over-fits" },
    rates: { value: [0, 0.2, 0.5, 0.8, 0.9], min: 0, max: 0.99, about: "probabilities of dropping" },
    epochs: { quick: 30, full: 60, min: 2, whole: true },
    passes: { value: 50, min: 2, max: 1000, whole: true, about: "predictions of Monte Carlo dropout" },
    lowRate: { value: 0.2, above: 0, max: 0.9, about: "probability of dropping for Monte Carlo dropout" },
  },
  seeds: { quick: 2, full: 3 },

  async run(lab) {
    await inspectLayer(lab);
    const { train: images, validation, ...rest } = await lab.data("fashion");
    const splits = { ...rest, train: images.limit(lab.settings.images), validation: validation.limit(1_000) };
    await sweepRates(lab, splits);
    await measureUncertainty(lab, splits);
  },
});

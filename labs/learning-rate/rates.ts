/** What the learning rate does: too low, right, too high; and why it should fall. */

import { crossEntropy, data, evaluate, Generator, type Lab, nn, optim, plot, randn, step, tensor } from "nabla";
import { train } from "./network.js";

export interface RateSettings {
  rates: readonly number[];
  epochs: number;
  batch: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export async function sweepRates(lab: Lab<RateSettings>, { train: images, validation }: data.Splits): Promise<void> {
  const { rates, epochs, batch } = lab.settings;
  const runs: { rate: number; steps: number[]; losses: number[] }[] = [];
  for (const [i, rate] of rates.entries()) {
    await lab.progress(i, rates.length, "learning rates");
    runs.push(await lab.memo(`rate-${rate}`, async () => {
      const { steps, losses } = await train({ train: images, rate, batch, epochs, seed: 0 });
      return { rate, steps: steps.slice(0, 101), losses };
    }));
  }
  lab.figure(
    "rates",
    plot.lines({
      x: { label: "epoch" },
      y: { label: "training loss", scale: "log" },
      colours: "ordered",
      series: runs.map(({ rate, losses }) => ({ name: String(rate), x: losses.map((_, i) => i), y: losses, points: true })),
    }),
    "SGD with learning rates from far too low to far too high. The dull line near log 10 = 2.3 has two causes: hardly any steps, or wild ones.",
  );
  lab.table("rates", runs.map(({ rate, steps, losses }) => ({ "learning rate": rate, "loss of the first batch": steps[0], "after 100 steps": steps[100] ?? null, "over all, at the end": losses.at(-1)! })), `SGD, batches of ${batch}, ${epochs} epochs`);
  const by = (rate: number): (typeof runs)[number] | undefined => runs.find((run) => run.rate === rate);
  const [low, good, high] = [by(1e-5), by(0.1), by(10)];
  lab.claim("first-loss", runs[0].losses[0]);
  if (low !== undefined) lab.claim("too-low-hardly-moves", 100 * (1 - low.losses.at(-1)! / low.losses[0]));
  if (good !== undefined) lab.claim("good-rate-falls-in-100-steps", good.steps[0] / mean(good.steps.slice(91, 101)));
  if (high !== undefined) lab.claim("too-high-does-not-converge", high.losses.at(-1)!);
  const practical = [1e-5, 1e-3, 0.1].map(by).filter((run) => run !== undefined);
  lab.claim("order-of-rates", practical.toSorted((a, b) => a.losses.at(-1)! - b.losses.at(-1)!).map(({ rate }) => String(rate)));

  const karpathy = [1e-4, 3e-4, 1e-3, 1e-2, 1e-1];
  const losses: number[] = [];
  for (const [i, rate] of karpathy.entries()) {
    await lab.progress(i, karpathy.length, "Adam");
    losses.push(await lab.memo(`adam-${rate}`, async () => {
      const { model, normalization } = await train({ train: images, rate, batch, epochs, seed: 0, method: "Adam" });
      return (await evaluate(model, crossEntropy, new data.DataLoader(validation, { batch: 500, normalize: normalization })))!.loss;
    }));
  }
  lab.table("adam", karpathy.map((rate, i) => ({ "learning rate": rate, "validation loss": losses[i] })), `Adam, ${epochs} epochs`);
  lab.claim("best-rate-of-adam", karpathy[losses.indexOf(Math.min(...losses))]);
}

const estimates = 400;
const draws = 2_000;

/** SGD on E ½(θ − x)², x normal about 0, from θ = 5: the mean of x, estimated from one sample a step. @returns √mean θ² over many runs, after each step */
async function estimateMean(rule: (n: number) => number): Promise<number[]> {
  const theta = nn.parameter(tensor(new Array(estimates).fill(5), { dtype: "float64" }));
  const optimizer = new optim.SGD([theta], { lr: 1 });
  const generator = new Generator(5);
  const errors = [];
  for (let n = 1; n <= draws; n++) {
    optimizer.lr = rule(n);
    optimizer.zeroGrad();
    step(() => theta.sub(randn([estimates], { dtype: "float64", generator })).square().mul(0.5).sum().backward());
    optimizer.step();
    errors.push(await step(() => theta.square().mean().sqrt()).item());
  }
  return errors;
}

export async function decayRate(lab: Lab): Promise<void> {
  await lab.progress(0, 1, "rates that fall");
  const rules = {
    "constant 0.1": await estimateMean(() => 0.1),
    "1/n": await estimateMean((n) => 1 / n),
    "0.5/n²": await estimateMean((n) => 0.5 / n ** 2),
  };
  lab.figure(
    "decay",
    plot.lines({
      x: { label: "step n", scale: "log" },
      y: { label: "distance from the minimum", scale: "log" },
      series: Object.entries(rules).map(([name, y]) => ({ name, y })),
    }),
    `SGD on ½(θ − x)², one noisy sample a step, from 5; root mean square of ${estimates} runs. A constant rate ends in a cloud, 1/n closes in as 1/√n, and 0.5/n² runs out of steps on the way.`,
  );
  lab.claim("constant-rate-floor", mean(rules["constant 0.1"].slice(-500)));
  lab.claim("falling-rate-arrives", rules["1/n"].at(-1)!);
  lab.claim("rate-that-falls-too-fast", rules["0.5/n²"].at(-1)!);
}

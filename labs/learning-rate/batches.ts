/** What the batch size does: to the noise of the gradient, to the time of an epoch, and to the number of epochs. */

import { crossEntropy, data, grad, type Lab, manualSeed, plot, step } from "nabla";
import { network, train } from "./network.js";

export interface BatchSettings {
  batches: readonly number[];
  epochs: number;
}

async function gradients(images: data.ImageDataset, batch: number, most: number): Promise<Float64Array[]> {
  manualSeed(0);
  const model = network(images);
  const loader = new data.DataLoader(images, { batch, shuffle: true, seed: 1, normalize: "standardize", dropLast: true });
  const found = [];
  for await (const { x, y } of loader.epoch(0)) {
    const parts = step(() => grad(crossEntropy(model.forward(x), y), model.parameters()));
    found.push(Float64Array.from((await Promise.all(parts.map((part) => part.data()))).flatMap((values) => [...values])));
    if (found.length === most) break;
  }
  return found;
}

const squared = (a: Float64Array, b: Float64Array): number => a.reduce((sum, each, i) => sum + (each - b[i]) ** 2, 0);

/** Slope of the line through the points, by least squares. */
function slope(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [x, y].map((each) => each.reduce((a, b) => a + b, 0) / each.length);
  return x.reduce((sum, each, i) => sum + (each - mx) * (y[i] - my), 0) / x.reduce((sum, each) => sum + (each - mx) ** 2, 0);
}

export async function measureNoise(lab: Lab, all: data.Splits): Promise<void> {
  await lab.progress(0, 1, "noise of the gradient");
  const images = all.train.limit(1280);
  const sizes = [8, 16, 32, 64, 128];
  const [full] = await gradients(images, images.length, 1);
  const length = squared(full, new Float64Array(full.length));
  const noise: number[] = [];
  for (const size of sizes) {
    const found = await gradients(images, size, 160);
    noise.push(found.reduce((sum, each) => sum + squared(each, full), 0) / found.length);
    if (size === 128) {
      const average = full.map((_, i) => found.reduce((sum, each) => sum + each[i], 0) / found.length);
      lab.claim("mean-gradient-is-the-full-one", Math.sqrt(squared(average, full) / length));
    }
  }
  lab.figure(
    "noise",
    plot.lines({ x: { label: "batch size", scale: "log" }, y: { label: "variance over the squared full gradient", scale: "log" }, series: [{ name: "measured", x: sizes, y: noise.map((each) => each / length), points: true }, { name: "falls as 1/batch", x: sizes, y: sizes.map((size) => (noise[0] * sizes[0]) / size / length), line: "dotted" }] }),
    "How far gradients of batches lie from the gradient of all images, before training.",
  );
  lab.claim("gradient-noise-falls-with-the-batch", slope(sizes.map(Math.log), noise.map(Math.log)));
  const [again] = await gradients(images, images.length, 1);
  lab.claim("full-batch-has-no-noise", Math.sqrt(squared(again, full) / length));
}

export async function sweepBatches(lab: Lab<BatchSettings>, { train: images }: data.Splits): Promise<void> {
  const { batches, epochs } = lab.settings;
  const runs = [];
  for (const [i, batch] of batches.entries()) {
    await lab.progress(i, batches.length, "batch sizes");
    runs.push(await lab.memo(`batch-${batch}`, async () => {
      const { steps, losses, epochSeconds } = await train({ train: images, rate: 0.1, batch, epochs, seed: 0 });
      return { batch, updates: steps.length, losses, epochSeconds };
    }));
  }
  lab.figure(
    "batches",
    plot.lines({ x: { label: "epoch" }, y: { label: "training loss", scale: "log" }, colours: "ordered", series: runs.map(({ batch, losses }) => ({ name: `batch ${batch}`, x: losses.map((_, e) => e), y: losses, points: true })) }),
    "The same learning rate, 0.1: small batches make more steps in an epoch.",
  );
  lab.table("batches", runs.map(({ batch, updates, losses, epochSeconds }) => ({ batch, updates, "training loss at the end": losses.at(-1)!, "ms an epoch, the fastest": Math.round(1000 * epochSeconds) })), `SGD, learning rate 0.1, ${epochs} epochs`);
  lab.claim("order-of-batches", runs.filter(({ batch }) => batch >= 32).toSorted((a, b) => a.losses[1] - b.losses[1]).map(({ batch }) => String(batch)));
  // How much the loss goes up from one epoch to the next, in the second half.
  const rises = (losses: readonly number[]): number => losses.slice(Math.ceil(losses.length / 2)).reduce((sum, loss, i, half) => (i === 0 ? 0 : sum + Math.max(0, loss - half[i - 1])), 0);
  lab.claim("least-steady-batch", String(runs.reduce((a, b) => (rises(b.losses) > rises(a.losses) ? b : a)).batch));
  const [small, large] = [runs.reduce((a, b) => (a.batch < b.batch ? a : b)), runs.reduce((a, b) => (a.batch > b.batch ? a : b))];
  lab.claim("small-batches-take-longer-an-epoch", small.epochSeconds / large.epochSeconds);
}

/** Gradient descent and SGD, each at the rate of these that suits it best, to a loss of 0.3. */
export async function raceDescent(lab: Lab, { train: whole }: data.Splits): Promise<void> {
  const images = whole.limit(1440);
  const best = async (batch: number): Promise<{ passes: number; updates: number }> => {
    const tries = [];
    for (const rate of [0.1, 0.3, 1]) {
      await lab.progress(tries.length, 3, batch === images.length ? "gradient descent" : "SGD");
      const { steps, losses } = await train({ train: images, rate, batch, epochs: 150, seed: 0, level: 0.3 });
      if (losses.at(-1)! < 0.3) tries.push({ passes: losses.length - 1, updates: steps.length });
    }
    return tries.reduce((a, b) => (b.passes < a.passes ? b : a));
  };
  const race = { "gradient descent": await lab.memo("gradient-descent", () => best(images.length)), SGD: await lab.memo("sgd", () => best(32)) };
  lab.table("race", Object.entries(race).map(([method, { passes, updates }]) => ({ method, "passes over the data": passes, updates })), "To a training loss of 0.3, each at its best rate of 0.1, 0.3 and 1");
  lab.claim("sgd-needs-fewer-passes", race["gradient descent"].passes / race.SGD.passes);
  lab.claim("sgd-needs-more-updates", race.SGD.updates / race["gradient descent"].updates);
}

/** Monte Carlo dropout: predictions with dropout on, their mean and their spread. */

import { data, type Lab, nn, noGrad, plot, rand, step, type Tensor } from "nabla";
import { train } from "./network.js";

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** How well the probabilities of a classifier are calibrated. */
interface Calibration {
  readonly confidence: number;
  readonly accuracy: number;
  /** Expected calibration error over ten bins of confidence: mean |accuracy − confidence|. Guo et al. 2017. */
  readonly error: number;
  /** Negative log likelihood. */
  readonly loss: number;
  /** Accuracy in each bin; NaN where there are fewer than 10 samples. */
  readonly bins: readonly number[];
}

async function calibration(probabilities: Tensor, labels: Int32Array): Promise<Calibration> {
  const [count, classes] = probabilities.shape;
  const values = await probabilities.data();
  const bins = Array.from({ length: 10 }, () => ({ count: 0, confidence: 0, right: 0 }));
  let loss = 0;
  for (let i = 0; i < count; i++) {
    const row = Array.from(values.subarray(i * classes, (i + 1) * classes));
    const confidence = Math.max(...row);
    const bin = bins[Math.min(9, Math.floor(10 * confidence))];
    bin.count += 1;
    bin.confidence += confidence;
    bin.right += row.indexOf(confidence) === labels[i] ? 1 : 0;
    loss -= Math.log(Math.max(row[labels[i]], 1e-12)) / count;
  }
  const total = (pick: (bin: (typeof bins)[number]) => number): number => bins.reduce((sum, bin) => sum + pick(bin), 0) / count;
  return {
    confidence: total((bin) => bin.confidence),
    accuracy: total((bin) => bin.right),
    error: total((bin) => Math.abs(bin.right - bin.confidence)),
    loss,
    bins: bins.map((bin) => (bin.count < 10 ? NaN : bin.right / bin.count)),
  };
}

export async function measureUncertainty(lab: Lab<{ passes: number; lowRate: number; epochs: number }>, splits: data.Splits): Promise<void> {
  const { passes, lowRate, epochs } = lab.settings;
  await lab.progress(0, 2, "Monte Carlo dropout");
  const { model, normalization } = await train({ splits, p: lowRate, epochs, seed: 0 });
  const classifier = new nn.Sequential(model, new nn.Softmax()).eval();
  const loader = new data.DataLoader(splits.validation, { batch: splits.validation.length, normalize: normalization });
  for await (const { x, y } of loader.epoch(0)) {
    const labels = Int32Array.from(await y.data());
    const single = await calibration(step(() => noGrad(() => classifier.forward(x))), labels);
    const many = nn.mcDropout(classifier, x, { passes });
    const averaged = await calibration(many.mean, labels);
    lab.table(
      "calibration",
      Object.entries({ "one pass, without dropout": single, [`mean of ${passes} passes`]: averaged }).map(([prediction, { confidence, accuracy, error, loss }]) => ({ prediction, "mean confidence (%)": 100 * confidence, "accuracy (%)": 100 * accuracy, "calibration error (%)": 100 * error, loss })),
      `Validation images, p = ${lowRate}`,
    );
    const middles = Array.from({ length: 10 }, (_, i) => 0.05 + 0.1 * i);
    lab.figure(
      "calibration",
      plot.lines({
        x: { label: "confidence", format: "percent", range: [0, 1] },
        y: { label: "accuracy", format: "percent", range: [0, 1] },
        series: [{ name: "calibrated", x: [0, 1], y: [0, 1], line: "dotted" }, { name: "one pass", x: middles, y: single.bins, points: true }, { name: `mean of ${passes} passes`, x: middles, y: averaged.bins, points: true }],
      }),
      "Of the images that were classified with a confidence of 85 %, how many were right? Below the dotted line the network promises too much.",
    );
    lab.claim("networks-are-overconfident", 100 * (single.confidence - single.accuracy));
    lab.claim("averages-are-better-calibrated", averaged.error / single.error);
    lab.claim("averages-have-lower-loss", averaged.loss / single.loss);

    // Does the spread tell which predictions to doubt? And what does it say of noise, which the network has never seen?
    await lab.progress(1, 2, "Monte Carlo dropout");
    const spreadOf = async ({ std }: nn.McDropoutResult): Promise<number[]> => Array.from(await std.max({ axis: 1 }).data());
    const guesses = await many.mean.argmax(1).data();
    const spread = await spreadOf(many);
    const [right, wrong] = [true, false].map((wanted) => mean(spread.filter((_, i) => (guesses[i] === labels[i]) === wanted)));
    const noise = rand(x.shape).mul(x.max().sub(x.min())).add(x.min());
    const unseen = mean(await spreadOf(nn.mcDropout(classifier, noise, { passes })));
    lab.table("spread", Object.entries({ "classified rightly": right, "classified wrongly": wrong, "noise instead of images": unseen }).map(([images, deviation]) => ({ images, "mean deviation of the probabilities": deviation })), `Over ${passes} passes`);
    lab.claim("spread-tells-mistakes", wrong / right);

    // The error of a mean falls with the root of the number of passes.
    const few = x.slice({ end: 200 });
    const difference = async (count: number): Promise<number> => {
      const [a, b] = [nn.mcDropout(classifier, few, { passes: count }), nn.mcDropout(classifier, few, { passes: count })];
      return step(() => a.mean.sub(b.mean).square().mean().sqrt()).item();
    };
    lab.claim("a-hundred-passes-instead-of-25", (await difference(25)) / (await difference(100)));
    break;
  }
}

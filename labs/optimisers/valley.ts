/** A narrow valley, 25 times as curved across as along: what one learning rate for all directions costs, and what each method does about it. */

import { type Lab, nn, optim, plot, step, tensor, type Tensor } from "nabla";
import { byNumber, float64, fullBatch, oneRate, rateForEach, runAll, type Runs, ways } from "./methods.js";

const curvature = 25;
const start = [-4, 1.2];

const valley = (w: Tensor): Tensor => w.square().mul(tensor([0.5, curvature / 2], float64)).sum();

/** Steps until the loss is below 0.0001. */
function stepsNeeded({ history }: optim.Minimum): number {
  const first = history.findIndex(({ value }) => value < 1e-4);
  return first < 0 ? Infinity : first;
}

const farthest = ({ history }: optim.Minimum): number => Math.max(0, ...history.map(({ x }) => x[0]));

/** Length of the way across the valley. */
const across = ({ history }: optim.Minimum): number => history.reduce((sum, { x }, i) => (i === 0 ? 0 : sum + Math.abs(x[1] - history[i - 1].x[1])), 0);

const growth = ({ value, history }: optim.Minimum): number => value / history[0].value;

export async function crossValley(lab: Lab<{ rate: number; adaptiveRate: number }>): Promise<void> {
  const { rate, adaptiveRate } = lab.settings;
  const first = await runAll(valley, start, oneRate(rate), 400);
  const adaptive = await runAll(valley, start, rateForEach(adaptiveRate), 400);
  const second = await runAll(valley, start, fullBatch, 400);
  const limit = 2 / curvature;
  const edge = await runAll(
    valley,
    start,
    { below: (p) => new optim.SGD(p, { lr: 0.975 * limit }), above: (p) => new optim.SGD(p, { lr: 1.025 * limit }), RMSProp: (p) => new optim.RMSprop(p, { lr: 10 * limit, alpha: 0.9 }) },
    100,
  );
  const drawn = (title: string, runs: Runs): plot.Figure =>
    plot.contour({
      title,
      f: (a, b) => 0.5 * a * a + 0.5 * curvature * b * b,
      x: { label: "w₁", range: [-4.5, 2.5] },
      y: { label: "w₂", range: [-1.5, 1.5] },
      spacing: "log",
      levels: 9,
      trajectories: ways(runs),
      points: [{ x: 0, y: 0 }],
      height: 340,
    });
  lab.figure(
    "valley",
    plot.grid([drawn("one rate for all directions", { ...first, "SGD, α = 0.078": edge.below }), drawn("a rate for each direction", adaptive), drawn("full batch", second)], { columns: 1, width: 640 }),
    `From (−4, 1.2) through ½(w₁² + ${curvature} w₂²). Above, α = ${rate}: momentum is fast along the floor and shoots past the end; Nesterov's look ahead brakes earlier; plain descent just below the largest rate that it bears zigzags. Middle: with a rate for each direction both are covered at the same speed. Below: Newton needs one step, the others learn the curvature on the way.`,
  );
  const all = { ...first, ...adaptive, ...second };
  lab.table(
    "valley",
    Object.entries(all).map(([name, run]) => ({
      method: name,
      "steps to a loss of 0.0001": Number.isFinite(stepsNeeded(run)) ? stepsNeeded(run) : "over 400",
      "way across the valley": Number(across(run).toFixed(2)),
      "farthest past the minimum": Number(farthest(run).toFixed(2)),
    })),
    "In the narrow valley",
  );
  lab.claim("momentum-is-faster", byNumber({ SGD: stepsNeeded(all.SGD), momentum: stepsNeeded(all.momentum) }));
  lab.claim("nesterov-overshoots-less", byNumber({ Nesterov: farthest(all.Nesterov), momentum: farthest(all.momentum) }));

  // Above 2/curvature the loss of plain descent grows. RMSProp's step stays bounded, whatever the slope.
  lab.claim("descent-below-the-limit", growth(edge.below));
  lab.claim("descent-above-the-limit", growth(edge.above));
  lab.claim("rmsprop-above-the-limit", growth(edge.RMSProp));
  const calm = await runAll(valley, start, { RMSProp: rateForEach(adaptiveRate).RMSProp }, 100);
  lab.claim("rmsprop-swings-less", across(edge.below) / across(calm.RMSProp));
}

/** Both of Adam's averages begin at 0. */
export async function correctBias(lab: Lab): Promise<void> {
  const [lr, beta1, beta2, gradient] = [0.1, 0.9, 0.999, 4];
  const [m, v] = [(1 - beta1) * gradient, (1 - beta2) * gradient ** 2];
  const uncorrected = (lr * m) / Math.sqrt(v);
  const weight = nn.parameter(tensor([1], float64));
  step(() => weight.mul(gradient).sum().backward());
  new optim.Adam([weight], { lr, betas: [beta1, beta2] }).step();
  const corrected = 1 - (await weight.item());
  lab.claim("adam-average-without-correction", m / gradient);
  lab.claim("adam-first-step", corrected / lr);
  lab.claim("adam-correction-makes-the-first-step", corrected > uncorrected ? "longer" : "shorter");
}

/** One training: online gradient descent by hand, and the same by `nn`, autograd and SGD. */

import { Generator, type Lab, logisticLoss, optim, step, tensor } from "nabla";
import { type Parameters, type Points, TwoLayer } from "./byHand.js";
import { float64, initial, network, read } from "./network.js";

export interface Plan {
  readonly units: number;
  readonly rate: number;
  readonly steps: number;
  readonly seed: number;
  /** Steps between two looks at the errors. */
  readonly every: number;
}

export interface Run {
  /** At the end, as shares. */
  readonly training: number;
  readonly validation: number;
  /** The look after the last one with a wrong training point; null if there was one at the end. */
  readonly converged: number | null;
  /** Errors at a hundred places on the way. */
  readonly curve: { readonly steps: readonly number[]; readonly training: readonly number[]; readonly validation: readonly number[] };
  readonly parameters: Parameters;
}

/** Online gradient descent: a step after each sample, drawn at random, written by hand. */
export async function train(lab: Pick<Lab, "progress">, { units, rate, steps, seed, every }: Plan, training: Points, validation: Points): Promise<Run> {
  const net = new TwoLayer(initial(units, seed));
  const random = new Generator(seed).fork("draws");
  const curve = { steps: [] as number[], training: [] as number[], validation: [] as number[] };
  const shown = new Set(Array.from({ length: 100 }, (_, i) => Math.round((steps * (i + 1)) / 100)));
  let lastWrong = 0;
  for (let t = 1; t <= steps; t++) {
    const i = random.integer(training.y.length);
    net.backward(training.x[2 * i], training.x[2 * i + 1], training.y[i]);
    net.step(rate);
    if (t % every === 0 || shown.has(t)) {
      const error = net.error(training);
      if (error > 0) lastWrong = t;
      if (shown.has(t)) {
        curve.steps.push(t);
        curve.training.push(error);
        curve.validation.push(net.error(validation));
      }
    }
    if (t % 10_000 === 0) await lab.progress(t, steps, `${units} units, rate ${rate}, start ${seed + 1}`);
  }
  return { training: net.error(training), validation: net.error(validation), converged: lastWrong === steps ? null : lastWrong + every, curve, parameters: net.parameters };
}

/** The same training by nn, autograd and SGD, and the parameters at some steps of it. */
export async function automatic(lab: Pick<Lab, "progress">, { units, rate, steps, seed }: Plan, { x, y }: Points): Promise<{ frames: { at: number; parameters: Parameters }[] }> {
  const net = network(initial(units, seed));
  const optimizer = new optim.SGD(net.parameters(), { lr: rate });
  const random = new Generator(seed).fork("draws");
  const frames: { at: number; parameters: Parameters }[] = [];
  const shown = new Set(Array.from({ length: 24 }, (_, i) => (i === 0 ? 0 : Math.round(steps ** ((i + 8) / 31)))));
  for (let t = 0; t <= steps; t++) {
    if (shown.has(t) || t === steps) frames.push({ at: t, parameters: await read(net) });
    if (t % 1000 === 0) await lab.progress(t, steps, "the same by nn and autograd");
    const i = random.integer(y.length);
    if (t < steps) {
      step(() => {
        const score = net.forward(tensor([x[2 * i], x[2 * i + 1]], { ...float64, shape: [1, 2] }));
        optimizer.zeroGrad();
        logisticLoss(score, tensor([y[i]], { ...float64, shape: [1, 1] })).backward();
        optimizer.step();
      });
    }
  }
  return { frames };
}

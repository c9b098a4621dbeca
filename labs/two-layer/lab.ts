/** Two layers: the network of assignment 3 on the double moon, its derivatives checked, trained from many starts, at many rates and with many units. */

import { cast, data, defineLab, Generator, grad, type Lab, linear, logisticLoss, nn, optim, plot, relu, step, tensor, type Tensor } from "nabla";
import { type Parameters, type Points, TwoLayer } from "./byHand.js";

const float64 = { dtype: "float64" } as const;

/** The sample and the parameters that the assignment reports the derivatives at. */
const sample = { x: [0.127, 0.9134], y: 1 };
const given: Parameters = { wi: [0.6324, 0.5469, 0.0975, 0.9575, 0.2785, 0.9649], bi: [0.1576, 0.9706, 0.9572], wo: [0.4854, 0.8003, 0.1419], bo: 0.4218 };

/** Every parameter uniform in [0, 1), as the assignment's program draws them. */
function initial(units: number, seed: number): Parameters {
  const random = new Generator(seed).fork(`start with ${units} units`);
  const draw = (count: number): number[] => Array.from({ length: count }, () => random.float());
  return { wi: draw(2 * units), bi: draw(units), wo: draw(units), bo: random.float() };
}

/** The double moon: −1 the half ring that is open downwards, 1 the one that is open upwards, here shifted to the left. */
function moons(samples: number, seed: number): Points {
  const { x, y } = data.doubleMoon({ samples, radius: 1.3, width: 0.68, distance: -0.47, seed }).fields;
  return { x: Float64Array.from(x.data, (value, i) => (i % 2 === 0 ? -value : value)), y: Float64Array.from(y.data, (label) => (label === 0 ? -1 : 1)) };
}

/** The parameters as tensors, in the shapes of nn.Linear. */
const tensorsOf = ({ wi, bi, wo, bo }: Parameters): { wi: Tensor; bi: Tensor; wo: Tensor; bo: Tensor } => ({
  wi: tensor(wi, { ...float64, shape: [bi.length, 2], requiresGrad: true }),
  bi: tensor(bi, { ...float64, requiresGrad: true }),
  wo: tensor(wo, { ...float64, shape: [1, bi.length], requiresGrad: true }),
  bo: tensor([bo], { ...float64, requiresGrad: true }),
});

/** The same network of layers. */
function network(parameters: Parameters): nn.Sequential {
  const units = parameters.bi.length;
  const net = new nn.Sequential(new nn.Linear(2, units, float64), new nn.ReLU(), new nn.Linear(units, 1, float64));
  const { wi, bi, wo, bo } = tensorsOf(parameters);
  net.loadStateDict(new Map([["0.weight", wi], ["0.bias", bi], ["2.weight", wo], ["2.bias", bo]]));
  return net;
}

/** Scores of float32 points, for pictures. */
const scores = (net: nn.Sequential) => (points: Tensor): Tensor => net.forward(cast(points, "float64"));

interface Plan {
  readonly units: number;
  readonly rate: number;
  readonly steps: number;
  readonly seed: number;
  /** Steps between two looks at the errors. */
  readonly every: number;
}

interface Run {
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
async function train(lab: Pick<Lab, "progress">, { units, rate, steps, seed, every }: Plan, training: Points, validation: Points): Promise<Run> {
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

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};
const converged = (runs: readonly Run[]): number[] => runs.flatMap((run) => run.converged ?? []);
const percent = (share: number): string => (100 * share).toFixed(1);

/** A row of a table of trials, as the assignment has them. */
const row = (name: string, setting: number, runs: readonly Run[]): Record<string, string | number> => ({
  [name]: setting,
  "reach 0 %": `${runs.filter(({ training }) => training === 0).length} of ${runs.length}`,
  "training error (%)": runs.map(({ training }) => percent(training)).join(" · "),
  "validation error (%)": runs.map(({ validation }) => percent(validation)).join(" · "),
  "converged at step": runs.map((run) => run.converged?.toLocaleString("en-US") ?? "–").join(" · "),
});

export default defineLab({
  settings: {
    samples: { value: 1000, min: 100, whole: true, about: "points to learn from, and as many to validate" },
    steps: { value: 100_000, min: 1000, whole: true, about: "online steps of each run; three times as many at rates of 0.002 and less" },
    every: { quick: 100, full: 10, min: 1, whole: true, about: "steps between two looks at the errors" },
    delta: { value: 1e-4, above: 0, about: "δ of the finite differences" },
    rate: { value: 0.02, above: 0, about: "learning rate where it is not varied" },
    units: { value: 7, min: 1, whole: true, about: "hidden units where they are not varied" },
    rates: { value: [2, 0.2, 0.02, 0.002], above: 0, about: "learning rates to compare" },
    hidden: { value: [1, 2, 5, 7, 10, 100], min: 1, whole: true, about: "numbers of hidden units to compare" },
  },
  seeds: { quick: 5, full: 20 },

  async run(lab) {
    const { samples, steps, every, rate, units, rates, hidden } = lab.settings;
    await derivatives(lab, lab.settings.delta);

    const [training, validation] = [moons(samples, 1), moons(samples, 2)];
    const points = tensor(training.x, { shape: [samples, 2] });
    const labels = tensor(Int32Array.from(training.y, (y) => (y > 0 ? 1 : 0)));
    const stepsAt = (each: number): number => (each <= 0.002 ? 3 * steps : steps);
    const done = new Map<string, Run>();
    /** A run for each start. */
    const trials = async (each: { readonly units?: number; readonly rate?: number }): Promise<Run[]> => {
      const plan = { units, rate, ...each };
      const runs: Run[] = [];
      for (const seed of lab.seeds) {
        const key = `units=${plan.units},rate=${plan.rate},start=${seed + 1}`;
        const run = done.get(key) ?? (await lab.memo(key, () => train(lab, { ...plan, seed, every, steps: stepsAt(plan.rate) }, training, validation)));
        done.set(key, run);
        runs.push(run);
      }
      return runs;
    };
    const half = Array.from(training.y.keys()).filter((i) => i % 4 === 0);
    const frame = { points: points.indexSelect(0, tensor(half, { dtype: "int32" })), labels: labels.indexSelect(0, tensor(half, { dtype: "int32" })), classes: ["−1", "1"], x: { range: [-3.2, 1.9] }, y: { range: [-1.4, 1.9] }, samples: 90 } as const;
    const map = async (parameters: Parameters, title: string, width = 330, height = 270): Promise<plot.Figure> => plot.boundary(scores(network(parameters)), { ...frame, title, width, height });

    lab.text("### One training");
    const starts = await trials({});
    const seed = Math.max(0, starts.findIndex((run) => run.converged !== null));
    const base = starts[seed];
    const film = await lab.memo("automatic", () => automatic(lab, { units, rate, steps: stepsAt(rate), seed, every }, training));
    lab.figure(
      "errors",
      plot.lines({ title: `Errors, ${units} units, learning rate ${rate}`, x: { label: "thousands of steps" }, y: { label: "error", format: "percent" }, series: [{ name: "", x: base.curve.steps.map((t) => t / 1000), y: base.curve.training, validation: base.curve.validation }], ...(base.converged !== null && { marks: [{ x: base.converged / 1000, label: "no error from here on" }] }) }),
      `A run that converges, of start ${seed + 1}. One sample a step makes the error jump until the last point is far on its own side.`,
    );
    const frames: plot.Figure[] = [];
    for (const { at, parameters } of film.frames) frames.push(await map(parameters, `step ${at.toLocaleString("en-US")}`, 560, 440));
    lab.figure("boundary", plot.animate(frames, { frameMs: 350, lastMs: 3000 }), "The boundary of that run. Each hidden unit adds a fold: a line in the plane, where the network bends. Every fourth training point is shown.");
    lab.claim("final-errors", [100 * base.training, 100 * base.validation]);
    lab.claim("convergence", base.converged ?? Number.NaN);
    lab.claim("by-hand", Math.max(...flat(film.frames[film.frames.length - 1].parameters).map((value, i) => Math.abs(value - flat(base.parameters)[i]))));

    lab.text("### Random starts");
    const stuck = starts.filter((run) => run.training > 0.01);
    lab.table("starts", starts.map((run, i) => ({ start: i + 1, "training error (%)": Number(percent(run.training)), "validation error (%)": Number(percent(run.validation)), "converged at step": run.converged })), `${units} hidden units, learning rate ${rate}. Nothing but the start and the order of the samples differs.`);
    if (stuck.length > 0) lab.figure("stuck", plot.grid([await map(base.parameters, "A start that converges"), await map(stuck[0].parameters, "A start that is stuck")], { columns: 2, width: 680 }), "Left: the boundary goes between the moons. Right: a local minimum, where several units share one fold, and one more fold is missing.");
    lab.claim("stuck", (100 * stuck.length) / starts.length);
    lab.claim("stuck-error", 100 * mean(stuck.map((run) => run.training)));

    lab.text("### Learning rates");
    const byRate = new Map<number, Run[]>();
    for (const each of rates) byRate.set(each, await trials({ rate: each }));
    lab.table("rates", [...byRate].map(([each, runs]) => row("rate", each, runs)), `${units} hidden units. A run has converged when no look at it later found a wrong training point.`);
    lab.figure(
      "rates",
      plot.lines({
        title: "Training error by learning rate, mean over starts",
        x: { label: "step", scale: "log" },
        y: { label: "error", format: "percent" },
        series: [...byRate].map(([each, runs]) => ({ name: String(each), x: runs[0].curve.steps, y: runs[0].curve.steps.map((_, i) => mean(runs.map((run) => run.curve.training[i]))) })),
      }),
      "Too large a rate leaps about, or puts out all units at once and for good; the smaller the rate, the more steps it takes.",
    );
    const at = (each: number): readonly Run[] => byRate.get(each) ?? [];
    lab.claim("rate-2-converges", at(2).filter((run) => run.training === 0).length);
    lab.claim("rate-2-error", 100 * median(at(2).map((run) => run.training)));
    lab.claim("rate-0-2-error", 100 * median(at(0.2).map((run) => run.training)));
    lab.claim("rate-0-2-convergence", median(converged(at(0.2))));
    lab.claim("rate-0-002-convergence", median(converged(at(0.002))));
    lab.claim("rate-order", [0.2, 0.02, 0.002].map((each) => ({ name: String(each), at: median(converged(at(each))) })).toSorted((a, b) => a.at - b.at).map(({ name }) => name));

    lab.text("### Hidden units");
    const byUnits = new Map<number, Run[]>();
    for (const each of hidden) byUnits.set(each, await trials({ units: each }));
    lab.table("hidden", [...byUnits].map(([each, runs]) => row("units", each, runs)), `Learning rate ${rate}.`);
    const errors = [...byUnits.values()].map((runs) => runs.map((run) => run.training));
    lab.figure(
      "hidden",
      plot.lines({ title: "Error at the end by hidden units", x: { label: "hidden units", scale: "log" }, y: { label: "error", format: "percent" }, series: [{ name: "", x: hidden, y: errors.map(mean), deviation: errors.map(deviation), validation: [...byUnits.values()].map((runs) => mean(runs.map((run) => run.validation))), points: true }] }),
      "Mean and deviation over the starts. One or two units make a line or one fold, and no more; with a hundred, some start right wherever the draw falls.",
    );
    const maps: plot.Figure[] = [];
    for (const [each, [first]] of byUnits) maps.push(await map(first.parameters, `${each} ${each === 1 ? "unit" : "units"}: ${percent(first.training)} %`));
    lab.figure("maps", plot.grid(maps, { columns: 2, width: 680 }), "Boundaries of the first start, with the training error.");
    const of = (each: number): readonly Run[] => byUnits.get(each) ?? [];
    lab.claim("one-unit", 100 * mean(of(1).map((run) => run.training)));
    lab.claim("two-units", 100 * mean(of(2).map((run) => run.training)));
    lab.claim("ten-units", 100 * median(of(10).map((run) => run.training)));
    lab.claim("ten-units-reach", (100 * of(10).filter((run) => run.training === 0).length) / lab.seeds.length);
    lab.claim("ten-units-convergence", median(converged(of(10))));
    lab.claim("hundred-units", 100 * Math.max(...of(100).map((run) => run.training)));
    lab.claim("hundred-units-convergence", median(converged(of(100))));
  },
});

/** Wi, bi, Wo, bo one after the other. */
const flat = ({ wi, bi, wo, bo }: Parameters): number[] => [...wi, ...bi, ...wo, bo];

/** The same training by nn, autograd and SGD, and the parameters at some steps of it. */
async function automatic(lab: Pick<Lab, "progress">, { units, rate, steps, seed }: Plan, { x, y }: Points): Promise<{ frames: { at: number; parameters: Parameters }[] }> {
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

/** The parameters as plain numbers. */
async function read(net: nn.Sequential): Promise<Parameters> {
  const values: number[][] = [];
  for (const parameter of net.stateDict().values()) values.push(Array.from(await parameter.data()));
  const [wi, bi, wo, [bo]] = values;
  return { wi, bi, wo, bo };
}

/** The derivatives at the assignment's sample: by autograd, by hand, and by finite differences. */
async function derivatives(lab: Pick<Lab, "text" | "table" | "figure" | "claim">, delta: number): Promise<void> {
  lab.text("### Derivatives");
  const { wi, bi, wo, bo } = tensorsOf(given);
  const loss = logisticLoss(linear(relu(linear(tensor(sample.x, float64), wi, bi)), wo, bo), tensor([sample.y], float64));
  const exact: number[] = [];
  for (const gradient of grad(loss, [wi, bi, wo, bo])) exact.push(...(await gradient.data()));

  const [x0, x1] = sample.x;
  const byHand = new TwoLayer(given);
  byHand.backward(x0, x1, sample.y);
  const hand = [...byHand.gradient.wi, ...byHand.gradient.bi, ...byHand.gradient.wo, byHand.gradient.bo];

  const values = flat(given);
  const lossAt = (i: number, by: number): number => {
    const moved = values.map((value, j) => (j === i ? value + by : value));
    return new TwoLayer({ wi: moved.slice(0, 6), bi: moved.slice(6, 9), wo: moved.slice(9, 12), bo: moved[12] }).backward(x0, x1, sample.y);
  };
  const forward = (i: number, by: number): number => (lossAt(i, by) - lossAt(i, 0)) / by;
  const central = (i: number, by: number): number => (lossAt(i, by) - lossAt(i, -by)) / (2 * by);

  const names = ["Wi₁₁", "Wi₁₂", "Wi₂₁", "Wi₂₂", "Wi₃₁", "Wi₃₂", "bi₁", "bi₂", "bi₃", "Wo₁", "Wo₂", "Wo₃", "bo"];
  const relative = (i: number, approximate: number): number => Math.abs((approximate - exact[i]) / exact[i]);
  lab.table(
    "derivatives",
    names.map((name, i) => ({ parameter: name, exact: exact[i], "by hand": hand[i], approximate: forward(i, delta), "absolute error": Math.abs(forward(i, delta) - exact[i]), "relative error": relative(i, forward(i, delta)) })),
    `∂s/∂θ at x = (0.1270, 0.9134), y = 1: by autograd, by hand, and by (s(θ + δ) − s(θ))/δ with δ = ${delta}.`,
  );
  const deltas = Array.from({ length: 41 }, (_, i) => 10 ** (-12 + 0.25 * i));
  const worst = (difference: (i: number, by: number) => number): number[] => deltas.map((by) => Math.max(...names.map((_, i) => relative(i, difference(i, by)))));
  lab.figure(
    "finite-differences",
    plot.lines({
      title: "Largest relative error of a derivative",
      x: { label: "δ", scale: "log" },
      y: { label: "relative error", scale: "log" },
      series: [{ name: "forward difference", x: deltas, y: worst(forward), best: "min" }, { name: "central difference", x: deltas, y: worst(central), best: "min" }],
    }),
    "Forward: (s(θ + δ) − s(θ))/δ. Central: (s(θ + δ) − s(θ − δ))/2δ. From the right the error falls with δ, or with δ², until the rounding of s, divided by δ, takes over. A smaller δ is better only so far.",
  );
  lab.claim("gradient-wi", exact.slice(0, 6));
  lab.claim("gradient-bi", exact.slice(6, 9));
  lab.claim("gradient-wo", exact.slice(9, 12));
  lab.claim("gradient-bo", exact[12]);
  lab.claim("hand-gradient", Math.max(...hand.map((value, i) => Math.abs(value - exact[i]))));
  lab.claim("difference-error", [Math.abs(forward(12, delta) - exact[12]), relative(12, forward(12, delta))]);
  lab.claim("difference-error-larger", [Math.abs(forward(12, 10 * delta) - exact[12]), relative(12, forward(12, 10 * delta))]);
}

/** Rosenbrock's bent valley, where curvature pays; linear regression, where Newton's method is the closed form; and mini-batches, where it is neither. */

import { classic, Generator, type Lab, nn, optim, plot, randn, step, tensor, type Tensor } from "nabla";
import { byNumber, float64, fullBatch, type Methods, oneRate, pick, runAll, ways } from "./methods.js";

/** (1 − x)² + 100(y − x²)², lowest at (1, 1). */
function rosenbrock(p: Tensor): Tensor {
  const [x, y] = [p.slice(0), p.slice(1)];
  return y.sub(x.square()).square().mul(100).add(x.sub(1).square());
}

export async function descendRosenbrock(lab: Lab<{ steps: number }>): Promise<void> {
  const { steps } = lab.settings;
  const stepping: Methods = {
    ...oneRate(1e-3),
    RMSProp: (p) => new optim.RMSprop(p, { lr: 2e-3, alpha: 0.9 }),
    Adam: (p) => new optim.Adam(p, { lr: 0.02 }),
  };
  const runs = await runAll(rosenbrock, [-1.2, 1], { ...stepping, ...fullBatch }, steps);
  const drawn = (title: string, names: readonly string[]): plot.Figure =>
    plot.contour({
      title,
      f: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
      x: { label: "x", range: [-1.8, 1.6] },
      y: { label: "y", range: [-0.6, 2.2] },
      spacing: "log",
      trajectories: ways(pick(runs, names)),
      points: [{ x: 1, y: 1 }],
    });
  lab.figure(
    "rosenbrock",
    plot.grid([drawn("steps along the gradient", Object.keys(stepping)), drawn("full batch, with line search", Object.keys(fullBatch))], { columns: 2 }),
    "From (−1.2, 1). All find the floor of the valley soon; along it, methods without curvature creep.",
  );
  lab.table(
    "rosenbrock",
    Object.entries(runs).map(([name, { iterations, evaluations, value, converged }]) => ({ method: name, iterations, "evaluations of the loss": evaluations, "loss at the end": value, converged })),
    `Until no element of the gradient exceeds 10⁻⁷, or for ${steps} iterations`,
  );
  const count = (name: string): number => runs[name].iterations;
  lab.claim("second-order-needs-fewer-iterations", count("gradient descent") / count("Newton"));
  lab.claim("order-on-rosenbrock", byNumber({ Newton: count("Newton"), BFGS: count("BFGS"), "gradient descent": count("gradient descent") }));
  lab.claim("newton-minimum", Math.max(...runs.Newton.x.map((each) => Math.abs(each - 1))));
}

const samples = 1000;
const batch = 16;

export async function regress(lab: Lab): Promise<void> {
  const generator = new Generator(3);
  const x = randn([samples, 5], { ...float64, generator });
  const y = x.matmul(randn([5, 1], { ...float64, generator })).add(randn([samples, 1], { ...float64, generator }));
  const lossOf = (theta: Tensor, from = 0, to = samples): Tensor => x.slice({ start: from, end: to }).matmul(theta).sub(y.slice({ start: from, end: to })).square().mean();

  const { coef } = await new classic.LinearRegression({ fitIntercept: false }).fit(x, y.reshape([samples]));
  const closed = await coef.data();
  const newton = await optim.minimize((theta) => lossOf(theta), [[0], [0], [0], [0], [0]], { method: fullBatch.Newton });
  lab.claim("newton-on-linear-regression", newton.iterations);
  lab.claim("newton-is-the-closed-form", Math.max(...newton.x.map((each, i) => Math.abs(each - closed[i]))));

  /** Mean loss above the lowest, in the last 50 of 150 steps. */
  const excess = async (advance: (theta: Tensor, loss: () => Tensor) => Promise<void>): Promise<number> => {
    const theta = nn.parameter(tensor([[0], [0], [0], [0], [0]], float64));
    const draws = new Generator(4);
    let sum = 0;
    for (let i = 0; i < 150; i++) {
      const from = draws.integer(samples - batch);
      await advance(theta, () => lossOf(theta, from, from + batch));
      if (i >= 100) sum += (await step(() => lossOf(theta)).item()) - newton.value;
    }
    return sum / 50;
  };
  const byNewton = await excess(async (theta, loss) => void (await new optim.Newton([theta]).step(loss)));
  const bySgd = await excess(async (theta, loss) => {
    const optimizer = new optim.SGD([theta], { lr: 0.02 });
    optimizer.zeroGrad();
    step(() => loss().backward());
    optimizer.step();
  });
  lab.claim("newton-on-mini-batches", byNewton / bySgd);
}

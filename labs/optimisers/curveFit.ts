/** A curve fit, y = a·exp(−b·x): methods for least squares need the Jacobian of the residuals and no second derivative. */

import { Generator, type Lab, optim, plot, tensor, type Tensor } from "nabla";
import { byNumber, float64, fullBatch, type Methods, oneRate, pick, runAll, ways } from "./methods.js";

const noise = new Generator(1);
const xs = Array.from({ length: 20 }, (_, i) => 0.2 * i);
const ys = xs.map((x) => 2 * Math.exp(-0.7 * x) + 0.05 * noise.normal());

/** b is measured in 1/unit. */
const residuals = (p: Tensor, unit = 1): Tensor => p.slice(0).mul(p.slice(1).mul(-unit).mul(tensor(xs, float64)).exp()).sub(tensor(ys, float64));
const loss = (p: Tensor): Tensor => residuals(p).square().sum().mul(0.5);

const leastSquares = {
  "Gauss–Newton, whole steps": (p) => new optim.GaussNewton(p, { lineSearch: optim.fixedStep() }),
  "Gauss–Newton": (p) => new optim.GaussNewton(p),
  Levenberg: (p) => new optim.Levenberg(p),
  "Levenberg–Marquardt": (p) => new optim.LevenbergMarquardt(p),
} satisfies Methods;

const start = [0.5, 4];

export async function fitCurve(lab: Lab): Promise<void> {
  const runs = { ...(await runAll((p) => residuals(p), start, leastSquares, 300)), ...(await runAll(loss, start, fullBatch, 300)) };
  const [a, b] = runs["Levenberg–Marquardt"].x;
  const curve = (p: number, q: number): number[] => xs.map((x) => p * Math.exp(-q * x));
  lab.figure(
    "curve-fit",
    plot.grid(
      [
        plot.contour({
          title: "the loss over a and b",
          f: (p, q) => curve(p, q).reduce((sum, each, i) => sum + 0.5 * (each - ys[i]) ** 2, 0),
          x: { label: "a", range: [0, 4.5] },
          y: { label: "b", range: [-0.4, 4.4] },
          spacing: "log",
          trajectories: ways(pick(runs, ["Gauss–Newton", "Levenberg", "Levenberg–Marquardt", "BFGS", "gradient descent"])),
          points: [{ x: a, y: b }],
        }),
        plot.lines({
          title: "the curve",
          x: { label: "x" },
          y: { label: "y" },
          series: [
            { name: "data", x: xs, y: ys, line: "dotted", points: true },
            { name: "start", x: xs, y: curve(start[0], start[1]), line: "dashed" },
            { name: "fit", x: xs, y: curve(a, b) },
          ],
        }),
      ],
      { columns: 2 },
    ),
    "Fitting y = a·exp(−b·x) from a = 0.5, b = 4.",
  );
  lab.table("curve-fit", Object.entries(runs).map(([name, { iterations, value, converged }]) => ({ method: name, iterations, "loss at the end": value, converged })), "The curve fit, 300 iterations at most");

  const undamped = runs["Gauss–Newton, whole steps"];
  const neverRises = ({ history }: optim.Minimum): boolean => history.every(({ value }, i) => i === 0 || value <= history[i - 1].value);
  lab.claim("gauss-newton-may-diverge", undamped.value > undamped.history[0].value ? "diverges" : "converges");
  lab.claim("damping-never-rises", neverRises(runs.Levenberg) && neverRises(runs["Levenberg–Marquardt"]) ? "falls" : "rises");
  lab.claim("levenberg-marquardt-iterations", runs["Levenberg–Marquardt"].iterations);

  // Between Gauss–Newton and gradient descent: directions of the first step from a = 1.5, b = 1.
  const firstStep = async (f: (p: Tensor) => Tensor, method: optim.Method): Promise<number[]> => {
    const { history } = await optim.minimize(f, [1.5, 1], { method, maxIterations: 1 });
    return history[1].x.map((each, i) => each - history[0].x[i]);
  };
  const cosine = (u: number[], v: number[]): number => (u[0] * v[0] + u[1] * v[1]) / (Math.hypot(...u) * Math.hypot(...v));
  const damped = (damping: number): Promise<number[]> => firstStep((p) => residuals(p), (p) => new optim.Levenberg(p, { damping }));
  lab.claim("little-damping-is-gauss-newton", cosine(await damped(1e-10), await firstStep((p) => residuals(p), leastSquares["Gauss–Newton"])));
  lab.claim("much-damping-is-gradient-descent", cosine(await damped(1e6), await firstStep(loss, oneRate(1e-6).SGD)));

  // Marquardt's scaling: b in thousandths, so that one component of the gradient is a thousand times the other's size.
  const scaled = await runAll((p) => residuals(p, 1000), [start[0], start[1] / 1000], leastSquares, 300);
  lab.claim("marquardt-follows-the-scale", byNumber({ "Levenberg–Marquardt": scaled["Levenberg–Marquardt"].iterations, Levenberg: scaled.Levenberg.iterations }));
}

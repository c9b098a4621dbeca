/** x² from 5, as in the exam; and a valley with two minima. */

import { type Lab, optim, plot, type Tensor } from "nabla";
import { fullBatch, oneRate } from "./methods.js";

const parabola = (x: Tensor): Tensor => x.square().sum();

export async function minimiseParabola(lab: Lab): Promise<void> {
  const oscillating = await optim.minimize(parabola, [5], { method: oneRate(1).SGD, maxIterations: 50 });
  const small = await optim.minimize(parabola, [5], { method: oneRate(0.1).SGD });
  const searched = await optim.minimize(parabola, [5], { method: fullBatch["gradient descent"] });
  const newton = await optim.minimize(parabola, [5], { method: fullBatch.Newton });
  lab.claim("descent-oscillates", oscillating.history.slice(0, 5).map(({ x }) => x[0]));
  lab.claim("descent-does-not-arrive", oscillating.value);
  lab.claim("newton-one-step", newton.iterations);
  lab.claim("newton-arrives", newton.x[0]);
  lab.claim("line-search-arrives", searched.iterations);
  const runs = { "gradient descent, α = 1": oscillating, "gradient descent, α = 0.1": small, "gradient descent with line search": searched, Newton: newton };
  lab.figure(
    "parabola",
    plot.lines({
      x: { label: "iteration" },
      y: { label: "x" },
      series: Object.entries(runs).map(([name, { history }]) => ({ name, x: history.slice(0, 13).map((_, i) => i), y: history.slice(0, 13).map(({ x }) => x[0]), points: true, line: name === "Newton" ? "dashed" : "solid" })),
    }),
    "x² from 5. With α = 1 the step is −2x and lands as far on the other side, for ever. A line search halves that step; Newton's method divides by the curvature. Both are there at once.",
  );
}

/** (x² − 1)² + 0.3x has its minimum at −1.04, a second one at 0.96, and a hill between them at 0.08. */
const twoValleys = (x: Tensor): Tensor => x.square().sub(1).square().add(x.mul(0.3)).sum();

/** "Can it overcome local minima?" */
export async function escapeLocalMinimum(lab: Lab): Promise<void> {
  const starts = Array.from({ length: 20 }, (_, i) => 0.1 + 0.1 * i);
  const share = async (method: optim.Method): Promise<number> => {
    let crossed = 0;
    for (const start of starts) crossed += (await optim.minimize(twoValleys, [start], { method, maxIterations: 400 })).x[0] < 0 ? 1 : 0;
    return crossed / starts.length;
  };
  const { SGD, momentum } = oneRate(0.01);
  lab.claim("descent-leaves-local-minimum", 100 * (await share(SGD)));
  lab.claim("momentum-leaves-local-minimum", 100 * (await share(momentum)));
}

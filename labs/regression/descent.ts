/** Gradient descent, step by step, on the way to the closed form. */

import { type Lab, matmul, mean, optim, plot, square, step, sub, tensor } from "nabla";
import { float64, largest } from "./buildings.js";
import type { Fitted } from "./fit.js";

export async function descend(lab: Lab<{ rate: number; steps: number }>, { standard, y, leastSquares }: Fitted): Promise<void> {
  const { rate, steps } = lab.settings;
  lab.text("### Gradient descent");
  const distances: number[] = [];
  const path: number[][] = [];
  const theta = tensor([0, 0, 0, 0, 0], { ...float64, requiresGrad: true });
  const descent = new optim.SGD([theta], { lr: rate });
  for (let i = 0; i <= steps; i++) {
    await lab.progress(i, steps, "gradient descent");
    const now = await theta.data();
    distances.push(largest(now, leastSquares));
    path.push([now[1], now[4]]);
    step(() => {
      descent.zeroGrad();
      mean(square(sub(matmul(standard, theta), y))).backward();
      descent.step();
    });
  }
  lab.figure(
    "descent",
    plot.lines({ title: "Gradient descent on the way to the closed form", x: { label: "step" }, y: { label: "largest difference of a weight", scale: "log" }, series: [{ name: "", x: distances.map((_, i) => i), y: distances }] }),
    distances[distances.length - 1] < distances[0]
      ? `Learning rate ${rate}, on standardised features. A straight line on this scale: each step takes away the same share of what is left, until rounding stops it.`
      : `Learning rate ${rate}: too large. Each step goes further beyond the minimum than it was before it, and the weights diverge; below 1 they arrive.`,
  );
  lab.claim("descent", distances[distances.length - 1]);

  // J over two of the weights, the others at their best.
  const quadratic = async (a: number, b: number): Promise<number> => step(() => mean(square(sub(matmul(standard, tensor([leastSquares[0], a, leastSquares[2], leastSquares[3], b], float64)), y)))).item();
  const ranges = [1, 4].map((i): [number, number] => [-1, 2 * leastSquares[i]]);
  const heights: number[][] = [];
  for (let row = 0; row < 30; row++) {
    const line: number[] = [];
    for (let column = 0; column < 30; column++) line.push(await quadratic(ranges[0][0] + ((ranges[0][1] - ranges[0][0]) * column) / 29, ranges[1][0] + ((ranges[1][1] - ranges[1][0]) * row) / 29));
    heights.push(line);
  }
  lab.figure(
    "valley",
    plot.contour({ title: "J over two weights", f: heights, x: { label: "outside, standardised", range: ranges[0] }, y: { label: "sun, standardised", range: ranges[1] }, trajectories: [{ name: "gradient descent", points: path.slice(0, 60) }] }),
    "The loss is a bowl, with one lowest point: wherever descent begins, it ends there.",
  );
}

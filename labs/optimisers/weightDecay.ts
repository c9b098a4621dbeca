/** An L2 term in the loss and decay of the weights: one thing for SGD, two for Adam. */

import { Generator, type Lab, nn, optim, plot, step, tensor, type Tensor } from "nabla";
import { float64 } from "./methods.js";

const sizes = [10, 0.1];
const [rate, decay] = [0.01, 0.5];
const steps = 300;

/** Two weights, from 1, whose gradients are noise of these sizes; `l2` goes into the loss. @returns both, after each step */
async function follow(make: (weights: Tensor) => optim.SGD | optim.Adam, l2: number): Promise<number[][]> {
  const w = nn.parameter(tensor([1, 1], float64));
  const optimizer = make(w);
  const noise = new Generator(2);
  const rows = [[1, 1]];
  for (let i = 0; i < steps; i++) {
    const slopes = sizes.map((size) => size * noise.normal());
    optimizer.zeroGrad();
    step(() => w.mul(tensor(slopes, float64)).sum().add(nn.l2Penalty(w).mul(l2 / 2)).backward());
    optimizer.step();
    rows.push([...(await w.data())]);
  }
  return rows;
}

const gap = (p: number[][], q: number[][]): number => Math.max(...p.flatMap((row, i) => row.map((each, j) => Math.abs(each - q[i][j]))));

export async function compareDecay(lab: Lab): Promise<void> {
  const sgd = { "L2 in the loss": await follow((w) => new optim.SGD([w], { lr: rate }), decay), decay: await follow((w) => new optim.SGD([w], { lr: rate, weightDecay: decay }), 0) };
  const adam = {
    "no decay": await follow((w) => new optim.Adam([w], { lr: rate }), 0),
    "L2 in the loss": await follow((w) => new optim.Adam([w], { lr: rate }), decay),
    "decoupled decay": await follow((w) => new optim.AdamW([w], { lr: rate, weightDecay: decay }), 0),
  };
  lab.claim("decay-is-l2-in-sgd", gap(sgd["L2 in the loss"], sgd.decay));
  lab.claim("decay-is-not-l2-in-adam", gap(adam["L2 in the loss"], adam["decoupled decay"]));
  lab.figure(
    "weight-decay",
    plot.grid(
      sizes.map((size, j) =>
        plot.lines({
          title: `a weight with gradients of size ${size}`,
          x: { label: "step" },
          y: { label: "weight", range: [-0.4, 1.2] },
          series: Object.entries(adam).map(([name, rows]) => ({ name, x: rows.map((_, i) => i), y: rows.map((row) => row[j]) })),
        }),
      ),
      { columns: 2 },
    ),
    `Adam on gradients that are noise, λ = ${decay}. Decoupled decay shrinks both weights alike. L2 in the loss goes through Adam's division by the size of the gradients: it hardly moves the weight on the left, and takes the one on the right to zero at full speed.`,
  );
}

/** L1 makes weights zero, L2 makes them small and alike: the lecture's example, and a regression with few inputs that matter. */

import { classic, Generator, type Lab, nn, optim, plot, randn, tensor, type Tensor } from "nabla";

const float64 = { dtype: "float64" } as const;

export async function compareExample(lab: Lab): Promise<void> {
  await lab.progress(0, 1, "the example");
  const x = tensor([1, 2, 1], float64);
  const candidates = [tensor([0, 0.75, 0], float64), tensor([0.25, 0.5, 0.25], float64)];
  const each = (measure: (theta: Tensor) => Tensor): Promise<number[]> => Promise.all(candidates.map((theta) => measure(theta).item()));
  lab.claim("same-score", await each((theta) => theta.mul(x).sum()));
  lab.claim("l2-of-both", await each((theta) => nn.l2Penalty(theta)));
  lab.claim("l1-of-both", await each((theta) => nn.l1Penalty(theta)));

  // Which weights with θ·x = 1.5 does each penalty choose?
  const small = 1e-3;
  const ridge = await optim.minimize((theta) => theta.mul(x).sum().sub(1.5).square().add(nn.l2Penalty(theta).mul(small)), [0, 0, 0]);
  const lasso = await new classic.Lasso({ alpha: small, fitIntercept: false, tolerance: 1e-10, maxIterations: 100_000 }).fit(x.reshape([1, 3]), [1.5]);
  lab.claim("l2-chooses", ridge.x);
  lab.claim("l1-chooses", [...(await lasso.coef.data())]);
}

export async function drawPaths(lab: Lab): Promise<void> {
  const [samples, inputs] = [60, 20];
  const generator = new Generator(1);
  const x = randn([samples, inputs], { ...float64, generator });
  const truth = Array.from({ length: inputs }, (_, i) => ({ 0: 3, 5: -2, 9: 1 })[i] ?? 0);
  const y = x.matmul(tensor(truth, float64).reshape([inputs, 1])).add(randn([samples, 1], { ...float64, generator })).reshape([samples]);
  const strengths = Array.from({ length: 25 }, (_, i) => 10 ** (-3 + i / 6));
  const path = async (fit: (strength: number) => Promise<{ readonly coef: Tensor }>): Promise<number[][]> => {
    const rows = [];
    for (const [i, strength] of strengths.entries()) {
      await lab.progress(i, strengths.length, "paths of the weights");
      rows.push([...(await (await fit(strength)).coef.data())]);
    }
    return rows;
  };
  const lasso = await path((alpha) => new classic.Lasso({ alpha }).fit(x, y));
  const ridge = await path((alpha) => new classic.Ridge({ alpha: 2 * samples * alpha }).fit(x, y));
  const chart = (title: string, rows: number[][]): plot.Figure => {
    const lines = [0, 5, 9].map((i) => ({ name: `weight ${i + 1}, really ${truth[i]}`, x: strengths, y: rows.map((row) => row[i]) }));
    const rest = rows.map((row) => Math.max(...row.filter((_, i) => truth[i] === 0).map(Math.abs)));
    return plot.lines({ title, x: { label: "λ", scale: "log" }, y: { label: "weight", range: [-2.5, 3.5] }, series: [...lines, { name: "largest of the other 17", x: strengths, y: rest, line: "dashed" }] });
  };
  lab.figure("paths", plot.grid([chart("L1", lasso), chart("L2", ridge)], { columns: 2 }), "Three of 20 inputs matter. L1 takes the weights of the others to exactly 0, one after the other; L2 only makes all of them smaller.");
  const zeros = (row: number[]): number => row.filter((weight) => weight === 0).length;
  const near = strengths.findIndex((strength) => strength >= 0.2);
  lab.claim("l1-zeros", zeros(lasso[near]));
  lab.claim("l2-zeros", Math.max(...ridge.map(zeros)));
  lab.claim("l1-keeps", lasso[near].map((weight, i) => [weight, i]).filter(([weight]) => Math.abs(weight) > 0.1).map(([, i]) => i + 1));
}

/** Batch norm as a graph of the six operations that the exam gives: + − · x² √ 1/x, and sums. */

import { batchNormTrain, grad, type Lab, plot, tensor, type Tensor } from "nabla";
import { numbers, type Settings, value } from "./graphs.js";

/** ŷ = γ · (x − E[x]) / √Var[x] + β over the batch x: [N]. */
function normalised(x: Tensor, gamma: Tensor, beta: Tensor) {
  const mean = x.sum().mul(1 / x.size);
  const centred = x.sub(mean);
  const variance = centred.square().sum().mul(1 / x.size);
  const hat = centred.mul(variance.sqrt().reciprocal());
  return { mean, variance, hat, y: hat.mul(gamma).add(beta) };
}

export async function batchNormGraph(lab: Lab<Settings>): Promise<void> {
  lab.text("### Batch norm");
  const [x, gamma, beta] = [value([1, 3, 5, 7]), value(2), value(1)];
  const { mean, variance, hat, y } = normalised(x, gamma, beta);
  const first = y.mul(tensor([1, 0, 0, 0], { dtype: "float64" })).sum();
  lab.figure(
    "batch-norm",
    await plot.computationalGraph(first, { names: { x, γ: gamma, β: beta, "E[x]": mean, "Var[x]": variance, "x̂": hat, y1: first }, direction: "down" }),
    "Batch norm of the batch 1, 3, 5, 7 with γ = 2 and β = 1, and the gradient of its first output. It comes back to x by three ways: past the mean, through the mean, through the variance.",
  );

  const [dx] = grad(first, [x], { retainGraph: true });
  const batch = x.reshape([4, 1]);
  const fused = batchNormTrain(batch, gamma.reshape([1]), beta.reshape([1]), { eps: 0 });
  const [direct] = grad(fused.slice(0, 0), [x]);
  const slopes = await numbers(dx);
  const rows = [await numbers(x), await numbers(hat), await numbers(y), slopes, await numbers(direct)];
  lab.table(
    "batch-norm-gradient",
    [0, 1, 2, 3].map((i) => ({ x: rows[0][i], "x̂": rows[1][i], y: rows[2][i], "∂y1/∂x by the graph": rows[3][i], "by the fused operation": rows[4][i] })),
    "The gradients sum to 0: adding the same number to all of a batch changes nothing.",
  );
}

/** The graphs of lecture 4: every value on its way forward, every gradient on its way back. */

import { grad, type Lab, plot, tensor, type Tensor } from "nabla";

/** A float64 tensor that gradients flow to. */
export const value = (data: number | readonly number[] | readonly (readonly number[])[]): Tensor => tensor(data as number, { dtype: "float64", requiresGrad: true });

export const numbers = async (t: Tensor): Promise<number[]> => Array.from(await t.data(), Number);

const item = (t: Tensor): Promise<number> => t.item();

/** What `lab.ts` may be told. */
export interface Settings {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly layers: number;
  readonly weight: number;
}

export async function lectureGraphs(lab: Lab<Settings>): Promise<void> {
  lab.text("### Numbers through a graph");
  await product(lab);
  await neuron(lab);
  await batch(lab);
  await twoLayers(lab);
}

/** f = (x + y) · z. */
async function product(lab: Lab<Settings>): Promise<void> {
  const [x, y, z] = [value(lab.settings.x), value(lab.settings.y), value(lab.settings.z)];
  const d = x.add(y);
  const f = d.mul(z);
  lab.figure("product", await plot.computationalGraph(f, { names: { x, y, z, d, f } }), "f = (x + y) · z. A sum hands its gradient on; a product swaps its operands: z gets d, and d gets z.");
  lab.claim("product-value", await item(f));
  lab.claim("product-gradients", await Promise.all(grad(f, [x, y, z]).map(item)));
}

/** A sigmoid neuron taken apart into sums, products, exp and 1/x. */
async function neuron(lab: Lab<Settings>): Promise<void> {
  const [w0, x0, w1, x1, b] = [2, -1, -3, -2, -3].map((v) => value(v));
  const score = w0.mul(x0).add(w1.mul(x1)).add(b);
  const minus = score.neg();
  const power = minus.exp();
  const sum = power.add(1);
  const f = sum.reciprocal();
  lab.figure("neuron", await plot.computationalGraph(f, { names: { w0, x0, w1, x1, b, f } }), "A neuron with a sigmoid, 1 / (1 + e^−(w0·x0 + w1·x1 + b)), as the operations that it is made of.");
  lab.claim("neuron-value", await item(f));
  lab.claim("neuron-values", [await item(power), await item(sum)]);
  lab.claim("neuron-gradients", await Promise.all(grad(f, [sum, power, minus, score], { retainGraph: true }).map(item)));

  const inputs = { w0, x0, w1, x1, b };
  const slopes = await Promise.all(grad(f, Object.values(inputs)).map(item));
  lab.table("neuron-inputs", Object.keys(inputs).map((name, i) => ({ input: name, gradient: slopes[i] })), "What comes back to the inputs: the gradient 0.2 of the score, times what each was multiplied with.");
}

/** L = Σ (XW)²: matrices along the edges, no Jacobian anywhere. */
async function batch(lab: Lab<Settings>): Promise<void> {
  const [X, W] = [value([[0, 1], [2, 3]]), value([[1, 1], [1, 1]])];
  const Y = X.matmul(W);
  const L = Y.square().sum();
  lab.figure("batch", await plot.computationalGraph(L, { names: { X, W, Y, L } }), "A batch of two rows: L = Σ (XW)². Matrices are written row after row. The gradient of a matrix has its shape; ∂L/∂W = Xᵀ · ∂L/∂Y.");
  lab.claim("batch-loss", await item(L));
  const [dY, dX, dW] = grad(L, [Y, X, W]);
  for (const [id, gradient] of Object.entries({ "batch-dy": dY, "batch-dx": dX, "batch-dw": dW })) lab.claim(id, await numbers(gradient));
}

/** One input, one hidden unit with ReLU, one output, squared error. */
async function twoLayers(lab: Lab<Settings>): Promise<void> {
  const [x, y, w1, w2] = [tensor(1, { dtype: "float64" }), tensor(0, { dtype: "float64" }), value(1 / 3), value(2)];
  const prediction = w2.mul(w1.mul(x).relu());
  const L = prediction.sub(y).square();
  lab.figure("two-layers", await plot.computationalGraph(L, { names: { x, y, w1, w2, L } }), "Regression with two layers: L = (w2 · max(0, w1 · x) − y)².");
  lab.claim("two-layers-loss", await item(L));
  lab.claim("two-layers-gradients", await Promise.all(grad(L, [w1, w2]).map(item)));
}

/** The networks of the exams, drawn, with one step of gradient descent. */

import { diag, grad, jacobian, type Lab, leakyRelu, mseLoss, plot, relu, sigmoid, softmax, tensor, type Tensor } from "nabla";
import { numbers, type Settings, value } from "./graphs.js";

interface Layers {
  readonly x: Tensor;
  readonly W: Tensor;
  readonly b: Tensor;
  readonly V: Tensor;
  readonly c: Tensor;
}

/** Two layers: x → activation(xW + b) → (…)V + c, and the mean squared error. */
function twoLayers({ x, W, b, V, c }: Layers, activation: (t: Tensor) => Tensor, target: Tensor) {
  const hidden = activation(x.matmul(W).add(b));
  const output = hidden.matmul(V).add(c);
  return { hidden, output, loss: mseLoss(output, target) };
}

export async function examNetworks(lab: Lab<Settings>): Promise<void> {
  lab.text("### The networks of the exams");
  await leakyNetwork(lab);
  await mockNetwork(lab);
  await affineLayer(lab);
  await slopesByThemselves(lab);
}

async function leakyNetwork(lab: Lab<Settings>): Promise<void> {
  const x = tensor([[1, -2]], { dtype: "float64" });
  const target = tensor([[1, 1]], { dtype: "float64" });
  const layers = { x, W: value([[-0.5, 1, 2], [-1, 0.5, 1.5]]), b: value([0.5, 0, -1]), V: value([[1, -0.5], [-0.5, 2], [-1, 1]]), c: value([-1, 2]) };
  const { output, loss } = twoLayers(layers, (t) => leakyRelu(t, 0.5), target);
  lab.figure("leaky-network", await plot.computationalGraph(loss, { names: { ...layers, y: target, L: loss }, direction: "down" }), "August 2022: two inputs, three hidden units with leaky ReLU, two outputs, mean squared error. Beyond four numbers an edge shows shapes and norms.");
  lab.claim("leaky-output", await numbers(output));
  lab.claim("leaky-loss", await loss.item());
  await oneStep(lab, "leaky", layers.W, loss, [0, 0]);
}

async function mockNetwork(lab: Lab<Settings>): Promise<void> {
  const i = tensor([[2, -1]], { dtype: "float64" });
  const target = tensor([[1, 0.5]], { dtype: "float64" });
  const layers = { x: i, W: value([[1, -0.5], [0.5, -1]]), b: value([0.5, -0.5]), V: value([[0.5, -1], [-0.5, 1]]), c: value([-1, 0.5]) };
  const { output, loss } = twoLayers(layers, relu, target);
  const { x: _x, ...parameters } = layers;
  lab.figure("mock-network", await plot.computationalGraph(loss, { names: { i, ...parameters, t: target, L: loss }, direction: "down" }), "Mock exam 2020: two inputs, two hidden units with ReLU, two outputs. The second hidden unit is off: nothing comes back through it.");
  lab.claim("mock-output", await numbers(output));
  lab.claim("mock-loss", await loss.item());
  await oneStep(lab, "mock", layers.W, loss, [1, 0]);
}

/** Gradient and new value of one weight, for a rate of 0.1. */
async function oneStep(lab: Lab<Settings>, name: string, weights: Tensor, loss: Tensor, [row, column]: readonly [number, number]): Promise<void> {
  const slope = await grad(loss, [weights])[0].slice(row, column).item();
  lab.claim(`${name}-gradient`, slope);
  lab.claim(`${name}-step`, (await weights.slice(row, column).item()) - 0.1 * slope);
}

/** σ(XW + b): what arrives at W and b for a gradient dout that is given. */
async function affineLayer(lab: Lab<Settings>): Promise<void> {
  const [X, dout] = [tensor([[1, 1], [0, -1]], { dtype: "float64" }), tensor([[0], [0.25]], { dtype: "float64" })];
  const [W, b] = [value([[1], [2]]), value([2])];
  const [dW, db] = grad(X.matmul(W).add(b), [W, b], { gradient: dout });
  lab.claim("affine-dw", await numbers(dW));
  lab.claim("affine-db", await db.sum().item());
}

/** Slopes that follow from the output alone, so that backward needs nothing but what forward kept. */
async function slopesByThemselves(lab: Lab<Settings>): Promise<void> {
  const x = value([-2, -0.5, 0, 1.5]);
  const y = sigmoid(x);
  const [slopes] = grad(y.sum(), [x], { retainGraph: true });
  const largest = (a: Tensor): Promise<number> => a.abs().max().item();
  lab.claim("sigmoid-slope", await largest(slopes.sub(y.mul(y.neg().add(1)))));

  const z = value([0.2, -1, 0.7]);
  const p = softmax(z);
  const byHand = diag(p).sub(p.unsqueeze(1).mul(p.unsqueeze(0)));
  const matrix = jacobian((t) => softmax(t), z);
  lab.claim("softmax-slope", await largest(matrix.sub(byHand)));
  const rows = (await matrix.array()) as number[][];
  lab.figure("softmax-jacobian", plot.heatMap({ title: "Jacobian of softmax", values: rows, rows: ["ŷ1", "ŷ2", "ŷ3"], columns: ["z1", "z2", "z3"], colours: "diverging", width: 380 }), "ŷi(δij − ŷj) at z = (0.2, −1, 0.7): each score raises its own share and takes it from the others, so that every column sums to 0.");
}

/** What a residual connection does for the gradient: H(x) = x + R(x) has the slope 1 + r. */

import { grad, type Lab, plot, type Tensor } from "nabla";
import { numbers, type Settings, value } from "./graphs.js";

export async function highway(lab: Lab<Settings>): Promise<void> {
  lab.text("### The highway");
  const { layers, weight } = lab.settings;
  const layer = (x: Tensor): Tensor => x.mul(weight).tanh();
  const block = (x: Tensor): Tensor => x.add(layer(x));

  const x = value([-2, -0.5, 0, 1, 3]);
  const [[r], [h]] = [grad(layer(x).sum(), [x]), grad(block(x).sum(), [x])];
  lab.claim("residual-slope", await numbers(h.sub(r)));

  const one = value(0.5);
  const H = block(one);
  lab.figure("residual", await plot.computationalGraph(H, { names: { x: one, H } }), "A residual block. The gradient 1 comes back to x by both ways, and what arrives is added: 1 + r.");

  const plain = await slopes(layers, layer);
  const residual = await slopes(layers, block);
  const depth = plain.map((_, i) => i);
  lab.figure(
    "highway",
    plot.lines({
      title: "Gradient that arrives below n layers",
      series: [
        { name: "with the connection", x: depth, y: residual },
        { name: "without", x: depth, y: plain },
      ],
      x: { label: "layers it came through" },
      y: { label: "|∂output/∂x|", scale: "log" },
    }),
    `Without a connection every layer multiplies the gradient by r, at most ${weight}; with it by 1 + r, at least 1.`,
  );
  lab.table("highway-ends", [
    { network: "without connections", "gradient below the last layer": plain.at(-1) ?? null },
    { network: "with connections", "gradient below the last layer": residual.at(-1) ?? null },
  ], `After ${layers} layers.`);
}

/** |∂output/∂(input of the last n layers)| for n = 0, 1, …, starting from x = 0.5. */
async function slopes(layers: number, layer: (x: Tensor) => Tensor): Promise<number[]> {
  const states = [value(0.5)];
  for (let i = 0; i < layers; i++) states.push(layer(states[i]));
  const gradients = await Promise.all(grad(states[layers], states).map((g) => g.item()));
  return gradients.map(Math.abs).toReversed();
}

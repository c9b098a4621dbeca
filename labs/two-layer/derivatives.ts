/** The derivatives of the assignment's table: by autograd, by hand, and by finite differences. */

import { grad, type Lab, linear, logisticLoss, plot, relu, tensor } from "nabla";
import { type Parameters, TwoLayer } from "./byHand.js";
import { flat, float64, tensorsOf } from "./network.js";

/** The sample and the parameters that the assignment reports the derivatives at. */
const sample = { x: [0.127, 0.9134], y: 1 };
const given: Parameters = { wi: [0.6324, 0.5469, 0.0975, 0.9575, 0.2785, 0.9649], bi: [0.1576, 0.9706, 0.9572], wo: [0.4854, 0.8003, 0.1419], bo: 0.4218 };

export async function derivatives(lab: Pick<Lab, "text" | "table" | "figure" | "claim">, delta: number): Promise<void> {
  lab.text("### Derivatives");
  const { wi, bi, wo, bo } = tensorsOf(given);
  const loss = logisticLoss(linear(relu(linear(tensor(sample.x, float64), wi, bi)), wo, bo), tensor([sample.y], float64));
  const exact: number[] = [];
  for (const gradient of grad(loss, [wi, bi, wo, bo])) exact.push(...(await gradient.data()));

  const [x0, x1] = sample.x;
  const byHand = new TwoLayer(given);
  byHand.backward(x0, x1, sample.y);
  const hand = [...byHand.gradient.wi, ...byHand.gradient.bi, ...byHand.gradient.wo, byHand.gradient.bo];

  const values = flat(given);
  const lossAt = (i: number, by: number): number => {
    const moved = values.map((value, j) => (j === i ? value + by : value));
    return new TwoLayer({ wi: moved.slice(0, 6), bi: moved.slice(6, 9), wo: moved.slice(9, 12), bo: moved[12] }).backward(x0, x1, sample.y);
  };
  const forward = (i: number, by: number): number => (lossAt(i, by) - lossAt(i, 0)) / by;
  const central = (i: number, by: number): number => (lossAt(i, by) - lossAt(i, -by)) / (2 * by);

  const names = ["Wi₁₁", "Wi₁₂", "Wi₂₁", "Wi₂₂", "Wi₃₁", "Wi₃₂", "bi₁", "bi₂", "bi₃", "Wo₁", "Wo₂", "Wo₃", "bo"];
  const relative = (i: number, approximate: number): number => Math.abs((approximate - exact[i]) / exact[i]);
  lab.table(
    "derivatives",
    names.map((name, i) => ({ parameter: name, exact: exact[i], "by hand": hand[i], approximate: forward(i, delta), "absolute error": Math.abs(forward(i, delta) - exact[i]), "relative error": relative(i, forward(i, delta)) })),
    `∂s/∂θ at x = (0.1270, 0.9134), y = 1: by autograd, by hand, and by (s(θ + δ) − s(θ))/δ with δ = ${delta}.`,
  );
  const deltas = Array.from({ length: 41 }, (_, i) => 10 ** (-12 + 0.25 * i));
  const worst = (difference: (i: number, by: number) => number): number[] => deltas.map((by) => Math.max(...names.map((_, i) => relative(i, difference(i, by)))));
  lab.figure(
    "finite-differences",
    plot.lines({
      title: "Largest relative error of a derivative",
      x: { label: "δ", scale: "log" },
      y: { label: "relative error", scale: "log" },
      series: [{ name: "forward difference", x: deltas, y: worst(forward), best: "min" }, { name: "central difference", x: deltas, y: worst(central), best: "min" }],
    }),
    "Forward: (s(θ + δ) − s(θ))/δ. Central: (s(θ + δ) − s(θ − δ))/2δ. From the right the error falls with δ, or with δ², until the rounding of s, divided by δ, takes over. A smaller δ is better only so far.",
  );
  lab.claim("gradient-wi", exact.slice(0, 6));
  lab.claim("gradient-bi", exact.slice(6, 9));
  lab.claim("gradient-wo", exact.slice(9, 12));
  lab.claim("gradient-bo", exact[12]);
  lab.claim("hand-gradient", Math.max(...hand.map((value, i) => Math.abs(value - exact[i]))));
  lab.claim("difference-error", [Math.abs(forward(12, delta) - exact[12]), relative(12, forward(12, delta))]);
  lab.claim("difference-error-larger", [Math.abs(forward(12, 10 * delta) - exact[12]), relative(12, forward(12, 10 * delta))]);
}

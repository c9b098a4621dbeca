/** Regression: least squares, found in closed form, by gradient descent, and as the likeliest of all models with normal noise. */

import { defineLab, matmul, tensor } from "nabla";
import { float64, truth } from "./buildings.js";
import { descend } from "./descent.js";
import { fit } from "./fit.js";
import { shrink } from "./ridge.js";

export default defineLab({
  settings: {
    samples: { quick: 500, full: 20_000, min: 20, whole: true, about: "days to learn from" },
    noise: { value: 2, above: 0, about: "standard deviation of the noise, in degrees" },
    rate: { value: 0.1, above: 0, about: "learning rate of gradient descent, on standardised features" },
    steps: { value: 400, min: 1, whole: true, about: "steps of gradient descent" },
    alphas: { value: [0.01, 0.1, 1, 10, 100, 1000, 10_000], above: 0, about: "strengths of the ridge penalty" },
  },
  seeds: { quick: 5, full: 20 },

  async run(lab) {
    lab.text("### A model at work");
    const days = [[1, 25, 50, 2, 50], [1, -10, 50, 0, 10]];
    const temperatures = await matmul(tensor(days, float64), tensor(truth, float64)).data();
    lab.table("prediction", days.map(([, outside, humidity, people, sun], i) => ({ "outside (°C)": outside, "humidity (%)": humidity, people, "sun (%)": sun, "inside (°C)": Number(temperatures[i].toFixed(4)) })), "ŷ = Xθ with θ = (0.2, 0.64, 0, 1, 0.14).");
    lab.claim("prediction", Array.from(temperatures));

    const fitted = await fit(lab);
    await descend(lab, fitted);
    await shrink(lab);
  },
});

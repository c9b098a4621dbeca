/** Optimisers: the ways they take on a parabola, in a narrow valley, on Rosenbrock's function and in a curve fit, counted and drawn. */

import { defineLab } from "nabla";
import { fitCurve } from "./curveFit.js";
import { escapeLocalMinimum, minimiseParabola } from "./parabola.js";
import { descendRosenbrock, regress } from "./rosenbrock.js";
import { correctBias, crossValley } from "./valley.js";
import { compareDecay } from "./weightDecay.js";

export default defineLab({
  settings: {
    rate: { value: 0.035, above: 0, about: "learning rate of SGD, momentum and Nesterov in the narrow valley; descent diverges above 0.08" },
    adaptiveRate: { value: 0.3, above: 0, about: "learning rate of Adam and its kin in the narrow valley" },
    steps: { quick: 5_000, full: 50_000, min: 100, whole: true, about: "iterations on Rosenbrock's function, at most" },
  },

  async run(lab) {
    const parts = [minimiseParabola, escapeLocalMinimum, crossValley, correctBias, descendRosenbrock, regress, fitCurve, compareDecay];
    for (const [i, part] of parts.entries()) {
      await lab.progress(i, parts.length, "optimisers");
      await part(lab);
    }
  },
});

/** Two layers: the network of assignment 3 on the double moon, its derivatives checked, trained from many starts, at many rates and with many units. */

import { defineLab } from "nabla";
import { derivatives } from "./derivatives.js";
import { compareRates } from "./rates.js";
import { compareStarts, oneTraining } from "./starts.js";
import { prepare } from "./trials.js";
import { compareUnits } from "./units.js";

export default defineLab({
  settings: {
    samples: { value: 1000, min: 100, whole: true, about: "points to learn from, and as many to validate" },
    steps: { value: 100_000, min: 1000, whole: true, about: "online steps of each run; three times as many at rates of 0.002 and less" },
    every: { quick: 100, full: 10, min: 1, whole: true, about: "steps between two looks at the errors" },
    delta: { value: 1e-4, above: 0, about: "δ of the finite differences" },
    rate: { value: 0.02, above: 0, about: "learning rate where it is not varied" },
    units: { value: 7, min: 1, whole: true, about: "hidden units where they are not varied" },
    rates: { value: [2, 0.2, 0.02, 0.002], above: 0, about: "learning rates to compare" },
    hidden: { value: [1, 2, 5, 7, 10, 100], min: 1, whole: true, about: "numbers of hidden units to compare" },
  },
  seeds: { quick: 5, full: 20 },

  async run(lab) {
    await derivatives(lab, lab.settings.delta);
    const trials = prepare(lab);
    const starts = await oneTraining(lab, trials);
    await compareStarts(lab, trials, starts);
    await compareRates(lab, trials);
    await compareUnits(lab, trials);
  },
});

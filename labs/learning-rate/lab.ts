/** Learning rate and batch size: what happens when they are too small, and what when they are too large. */

import { defineLab } from "nabla";
import { measureNoise, raceDescent, sweepBatches } from "./batches.js";
import { decayRate, sweepRates } from "./rates.js";

export default defineLab({
  settings: {
    data: { quick: "digits", full: "mnist", choices: ["digits", "mnist", "fashion"], about: "images to learn" },
    rates: { value: [1e-5, 1e-3, 0.1, 1, 10], above: 0, about: "learning rates of SGD" },
    batches: { value: [8, 32, 128, 256], min: 1, whole: true, about: "batch sizes" },
    batch: { quick: 32, full: 128, min: 1, whole: true, about: "batch size while the rate changes" },
    epochs: { quick: 10, full: 20, min: 3, whole: true },
  },

  async run(lab) {
    const splits = await lab.data(lab.settings.data);
    await sweepRates(lab, splits);
    await decayRate(lab);
    await measureNoise(lab, splits);
    await sweepBatches(lab, splits);
    await raceDescent(lab, splits);
  },
});

/** CIFAR-10: the ConvNet of the course, improved step by step. Each rung of the ladder changes one thing. */

import { defineLab } from "nabla";
import { goFurther } from "./further.js";
import { climb, fallIntoTrap } from "./ladder.js";
import { sweepSettings } from "./sweeps.js";
import { prepare } from "./training.js";
import { whiten } from "./whitening.js";

export default defineLab({
  settings: {
    part: { value: "ladder", choices: ["ladder", "zca", "sweeps", "further"], about: "the ladder; ZCA whitening; rates, batch sizes and Adam; a larger network" },
    train: { quick: 2400, full: 50_000, min: 100, max: 50_000, whole: true, about: "training images" },
    test: { quick: 1000, full: 10_000, min: 100, max: 10_000, whole: true, about: "test images" },
    epochs: { quick: 6, full: 30, min: 2, whole: true, about: "epochs of each rung" },
    sweepEpochs: { quick: 4, full: 20, min: 2, whole: true, about: "epochs of each run of the sweeps" },
    trapEpochs: { quick: 3, full: 6, min: 2, whole: true, about: "epochs with and without batch norm at trapRate" },
    furtherEpochs: { quick: 2, full: 60, min: 2, whole: true, about: "epochs of the larger network" },
    filters: { quick: [16, 32, 32], full: [32, 64, 64], min: 1, whole: true, about: "filters of the three convolutions" },
    hidden: { quick: 200, full: 1000, min: 1, whole: true, about: "units of the hidden layer" },
    batch: { quick: 32, full: 128, min: 1, whole: true, about: "images a step" },
    rate: { quick: 0.05, full: 0.1, above: 0, about: "learning rate of plain SGD" },
    momentumRate: { quick: 0.01, full: 0.02, above: 0, about: "learning rate with momentum, without batch norm" },
    normRate: { quick: 0.01, full: 0.1, above: 0, about: "learning rate with momentum and batch norm" },
    trapRate: { quick: 0.2, full: 0.1, above: 0, about: "learning rate with momentum at which the network fails without batch norm" },
  },

  async run(lab) {
    const trainings = await prepare(lab);
    const { part } = lab.settings;
    if (part === "ladder") {
      await climb(lab, trainings);
      await fallIntoTrap(lab, trainings);
    }
    if (part === "zca") await whiten(lab, trainings);
    if (part === "sweeps") await sweepSettings(lab, trainings);
    if (part === "further") await goFurther(lab, trainings);
  },
});

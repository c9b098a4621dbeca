/** Regularisation: sparse or small weights, ways against over-fitting, early stopping, and ensembles. */

import { defineLab } from "nabla";
import { augmentDigits, average, compareMethods, stopEarly } from "./methods.js";
import { compareExample, drawPaths } from "./penalties.js";

export default defineLab({
  settings: {
    images: { quick: 1_000, full: 5_000, min: 100, max: 6_000, whole: true, about: "training images; few, so that it over-fits" },
    epochs: { quick: 40, full: 80, min: 2, whole: true },
    members: { quick: 4, full: 10, min: 2, max: 100, whole: true, about: "networks in the ensemble" },
  },
  seeds: { quick: 1, full: 3 },

  async run(lab) {
    await compareExample(lab);
    await drawPaths(lab);
    const { train, validation, ...rest } = await lab.data("fashion");
    const splits = (images: number): typeof rest & { train: typeof train; validation: typeof validation } => ({ ...rest, train: train.limit(images), validation: validation.limit(1_000) });
    const few = splits(lab.settings.images);
    await compareMethods(lab, few, splits(4 * lab.settings.images));
    await augmentDigits(lab);
    await stopEarly(lab, few);
    await average(lab, { ...few, validation });
  },
});

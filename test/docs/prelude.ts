/** What examples may use without saying where it comes from: a small classifier of small images, and data for it. */

import { data, manualSeed, models, optim, tensor, zeros } from "../../src/index.js";
import { sampleFiles } from "./files.js";

/** `count` grey images of 8 × 8, as bright as their class: 0, 80 or 160. */
function images(count: number): data.ImageDataset {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  const pixels = Uint8Array.from({ length: 64 * count }, (_, i) => 80 * labels[Math.floor(i / 64)] + (i % 5));
  return new data.ImageDataset({ name: "shades", images: pixels, labels, shape: [1, 8, 8], classes: ["dark", "grey", "light"] });
}

/** All of it made anew, from seed 0. */
export function prelude() {
  manualSeed(0);
  const train = images(24);
  const validation = images(6);
  const loader = new data.DataLoader(train, { batch: 8 });
  const model = models.mlp({ input: [1, 8, 8], classes: 3, hidden: [4] });
  return {
    /** 24 images [1, 8, 8] of three classes. */
    train,
    /** 6 more. */
    validation,
    /** Batches of 8 of `train`. */
    loader,
    validationLoader: new data.DataLoader(validation, { batch: 6, normalize: loader.normalization }),
    /** [N, 1, 8, 8] → [N, 3]. */
    model,
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
    /** A batch for `model`: images [4, 1, 8, 8] and labels [4]. */
    x: zeros([4, 1, 8, 8]),
    y: tensor([0, 1, 2, 0], { dtype: "int32" }),
    /** A folder to write to, with small data files in it. */
    get folder(): string {
      return sampleFiles();
    },
  };
}

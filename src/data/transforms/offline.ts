/** Augmentation ahead of training: the changed images as a data set of their own. And what augmentation may do to the meaning of images. */

import { ValueError } from "../../base/errors.js";
import { Generator } from "../../base/generator.js";
import { ImageDataset } from "../imageDataset.js";
import { checkValue, flag, instanceOf, integer, optionsOf } from "../../base/options.js";
import { applyTransforms, largestSize, shapeAfter } from "./pipeline.js";
import { checkTransforms, type Transform } from "./transform.js";
import { sharedBytes } from "../sharedBytes.js";

export interface AugmentOptions {
  /** Changed copies of each image. @default 1 */
  readonly copies?: number;
  /** Put the images as they are before the copies; their shape must then stay. @default true */
  readonly keepOriginals?: boolean;
  /** @default 0 */
  readonly seed?: number;
}

/**
 * Augmentation offline: the images (unless left out) and then `copies` rounds of changed ones, in memory. A loader with the same transforms changes
 * them anew in each epoch instead, at no cost of memory.
 * @throws ValueError for options out of range, or when images and copies differ in shape.
 *
 * @example
 * const larger = data.augment(train, [data.randomRotation({ degrees: 66 })], { copies: 2 });
 * [train.length, larger.length] // → [24, 72]
 */
export function augment(dataset: ImageDataset, transforms: readonly Transform[], options: AugmentOptions = {}): ImageDataset {
  const { copies = 1, keepOriginals = true, seed = 0 } = optionsOf("augment", options, { copies: integer(1), keepOriginals: flag, seed: integer(0) });
  checkValue("augment", "the data set", dataset, instanceOf(ImageDataset, "an ImageDataset"));
  checkTransforms("augment", transforms);
  const { name, images, labels, classes, maxValue, length } = dataset;
  const shape = shapeAfter(transforms, dataset.shape);
  if (keepOriginals && String(shape) !== String(dataset.shape)) {
    throw new ValueError(`augment: images of [${dataset.shape.join(", ")}] would stand beside copies of [${shape.join(", ")}]; use keepOriginals: false.`);
  }
  const rounds = copies + (keepOriginals ? 1 : 0);
  const [perImage, perCopy] = [images.length / length, shape[0] * shape[1] * shape[2]];
  const made = sharedBytes(rounds * length * perCopy);
  const generator = new Generator(seed).fork("augment");
  const room = new Uint8Array(largestSize(transforms, dataset.shape));
  for (let round = 0; round < rounds; round++) {
    const original = keepOriginals && round === 0;
    for (let i = 0; i < length; i++) {
      room.set(images.subarray(i * perImage, (i + 1) * perImage));
      if (!original) applyTransforms(transforms, { pixels: room, count: 1, shape: dataset.shape, maxValue }, generator, round, () => i);
      made.set(room.subarray(0, perCopy), (round * length + i) * perCopy);
    }
  }
  const allLabels = new Int32Array(rounds * length);
  for (let round = 0; round < rounds; round++) allLabels.set(labels, round * length);
  return new ImageDataset({ name: `${name} augmented`, images: made, labels: allLabels, shape, classes, maxValue });
}

/**
 * What these transforms may do to the meaning of the images: for sets whose classes are letters or digits, mirrors and large rotations make
 * other signs (6 and 9, b and d), or none. A sentence for each such transform; none for other sets.
 *
 * @example
 * const digits = await data.load("digits", { dataDir: folder });
 * data.augmentationWarnings(digits.train, [data.randomVerticalFlip()]).length // → 1
 * data.augmentationWarnings(train, [data.randomVerticalFlip()])               // → []
 */
export function augmentationWarnings(dataset: Pick<ImageDataset, "classes" | "name">, transforms: readonly Transform[]): string[] {
  checkValue("augmentationWarnings", "the data set", dataset, { what: "a data set with classes", has: (value) => Array.isArray((value as { classes?: unknown } | null)?.classes) });
  checkTransforms("augmentationWarnings", transforms);
  const signs = dataset.classes.filter((name) => /^[\p{L}\p{N}]$/u.test(name)).length;
  if (signs < dataset.classes.length || signs === 0) return [];
  const examples: Readonly<Record<string, string>> = {
    randomVerticalFlip: "a mirrored 6 looks like a 9 (or M like W), and most signs like none",
    randomHorizontalFlip: "a mirrored b looks like a d, and most signs like none",
  };
  return transforms.flatMap(({ name }) =>
    Object.hasOwn(examples, name) ? [`${name} changes the meaning of ${dataset.name}, whose classes are letters or digits: ${examples[name]}. Leave it out.`] : [],
  );
}

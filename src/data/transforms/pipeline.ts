/** A list of transforms as one: each image goes through all of them, each with a stream of its own for every transform. */

import type { Generator } from "../../base/generator.js";
import type { ImageShape } from "../imageDataset.js";
import { type ImageBatch, type Transform, wordsPerImage } from "./transform.js";

/** The shape of images of `shape` after the transforms. */
export function shapeAfter(transforms: readonly Transform[], shape: ImageShape): ImageShape {
  return transforms.reduce((current, { outputShape }) => outputShape?.(current) ?? current, shape);
}

/** The most numbers that an image of `shape` has before, between and after the transforms. */
export function largestSize(transforms: readonly Transform[], shape: ImageShape): number {
  const shapes = [shape, ...transforms.map((_, i) => shapeAfter(transforms.slice(0, i + 1), shape))];
  return Math.max(...shapes.map(([channels, height, width]) => channels * height * width));
}

/** Runs a batch through the transforms. @param numberOf the number in the data set of image i of the batch */
export function applyTransforms(
  transforms: readonly Transform[],
  batch: ImageBatch,
  generator: Generator,
  epoch: number,
  numberOf: (i: number) => number,
): void {
  let { shape } = batch;
  transforms.forEach((transform, place) => {
    const stream = generator.fork(`transform ${place} ${transform.name} ${epoch}`);
    const { key0, key1 } = stream.state;
    const words = transform.words ?? wordsPerImage;
    transform.apply({ ...batch, shape }, (i) => {
      stream.state = { key0, key1, offset: numberOf(i) * words };
      return stream;
    });
    shape = transform.outputShape?.(shape) ?? shape;
  });
}

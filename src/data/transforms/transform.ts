/**
 * Augmentation: random changes of whole batches, in place. Every image draws from a stream of its own, fixed by seed, transform,
 * epoch and the image's number in the data set, so results depend neither on batch size and order nor on who prepares the batch.
 */

import { ValueError } from "../../base/errors.js";
import type { Generator } from "../../base/generator.js";
import { checkValue, isOptions, show } from "../../base/options.js";
import type { ImageShape } from "../imageDataset.js";

/** Images [count, C, H, W], row-major; the array may be longer. */
export interface ImageBatch {
  readonly pixels: Uint8Array | Float32Array;
  readonly count: number;
  readonly shape: ImageShape;
  /** The pixel value of full brightness. @default 255 */
  readonly maxValue?: number;
}

export interface Transform {
  /** Names the transform and, with its place in the list, its stream of random numbers. */
  readonly name: string;
  /** Random words of 32 bits that an image may draw. @default 16 */
  readonly words?: number;
  /** The shape of what comes out of an image of `shape`. @default the same shape */
  readonly outputShape?: (shape: ImageShape) => ImageShape;
  /**
   * Changes `batch.pixels` in place; where the shape changes, what comes out lies there without gaps, and there is room for it.
   * `random(i)` is the stream of image i of the batch, at most `words` words long, valid until the next call.
   */
  apply(batch: ImageBatch, random: (image: number) => Generator): void;
}

/** @throws ValueError unless they are transforms in an array. */
export function checkTransforms(caller: string, transforms: readonly Transform[]): void {
  checkValue(caller, "transforms", transforms, { what: "an array of transforms, such as [randomHorizontalFlip()]", has: Array.isArray });
  const isTransform = (value: unknown): boolean => isOptions(value) && "apply" in value && typeof value.apply === "function" && "name" in value && typeof value.name === "string";
  const odd = transforms.findIndex((transform) => !isTransform(transform));
  if (odd >= 0) throw new ValueError(`${caller}: transform ${odd} is none: expected { name, apply }, such as randomHorizontalFlip(), got ${show(transforms[odd])}.`);
}

/** A built-in transform as plain data, from which another thread builds it again. */
export interface TransformRecipe {
  readonly name: string;
  readonly options: object;
}

/** Recipes by the objects that `builtIn` made: a changed copy of one is somebody's own transform and has none. */
const recipes = new WeakMap<Transform, TransformRecipe>();

/** What to build `transform` from; undefined for one that is not built in. */
export function recipeOf(transform: Transform): TransformRecipe | undefined {
  return recipes.get(transform);
}

/** A transform that `registry.ts` can build again from its name and options. */
export function builtIn(name: string, options: object, parts: Omit<Transform, "name">): Transform {
  const transform: Transform = Object.freeze({ name, ...parts });
  recipes.set(transform, { name, options });
  return transform;
}

/** Random words set aside for one image and transform that does not say how many it needs. */
export const wordsPerImage = 16;

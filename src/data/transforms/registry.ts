/** Built-in transforms by name: how another thread builds them again. */

import { ValueError } from "../../base/errors.js";
import { gaussianBlur, gaussianNoise } from "./blur.js";
import { colorJitter, randomGrayscale } from "./colour.js";
import { centerCrop, randomCrop } from "./crop.js";
import { cutout, randomErasing } from "./erase.js";
import { randomHorizontalFlip, randomVerticalFlip } from "./flip.js";
import { randAugment, trivialAugment } from "./randAugment.js";
import { randomResizedCrop, resize } from "./resample.js";
import { randomAutocontrast, randomEqualize, randomPosterize, randomSharpness, randomSolarize } from "./tone.js";
import type { Transform, TransformRecipe } from "./transform.js";
import { randomAffine, randomPerspective, randomRotation } from "./warp.js";

const builtIns: Readonly<Record<string, (options: never) => Transform>> = {
  centerCrop,
  colorJitter,
  cutout,
  gaussianBlur,
  gaussianNoise,
  randAugment,
  randomAffine,
  randomAutocontrast,
  randomCrop,
  randomEqualize,
  randomErasing,
  randomGrayscale,
  randomHorizontalFlip,
  randomPerspective,
  randomPosterize,
  randomResizedCrop,
  randomRotation,
  randomSharpness,
  randomSolarize,
  randomVerticalFlip,
  resize,
  trivialAugment,
};

/** Names of all built-in transforms. */
export const transformNames: readonly string[] = Object.keys(builtIns);

/** @throws ValueError for an unknown name or options out of range. */
export function transformFrom({ name, options }: TransformRecipe): Transform {
  if (!Object.hasOwn(builtIns, name)) throw new ValueError(`transform: there is no built-in ${JSON.stringify(name)}; there are ${transformNames.join(", ")}.`);
  return builtIns[name](options as never);
}

/**
 * The built-in characters set: the 26 capital letters, drawn at run time in many typefaces, [3, 32, 32]. Drawing number d of a
 * letter in a family is a function of (seed, split, family, letter, d) alone. Drawing all 32,000 takes one to two seconds of one
 * core, so nothing is cached: a copy on disk would save a second and cost 100 MB for each seed.
 */

import { Generator } from "../../base/generator.js";
import { callback, flag, integer, type Kinds, optionsOf } from "../../base/options.js";
import { ImageDataset, type Splits } from "../imageDataset.js";
import { bytesPerDrawing, LetterArtist, side } from "./draw.js";
import { type Family, readOutlines, requireFontPackages, trainingFamilies, validationFamilies } from "./fonts.js";
import { flatten } from "./outline.js";
import { sharedBytes } from "../sharedBytes.js";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export interface CharactersOptions {
  /** @default 0 */
  readonly seed?: number;
  /** Drawings of each letter in each training family. @default 20 */
  readonly drawings?: number;
  /** Drawings of each letter in each validation family. @default 10 */
  readonly validationDrawings?: number;
  /**
   * Jittered: letters stand near the middle between parts of two others of their typeface, as a window on a line of text shows them, instead of alone on
   * plain paper. @default false
   */
  readonly jitter?: boolean;
  /** Called after each family with the share done, 0 … 1. */
  readonly onProgress?: (done: number) => void;
}

/** Half a million images a family, 1.5 GB. */
const mostDrawings = 20_000;

const kinds: Kinds<CharactersOptions> = {
  seed: integer(0), drawings: integer(1, mostDrawings), validationDrawings: integer(1, mostDrawings), jitter: flag, onProgress: callback,
};

/**
 * Draws the set: 26 classes, images [3, 32, 32]; the typefaces of the validation set are not in the training set.
 * @throws DataError when font packages are missing; it lists them.
 *
 * @example
 * const { train, validation } = await data.drawCharacters({ drawings: 1, validationDrawings: 1 });
 * train.shape          // → [3, 32, 32]
 * train.classes.length // → 26
 */
export async function drawCharacters(options: CharactersOptions = {}): Promise<Splits> {
  const { seed = 0, drawings = 20, validationDrawings = 10, jitter = false, onProgress } = optionsOf("drawCharacters", options, kinds);
  requireFontPackages();
  const generator = new Generator(seed).fork("characters");
  const families = trainingFamilies.length + validationFamilies.length;
  let done = 0;
  const draw = (split: string, of: readonly Family[], times: number): Promise<ImageDataset> =>
    drawSplit(split, of, times, generator.fork(split), jitter, () => onProgress?.(++done / families));
  return {
    name: "characters",
    train: await draw("train", trainingFamilies, drawings),
    validation: await draw("validation", validationFamilies, validationDrawings),
    source: `drawn from ${families} font families (${trainingFamilies.length} to train, ${validationFamilies.length} to validate)`,
  };
}

const pick = <T>(items: readonly T[], random: Generator): T => items[random.integer(items.length)];

/** Images in rounds: each holds one drawing of every letter in every family, so that the first ones of a set are a fair sample of it. */
async function drawSplit(
  split: string,
  families: readonly Family[],
  drawings: number,
  generator: Generator,
  jitter: boolean,
  onFamily: () => void,
): Promise<ImageDataset> {
  const count = drawings * families.length * letters.length;
  const images = sharedBytes(count * bytesPerDrawing);
  const labels = Int32Array.from({ length: count }, (_, i) => i % letters.length);
  const artist = new LetterArtist();
  for (const [f, family] of families.entries()) {
    const glyphs = (await readOutlines(family, letters)).map(flatten);
    const ofFamily = generator.fork(family.id);
    for (const [label, glyph] of glyphs.entries()) {
      const ofLetter = ofFamily.fork(letters[label]);
      for (let d = 0; d < drawings; d++) {
        const start = ((d * families.length + f) * letters.length + label) * bytesPerDrawing;
        const image = images.subarray(start, start + bytesPerDrawing);
        const random = ofLetter.fork(String(d));
        if (jitter) artist.drawInLine(glyph, [pick(glyphs, random), pick(glyphs, random)], random, image);
        else artist.draw(glyph, random, image);
      }
    }
    onFamily();
  }
  return new ImageDataset({ name: `characters ${split}`, images, labels, shape: [3, side, side], classes: [...letters] });
}

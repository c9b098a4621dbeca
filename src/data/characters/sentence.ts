/** A line of text as one image: what a network that has learnt single letters is to read. */

import { UsageError, ValueError } from "../../base/errors.js";
import { Generator } from "../../base/generator.js";
import { integer, optionsOf, text as textKind } from "../../base/options.js";
import { tensor } from "../../ops/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { addGlyph, inHand, paint, side } from "./draw.js";
import { packageOf, readOutlines, requireFontPackages, validationFamilies } from "./fonts.js";
import { bounds, flatten } from "./outline.js";
import { Rasterizer } from "./rasterize.js";

export interface SentenceOptions {
  /** Capital letters and spaces. @default "THE QUICK BROWN FOX JUMPS OVER THE DOG" */
  readonly text?: string;
  /** Width of the image in pixels, a multiple of 4; it is 32 high. @default 576 */
  readonly width?: number;
  /** One of the typefaces that are kept for validation, by its package's name. @default "abel" */
  readonly family?: string;
  /** What colours, noise and gaps are drawn from. @default 0 */
  readonly seed?: number;
}

/** A letter of a sentence. */
export interface SentenceLetter {
  readonly letter: string;
  /** Its middle, in pixels from the left. */
  readonly x: number;
}

export interface Sentence {
  /** uint8 [3, 32, width]. */
  readonly image: Tensor;
  /** The letters from left to right, without the spaces. */
  readonly letters: readonly SentenceLetter[];
}

const kinds = { text: textKind, width: integer(side, 2 ** 16), family: textKind, seed: integer(0) };

/** Pixels: of a letter's larger side, between letters, for a space. */
const [largest, smallest] = [20, 10];
const gap = 3;
const space = 12;

/**
 * Draws a line of text: letters of one typeface that is in no training set, upright, one colour on another, with noise. They are as large as the line
 * allows, at most 20 pixels.
 * @throws ValueError for other signs than capital letters and spaces, a width that is no multiple of 4, and a text that does not fit; UsageError for an
 * unknown typeface; DataError when font packages are missing.
 *
 * @example
 * const { image, letters } = await data.drawSentence({ text: "HELLO WORLD" });
 * image.shape                                   // → [3, 32, 576]
 * letters.map(({ letter }) => letter).join("")  // → HELLOWORLD
 */
export async function drawSentence(options: SentenceOptions = {}): Promise<Sentence> {
  const { text = "THE QUICK BROWN FOX JUMPS OVER THE DOG", width = 576, family = validationFamilies[0].id, seed = 0 } = optionsOf("drawSentence", options, kinds);
  if (!/^[A-Z ]*[A-Z][A-Z ]*$/.test(text)) throw new ValueError(`drawSentence: text holds capital letters A to Z and spaces, but is ${JSON.stringify(text)}.`);
  if (width % 4 !== 0) throw new ValueError(`drawSentence: width must be a multiple of 4 from ${side} on, but is ${width}.`);
  const face = validationFamilies.find(({ id }) => id === family);
  if (face === undefined) {
    throw new UsageError(`drawSentence: there is no typeface ${JSON.stringify(family)} for sentences; there are ${validationFamilies.map(({ id }) => id).join(", ")}.`);
  }
  requireFontPackages();
  const signs = [...text];
  const outlines = new Map<string, ReturnType<typeof flatten>>();
  const needed = [...new Set(signs)].filter((sign) => sign !== " ");
  for (const [i, commands] of (await readOutlines(face, needed.join(""))).entries()) outlines.set(needed[i], flatten(commands));
  const glyphs = signs.map((sign) => outlines.get(sign));
  // Widths grow with the size, gaps do not.
  const [widths, gaps] = glyphs.reduce(
    ([sum, fixed], glyph, i) => (glyph === undefined ? [sum, fixed + space] : [sum + extent(glyph), fixed + (glyphs[i + 1] === undefined ? 0 : gap)]),
    [0, 0],
  );
  const size = Math.min(largest, (width - 2 * gap - gaps) / widths);
  if (size < smallest) {
    throw new ValueError(`drawSentence: ${text.length} signs do not fit into ${width} pixels at ${smallest} a letter (${packageOf(face)}); shorten the text or widen the image.`);
  }
  const rasterizer = new Rasterizer(width, side);
  const letters: SentenceLetter[] = [];
  let x = (width - size * widths - gaps) / 2;
  for (const [i, glyph] of glyphs.entries()) {
    if (glyph === undefined) {
      x += space;
      continue;
    }
    const posed = inHand(glyph, { xx: size, xy: 0, yx: 0, yy: size });
    const [left, , right] = bounds(posed);
    addGlyph(rasterizer, glyph, posed, 1, x - left, side / 2);
    letters.push({ letter: signs[i], x: x + (right - left) / 2 });
    x += right - left + (glyphs[i + 1] === undefined ? 0 : gap);
  }
  const coverage = new Float32Array(width * side);
  rasterizer.finish(coverage);
  const pixels = new Uint8Array(3 * width * side);
  paint(coverage, new Float32Array(width * side), new Generator(seed).fork("sentence"), pixels);
  return { image: tensor(pixels, { shape: [3, side, width] }), letters };
}

/** Width of a letter whose larger side is 1. */
function extent({ points }: ReturnType<typeof flatten>): number {
  const [left, , right] = bounds(points);
  return right - left;
}

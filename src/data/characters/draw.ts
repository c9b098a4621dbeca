/** One drawing of a letter: a random pose, two random colours, noise; by itself or in a line. */

import type { Generator } from "../../base/generator.js";
import { bounds, type Glyph } from "./outline.js";
import { Rasterizer } from "./rasterize.js";

/** Side of a drawing in pixels. */
export const side = 32;

/** Bytes of a drawing: [3, 32, 32]. */
export const bytesPerDrawing = 3 * side * side;

/** Ranges that the random choices are uniform in. */
const ranges = {
  /** The letter's larger side in pixels, before it is stretched, slanted and turned. */
  size: [16, 27],
  /** ln(width factor). */
  stretch: [-0.15, 0.15],
  /** Shift to the right for each pixel up. */
  slant: [-0.25, 0.25],
  /** Degrees, clockwise. */
  rotation: [-12, 12],
  /** What red, green and blue of a colour are from its grey. */
  tint: [-40, 40],
  /** Largest change of a pixel by noise, the same in its three channels. */
  noise: [0, 25],
} as const;

/** Pixels left free around a letter. */
const margin = 1;

/** Least difference between the greys of paper and ink, of 255. */
const leastContrast = 80;

/** Where a letter stands and what stands beside it, when it is drawn as a part of a line. */
const line = {
  /** Largest shift of the letter's middle from the picture's, in pixels. */
  shift: [5, 3],
  /** Pixels between letters. */
  gap: [1, 8],
} as const;

/** Draws letters, one at a time; holds the scratch memory for it. */
export class LetterArtist {
  readonly #rasterizer = new Rasterizer(side, side);
  readonly #coverage = new Float32Array(side * side);
  readonly #noise = new Float32Array(side * side);

  /** Draws `glyph` into `image` ([3, 32, 32], red, green, blue), all choices from `generator`. The letter is never cut by the border. */
  draw(glyph: Glyph, generator: Generator, image: Uint8Array): void {
    const posed = inHand(glyph, drawHand(generator));
    const box = bounds(posed);
    const [width, height] = [box[2] - box[0], box[3] - box[1]];
    const room = side - 2 * margin;
    const fit = Math.min(1, room / width, room / height);
    const x0 = margin + uniform(generator, [0, room - fit * width]) - fit * box[0];
    const y0 = margin + uniform(generator, [0, room - fit * height]) - fit * box[1];
    addGlyph(this.#rasterizer, glyph, posed, fit, x0, y0);
    this.#rasterizer.finish(this.#coverage);
    paint(this.#coverage, this.#noise, generator, image);
  }

  /** Draws `glyph` as a window on a line of text shows it: near the middle, between two others that look in from the sides; any may be cut. */
  drawInLine(glyph: Glyph, [before, after]: readonly [Glyph, Glyph], generator: Generator, image: Uint8Array): void {
    const hand = drawHand(generator);
    const posed = inHand(glyph, hand);
    const box = bounds(posed);
    const room = side - 2 * margin;
    const fit = Math.min(1, room / (box[2] - box[0]), room / (box[3] - box[1]));
    const x = side / 2 + uniform(generator, [-line.shift[0], line.shift[0]]);
    const y = side / 2 + uniform(generator, [-line.shift[1], line.shift[1]]);
    addGlyph(this.#rasterizer, glyph, posed, fit, x, y);
    const beside = (other: Glyph, sign: 1 | -1): void => {
      const points = inHand(other, hand);
      const [left, , right] = bounds(points);
      const gap = uniform(generator, line.gap);
      const x0 = sign > 0 ? x + fit * (box[2] - left) + gap : x + fit * (box[0] - right) - gap;
      addGlyph(this.#rasterizer, other, points, fit, x0, y);
    };
    beside(before, -1);
    beside(after, 1);
    this.#rasterizer.finish(this.#coverage);
    paint(this.#coverage, this.#noise, generator, image);
  }
}

const uniform = (generator: Generator, [low, high]: readonly [number, number]): number => low + (high - low) * generator.float();

/** Turn · slant · stretch in pixels, y down: x = xx·x + xy·y, y = yx·x + yy·y. */
export interface Hand {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
}

function drawHand(generator: Generator): Hand {
  const size = uniform(generator, ranges.size);
  const stretch = Math.exp(uniform(generator, ranges.stretch));
  const slant = uniform(generator, ranges.slant);
  const angle = (uniform(generator, ranges.rotation) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { xx: size * stretch * cos, xy: -size * (slant * cos + sin), yx: size * stretch * sin, yy: size * (cos - slant * sin) };
}

/** The points of a letter in a hand, about the origin. */
export function inHand({ points }: Glyph, { xx, xy, yx, yy }: Hand): Float64Array {
  const posed = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    posed[i] = xx * points[i] + xy * points[i + 1];
    posed[i + 1] = yx * points[i] + yy * points[i + 1];
  }
  return posed;
}

/** Adds a letter of points `posed`, scaled and then moved to (x0, y0). */
export function addGlyph(rasterizer: Rasterizer, { ends }: Glyph, posed: Float64Array, scale: number, x0: number, y0: number): void {
  for (let i = 0; i < posed.length; i += 2) {
    posed[i] = x0 + scale * posed[i];
    posed[i + 1] = y0 + scale * posed[i + 1];
  }
  let start = 0;
  for (const end of ends) {
    rasterizer.addContour(posed, start, end);
    start = end;
  }
}

type Colour = readonly [red: number, green: number, blue: number];

/** A grey with a tint. */
function colour(grey: number, generator: Generator): Colour {
  return [grey + uniform(generator, ranges.tint), grey + uniform(generator, ranges.tint), grey + uniform(generator, ranges.tint)];
}

/** Two greys at least `leastContrast` apart, each pair equally likely. */
function greys(generator: Generator): [paper: number, ink: number] {
  const free = 255 - leastContrast;
  const [a, b] = [free * generator.float(), free * generator.float()];
  const [dark, light] = [Math.min(a, b), Math.max(a, b) + leastContrast];
  return generator.integer(2) === 0 ? [dark, light] : [light, dark];
}

/** Mixes paper and ink by coverage, and makes each pixel lighter or darker by noise, uniform in ± its amplitude. */
export function paint(coverage: Float32Array, noise: Float32Array, generator: Generator, image: Uint8Array): void {
  const [paperGrey, inkGrey] = greys(generator);
  const paper = colour(paperGrey, generator);
  const ink = colour(inkGrey, generator);
  const amplitude = uniform(generator, ranges.noise);
  const scale = (2 * amplitude) / 255;
  for (let i = 0; i < noise.length; i += 4) {
    const word = generator.uint32(); // a byte for each of four pixels
    noise[i] = scale * (word & 255) - amplitude;
    noise[i + 1] = scale * ((word >>> 8) & 255) - amplitude;
    noise[i + 2] = scale * ((word >>> 16) & 255) - amplitude;
    noise[i + 3] = scale * (word >>> 24) - amplitude;
  }
  for (let c = 0, o = 0; c < 3; c++) {
    const base = paper[c] + 0.5;
    const contrast = ink[c] - paper[c];
    for (let i = 0; i < coverage.length; i++, o++) {
      const value = base + contrast * coverage[i] + noise[i];
      image[o] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

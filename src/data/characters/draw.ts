/** One drawing of a letter: a random pose, two random colours, noise. */

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

/** Draws letters, one at a time; holds the scratch memory for it. */
export class LetterArtist {
  readonly #rasterizer = new Rasterizer(side, side);
  readonly #coverage = new Float32Array(side * side);
  readonly #noise = new Float32Array(side * side);
  #posed = new Float64Array(0);

  /** Draws `glyph` into `image` ([3, 32, 32], red, green, blue), all choices from `generator`. The letter is never cut by the border. */
  draw(glyph: Glyph, generator: Generator, image: Uint8Array): void {
    if (this.#posed.length < glyph.points.length) this.#posed = new Float64Array(2 * glyph.points.length);
    pose(glyph.points, generator, this.#posed);
    let start = 0;
    for (const end of glyph.ends) {
      this.#rasterizer.addContour(this.#posed, start, end);
      start = end;
    }
    this.#rasterizer.finish(this.#coverage);
    paint(this.#coverage, this.#noise, generator, image);
  }
}

const uniform = (generator: Generator, [low, high]: readonly [number, number]): number => low + (high - low) * generator.float();

/** The letter in pixels: stretched, slanted, turned, and put where it fits. */
function pose(points: Float64Array, generator: Generator, posed: Float64Array): void {
  const size = uniform(generator, ranges.size);
  const stretch = Math.exp(uniform(generator, ranges.stretch));
  const slant = uniform(generator, ranges.slant);
  const angle = (uniform(generator, ranges.rotation) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // Turn · slant · stretch, y down.
  const [xx, xy] = [size * stretch * cos, -size * (slant * cos + sin)];
  const [yx, yy] = [size * stretch * sin, size * (cos - slant * sin)];
  for (let i = 0; i < points.length; i += 2) {
    posed[i] = xx * points[i] + xy * points[i + 1];
    posed[i + 1] = yx * points[i] + yy * points[i + 1];
  }
  const [left, top, right, bottom] = bounds(posed, points.length);
  const room = side - 2 * margin;
  const fit = Math.min(1, room / (right - left), room / (bottom - top));
  const x0 = margin + uniform(generator, [0, room - fit * (right - left)]) - fit * left;
  const y0 = margin + uniform(generator, [0, room - fit * (bottom - top)]) - fit * top;
  for (let i = 0; i < points.length; i += 2) {
    posed[i] = x0 + fit * posed[i];
    posed[i + 1] = y0 + fit * posed[i + 1];
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
function paint(coverage: Float32Array, noise: Float32Array, generator: Generator, image: Uint8Array): void {
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

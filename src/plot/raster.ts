/** Figures as pixels: the SVG, its letters as outlines, drawn by sharp. */

import type sharp from "sharp";
import { DataError } from "../base/errors.js";
import type { Figure, PngOptions } from "./figure.js";
import { outliner } from "./outline.js";
import { svgOf } from "./svg.js";

async function loadSharp(): Promise<typeof sharp> {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    throw new DataError("png: the package sharp, which draws the pixels, is not installed here. Install it (npm install sharp), or save the figure as .svg.", { cause: error });
  }
}

/** @returns a PNG picture of width × scale by height × scale pixels */
export async function pngOf(figure: Figure, { theme = "light", scale = 2 }: PngOptions): Promise<Uint8Array> {
  const draw = await loadSharp();
  const items = figure.items(figure);
  const { width, height, title, description } = figure;
  const svg = svgOf(items, { width, height, theme, title, description, outline: await outliner(items) });
  const drawn = draw(Buffer.from(svg), { density: 72 * scale, limitInputPixels: false, unlimited: true }).removeAlpha();
  return new Uint8Array(await drawn.png({ compressionLevel: 9, adaptiveFiltering: false }).toBuffer());
}

/** @returns an animated GIF that shows each picture for so many milliseconds; `loops` 0: for ever */
export async function gifOf(pictures: readonly Uint8Array[], delayMs: readonly number[], loops: number): Promise<Uint8Array> {
  const draw = await loadSharp();
  const joined = draw(pictures.map((picture) => Buffer.from(picture)), { join: { animated: true } });
  return new Uint8Array(await joined.gif({ delay: [...delayMs], loop: loops, effort: 7 }).toBuffer());
}

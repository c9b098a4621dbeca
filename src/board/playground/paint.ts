/**
 * Colours of maps: below zero the blue of the figures' first series, above it the orange of the second, zero the ground of the page. Of several
 * classes, each has the colour of its series, paler where it leads by less.
 */

import { computed } from "@preact/signals";
import { colour, theme } from "../page/parts/chart/theme.js";
import { tableLimits } from "./table.js";

type Rgb = readonly [number, number, number];

/** Of "rgb(0, 104, 173)". */
function rgbOf(text: string): Rgb {
  const [r, g, b] = text.match(/\d+/g)!.map(Number);
  return [r, g, b];
}

/** How much of the colour the strongest value has: points of the same colour still stand out from it. */
export const strongest = 0.7;

const mixed = (ground: Rgb, ink: Rgb, share: number): number => {
  const [r, g, b] = ground.map((value, c) => Math.round(value + (ink[c] - value) * strongest * share));
  return (255 << 24) | (b << 16) | (g << 8) | r;
};

/** A colour for each byte of a map: 128 is zero. */
export interface Palettes {
  readonly diverging: Uint32Array;
  /** For each class. */
  readonly classes: readonly Uint32Array[];
}

/** In the present theme. */
export const palettes = computed<Palettes>(() => {
  void theme.value;
  const ground = rgbOf(colour("ground"));
  const ramp = (low: Rgb, high: Rgb): Uint32Array => Uint32Array.from({ length: 256 }, (_, i) => mixed(ground, i < 128 ? low : high, Math.min(1, Math.abs(i - 128) / 127)));
  const classes = Array.from({ length: tableLimits.classes }, (_, c) => rgbOf(colour(`series${c + 1}`)));
  return { diverging: ramp(classes[0], classes[1]), classes: classes.map((each) => ramp(each, each)) };
});

/** Paints a map of `width` values a row onto a canvas, a pixel for each. */
export function paintMap(canvas: HTMLCanvasElement, values: Uint8Array, width: number, colours: (place: number) => Uint32Array): void {
  const height = values.length / width;
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  // Pictures made by script on every frame are quicker in plain memory than on the graphics card.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours(i)[values[i]];
  context.putImageData(image, 0, 0);
}

/** Colours of data: a hue for each series, or a scale from low to high. */

import { interpolateCividis, interpolateRdBu, interpolateViridis } from "d3-scale-chromatic";
import { seriesColours } from "./theme.js";
import type { Paint } from "./scene.js";

/** "viridis" and "cividis" rise evenly in lightness, and read the same for the colour-blind; "diverging": red below 0, blue above; "grey": black to white. */
export type ColourScale = "viridis" | "cividis" | "diverging" | "grey";

export const colourScales = ["viridis", "cividis", "diverging", "grey"] as const;

/** The paint of series `index`; hues repeat after the seventh. */
export const seriesPaint = (index: number): Paint => `series${(index % seriesColours) + 1}`;

/** Repeated hues of single curves differ in their dashes. */
export const seriesDash = (index: number): string | undefined => [undefined, "7 3", "2 3", "9 3 2 3"][Math.floor(index / seriesColours) % 4];

/** Repeated hues of curves that come in pairs, of which one is dashed, differ in the marks on them: which of `pointSign`, none for the first seven. */
export const seriesMark = (index: number): number | undefined => (index < seriesColours ? undefined : Math.floor(index / seriesColours) - 1);

/** For ordered series, such as learning rates: paint `index` of `count`, dark to light but never too light for white paper. */
export const orderedPaint = (index: number, count: number): Paint => hex(interpolateViridis(count === 1 ? 0.4 : 0.12 + (0.72 * index) / (count - 1)));

const interpolators: Readonly<Record<ColourScale, (t: number) => string>> = {
  viridis: interpolateViridis,
  cividis: interpolateCividis,
  diverging: interpolateRdBu,
  grey: (t) => `rgb(${[t, t, t].map((v) => Math.round(255 * v)).join(", ")})`,
};

/** Red, green and blue, 0 … 255, of a value from 0 (lowest) to 1. */
export function rgbOf(scale: ColourScale, t: number): readonly [number, number, number] {
  const colour = interpolators[scale](Math.min(1, Math.max(0, t)));
  const [r, g, b] = colour.startsWith("#") ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) : colour.match(/\d+/g)!.map(Number);
  return [r, g, b];
}

/** The same as a CSS colour. */
export const colourAt = (scale: ColourScale, t: number): string => `#${rgbOf(scale, t).map((v) => v.toString(16).padStart(2, "0")).join("")}`;

const hex = (colour: string): string => (colour.startsWith("#") ? colour : `#${colour.match(/\d+/g)!.map((v) => Number(v).toString(16).padStart(2, "0")).join("")}`);

/** Whether black letters read better than white ones on this colour (relative luminance, WCAG 2). */
export function isLight([r, g, b]: readonly [number, number, number]): boolean {
  const linear = (v: number): number => (v <= 10.3 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.18;
}

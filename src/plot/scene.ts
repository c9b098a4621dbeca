/**
 * Scene: what a figure shows, before it knows its theme. Shapes and texts in pixels, y down, from the upper left corner; colours are roles of
 * the theme (`ink`, `series2`) or CSS colours.
 */

/** A role of the theme, or a CSS colour. */
export type Paint = string;

export interface Style {
  readonly fill?: Paint;
  readonly stroke?: Paint;
  /** Width of the stroke. Default 1. */
  readonly width?: number;
  /** Lengths of dashes and gaps. */
  readonly dash?: string;
  readonly opacity?: number;
  readonly fillOpacity?: number;
}

export interface TextStyle {
  /** Default 13. */
  readonly size?: number;
  readonly fill?: Paint;
  /** Which end of the text lies at x. Default "start". */
  readonly anchor?: "start" | "middle" | "end";
  readonly bold?: boolean;
  /** Degrees, clockwise about (x, y). */
  readonly rotate?: number;
  /** Colour of a rim around the letters, for texts on lines. */
  readonly halo?: Paint;
}

export interface Text {
  readonly kind: "text";
  readonly text: string;
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly style: TextStyle;
}

export interface Shape {
  readonly kind: "shape";
  readonly tag: "path" | "rect" | "circle" | "image";
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly style: Style;
  /** What is read out, and shown on hovering. */
  readonly title?: string;
}

export interface Group {
  readonly kind: "group";
  readonly items: readonly Item[];
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  /** Nothing is drawn outside of it. In the coordinates of the group. */
  readonly clip?: Box;
  /** A class, by which pages and tests find the group. */
  readonly name?: string;
  readonly title?: string;
}

export type Item = Text | Shape | Group;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

export const capHeight = 0.66;

export const text = (content: string, x: number, y: number, style: TextStyle = {}): Text => ({ kind: "text", text: content, x, y, style });

/** Text whose capitals are centred about y. */
export const centred = (content: string, x: number, y: number, style: TextStyle = {}): Text =>
  text(content, x, y + (capHeight * (style.size ?? 13)) / 2, style);

export const path = (d: string, style: Style, title?: string): Shape => ({ kind: "shape", tag: "path", attributes: { d }, style, title });

export const line = (x1: number, y1: number, x2: number, y2: number, style: Style): Shape => path(`M${shown(x1)},${shown(y1)}L${shown(x2)},${shown(y2)}`, style);

export const rect = ({ x, y, width, height }: Box, style: Style, { radius = 0, title }: { readonly radius?: number; readonly title?: string } = {}): Shape => ({
  kind: "shape",
  tag: "rect",
  attributes: { x, y, width, height, ...(radius > 0 && { rx: radius }) },
  style,
  title,
});

export const circle = (cx: number, cy: number, r: number, style: Style, title?: string): Shape => ({
  kind: "shape",
  tag: "circle",
  attributes: { cx, cy, r },
  style,
  title,
});

/** A picture, its pixels as squares. */
export const image = ({ x, y, width, height }: Box, href: string, title?: string): Shape => ({
  kind: "shape",
  tag: "image",
  attributes: { x, y, width, height, href, preserveAspectRatio: "none", style: "image-rendering:pixelated" },
  style: {},
  title,
});

export interface GroupOptions {
  readonly x?: number;
  readonly y?: number;
  readonly scale?: number;
  readonly clip?: Box;
  readonly name?: string;
  readonly title?: string;
}

export const group = (items: readonly Item[], { x = 0, y = 0, scale = 1, ...rest }: GroupOptions = {}): Group => ({ kind: "group", items, x, y, scale, ...rest });

/** A length as SVG has it: hundredths of a pixel are enough, and keep files small. */
export function shown(value: number): string {
  const rounded = Math.round(100 * value) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

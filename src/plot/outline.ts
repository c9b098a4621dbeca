/**
 * Text as outlines: renderers without fonts draw it, and every machine draws the same. Letters come from Source Sans 3 (Latin, Greek, Cyrillic),
 * mathematical symbols from Noto Sans Math; both are npm packages.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { DataError } from "../base/errors.js";
import { type Item, shown, type Text } from "./scene.js";

/** What is used of opentype.js. */
interface Glyph {
  readonly index: number;
  readonly advanceWidth: number;
  getPath(x: number, y: number, size: number): { readonly commands: readonly Command[] };
}

interface Font {
  readonly unitsPerEm: number;
  charToGlyph(character: string): Glyph;
  getKerningValue(left: Glyph, right: Glyph): number;
}

type Command =
  | { readonly type: "M" | "L"; readonly x: number; readonly y: number }
  | { readonly type: "Q"; readonly x1: number; readonly y1: number; readonly x: number; readonly y: number }
  | { readonly type: "C"; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number; readonly x: number; readonly y: number }
  | { readonly type: "Z" };

const source = "@fontsource/source-sans-3/files/source-sans-3-";

/** Where glyphs are looked for, in this order. */
const faces: Readonly<Record<"regular" | "bold", readonly string[]>> = {
  regular: ["latin", "latin-ext", "greek", "cyrillic"].map((subset) => `${source}${subset}-400-normal.woff`),
  bold: ["latin", "latin-ext", "greek", "cyrillic"].map((subset) => `${source}${subset}-600-normal.woff`),
};
const symbols = "@fontsource/noto-sans-math/files/noto-sans-math-latin-400-normal.woff";

const fonts = new Map<string, Promise<Font>>();

function load(name: string): Promise<Font> {
  let font = fonts.get(name);
  if (font === undefined) {
    font = read(name);
    fonts.set(name, font);
  }
  return font;
}

async function read(name: string): Promise<Font> {
  try {
    // The package has no types.
    const parser: string = "opentype.js";
    const opentype = ((await import(parser)) as { default: { parse(file: ArrayBuffer): Font } }).default;
    const file = await readFile(createRequire(import.meta.url).resolve(name));
    return opentype.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  } catch (error) {
    fonts.delete(name);
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`png: the font file ${name} cannot be read: ${reason}. Install nabla's packages again (npm install), or save the figure as .svg.`, { cause: error });
  }
}

/** Characters above and below the line, as what they are made of. */
const raised = new Map(Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", (character, i) => [character, "0123456789+−=()ni"[i]]));
const lowered = new Map(Array.from("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", (character, i) => [character, "0123456789+−=()"[i]]));
const smallSize = 0.66;

interface Placed {
  readonly character: string;
  /** In font sizes. */
  readonly size: number;
  readonly rise: number;
}

const placed = (content: string): Placed[] =>
  Array.from(content.normalize("NFC").replaceAll(/\s/g, " "), (character) => {
    if (raised.has(character)) return { character: raised.get(character)!, size: smallSize, rise: 0.34 };
    if (lowered.has(character)) return { character: lowered.get(character)!, size: smallSize, rise: -0.14 };
    return { character, size: 1, rise: 0 };
  });

function* textsOf(items: readonly Item[]): Generator<Text> {
  for (const item of items) {
    if (item.kind === "text") yield item;
    else if (item.kind === "group") yield* textsOf(item.items);
  }
}

/** Reads the fonts that the texts of `items` need, and returns what turns each of them into the outline of its letters. */
export async function outliner(items: readonly Item[]): Promise<(text: Text) => string> {
  const glyphs = { regular: new Map<string, [Font, Glyph]>(), bold: new Map<string, [Font, Glyph]>() };
  for (const weight of ["regular", "bold"] as const) {
    const texts = [...textsOf(items)].filter(({ style }) => (style.bold === true) === (weight === "bold"));
    const missing = new Set(texts.flatMap(({ text }) => placed(text).map(({ character }) => character)));
    for (const name of [...faces[weight], symbols]) {
      if (missing.size === 0) break;
      const font = await load(name);
      for (const character of missing) {
        const glyph = font.charToGlyph(character);
        if (glyph.index === 0) continue;
        glyphs[weight].set(character, [font, glyph]);
        missing.delete(character);
      }
    }
    // What no font has is shown as an empty box.
    for (const character of missing) {
      const font = await load(faces[weight][0]);
      glyphs[weight].set(character, [font, font.charToGlyph(character)]);
    }
  }
  return ({ text, x, y, style: { size = 13, anchor = "start", bold = false } }) => {
    const known = glyphs[bold ? "bold" : "regular"];
    let at = 0;
    let before: [Font, Glyph] | undefined;
    const pieces = placed(text).map(({ character, size: relative, rise }) => {
      const [font, glyph] = known.get(character)!;
      if (before !== undefined && before[0] === font) at += (relative * size * font.getKerningValue(before[1], glyph)) / font.unitsPerEm;
      before = [font, glyph];
      const piece = { glyph, at, size: relative * size, rise: rise * size };
      at += (relative * size * glyph.advanceWidth) / font.unitsPerEm;
      return piece;
    });
    const start = x - (anchor === "middle" ? at / 2 : anchor === "end" ? at : 0);
    return pieces.map((piece) => pathData(piece.glyph.getPath(start + piece.at, y - piece.rise, piece.size).commands)).join("");
  };
}

const pathData = (commands: readonly Command[]): string =>
  commands
    .map((c) => {
      if (c.type === "Z") return "Z";
      if (c.type === "Q") return `Q${shown(c.x1)},${shown(c.y1)},${shown(c.x)},${shown(c.y)}`;
      if (c.type === "C") return `C${shown(c.x1)},${shown(c.y1)},${shown(c.x2)},${shown(c.y2)},${shown(c.x)},${shown(c.y)}`;
      return `${c.type}${shown(c.x)},${shown(c.y)}`;
    })
    .join("");

/**
 * The font families of the characters set: open-licensed (SIL OFL 1.1 or Apache 2.0), each an npm package of Fontsource. Training and
 * validation never share a family. Faces that break the letters up (outline, inline, stencil, typewriter, pixel) or bend them out
 * of their ordinary shape (blackletter) are for training only: the question is whether ordinary unseen faces are read.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DataError } from "../../base/errors.js";

export interface Family {
  /** Package name without its scope: `@fontsource/<id>`. */
  readonly id: string;
  /** @default 400 */
  readonly weight?: number;
}

const family = (id: string): Family => ({ id });

export const trainingFamilies: readonly Family[] = [
  // sans serif
  ...["anton", "archivo-black", "didact-gothic", "federo", "fjalla-one", "francois-one", "michroma", "paytone-one"].map(family),
  ...["patua-one", "questrial", "righteous", "russo-one", "squada-one", "syncopate", "titan-one", "varela-round", "viga"].map(family),
  // serif and slab serif
  ...["abril-fatface", "alfa-slab-one", "bevan", "bowlby-one", "gilda-display", "gravitas-one", "libre-baskerville"].map(family),
  ...["limelight", "prata", "quando", "rozha-one", "ultra"].map(family),
  // handwriting and comic
  ...["architects-daughter", "bangers", "carter-one", "chewy", "coming-soon", "gloria-hallelujah", "indie-flower"].map(family),
  ...["luckiest-guy", "neucha", "permanent-marker", "shadows-into-light", "sniglet"].map(family),
  // fixed width, typewriter, pixels
  ...["anonymous-pro", "cutive-mono", "nova-mono", "press-start-2p", "special-elite", "vt323"].map(family),
  // outline, inline, stencil, horror, blackletter
  ...["audiowide", "black-ops-one", "bungee-inline", "creepster", "londrina-outline", "monoton", "pirata-one"].map(family),
  family("stardos-stencil"),
  { id: "unifrakturcook", weight: 700 },
];

export const validationFamilies: readonly Family[] = [
  // sans serif; serif; slab serif; fixed width; handwriting
  ...["abel", "actor", "voltaire"].map(family),
  ...["rufina", "old-standard-tt"].map(family),
  ...["arvo", "crete-round", "kameron"].map(family),
  ...["oxygen-mono", "share-tech-mono"].map(family),
  ...["handlee", "patrick-hand"].map(family),
];

/** What reads the font files. */
const parserPackage = "opentype.js";

export const packageOf = ({ id }: Family): string => `@fontsource/${id}`;

/** Where packages are looked for: beside nabla, then in the project at hand. */
function requires(): NodeJS.Require[] {
  return [createRequire(import.meta.url), createRequire(join(process.cwd(), "package.json"))];
}

/** The path of a file of an installed package, or undefined. */
function resolve(specifier: string): string | undefined {
  for (const require of requires()) {
    try {
      return require.resolve(specifier);
    } catch {
      // not there: look in the next place
    }
  }
  return undefined;
}

/** The npm packages that the characters set needs and that are not installed, for example `@fontsource/anton`. */
export function missingFontPackages(): string[] {
  const missing = [...trainingFamilies, ...validationFamilies].map(packageOf).filter((name) => resolve(`${name}/package.json`) === undefined);
  return resolve(parserPackage) === undefined ? [parserPackage, ...missing] : missing;
}

/** @throws DataError that lists what to install, when packages are missing. */
export function requireFontPackages(): void {
  const missing = missingFontPackages();
  if (missing.length === 0) return;
  throw new DataError(
    `characters: the letters are drawn from fonts in npm packages, and ${missing.length} of them are not installed here. ` +
      `Install them with\n  npm install --save-dev ${missing.join(" ")}\nor train on another set (npx nabla data list).`,
  );
}

/** A drawing instruction of a glyph, in font units, y up; a contour is M (L | Q | C)* Z. */
export type PathCommand =
  | { readonly type: "M"; readonly x: number; readonly y: number }
  | { readonly type: "L"; readonly x: number; readonly y: number }
  | { readonly type: "Q"; readonly x1: number; readonly y1: number; readonly x: number; readonly y: number }
  | {
      readonly type: "C";
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
      readonly x: number;
      readonly y: number;
    }
  | { readonly type: "Z" };

/** What is used of opentype.js. */
interface FontParser {
  parse(file: ArrayBuffer): { charToGlyph(character: string): { readonly index: number; readonly path: { readonly commands: PathCommand[] } } };
}

/** The outline of each of `characters` in a family's installed font. @throws DataError when it cannot be read or lacks one. */
export async function readOutlines({ id, weight = 400 }: Family, characters: string): Promise<PathCommand[][]> {
  const name = `@fontsource/${id}`;
  const manifest = resolve(`${name}/package.json`);
  if (manifest === undefined) throw new DataError(`characters: ${name} is not installed; npm install --save-dev ${name}`);
  const path = join(dirname(manifest), "files", `${id}-latin-${weight}-normal.woff`);
  const parser = await loadParser();
  try {
    const file = await readFile(path);
    const font = parser.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
    return Array.from(characters, (character) => {
      const glyph = font.charToGlyph(character);
      if (glyph.index === 0) throw new Error(`it has no glyph for ${character}`);
      return glyph.path.commands;
    });
  } catch (error) {
    throw new DataError(
      `characters: ${path} cannot be read as a font: ${error instanceof Error ? error.message : String(error)}. ` +
        `Install the package again: npm install --save-dev ${name}`,
      { cause: error },
    );
  }
}

async function loadParser(): Promise<FontParser> {
  const path = resolve(parserPackage);
  if (path === undefined) throw new DataError(`characters: ${parserPackage} is not installed; npm install --save-dev ${parserPackage}`);
  const module: { default: FontParser } = await import(path);
  return module.default;
}

/** Pictures of tiles, as filters and maps are drawn: side by side with a pixel between them. Here they are taken apart again, into rows of a table. */

import { type Cell, csvOf } from "../../parts/chart/csv.js";

/** As a canvas has it: red, green, blue and opacity of each pixel, row by row from the top. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Which pixels lie between tiles: none of another program's picture. */
export type Gap = "clear" | "white" | null;

interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A larger table helps nobody. */
const mostRows = 1_000_000;

/**
 * The values of pictures, a row for each pixel: its picture or, where there are gaps, its tile (called `what`), row, column, all counted from 0, and how
 * bright it is, from 0 to 255, or how red, green and blue.
 * @throws Error for pictures that are too large for a table
 */
export function pixelsCsv(pictures: readonly Pixels[], { what, gap }: { readonly what: string; readonly gap: Gap }): string {
  const pixels = pictures.reduce((sum, { width, height }) => sum + width * height, 0);
  if (pixels > mostRows) throw new Error(`A table would have ${pixels.toLocaleString("en")} rows, one for each pixel; take the PNG.`);
  const grey = pictures.every(isGrey);
  return csvOf([what, "row", "column", ...(grey ? ["brightness"] : ["red", "green", "blue"])], rowsOf(pictures, gap, grey ? 1 : 3));
}

function* rowsOf(pictures: readonly Pixels[], gap: Gap, channels: number): Generator<Cell[]> {
  let number = 0;
  for (const picture of pictures) {
    for (const { left, top, width, height } of tilesOf(picture, gap)) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const at = 4 * ((top + row) * picture.width + left + column);
          yield [number, row, column, ...picture.data.subarray(at, at + channels)];
        }
      }
      number++;
    }
  }
}

const isGrey = ({ data }: Pixels): boolean => {
  for (let i = 0; i < data.length; i += 4) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
};

/** All tiles row by row. The last places of a grid may be empty. */
function tilesOf(picture: Pixels, gap: Gap): Tile[] {
  const { width, height, data } = picture;
  if (gap === null) return [{ left: 0, top: 0, width, height }];
  const between = (x: number, y: number): boolean => {
    const at = 4 * (y * width + x);
    return gap === "clear" ? data[at + 3] === 0 : data[at] === 255 && data[at + 1] === 255 && data[at + 2] === 255;
  };
  const tileWidth = period(width, (x) => every(height, (y) => between(x, y)));
  const tileHeight = period(height, (y) => every(width, (x) => between(x, y)));
  const tiles: Tile[] = [];
  for (let top = 0; top < height; top += tileHeight + 1) {
    for (let left = 0; left < width; left += tileWidth + 1) tiles.push({ left, top, width: tileWidth, height: tileHeight });
  }
  const empty = ({ left, top }: Tile): boolean => every(tileHeight, (y) => every(tileWidth, (x) => between(left + x, top + y)));
  return tiles.slice(0, tiles.findLastIndex((tile) => !empty(tile)) + 1);
}

/** The length of a tile: the least after which there is a gap, again and again up to the end. */
function period(length: number, isGap: (at: number) => boolean): number {
  for (let tile = 1; tile < length; tile++) {
    if ((length + 1) % (tile + 1) === 0 && every((length + 1) / (tile + 1) - 1, (i) => isGap(i * (tile + 1) + tile))) return tile;
  }
  return length;
}

function every(count: number, holds: (i: number) => boolean): boolean {
  for (let i = 0; i < count; i++) if (!holds(i)) return false;
  return true;
}

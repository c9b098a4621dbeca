import { expect, test } from "vitest";
import { tiled } from "../../../server/pixels.js";
import { type Pixels, pixelsCsv } from "./tiles.js";

/** As the browser decodes them. */
function decoded({ width, height, channels, data }: ReturnType<typeof tiled>): Pixels {
  const rgba = Array.from({ length: width * height }, (_, i) => [data[channels * i], data[channels * i], data[channels * i], data[channels * i + 1]]);
  return { width, height, data: Uint8ClampedArray.from(rgba.flat()) };
}

const table = (csv: string): (string | number)[][] => csv.trimEnd().split("\r\n").map((row, i) => (i === 0 ? row.split(",") : row.split(",").map(Number)));

test("maps of a grid come back as they were, empty places left out", () => {
  for (const [channels, height, width] of [[1, 4, 5], [5, 3, 2], [64, 1, 1], [3, 1, 4], [2, 6, 1]]) {
    // Some pixels are black, some white: only the gaps are clear.
    const planes = Uint8Array.from({ length: channels * height * width }, (_, i) => (i * 85) % 256);
    const [head, ...rows] = table(pixelsCsv([decoded(tiled(planes, channels, height, width))], { what: "map", gap: "clear" }));
    expect(head).toEqual(["map", "row", "column", "brightness"]);
    expect(rows).toEqual(Array.from(planes, (value, i) => [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width, value]));
  }
});

test("filters in colour lie between white lines", () => {
  const [white, red, blue] = [[255, 255, 255, 255], [255, 0, 0, 255], [0, 20, 255, 255]];
  // Three of 1 × 2 pixels in a grid of 2 × 2.
  const data = [red, blue, white, blue, red, white, white, white, white, white, blue, blue, white, white, white].flat();
  expect(pixelsCsv([{ width: 5, height: 3, data: Uint8ClampedArray.from(data) }], { what: "filter", gap: "white" }).trimEnd().split("\r\n")).toEqual([
    "filter,row,column,red,green,blue", "0,0,0,255,0,0", "0,0,1,0,20,255", "1,0,0,0,20,255", "1,0,1,255,0,0", "2,0,0,0,20,255", "2,0,1,0,20,255",
  ]);
});

test("pictures without gaps are numbered; too large ones are refused", () => {
  const one = (value: number): Pixels => ({ width: 1, height: 1, data: Uint8ClampedArray.of(value, value, value, 255) });
  expect(pixelsCsv([one(3), one(255)], { what: "picture", gap: null })).toBe("picture,row,column,brightness\r\n0,0,0,3\r\n1,0,0,255\r\n");
  expect(() => pixelsCsv([{ width: 2000, height: 1000, data: new Uint8ClampedArray() }], { what: "picture", gap: null })).toThrow("2,000,000 rows");
});

import { expect, test } from "vitest";
import { Generator } from "../../base/generator.js";
import { bytesPerDrawing, LetterArtist, side } from "./draw.js";
import { flatten } from "./outline.js";

/** A broad bar, as a letter I might be. */
const bar = flatten([
  { type: "M", x: 0, y: 0 },
  { type: "L", x: 0, y: 700 },
  { type: "L", x: 250, y: 700 },
  { type: "L", x: 250, y: 0 },
  { type: "Z" },
]);

function draw(seed: number): Uint8Array {
  const image = new Uint8Array(bytesPerDrawing);
  new LetterArtist().draw(bar, new Generator(seed), image);
  return image;
}

const grey = (image: Uint8Array, pixel: number): number => (image[pixel] + image[side * side + pixel] + image[2 * side * side + pixel]) / 3;

test("equal generators draw equal images, others differ", () => {
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test("an artist's drawing does not depend on what was drawn before", () => {
  const artist = new LetterArtist();
  const image = new Uint8Array(bytesPerDrawing);
  artist.draw(bar, new Generator(5), image);
  artist.draw(bar, new Generator(1), image);
  expect(image).toEqual(draw(1));
});

test("the border stays paper: no letter is cut, and ink stands out from paper", () => {
  for (let seed = 0; seed < 200; seed++) {
    const image = draw(seed);
    const border: number[] = [];
    let [low, high] = [255, 0];
    for (let pixel = 0; pixel < side * side; pixel++) {
      const [y, x] = [Math.floor(pixel / side), pixel % side];
      if (y === 0 || x === 0 || y === side - 1 || x === side - 1) border.push(grey(image, pixel));
      low = Math.min(low, grey(image, pixel));
      high = Math.max(high, grey(image, pixel));
    }
    expect(Math.max(...border) - Math.min(...border)).toBeLessThanOrEqual(51); // twice the most noise
    expect(high - low).toBeGreaterThanOrEqual(40);
  }
});

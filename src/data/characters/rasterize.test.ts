import { expect, test } from "vitest";
import { Generator } from "../../base/generator.js";
import { Rasterizer } from "./rasterize.js";

function draw(width: number, height: number, ...contours: number[][]): Float32Array {
  const rasterizer = new Rasterizer(width, height);
  for (const contour of contours) rasterizer.addContour(Float64Array.from(contour));
  const coverage = new Float32Array(width * height);
  rasterizer.finish(coverage);
  return coverage;
}

const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);

/** A regular polygon of n corners. */
function polygon(n: number, cx: number, cy: number, radius: number): number[] {
  return Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n).flatMap((a) => [cx + radius * Math.cos(a), cy + radius * Math.sin(a)]);
}

test("a rectangle off the grid covers each pixel by the area it shares with it", () => {
  const coverage = draw(4, 3, [0.5, 0.25, 2.75, 0.25, 2.75, 2, 0.5, 2]);
  const expected = [0.375, 0.75, 0.5625, 0, 0.5, 1, 0.75, 0, 0, 0, 0, 0];
  for (const [i, value] of expected.entries()) expect(coverage[i]).toBeCloseTo(value, 6);
});

test("a triangle over several pixels of a row is exact", () => {
  // (0,0) (4,0) (4,1): pixel i is covered below the line y = x / 4 … by 1/8, 3/8, 5/8, 7/8.
  const coverage = draw(4, 1, [0, 0, 4, 0, 4, 1]);
  for (const [i, value] of [1 / 8, 3 / 8, 5 / 8, 7 / 8].entries()) expect(coverage[i]).toBeCloseTo(value, 6);
});

test("the pixels of a polygon inside the picture add up to its area, in both directions", () => {
  for (const n of [3, 4, 7, 64]) {
    const area = 0.5 * n * 9.3 ** 2 * Math.sin((2 * Math.PI) / n);
    const points = polygon(n, 15.7, 14.2, 9.3);
    const reversed = Array.from({ length: n }, (_, i) => points.slice(2 * (n - 1 - i), 2 * (n - i))).flat();
    expect(sum(draw(32, 32, points))).toBeCloseTo(area, 3);
    expect(sum(draw(32, 32, reversed))).toBeCloseTo(area, 3);
  }
});

test("opposite contours cut holes, equal ones count once", () => {
  const outer = [2, 2, 12, 2, 12, 12, 2, 12];
  const hole = [4, 4, 4, 10, 10, 10, 10, 4];
  expect(sum(draw(16, 16, outer, hole))).toBeCloseTo(100 - 36, 4);
  expect(sum(draw(16, 16, outer, outer))).toBeCloseTo(100, 4);
});

test("what lies outside the picture is clipped on all four sides", () => {
  expect(sum(draw(8, 8, [-5, -5, 20, -5, 20, 20, -5, 20]))).toBeCloseTo(64, 4);
  expect(sum(draw(8, 8, [-4, 4, 4, -4, 12, 4, 4, 12]))).toBeCloseTo(64, 4); // a diamond around the square
  expect(sum(draw(8, 8, [0, 4, 4, 0, 8, 4, 4, 8]))).toBeCloseTo(32, 4);
  expect(sum(draw(8, 8, [9, 1, 15, 1, 15, 7, 9, 7]))).toBe(0);
  expect(sum(draw(8, 8, [-9, 1, -1, 1, -1, 7, -9, 7]))).toBeCloseTo(0, 6);
});

test("random triangles agree with counting a fine grid of points", () => {
  const generator = new Generator(4);
  const [size, fine] = [6, 32];
  for (let round = 0; round < 30; round++) {
    const [ax, ay, bx, by, cx, cy] = Array.from({ length: 6 }, () => generator.float() * 10 - 2);
    const coverage = draw(size, size, [ax, ay, bx, by, cx, cy]);
    const side = (px: number, py: number, qx: number, qy: number, x: number, y: number): boolean => (qx - px) * (y - py) > (qy - py) * (x - px);
    for (let pixel = 0; pixel < size * size; pixel++) {
      let inside = 0;
      for (let k = 0; k < fine * fine; k++) {
        const x = (pixel % size) + ((k % fine) + 0.5) / fine;
        const y = Math.floor(pixel / size) + (Math.floor(k / fine) + 0.5) / fine;
        const ab = side(ax, ay, bx, by, x, y);
        if (ab === side(bx, by, cx, cy, x, y) && ab === side(cx, cy, ax, ay, x, y)) inside += 1;
      }
      expect(Math.abs(coverage[pixel] - inside / fine ** 2)).toBeLessThan(0.05);
    }
  }
});

test("a rasteriser is empty again after finish", () => {
  const rasterizer = new Rasterizer(4, 4);
  const coverage = new Float32Array(16);
  rasterizer.addContour(Float64Array.of(0, 0, 4, 0, 4, 4, 0, 4));
  rasterizer.finish(coverage);
  rasterizer.finish(coverage);
  expect(sum(coverage)).toBe(0);
});

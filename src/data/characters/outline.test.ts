import { expect, test } from "vitest";
import type { PathCommand } from "./fonts.js";
import { bounds, flatten } from "./outline.js";
import { Rasterizer } from "./rasterize.js";

/** A circle of radius 100 around (300, 500), of four cubics or, less exactly, eight quadratics. */
function circle(kind: "C" | "Q"): PathCommand[] {
  const point = (angle: number, radius: number): { x: number; y: number } => ({ x: 300 + radius * Math.cos(angle), y: 500 + radius * Math.sin(angle) });
  const pieces = kind === "C" ? 4 : 8;
  const turn = (2 * Math.PI) / pieces;
  const commands: PathCommand[] = [{ type: "M", ...point(0, 100) }];
  for (let k = 0; k < pieces; k++) {
    const end = point((k + 1) * turn, 100);
    if (kind === "Q") {
      const control = point((k + 0.5) * turn, 100 / Math.cos(turn / 2));
      commands.push({ type: "Q", x1: control.x, y1: control.y, ...end });
    } else {
      const handle = (4 / 3) * Math.tan(turn / 4);
      const length = 100 * Math.hypot(1, handle);
      const first = point(k * turn + Math.atan(handle), length);
      const second = point((k + 1) * turn - Math.atan(handle), length);
      commands.push({ type: "C", x1: first.x, y1: first.y, x2: second.x, y2: second.y, ...end });
    }
  }
  return [...commands, { type: "Z" }];
}

test.each(["C", "Q"] as const)("a circle of %s pieces is flattened to within the tolerance, centred, of size 1", (kind) => {
  const { points, ends } = flatten(circle(kind));
  expect(ends).toEqual([points.length]);
  expect(points.length / 2).toBeLessThan(60);
  for (let i = 0; i < points.length; i += 2) expect(Math.hypot(points[i], points[i + 1])).toBeCloseTo(0.5, 2);
  const rasterizer = new Rasterizer(32, 32);
  rasterizer.addContour(points.map((p) => 16 + 28 * p));
  const coverage = new Float32Array(32 * 32);
  rasterizer.finish(coverage);
  expect(coverage.reduce((a, b) => a + b)).toBeCloseTo(Math.PI * 14 ** 2, -1);
});

test("y is turned down and the larger side becomes 1", () => {
  const flag: PathCommand[] = [
    { type: "M", x: 0, y: 0 },
    { type: "L", x: 0, y: 400 },
    { type: "L", x: 200, y: 400 },
    { type: "Z" },
  ];
  const { points } = flatten(flag);
  expect([...points]).toEqual([-0.25, 0.5, -0.25, -0.5, 0.25, -0.5]);
  expect(bounds(points)).toEqual([-0.25, -0.5, 0.25, 0.5]);
});

test("a blank has no polygons", () => {
  expect(flatten([]).ends).toEqual([]);
});

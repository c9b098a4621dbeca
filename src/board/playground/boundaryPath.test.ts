import { expect, it } from "vitest";
import { boundaryPath } from "./boundaryPath.js";

it("draws the line between the signs, at the place that the values say", () => {
  expect(boundaryPath(Float32Array.of(2, 12, 22, 32), 2, 20)).toBe("");
  // −10 on the left, 30 on the right: a quarter of the way between the middles of the cells.
  expect(boundaryPath(Float32Array.of(-10, 30, -10, 30), 2, 20)).toBe("M7.5 5.0L7.5 15.0");
  expect(boundaryPath(Float32Array.of(-30, -30, 30, 30), 2, 20)).toBe("M15.0 10.0L5.0 10.0");
  // A saddle has two.
  expect(boundaryPath(Float32Array.of(-10, 10, 10, -10), 2, 20).match(/M/g)).toHaveLength(2);
});

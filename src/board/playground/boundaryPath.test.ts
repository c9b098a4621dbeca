import { expect, it } from "vitest";
import { boundaryPath } from "./boundaryPath.js";

it("draws the line between the signs, at the place that the values say", () => {
  expect(boundaryPath(Uint8Array.of(130, 140, 150, 160), 2, 20)).toBe("");
  // −10 on the left, 30 on the right: a quarter of the way between the middles of the cells.
  expect(boundaryPath(Uint8Array.of(118, 158, 118, 158), 2, 20)).toBe("M7.5 5.0L7.5 15.0");
  expect(boundaryPath(Uint8Array.of(98, 98, 158, 158), 2, 20)).toBe("M15.0 10.0L5.0 10.0");
  // A saddle has two.
  expect(boundaryPath(Uint8Array.of(118, 138, 118, 138).map((v, i) => (i > 1 ? 256 - v : v)), 2, 20).match(/M/g)).toHaveLength(2);
});

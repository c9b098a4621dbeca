import { expect, test } from "vitest";
import { markedPoints } from "./spacedMarks.js";

const at = (...left: readonly number[]) => (i: number) => left[i];

test("marks are apart, whatever the number of points", () => {
  const many = markedPoints((i) => i / 10, 8000, { look: 0, spacing: 80 });
  expect(many.map((i) => i / 10)).toEqual([0, 80, 160, 240, 320, 400, 480, 560, 640, 720]);
  expect(markedPoints(at(0, 100, 200, 310), 4, { look: 0, spacing: 80 })).toEqual([0, 1, 2, 3]);
  expect(markedPoints(at(0, 30, 60, 90, 120, 170), 6, { look: 0, spacing: 80 })).toEqual([0, 3, 5]);
});

test("those of two curves are shifted, points that are not drawn carry none, and a short curve has one", () => {
  const first = (look: number): number => markedPoints((i) => i, 400, { look, spacing: 80 })[0];
  expect(new Set([7, 14, 21, 28].map(first)).size).toBe(4);
  expect(markedPoints(at(NaN, 5, NaN, 100), 4, { look: 0, spacing: 80 })).toEqual([1, 3]);
  expect(markedPoints(at(0, 10), 2, { look: 8, spacing: 80 })).toEqual([1]);
  expect(markedPoints(at(NaN), 1, { look: 0 })).toEqual([]);
  expect(markedPoints(at(), 0, { look: 0 })).toEqual([]);
});

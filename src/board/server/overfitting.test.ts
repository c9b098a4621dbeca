import { expect, test } from "vitest";
import { overfitsFrom } from "./overfitting.js";

const falling = [5, 4, 3, 2, 1, 0.5, 0.4];

test("from the lowest validation loss on, if it stays higher for three epochs while the training loss falls", () => {
  expect(overfitsFrom(falling, [3, 2, 1, 1.5, 1.2, 2, 3])).toBe(2);
  expect(overfitsFrom(falling, [3, 2, 1, NaN, 1.2, 2, 3])).toBe(2);
});

test("not before three epochs, nor while it falls again, nor where the training loss rises too, nor without values", () => {
  expect(overfitsFrom(falling.slice(0, 5), [3, 2, 1, 1.5, 1.2])).toBeNull();
  expect(overfitsFrom(falling, [3, 2, 1, 1.5, 1.2, 2, 0.9])).toBeNull();
  expect(overfitsFrom(falling, [3, 2, 1, 1.5, 1.2, 2, 1])).toBeNull();
  expect(overfitsFrom([5, 4, 3, 4, 5, 6, 7], [3, 2, 1, 1.5, 1.2, 2, 3])).toBeNull();
  expect(overfitsFrom(falling, [NaN, NaN, NaN, NaN])).toBeNull();
  expect(overfitsFrom([], [])).toBeNull();
});

import { expect, test } from "vitest";
import { matmul } from "../ops/matmul.js";
import "../ops/methods.js";
import { manualSeed, randn } from "../ops/random.js";
import { tensor, zeros } from "../ops/create.js";
import { transpose } from "../ops/views.js";
import { ZcaWhitening } from "./whitening.js";

test("whitened training samples have covariance 1, by a symmetric matrix; others go through the same (coverage F3)", async () => {
  manualSeed(3);
  const mixing = randn([12, 12], { dtype: "float64" });
  const train = matmul(randn([500, 12], { dtype: "float64" }), mixing).reshape([500, 3, 4]);
  const whitening = new ZcaWhitening(train, { epsilon: 0 });
  const y = whitening.apply(train);
  expect(y.shape).toEqual([500, 3, 4]);
  const flat = y.reshape([500, 12]);
  const covariance = await matmul(transpose(flat), flat).div(500).data();
  for (let i = 0; i < 144; i++) expect(covariance[i]).toBeCloseTo(i % 13 === 0 ? 1 : 0, 9);
  const w = await whitening.matrix.data();
  for (let i = 0; i < 144; i++) expect(w[i]).toBeCloseTo(w[(i % 12) * 12 + Math.floor(i / 12)], 9);
  const others = matmul(randn([2000, 12], { dtype: "float64" }), mixing).reshape([2000, 3, 4]);
  const variance = await whitening.apply(others).square().mean().item();
  expect(Math.abs(variance - 1)).toBeLessThan(0.1);
});

test("constant features stay finite, and what does not fit is refused", async () => {
  const whitening = new ZcaWhitening(tensor([[1, 5], [3, 5], [5, 5]]));
  const values = await whitening.apply(tensor([[3, 5], [5, 6]])).data();
  expect([...values].every(Number.isFinite)).toBe(true);
  expect(values[0]).toBeCloseTo(0, 5);
  expect(() => whitening.apply(zeros([2, 3]))).toThrow(/made of samples \[2\], but these are \[3\]/);
  expect(() => new ZcaWhitening(zeros([1, 3]))).toThrow(/at least two samples/);
  expect(() => new ZcaWhitening(zeros([2, 3]), { epsilon: -1 })).toThrow(/epsilon must be a number ≥ 0/);
});

import { expect, test } from "vitest";
import { ImageDataset } from "./imageDataset.js";
import { channelStatistics, normalizationOf, normalizationTables } from "./normalize.js";

/** Two images of two channels: channel 0 holds 0, 2, 4, 6; channel 1 is 9 throughout. */
const data = new ImageDataset({
  name: "two",
  images: Uint8Array.of(0, 2, 9, 9, 4, 6, 9, 9),
  labels: Int32Array.of(0, 0),
  shape: [2, 1, 2],
  classes: ["a"],
  maxValue: 16,
});

test("statistics are the population mean and deviation of each channel", () => {
  const { mean, std } = channelStatistics(data);
  expect(mean).toEqual([3, 9]);
  expect(std[0]).toBeCloseTo(Math.sqrt(5), 14);
  expect(std[1]).toBe(0);
});

test("each kind maps pixels as it says", () => {
  const value = (kind: "none" | "unit" | "standardize", channel: number, pixel: number): number =>
    normalizationTables(normalizationOf(kind, data), 2)[channel][pixel];
  expect(value("none", 1, 200)).toBe(200);
  expect(value("unit", 0, 4)).toBe(0.25);
  expect(value("standardize", 0, 6)).toBeCloseTo(3 / Math.sqrt(5), 6);
  expect(value("standardize", 1, 9)).toBe(0); // a constant channel is centred, not divided by zero
  expect(value("standardize", 1, 10)).toBe(1);
});

test("numbers of another set of channels are refused", () => {
  expect(() => normalizationTables(normalizationOf("unit", data), 3)).toThrow(/3 channels.*2 means/);
});

import { describe, expect, test } from "vitest";
import { ValueError } from "../base/errors.js";
import { axisOf, axisTitle, type AxisInit } from "./axis.js";
import { alikeText, numberText } from "./numberText.js";

const axis = (values: readonly number[], options: AxisInit["options"] = {}, room?: number) => axisOf({ chart: "test", name: "x", values, options, room });
const labels = (values: readonly number[], options: AxisInit["options"] = {}, count = 5): string[] => axis(values, options).ticks(count).map(({ label }) => label);

describe("ticks", () => {
  test.each([
    [[0.70500, 0.70504], {}], [[0.7050001, 0.7050002], {}], [[1e7, 1e7 + 4], {}], [[-3.00001, -3], {}], [[70.5, 70.5001], { scale: "log" }],
  ] as const)("of %j have different texts", (values, options) => {
    const shown = labels(values, options);
    expect(shown.length).toBeGreaterThan(2);
    expect(new Set(shown).size).toBe(shown.length);
  });
  test("lie at round numbers, with a true minus and equal decimals", () => {
    expect(labels([-1.3, 1.2])).toEqual(["−1.5", "−1.0", "−0.5", "0.0", "0.5", "1.0", "1.5"]);
    expect(labels([0, 0.0004])).toEqual(["0.0000", "0.0001", "0.0002", "0.0003", "0.0004"]);
  });
  test("of whole numbers are whole", () => {
    expect(labels([1, 2, 3], { range: [1, 3] }, 10)).toEqual(["1", "2", "3"]);
    expect(labels([0, 1, 0.5], { range: [0, 1] })).toEqual(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  });
  test("of fractions are in percent", () => {
    expect(labels([0.1, 0.95], { format: "percent" })).toEqual(["0", "20", "40", "60", "80", "100"]);
    expect(axisTitle(axis([0.1, 0.95], { format: "percent", label: "accuracy" }).options)).toBe("accuracy (%)");
  });
  test("of a log axis are powers of ten, written out where they are ordinary numbers", () => {
    expect(labels([1e-8, 1], { scale: "log" }).filter((label) => label !== "")).toEqual(["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]);
    expect(labels([0.01, 100], { scale: "log" }).filter((label) => label !== "")).toEqual(["0.01", "0.1", "1", "10", "100"]);
    expect(labels([1, 50], { scale: "log", range: [1, 50] }).filter((label) => label !== "")).toEqual(["1", "2", "5", "10", "20", "50"]);
  });
  test("of large numbers have spaces between the thousands", () => {
    expect(labels([0, 20000])).toEqual(["0", "5000", "10\u202f000", "15\u202f000", "20\u202f000"]);
    expect(numberText(-123456.5, 7)).toBe("−123\u202f456.5");
    expect(numberText(0.0012345, 7)).toBe("0.0012345");
  });
  test("of very large and very small numbers are short", () => {
    expect(labels([0, 4e9])).toEqual(["0", "10⁹", "2×10⁹", "3×10⁹", "4×10⁹"]);
    expect(labels([0, 2e-7]).at(-1)).toBe("2×10⁻⁷");
  });
});

describe("domains", () => {
  test("hold all finite data", () => {
    expect(axis([3, NaN, -2, Infinity], {}, 0).domain).toEqual([-2, 3]);
    expect(axis([]).domain).toEqual([0, 1]);
    expect(axis([], { scale: "log" }).domain).toEqual([1, 10]);
  });
  test("of one value reach beyond it", () => {
    const [low, high] = axis([5]).domain;
    expect(low).toBeLessThan(5);
    expect(high).toBeGreaterThan(5);
    expect(axis([0]).domain).toEqual([-1, 1]);
    const [from, to] = axis([0.01], { scale: "log" }).domain;
    expect([from < 0.01, to > 0.01]).toEqual([true, true]);
  });
  test("of a log axis end where numbers end", () => {
    const { domain, ticks } = axis([1, 1e300, Infinity], { scale: "log" });
    expect(domain.every((end) => end > 0 && Number.isFinite(end))).toBe(true);
    expect(ticks(5).every(({ value }) => Number.isFinite(value))).toBe(true);
    expect(ticks(5).length).toBeLessThan(400);
    expect(axis([1e-300, 1e300], { scale: "log" }).domain.every((end) => end > 0 && Number.isFinite(end))).toBe(true);
  });
  test("of a log axis refuse what has no logarithm", () => {
    expect(() => axis([1, 0], { scale: "log" })).toThrow(ValueError);
    expect(() => axis([1, -1], { scale: "log" })).toThrow(/test: a log axis has positive numbers only, but x has -1; leave it out, or use scale: "linear"/);
  });
});

test("numbers for readers", () => {
  expect([0, -0, 1, -12.345, 0.1 + 0.2, 1234567, 1.5e-5, -1e-9, 1e30, NaN, -Infinity].map((v) => numberText(v))).toEqual([
    "0", "0", "1", "−12.35", "0.3", "1.235×10⁶", "1.5×10⁻⁵", "−1×10⁻⁹", "10³⁰", "NaN", "−∞",
  ]);
  expect([0.7, 0.123, 1].map(alikeText([0.7, 0.123, 1]))).toEqual(["0.70", "0.12", "1.00"]);
  expect([7, 123].map(alikeText([7, 123]))).toEqual(["7", "123"]);
});

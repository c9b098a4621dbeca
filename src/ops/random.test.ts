import { describe, expect, test } from "vitest";
import { normalProbability, normalQuantile } from "../base/normal.js";
import { type BackendName, findBackend } from "../backend/select.js";
import {
  bernoulli, categorical, exponential, Generator, gradcheck, gumbel, gumbelSoftmax, log, multinomial, normal, rand, randint, randn, randperm, shuffle, softmax,
  sum, tensor, type Tensor, truncatedNormal, uniform, zeros,
} from "../index.js";

const seeded = (seed = 5) => ({ generator: new Generator(seed) });

/** Σ (observed − expected)²/expected. Its mean is about the number of cells, its deviation √(2·cells). */
function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce((total, o, i) => total + (expected[i] === 0 ? (o === 0 ? 0 : Infinity) : (o - expected[i]) ** 2 / expected[i]), 0);
}

function histogram(values: ArrayLike<number>, cells: number, cellOf: (value: number) => number): number[] {
  const counts = Array.from({ length: cells }, () => 0);
  for (let i = 0; i < values.length; i++) counts[cellOf(values[i])] += 1;
  return counts;
}

/** Four deviations above the mean: one seed in some thousands fails. */
const limit = (cells: number): number => cells + 4 * Math.sqrt(2 * cells);

/** Checks samples against the distribution function: equally likely cells must be equally full. */
function expectDistribution(values: ArrayLike<number>, cdf: (x: number) => number, cells = 40): void {
  const counts = histogram(values, cells, (x) => Math.min(cells - 1, Math.floor(cells * cdf(x))));
  expect(chiSquare(counts, counts.map(() => values.length / cells))).toBeLessThan(limit(cells));
}

const n = 40000;

describe("distributions, by chi-square with a fixed seed", () => {
  const [a, b] = [normalProbability(-1), normalProbability(0.5)];
  test.each<[string, () => Tensor, (x: number) => number]>([
    ["uniform", () => uniform([n], -3, 5, seeded()), (x) => (x + 3) / 8],
    ["normal", () => normal([n], 2, 0.5, seeded()), (x) => normalProbability((x - 2) / 0.5)],
    ["exponential", () => exponential([n], 2, seeded()), (x) => 1 - Math.exp(-2 * x)],
    ["gumbel", () => gumbel([n], seeded()), (x) => Math.exp(-Math.exp(-x))],
    ["truncatedNormal", () => truncatedNormal([n], { ...seeded(), mean: 1, std: 2, low: -1, high: 2 }), (x) => (normalProbability((x - 1) / 2) - a) / (b - a)],
    ["truncatedNormal, far out", () => truncatedNormal([n], { ...seeded(), low: 6, high: 9, dtype: "float64" }), (x) => 1 - normalProbability(-x) / normalProbability(-6)],
  ])("%s", async (_, draw, cdf) => expectDistribution(await draw().data(), cdf));

  test("randint, over a range that is no power of 2", async () => {
    const counts = histogram(await randint([n], -3, 10, seeded()).data(), 13, (x) => x + 3);
    expect(chiSquare(counts, counts.map(() => n / 13))).toBeLessThan(limit(13));
  });

  test("bernoulli", async () => {
    const ones = await sum(bernoulli([n], 0.3, seeded())).item();
    expect(chiSquare([n - ones, ones], [0.7 * n, 0.3 * n])).toBeLessThan(limit(1));
  });

  const weights = [0.5, 0, 2, 1, 0, 1.5];
  const expected = weights.map((w) => (w / 5) * n);
  const many = tensor(weights).expand(n, 6);

  test("categorical, from logits", async () => {
    expect(chiSquare(histogram(await categorical(log(many), seeded()).data(), 6, (c) => c), expected)).toBeLessThan(limit(4));
  });

  test("multinomial with replacement", async () => {
    const drawn = multinomial(tensor(weights), n, { ...seeded(), replacement: true });
    expect(chiSquare(histogram(await drawn.data(), 6, (c) => c), expected)).toBeLessThan(limit(4));
  });

  test("multinomial without replacement: all ordered pairs", async () => {
    const pairs = await multinomial(many, 2, seeded()).data();
    const counts = Array.from({ length: 36 }, () => 0);
    for (let i = 0; i < pairs.length; i += 2) counts[6 * pairs[i] + pairs[i + 1]] += 1;
    const probability = (i: number, j: number): number => (i === j ? 0 : ((weights[i] / 5) * weights[j]) / (5 - weights[i]));
    expect(chiSquare(counts, counts.map((_, at) => n * probability(Math.floor(at / 6), at % 6)))).toBeLessThan(limit(12));
  });

  test("randperm: all orders of 4", async () => {
    const generator = new Generator(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 4800; i++) {
      const order = (await randperm(4, { generator }).data()).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()], Array.from({ length: 24 }, () => 200))).toBeLessThan(limit(24));
  });

  test("gumbelSoftmax: its largest entry is categorical", async () => {
    const hard = await sum(gumbelSoftmax(log(many.add(0)), { ...seeded(), hard: true }), { axis: 0 }).data();
    expect(chiSquare(Array.from(hard), expected)).toBeLessThan(limit(4));
  });
});

describe("every backend draws the same", () => {
  const backends = (["reference", "native", "wasm"] as BackendName[]).map((name) => {
    const found = findBackend(name);
    if ("reason" in found) throw new Error(found.reason);
    return found.backend;
  });
  const probabilities = [0.2, 0.5, 0.3];

  test.each<[string, (options: { backend: (typeof backends)[number]; generator: Generator }) => Tensor]>([
    ["uniform", (o) => rand([1001], o)],
    ["uniform float64", (o) => uniform([1001], -2, 7, { ...o, dtype: "float64" })],
    ["normal", (o) => randn([1001], o)],
    ["randint", (o) => randint([1001], -1000, 2 ** 31 - 1, o)],
    ["randint bytes", (o) => randint([1001], 0, 256, { ...o, dtype: "uint8" })],
    ["bernoulli", (o) => bernoulli([1001], 0.37, { ...o, dtype: "bool" })],
    ["randperm", (o) => randperm(1001, o)],
    ["truncatedNormal", (o) => truncatedNormal([1001], o)],
    ["shuffle", (o) => shuffle(tensor(Float32Array.from({ length: 999 }, (_, i) => i), { backend: o.backend }), 0, o)],
    ["multinomial", (o) => multinomial(tensor(probabilities, { backend: o.backend }), 1001, { generator: o.generator, replacement: true })],
    ["multinomial without replacement", (o) => multinomial(tensor(probabilities, { backend: o.backend }).expand(301, 3), 3, { generator: o.generator })],
    ["categorical", (o) => categorical(tensor(probabilities, { backend: o.backend }).expand(301, 3), o)],
  ])("%s, to the bit", async (_, draw) => {
    const [first, ...others] = await Promise.all(backends.map((backend) => draw({ backend, generator: new Generator(11) }).data()));
    for (const other of others) expect(other).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
  });
});

describe("gradients flow to parameters", () => {
  const leaf = (...values: number[]): Tensor => tensor(values, { dtype: "float64", requiresGrad: true });
  const options = () => ({ ...seeded(), dtype: "float64" as const });

  test.each<[string, (inputs: readonly Tensor[]) => Tensor, Tensor[]]>([
    ["uniform", ([low, high]) => uniform([4, 3], low, high, options()), [leaf(0, 1, 2), leaf(3, 4, 5)]],
    ["normal", ([mean, std]) => normal([4, 3], mean, std, options()), [leaf(0, 1, 2), leaf(3)]],
    ["exponential", ([rate]) => exponential([4, 3], rate, options()), [leaf(0.5, 1, 2)]],
    ["gumbelSoftmax", ([logits]) => gumbelSoftmax(logits.reshape(2, 3), { ...seeded(), temperature: 0.7 }), [leaf(0, 1, 2, 3, 1, 0)]],
    ["gumbelSoftmax along axis 0", ([logits]) => gumbelSoftmax(logits.reshape(2, 3), { ...seeded(), axis: 0 }), [leaf(0, 1, 2, 3, 1, 0)]],
    ["shuffle", ([x]) => shuffle(x.reshape(3, 2), 0, seeded()), [leaf(1, 2, 3, 4, 5, 6)]],
  ])("%s", async (_, f, inputs) => void (await gradcheck(f, inputs)));

  test("a hard sample has the gradient of the soft one", async () => {
    const [soft, hard] = [false, true].map((hard) => {
      const logits = leaf(0, 1, 2, 3, 1, 0);
      sum(gumbelSoftmax(logits.reshape(1, 3, 2), { ...seeded(), hard, axis: 1 }).mul(tensor([[[1, 2], [3, 4], [5, 7]]]))).backward();
      return logits.grad!;
    });
    expect(await hard.array()).toEqual(await soft.array());
    const sample = gumbelSoftmax(zeros([2, 3, 2]), { hard: true, axis: 1 });
    expect([...(await sum(sample, { axis: 1 }).data())]).toEqual([1, 1, 1, 1]);
  });
});

describe("ranges and edges", () => {
  test("integers cover their range and stay in it", async () => {
    const bytes = await randint([20000], 0, 256, { ...seeded(), dtype: "uint8" }).data();
    expect([Math.min(...bytes), Math.max(...bytes)]).toEqual([0, 255]);
    expect(await randint([3], 7, 8).array()).toEqual([7, 7, 7]);
    const wide = await randint([1000], -(2 ** 31), 2 ** 31 - 1, seeded()).data();
    expect(Math.min(...wide)).toBeLessThan(-2e9);
    expect(Math.max(...wide)).toBeGreaterThan(2e9);
  });

  test("truncated normals stay within their bounds, however far out", async () => {
    for (const [low, high] of [[-2, 2], [30, 31], [-Infinity, -20], [5, Infinity]]) {
      const values = await truncatedNormal([500], { low, high, dtype: "float64" }).data();
      for (const value of values) expect(value >= low && value <= high && Number.isFinite(value)).toBe(true);
    }
  });

  test("Φ is the inverse of its quantile", () => {
    for (const z of [-30, -8, -2.5, -0.1, 0, 0.7, 3, 6]) expect(normalQuantile(normalProbability(z))).toBeCloseTo(z, 6);
    expect(normalProbability(-10) / 7.619853024160527e-24).toBeCloseTo(1, 9);
    expect(normalProbability(1)).toBeCloseTo(0.8413447460685429, 12);
  });

  test("empty shapes", async () => {
    for (const t of [randint([0], 0, 5), randperm(0), bernoulli([2, 0], 0.5), exponential([0]), gumbel([0]), truncatedNormal([0])]) expect(t.size).toBe(0);
  });

  test("one row or many, and a sample of all", async () => {
    expect(categorical(zeros([5])).shape).toEqual([]);
    expect(categorical(zeros([2, 3, 5])).shape).toEqual([2, 3]);
    expect(multinomial(softmax(zeros([2, 3, 5])), 4).shape).toEqual([2, 3, 4]);
    expect([...(await multinomial(tensor([1, 1, 1, 1]), 4).data())].sort()).toEqual([0, 1, 2, 3]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ["randint", () => randint([2], 3, 3), /randint: expected integers low < high that int32 holds, at most 2\^32 apart, got 3 and 3/],
    ["randint", () => randint([2], 0, 257, { dtype: "uint8" }), /that uint8 holds/],
    ["randint", () => randint([2], 0, 2, { dtype: "bool" }), /a bool is no integer; choose int32, or use bernoulli/],
    ["randint", () => randint([2], 0.5, 2), /got 0.5 and 2/],
    ["randperm", () => randperm(-1), /randperm: n must be a whole number from 0 to 2\^31 − 1, got -1/],
    ["bernoulli", () => bernoulli([2], 1.5), /bernoulli: p must be from 0 to 1, got 1.5/],
    ["bernoulli", () => bernoulli([2], zeros([3])), /do not broadcast/],
    ["bernoulli", () => bernoulli([1], zeros([3])), /p \[3\] does not broadcast to \[1\]/],
    ["normal", () => normal([2], 0, -1), /normal: the standard deviation must be at least 0, got -1/],
    ["normal", () => normal([2], NaN), /normal: mean must be a number or a tensor, got NaN/],
    ["uniform", () => uniform([2], zeros([2, 2]), 1), /low \[2, 2\] does not broadcast to \[2\]/],
    ["exponential", () => exponential([2], 0), /the rate must be above 0, got 0/],
    ["exponential", () => exponential([2], 1, { dtype: "int32" }), /random numbers are float32 or float64, not int32/],
    ["truncatedNormal", () => truncatedNormal([2], { low: 1, high: 0 }), /expected low < high and std > 0, got low 1, high 0/],
    ["categorical", () => categorical(zeros([2, 0])), /at least one category, got \[2, 0\]/],
    ["multinomial", () => multinomial(zeros([3]), 4), /no more than the 3 categories, got 4/],
    ["gumbelSoftmax", () => gumbelSoftmax(zeros([3]), { temperature: 0 }), /the temperature must be above 0, got 0/],
  ])("%s names what is wrong", (_, body, message) => expect(body).toThrow(message));
});

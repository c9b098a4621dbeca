/** k-means: centres that are the means of the samples nearest to them. */

import { ShapeError, ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { formatShape } from "../base/shape.js";
import { warn } from "../base/warnings.js";
import { add, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { full, tensor } from "../ops/create.js";
import { clamp, mulScalar, sqrt, square } from "../ops/elementwise.js";
import { indexSelect } from "../ops/indexing.js";
import { matmul } from "../ops/matmul.js";
import { argmin, mean, sum } from "../ops/reduce.js";
import { concat, slice } from "../ops/slice.js";
import { transpose } from "../ops/views.js";
import type { Numbers } from "../metrics/values.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { Estimator, type Layout } from "./estimator.js";
import { checkOptions } from "./options.js";
import { fitted, likeSamples, type Samples, samplesIn, samplesOf } from "./samples.js";

export interface KMeansOptions {
  /** Number of centres. Default 8. */
  readonly k?: number;
  /**
   * Where the centres start: "k-means++" draws samples far from one another, "random" any samples; or centres [K, D] of your own, which are tried once.
   * Default "k-means++".
   */
  readonly init?: "k-means++" | "random" | Numbers;
  /** Starts that are tried; the one with the least inertia counts. Default 10. */
  readonly nInit?: number;
  /** Default 300. */
  readonly maxIterations?: number;
  /** Converged when the squared ways of all centres add up to no more than this times the mean variance of the features. Default 1e-4. */
  readonly tolerance?: number;
  /** What starts are drawn from. Default 0. */
  readonly seed?: number;
}

type KMeansState = { readonly centers: Tensor };

/** A result on the host; centres row by row, relative to the mean of the samples. */
interface Clustering {
  readonly centers: Float64Array;
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Clusters of least inertia Σ‖x − centre‖², found by Lloyd's iteration from several starts. A centre that loses all its samples moves to the sample that is
 * farthest from its own. Lloyd 1982; k-means++ with the best of 2 + ln k candidates, Arthur & Vassilvitskii 2007.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const x = [[0, 0], [0, 2], [9, 0], [9, 2]];
 * const model = await new classic.KMeans({ k: 2 }).fit(x);
 * model.inertia                       // → 4
 * const [a, b] = await (await model.predict([[1, 1], [8, 1]])).data();
 * model.centers.slice(a)              // → [0, 1]
 * model.centers.slice(b)              // → [9, 1]
 */
export class KMeans extends Estimator<KMeansState> {
  readonly options: Required<KMeansOptions>;
  /** Σ‖x − centre‖² of the last fit, in units of x². */
  inertia = NaN;
  /** Iterations of the start that the last fit took its centres from. */
  iterations = 0;
  /** Whether these met the tolerance. */
  converged = false;

  protected readonly layouts: readonly Layout<KMeansState>[] = [{ centers: ["clusters", "features"] }];

  constructor(given: KMeansOptions = {}) {
    super();
    checkOptions("KMeans", given, "k");
    const { init = "k-means++", ...options } = given;
    const resolved = resolveOptions<Omit<KMeansOptions, "init">>("KMeans", { k: 8, nInit: 10, maxIterations: 300, tolerance: 1e-4, seed: 0 }, options);
    const { k, nInit, maxIterations, tolerance, seed } = resolved;
    checkRange("KMeans", { k, nInit, maxIterations }, { min: 1 });
    checkRange("KMeans", { tolerance, seed });
    if (!Number.isInteger(k)) throw new ValueError(`KMeans: k must be a whole number, got ${k}.`);
    if (typeof init === "string" && init !== "k-means++" && init !== "random") throw new ValueError(`KMeans: init must be "k-means++", "random" or centres [K, D], got "${String(init)}".`);
    this.options = { ...resolved, init };
  }

  /** [K, D]. */
  get centers(): Tensor {
    return this.state.centers;
  }

  /**
   * x: [N, D], N ≥ k.
   * @throws ShapeError unless x is [N, D], and centres to start from are [K, D]; ValueError for NaN and infinities, and fewer than k samples.
   */
  async fit(x: Numbers): Promise<this> {
    return step(async () => {
      const given = await samplesOf("KMeans.fit", x);
      const { k, init, nInit, seed, maxIterations } = this.options;
      const { count, features } = given;
      if (count < k) throw new ValueError(`KMeans.fit: k is ${k}, but there are only ${count} samples; choose a smaller k.`);
      const means = Float64Array.from(await mean(cast(given.x, "float64"), { axis: 0 }).data());
      const samples = await centred(given, means);
      const ownStart = typeof init === "string" ? null : await startOf(init, k, means);
      const generator = new Generator(seed).fork("KMeans");
      let best: Clustering | null = null;
      for (let start = 0; start < (ownStart === null ? nInit : 1); start++) {
        const random = generator.fork(`start ${start}`);
        const centers = ownStart ?? rowsOf(samples, init === "random" ? random.permutation(count).subarray(0, k) : await farApart(samples, k, random));
        const found = await this.#iterate(samples, centers);
        if (best === null || found.inertia < best.inertia) best = found;
      }
      ({ inertia: this.inertia, iterations: this.iterations, converged: this.converged } = best!);
      if (!this.converged) warn("notConverged", `KMeans.fit: the centres still move after ${maxIterations} iterations. Raise maxIterations or tolerance.`);
      this.state = { centers: fitted(given, best!.centers.map((v, i) => v + means[i % features]), [k, features]) };
      return this;
    });
  }

  /** The number of the nearest centre of each sample. x: [N, D] → int32 [N]. @throws ShapeError for another number of features. */
  async predict(x: Numbers): Promise<Tensor> {
    const { centers } = this.state;
    return step(async () => {
      const samples = await samplesOf("KMeans.predict", x, centers.shape[1]);
      const means = Float64Array.from(await centers.mean({ axis: 0 }).data());
      const relative = Float64Array.from(await centers.data(), (v, i) => v - means[i % means.length]);
      return tensor(await nearestCenters(await centred(samples, means), relative), { backend: centers.backend });
    });
  }

  /** The distance of each sample from each centre. x: [N, D] → [N, K]. @throws ShapeError for another number of features. */
  async transform(x: Numbers): Promise<Tensor> {
    const { centers } = this.state;
    return step(async () => {
      const samples = await samplesOf("KMeans.transform", x, centers.shape[1]);
      const [a, b] = [cast(samples.x, "float64").sub(centers.mean({ axis: 0 })), centers.sub(centers.mean({ axis: 0 }))];
      const squares = add(sum(square(a), { axis: 1, keepDim: true }), partialDistances(a, b));
      return cast(sqrt(clamp(squares, 0, Infinity)), samples.x.dtype);
    });
  }

  /** −Σ‖x − nearest centre‖²: the larger, the better. x: [N, D]. */
  async score(x: Numbers): Promise<number> {
    const distances = await (await this.transform(x)).data();
    const k = this.centers.shape[0];
    let total = 0;
    for (let i = 0; i < distances.length; i += k) {
      let nearest = Infinity;
      for (let c = i; c < i + k; c++) nearest = Math.min(nearest, distances[c]);
      total += nearest ** 2;
    }
    return -total;
  }

  /** Lloyd's iteration: assign, take means, until no sample changes its centre or the centres stay. */
  async #iterate(samples: Samples, start: Float64Array): Promise<Clustering> {
    const { maxIterations, tolerance } = this.options;
    const { data, count, features } = samples;
    let squares = 0;
    for (const value of data) squares += value * value;
    const enough = (tolerance * squares) / (count * features);
    let centers = start;
    let before: Int32Array | null = null;
    let [iterations, converged] = [0, false];
    while (!converged && iterations < maxIterations) {
      iterations++;
      const labels = await nearestCenters(samples, centers);
      const moved = meansOfClusters(samples, labels, centers);
      const way = moved.reduce((total, v, i) => total + (v - centers[i]) ** 2, 0);
      converged = way <= enough || (before !== null && labels.every((label, n) => label === before![n]));
      centers = moved;
      before = labels;
    }
    const distances = squaredDistances(samples, await nearestCenters(samples, centers), centers);
    return { centers, inertia: distances.reduce((a, b) => a + b, 0), iterations, converged };
  }
}

/** About the mean, squares of coordinates are smallest, and so are the rounding errors of distances that are made of them. */
async function centred(samples: Samples, means: Float64Array): Promise<Samples> {
  return samplesIn(sub(samples.x, likeSamples(samples, means, [means.length])));
}

async function startOf(init: Numbers, k: number, means: Float64Array): Promise<Float64Array> {
  const { x, data } = await samplesOf("KMeans.fit: init", init);
  if (x.shape[0] !== k || x.shape[1] !== means.length) throw new ShapeError(`KMeans.fit: init must be centres [${k}, ${means.length}], but is ${formatShape(x.shape)}.`);
  return Float64Array.from(data, (value, i) => value - means[i % means.length]);
}

function rowsOf({ data, features }: Samples, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length * features);
  rows.forEach((row, i) => out.set(data.subarray(row * features, (row + 1) * features), i * features));
  return out;
}

/** ‖c‖² − 2x·c of samples [N, D] and centres [K, D], squared distances but for ‖x‖², as one product: [x, 1]·[−2c, ‖c‖²]ᵀ. */
function partialDistances(x: Tensor, centers: Tensor): Tensor {
  const ones = full([x.shape[0], 1], 1, { dtype: x.dtype, backend: x.backend });
  const factor = concat([mulScalar(centers, -2), sum(square(centers), { axis: 1, keepDim: true })], 1);
  return matmul(concat([x, ones], 1), transpose(factor));
}

/** Distances that one block holds. */
const blockSize = 2 ** 21;

/** The number of the nearest of the centres [K, D], of equally near ones the first. */
async function nearestCenters({ x, count, features }: Samples, centers: Float64Array): Promise<Int32Array> {
  const labels = new Int32Array(count);
  const k = centers.length / features;
  const rows = Math.max(1, Math.floor(blockSize / k));
  for (let start = 0; start < count; start += rows) {
    const end = Math.min(count, start + rows);
    await step(async () => {
      const those = tensor(centers, { shape: [k, features], dtype: x.dtype, backend: x.backend });
      labels.set(await argmin(partialDistances(slice(x, { start, end }), those), 1).data(), start);
    });
  }
  return labels;
}

function squaredDistances({ data, features, count }: Samples, labels: Int32Array, centers: Float64Array): Float64Array {
  const distances = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    for (let d = 0; d < features; d++) distances[n] += (data[n * features + d] - centers[labels[n] * features + d]) ** 2;
  }
  return distances;
}

/** The mean of each cluster. A cluster without samples gets one: the farthest from its own centre. */
function meansOfClusters(samples: Samples, labels: Int32Array, centers: Float64Array): Float64Array {
  const { data, features } = samples;
  const counts = new Int32Array(centers.length / features);
  for (const label of labels) counts[label]++;
  const owners = counts.includes(0) ? withoutEmpty(samples, labels, centers, counts) : labels;
  const sums = new Float64Array(centers.length);
  owners.forEach((label, n) => {
    for (let d = 0; d < features; d++) sums[label * features + d] += data[n * features + d];
  });
  return sums.map((total, i) => total / counts[Math.floor(i / features)]);
}

function withoutEmpty(samples: Samples, labels: Int32Array, centers: Float64Array, counts: Int32Array): Int32Array {
  const owners = labels.slice();
  const distances = squaredDistances(samples, labels, centers);
  const farthest = Array.from(distances.keys()).sort((a, b) => distances[b] - distances[a]);
  for (const [cluster, members] of counts.entries()) {
    if (members > 0) continue;
    const n = farthest.splice(farthest.findIndex((sample) => counts[owners[sample]] > 1), 1)[0];
    counts[owners[n]]--;
    counts[cluster]++;
    owners[n] = cluster;
  }
  return owners;
}

/** k-means++: each next centre is a sample drawn by its squared distance from those before; of several draws, the one that leaves the least inertia. */
async function farApart(samples: Samples, k: number, random: Generator): Promise<Int32Array> {
  const { x, count } = samples;
  const squares = await sum(square(x), { axis: 1 }).data();
  const nearest = new Float64Array(count).fill(Infinity);
  const chosen = new Int32Array(k);
  for (let c = 0; c < k; c++) {
    const drawn = c === 0 ? Int32Array.of(random.integer(count)) : drawBy(nearest, 2 + Math.floor(Math.log(k)), random);
    const products = await step(async () => matmul(x, transpose(mulScalar(indexSelect(x, 0, tensor(drawn, { backend: x.backend })), -2))).data());
    const trials = drawn.length;
    const distance = (n: number, trial: number): number => Math.min(nearest[n], Math.max(0, squares[n] + squares[drawn[trial]] + products[n * trials + trial]));
    const inertias = new Float64Array(trials);
    for (let n = 0; n < count; n++) for (let trial = 0; trial < trials; trial++) inertias[trial] += distance(n, trial);
    const best = inertias.indexOf(inertias.reduce((a, b) => Math.min(a, b)));
    for (let n = 0; n < count; n++) nearest[n] = distance(n, best);
    chosen[c] = drawn[best];
  }
  return chosen;
}

/** Numbers of samples, drawn with probabilities in proportion to `weights`; where all are 0, evenly. */
function drawBy(weights: Float64Array, draws: number, random: Generator): Int32Array {
  const running = weights.slice();
  for (let n = 1; n < running.length; n++) running[n] += running[n - 1];
  const total = running[running.length - 1];
  return Int32Array.from({ length: draws }, () => {
    if (total === 0) return random.integer(weights.length);
    const at = random.float() * total;
    let [low, high] = [0, running.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (running[middle] > at) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

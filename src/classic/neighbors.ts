/**
 * The nearest samples, exactly: a product of matrices gives every distance with a known error, and only samples that may be among the k nearest
 * by that are measured again, difference by difference.
 */

import type { TypedArray } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import { sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { tensor } from "../ops/create.js";
import { mulScalar, square } from "../ops/elementwise.js";
import { matmul } from "../ops/matmul.js";
import { mean, sum } from "../ops/reduce.js";
import { slice } from "../ops/slice.js";
import { transpose } from "../ops/views.js";
import type { Numbers } from "../metrics/values.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { likeSamples, type Samples, samplesIn, samplesOf } from "./samples.js";

export interface KNeighborsOptions {
  /** How many neighbours are asked. Default 5. */
  readonly k?: number;
  /** Distances: 1 for Σ|a − b| (L1), 2 for Euclidean ones (L2). Default 2. */
  readonly p?: 1 | 2;
  /** What a neighbour's say weighs: the same for all, or 1/distance; those at distance 0, if any, then count alone. Default "uniform". */
  readonly weights?: "uniform" | "distance";
}

export function neighborsOptions(owner: string, given: KNeighborsOptions): Required<KNeighborsOptions> {
  const options = resolveOptions<KNeighborsOptions>(owner, { k: 5, p: 2, weights: "uniform" }, given);
  const { k, p, weights } = options;
  checkRange(owner, { k }, { min: 1 });
  if (!Number.isInteger(k)) throw new ValueError(`${owner}: k must be a whole number, got ${k}.`);
  if (p !== 1 && p !== 2) throw new ValueError(`${owner}: p must be 1 or 2, got ${String(p)}.`);
  if (weights !== "uniform" && weights !== "distance") throw new ValueError(`${owner}: weights must be "uniform" or "distance", got "${String(weights)}".`);
  return options;
}

/** @throws ValueError if there are fewer than k samples to ask. */
export function checkEnough(owner: string, count: number, k: number): void {
  if (count < k) throw new ValueError(`${owner}: k is ${k}, but there are only ${count} samples; choose a smaller k.`);
}

/** The k nearest of each of N samples, row by row; the nearest first, and of equally near ones the earlier. */
export interface Nearest {
  readonly samples: Samples;
  readonly distances: Float64Array;
  readonly indices: Int32Array;
}

/** Neighbours as tensors, for `kneighbors`. */
export interface Neighbors {
  /** [N, k], ascending. */
  readonly distances: Tensor;
  /** Numbers of the fitted samples: int32 [N, k]. */
  readonly indices: Tensor;
}

/** Finds the neighbours of `given` among `fitted` [M, D]. */
export async function nearestOf(owner: string, fitted: Tensor, given: Numbers, { k, p }: { readonly k: number; readonly p: number }): Promise<Nearest> {
  const samples = await samplesOf(owner, given, fitted.shape[1]);
  const among = await samplesIn(fitted);
  const found = new Found(samples, among, k, p);
  if (p === 1) for (let n = 0; n < samples.count; n++) found.search(n);
  else await searchByProducts(samples, among, found);
  return { samples, distances: p === 2 ? found.distances.map(Math.sqrt) : found.distances, indices: found.indices };
}

export function asTensors({ samples, distances, indices }: Nearest): Neighbors {
  const shape = [samples.count, indices.length / samples.count];
  return { distances: likeSamples(samples, distances, shape), indices: tensor(indices, { shape, backend: samples.x.backend }) };
}

/** The weights of neighbours [N·k] in a vote or mean. */
export function weightsOf({ distances }: Nearest, k: number, weights: "uniform" | "distance"): Float64Array {
  if (weights === "uniform") return new Float64Array(distances.length).fill(1);
  return distances.map((distance, i) => (distances[i - (i % k)] === 0 ? Number(distance === 0) : 1 / distance));
}

/** The k nearest so far of each sample, by |a − b|ᵖ summed over the features. */
class Found {
  readonly distances: Float64Array;
  readonly indices: Int32Array;

  constructor(
    private readonly samples: Samples,
    private readonly among: Samples,
    readonly k: number,
    private readonly p: number,
  ) {
    this.distances = new Float64Array(samples.count * k).fill(Infinity);
    this.indices = new Int32Array(samples.count * k);
  }

  /** Looks at all that there are. */
  search(n: number): void {
    for (let m = 0; m < this.among.count; m++) this.offer(n, m);
  }

  /** Measures sample m of the fitted ones, and puts it where it belongs. To be offered in ascending order of m. */
  offer(n: number, m: number): void {
    const { k, distances, indices } = this;
    const distance = this.measure(n, m, distances[(n + 1) * k - 1]);
    let at = (n + 1) * k - 1;
    if (!(distance < distances[at])) return;
    for (; at > n * k && distance < distances[at - 1]; at--) {
      distances[at] = distances[at - 1];
      indices[at] = indices[at - 1];
    }
    distances[at] = distance;
    indices[at] = m;
  }

  /** The distance, or something not below `limit` if it is none. */
  private measure(n: number, m: number, limit: number): number {
    const { features } = this.among;
    const [a, b] = [this.samples.data, this.among.data];
    const [i, j] = [n * features, m * features];
    let total = 0;
    for (let d = 0; d < features && total < limit; ) {
      const end = Math.min(features, d + 16);
      if (this.p === 1) for (; d < end; d++) total += Math.abs(a[i + d] - b[j + d]);
      else for (; d < end; d++) total += (a[i + d] - b[j + d]) ** 2;
    }
    return total;
  }
}

/** Distances that one block holds. */
const blockSize = 2 ** 22;

/**
 * ‖a − b‖² = ‖a‖² + ‖b‖² − 2a·b, about the mean of the samples, with an error of at most e·(‖a‖² + ‖b‖²), e = (2D + 8)·u and u the rounding of the
 * type (Higham 2002, section 3.1). So the k-th smallest upper bound is a distance that k samples keep below, and none that is surely beyond is measured.
 */
async function searchByProducts(samples: Samples, among: Samples, found: Found): Promise<void> {
  const { features } = among;
  const dtype = samples.x.dtype === "float32" && among.x.dtype === "float32" ? "float32" : "float64";
  const error = (2 * features + 8) * (dtype === "float32" ? 2 ** -24 : 2 ** -53);
  const [a, b] = step(() => {
    const [query, train] = [cast(samples.x, dtype), cast(among.x, dtype)];
    const center = mean(train, { axis: 0 });
    return [sub(query, center), sub(train, center)];
  });
  const [aa, bb] = [await sum(square(a), { axis: 1 }).data(), await sum(square(b), { axis: 1 }).data()];
  const factor = transpose(mulScalar(b, -2));
  const rows = Math.max(1, Math.floor(blockSize / among.count));
  for (let start = 0; start < samples.count; start += rows) {
    const end = Math.min(samples.count, start + rows);
    await step(async () => {
      const products = await matmul(slice(a, { start, end }), factor).data();
      for (let n = start; n < end; n++) offerCandidates(n, products.subarray((n - start) * among.count, (n - start + 1) * among.count), aa[n], bb, error, found);
    });
  }
}

/** `products`: −2a·b of each b. */
function offerCandidates(n: number, products: TypedArray, aa: number, bb: ArrayLike<number>, error: number, found: Found): void {
  const { k } = found;
  const highest = new Float64Array(k).fill(Infinity);
  for (let m = 0; m < products.length; m++) {
    const upper = products[m] + bb[m] + error * (aa + bb[m]);
    if (upper >= highest[k - 1]) continue;
    let at = k - 1;
    for (; at > 0 && upper < highest[at - 1]; at--) highest[at] = highest[at - 1];
    highest[at] = upper;
  }
  const limit = highest[k - 1];
  // Squares that the type cannot hold.
  if (!Number.isFinite(limit)) return found.search(n);
  for (let m = 0; m < products.length; m++) if (products[m] + bb[m] - error * (aa + bb[m]) <= limit) found.offer(n, m);
}

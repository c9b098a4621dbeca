/**
 * Sequential minimal optimisation: the dual problem of a support vector machine, two variables at a time, as they are tied by Σ yᵢαᵢ = 0. Platt 1998; pairs are
 * chosen by second-order information, Fan, Chen & Lin 2005, algorithm 2.
 */

/** Curvature of a pair of samples that the kernel cannot tell apart. */
const leastCurvature = 1e-12;

export interface Separation {
  readonly alpha: Float64Array;
  readonly intercept: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Minimises ½ Σ αᵢαⱼyᵢyⱼKᵢⱼ − Σ αᵢ for 0 ≤ αᵢ ≤ Cᵢ.
 * @param kernel K, [N, N], row by row
 * @param signs y, ±1, both of which occur
 * @param costs C
 */
export function separate(
  kernel: Float64Array,
  signs: Int32Array,
  costs: Float64Array,
  { tolerance, maxIterations }: { readonly tolerance: number; readonly maxIterations: number },
): Separation {
  const count = signs.length;
  const alpha = new Float64Array(count);
  /** −y·gradient: how much each sample would gain if yα rose. */
  const gain = Float64Array.from(signs);
  const canRise = (n: number): boolean => (signs[n] > 0 ? alpha[n] < costs[n] : alpha[n] > 0);
  const canFall = (n: number): boolean => (signs[n] > 0 ? alpha[n] > 0 : alpha[n] < costs[n]);

  for (let iterations = 0; ; iterations++) {
    let [up, highest, lowest] = [-1, -Infinity, Infinity];
    for (let n = 0; n < count; n++) {
      if (canRise(n) && gain[n] > highest) [up, highest] = [n, gain[n]];
      if (canFall(n) && gain[n] < lowest) lowest = gain[n];
    }
    const converged = highest - lowest <= tolerance;
    if (converged || up < 0 || iterations >= maxIterations) {
      return { alpha, intercept: interceptOf(alpha, costs, gain, highest, lowest), iterations, converged: converged || up < 0 };
    }
    const row = up * count;
    const curvature = (n: number): number => Math.max(kernel[row + up] + kernel[n * count + n] - 2 * kernel[row + n], leastCurvature);
    let [down, most] = [-1, 0];
    for (let n = 0; n < count; n++) {
      if (!canFall(n) || gain[n] >= highest) continue;
      const progress = (highest - gain[n]) ** 2 / curvature(n);
      if (progress > most) [down, most] = [n, progress];
    }
    // yα of one rises by as much as that of the other falls, and neither leaves its box.
    const room = (n: number, rises: boolean): number => (signs[n] > 0 === rises ? costs[n] - alpha[n] : alpha[n]);
    const [rise, fall] = [room(up, true), room(down, false)];
    const change = Math.min((highest - gain[down]) / curvature(down), rise, fall);
    alpha[up] = change === rise ? (signs[up] > 0 ? costs[up] : 0) : alpha[up] + signs[up] * change;
    alpha[down] = change === fall ? (signs[down] > 0 ? 0 : costs[down]) : alpha[down] - signs[down] * change;
    const other = down * count;
    for (let n = 0; n < count; n++) gain[n] -= change * (kernel[row + n] - kernel[other + n]);
  }
}

/** b: the gain of the samples on the margin, which is the same for all; without any, the middle of what is possible. */
function interceptOf(alpha: Float64Array, costs: Float64Array, gain: Float64Array, highest: number, lowest: number): number {
  const free = [...alpha.keys()].filter((n) => alpha[n] > 0 && alpha[n] < costs[n]);
  if (free.length > 0) return free.reduce((total, n) => total + gain[n], 0) / free.length;
  return Number.isFinite(highest + lowest) ? (highest + lowest) / 2 : 0;
}

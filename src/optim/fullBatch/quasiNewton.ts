/** Quasi-Newton methods: they learn the inverse Hessian from the gradients along the way. */

import type { Tensor } from "../../tensor/tensor.js";
import { checkRange } from "../options.js";
import { descentDefaults, DescentOptimizer, type DescentOptions, type Direction, type Secant, secantOf } from "./fullBatchOptimizer.js";
import { strongWolfe } from "./lineSearch.js";
import type { Objective, Point } from "./objective.js";
import { along, dot, scaled, times, type Vector } from "./vector.js";

/** Below this s·y teaches nothing that could be trusted. */
const leastCurvature = 1e-10;

/**
 * d = −H∇f with H ← (I − ρsyᵀ)H(I − ρysᵀ) + ρssᵀ, ρ = 1/(s·y), s = Δx, y = Δ∇f: Broyden, Fletcher, Goldfarb & Shanno 1970. H
 * starts as the unit matrix, scaled by s·y/y·y before its first update. It holds n² numbers; for many parameters take LBFGS. Line search:
 * `strongWolfe()`. Nocedal & Wright, algorithm 6.1.
 * @throws ValueError for no parameters, unknown options and options out of range.
 *
 * @example
 * const x = nn.parameter(tensor([4, 1], { dtype: "float64" }));
 * const optimizer = new optim.BFGS([x]);
 * const bowl = () => x.square().mul(tensor([1, 5], { dtype: "float64" })).sum();
 * while (optimizer.reason === null) await optimizer.step(bowl);
 * await x.abs().max().item() < 1e-7 // → true
 */
export class BFGS extends DescentOptimizer {
  private last: Point | null = null;
  private inverse: Float64Array | null = null;

  constructor(params: Iterable<Tensor>, options: DescentOptions = {}) {
    super(params, options, { ...descentDefaults, lineSearch: strongWolfe() });
  }

  protected override forget(): void {
    this.inverse = null;
  }

  protected direction(_objective: Objective, from: Point): Direction {
    if (this.last !== null) this.learn(secantOf(this.last, from));
    this.last = from;
    if (this.inverse === null) return this.steepest(from);
    return { direction: scaled(times(this.inverse, from.gradient), -1), firstStep: this.options.lr };
  }

  private learn({ s, y, sy }: Secant): void {
    if (!(sy > leastCurvature)) return;
    const n = s.length;
    const h = (this.inverse ??= identity(n, sy / dot(y, y)));
    const hy = times(h, y);
    const factor = (1 + dot(y, hy) / sy) / sy;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) h[i * n + j] += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy;
    }
  }
}

function identity(n: number, scale: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * (n + 1)] = scale;
  return matrix;
}

export interface LBFGSOptions extends DescentOptions {
  /** Pairs of changes that are remembered. Default 100. */
  readonly historySize?: number;
}

/**
 * BFGS that keeps the last `historySize` changes of x and ∇f instead of a matrix. Line search: `strongWolfe()`; the results are those of
 * torch.optim.LBFGS with it, one iteration a step. Liu & Nocedal 1989; Nocedal & Wright, algorithms 7.4 and 7.5.
 * @throws ValueError for no parameters, unknown options and options out of range.
 *
 * @example
 * const model = new nn.Linear(1, 1).to("float64");
 * const [x, y] = [tensor([[0], [1], [2]], { dtype: "float64" }), tensor([[1], [3], [5]], { dtype: "float64" })];
 * const optimizer = new optim.LBFGS(model.parameters());
 * while (optimizer.reason === null) await optimizer.step(() => mseLoss(model.forward(x), y));
 * model.weight // → [[2]]
 * model.bias   // → [1]
 */
export class LBFGS extends DescentOptimizer<LBFGSOptions> {
  private last: Point | null = null;
  private readonly memory: Secant[] = [];

  constructor(params: Iterable<Tensor>, options: LBFGSOptions = {}) {
    super(params, options, { ...descentDefaults, lineSearch: strongWolfe(), historySize: 100 });
    checkRange("LBFGS", { historySize: this.options.historySize }, { min: 1 });
  }

  protected override forget(): void {
    this.memory.length = 0;
  }

  protected direction(_objective: Objective, from: Point): Direction {
    const { memory, last } = this;
    this.last = from;
    if (last === null) return this.steepest(from);
    const secant = secantOf(last, from);
    if (secant.sy > leastCurvature) {
      memory.push(secant);
      if (memory.length > this.options.historySize) memory.shift();
    }
    if (memory.length === 0) return this.steepest(from);
    return { direction: this.product(scaled(from.gradient, -1)), firstStep: this.options.lr };
  }

  /** The inverse Hessian that the memory stands for, times q: two loops, back and forth. */
  private product(q: Vector): Vector {
    const { memory } = this;
    const alphas: number[] = [];
    let r = q;
    for (let i = memory.length - 1; i >= 0; i--) {
      const { s, y, sy } = memory[i];
      alphas[i] = dot(s, r) / sy;
      r = along(r, -alphas[i], y);
    }
    const { y: newest, sy: scale } = memory[memory.length - 1];
    r = scaled(r, scale / dot(newest, newest));
    memory.forEach(({ s, y, sy }, i) => (r = along(r, alphas[i] - dot(y, r) / sy, s)));
    return r;
  }
}

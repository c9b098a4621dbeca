/** Optimizer: what every optimiser has — parameter groups, clearing gradients, saving and loading its state. */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { warn, wouldWarn } from "../base/warnings.js";
import { full } from "../ops/create.js";
import { add } from "../ops/arithmetic.js";
import { contiguous } from "../ops/cast.js";
import { mulScalar, neg } from "../ops/elementwise.js";
import { step as scope } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkRange, type Defaults, resolveOptions } from "./options.js";

/** Options that every optimiser takes. */
export interface OptimizerOptions {
  /** Learning rate. */
  readonly lr: number;
  /** Climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

/** Parameters with options of their own; what is not given follows the optimiser's. */
export type ParameterGroup<O> = Partial<O> & { readonly params: readonly Tensor[] };

/** A model's parameters, or groups of them with options of their own. */
export type Params<O> = Iterable<Tensor> | readonly ParameterGroup<O>[];

export interface OptimizerState {
  /** By name, such as "momentum.0". */
  readonly tensors: Map<string, Tensor>;
  readonly scalars: Record<string, number>;
}

export interface ResolvedGroup<O> {
  readonly params: readonly Tensor[];
  /** Options of this group; the learning rate may be changed at any time. */
  readonly options: Required<O> & { lr: number };
}

/** What an optimiser declares: its options with their defaults, and the kinds of state that it keeps for each parameter. */
export interface OptimizerRecord<O> {
  readonly defaults: Defaults<O>;
  readonly state: readonly string[];
}

/** Parameters of one group, of one type and backend, that have a gradient and were updated equally often. */
export interface Active {
  readonly params: Tensor[];
  readonly grads: Tensor[];
  /** Positions among all parameters. */
  readonly indices: number[];
  /** Number of this update of theirs, from 1: a parameter that had no gradient for a while is behind the others. */
  readonly t: number;
}

/** State of one kind for the parameter at hand: a tensor like it, of `initial` (by default 0) at first. */
export type StateOf = (kind: string, initial?: number) => Tensor;

/**
 * Base of all optimisers that take one gradient a step: parameter groups, clearing gradients, state that is saved and loaded.
 *
 * @example
 * const [weight, bias] = new nn.Linear(4, 2).parameters();
 * const optimizer = new optim.SGD([{ params: [weight], weightDecay: 1e-4 }, { params: [bias], lr: 0.02 }], { lr: 0.01 });
 * optimizer.groups.map(({ options }) => options.lr) // → [0.01, 0.02]
 * optimizer.stateDict().scalars                     // → { steps: 0, lr.0: 0.01, lr.1: 0.02 }
 */
export abstract class Optimizer<O extends OptimizerOptions> {
  readonly groups: readonly ResolvedGroup<O>[];
  private steps = 0;
  /** Updates of each parameter, in order of the groups. */
  private readonly updates: number[];
  /** State tensors by kind, one per parameter in order of the groups; made when first needed. */
  private readonly state = new Map<string, (Tensor | undefined)[]>();

  /**
   * @param params the model's parameters, or groups with options of their own
   * @param options options of all groups that do not say otherwise
   * @throws ValueError if there is no parameter, one is listed twice, or one is no leaf; for unknown options, and options out of range.
   */
  constructor(params: Params<O>, options: Partial<O>, { defaults, state }: OptimizerRecord<O>) {
    const { name } = this.constructor;
    this.groups = groupsOf<O>(name, params).map(({ params: own, ...rest }) => ({
      params: [...own],
      options: resolveOptions<O>(name, defaults, options, rest),
    }));
    for (const { options: resolved } of this.groups) this.checkAll(resolved);
    const all = this.parameters();
    checkParameters(name, all);
    this.updates = all.map(() => 0);
    for (const kind of state) this.state.set(kind, []);
  }

  /** Throws ValueError for an option out of its range. */
  protected abstract check(options: Required<O>): void;

  private checkAll(options: Required<O>): void {
    checkRange(this.constructor.name, { "the learning rate": options.lr });
    this.check(options);
  }

  private parameters(): Tensor[] {
    return this.groups.flatMap((g) => g.params);
  }

  /** Learning rate of the first group. Setting it sets all groups. */
  get lr(): number {
    return this.groups[0].options.lr;
  }

  set lr(value: number) {
    for (const group of this.groups) this.checkAll({ ...group.options, lr: value });
    for (const group of this.groups) group.options.lr = value;
  }

  /** Forgets the gradients of all parameters, so that the next backward starts from nothing. */
  zeroGrad(): void {
    for (const { params } of this.groups) for (let i = 0; i < params.length; i++) params[i].grad = null;
  }

  /**
   * One update of every parameter that has a gradient. Warns once if gradients that an earlier step used were added to and never
   * cleared, and if a parameter has had no gradient so far while others have one.
   */
  step(): void {
    scope(() => noGrad(() => this.updateAll()));
  }

  private updateAll(): void {
    this.steps++;
    let first = 0;
    let without = -1;
    let updated = 0;
    for (const { params, options } of this.groups) {
      for (const active of this.activeOf(params, first, options.maximize === true)) {
        this.update(options, active);
        for (const p of active.params) p.storage.version++;
        updated += active.params.length;
      }
      for (let i = 0; without < 0 && i < params.length; i++) if (params[i].requiresGrad && this.updates[first + i] === 0) without = first + i;
      first += params.length;
    }
    if (without >= 0 && updated > 0 && wouldWarn("parameterWithoutGradient")) {
      warn(
        "parameterWithoutGradient",
        `${this.constructor.name}: parameter ${without} (${this.parameters()[without]}) has no gradient while others have; the loss does not ` +
          `depend on it, so it is not trained. Use its layer in forward, check for detach() and noGrad() on the way, or set requiresGrad to false.`,
      );
    }
  }

  /** The parameters of a group that have a gradient, as a rule all in one. */
  private activeOf(params: readonly Tensor[], first: number, maximize: boolean): Active[] {
    const found: Active[] = [];
    let active: Active | undefined;
    for (let i = 0; i < params.length; i++) {
      const p = params[i];
      const slot = p.gradientSlot;
      if (slot === null || slot.tensor === null || !p.requiresGrad) continue;
      const grad = slot.tensor;
      p.storage.assertAlive(p.shape);
      grad.storage.assertAlive(grad.shape);
      if (slot.stale && wouldWarn("gradientsNeverCleared")) warnOfStale(this.constructor.name, first + i, p);
      slot.spentAt = grad.storage.version;
      const t = ++this.updates[first + i];
      if (active === undefined || !fits(active, p, t)) active = found.find((other) => fits(other, p, t));
      if (active === undefined) found.push((active = { params: [], grads: [], indices: [], t }));
      active.params.push(p);
      active.grads.push(maximize ? neg(grad) : contiguous(grad));
      active.indices.push(first + i);
    }
    return found;
  }

  /** Updates parameters in place. Runs without tape; what it allocates is given back. */
  protected abstract update(options: Required<O>, active: Active): void;

  /** For updates that are written in operations: `body` once for each parameter, whose temporaries are given back before the next. */
  protected forEach({ params, grads, indices }: Active, body: (p: Tensor, g: Tensor, state: StateOf) => void): void {
    for (let i = 0; i < params.length; i++) {
      scope(() => body(params[i], grads[i], (kind, initial) => this.stateOfOne(kind, params[i], indices[i], initial)));
    }
  }

  /** State of one kind for all active parameters: zeros at first, kept beyond the step. */
  protected stateOf(kind: string, { params, indices }: Active): Tensor[] {
    return indices.map((at, i) => this.stateOfOne(kind, params[i], at));
  }

  private stateOfOne(kind: string, p: Tensor, at: number, initial = 0): Tensor {
    const tensors = this.state.get(kind)!;
    const known = tensors[at];
    if (known !== undefined) return known;
    const made = full(p.shape, initial, { dtype: p.dtype, backend: p.backend });
    made.storage.keep();
    return (tensors[at] = made);
  }

  /** All that is needed to go on exactly: state tensors, the number of steps, the learning rates. */
  stateDict(): OptimizerState {
    const tensors = new Map<string, Tensor>();
    for (const [kind, list] of this.state) list.forEach((t, i) => t && tensors.set(`${kind}.${i}`, t));
    const scalars: Record<string, number> = { steps: this.steps };
    this.groups.forEach((g, i) => (scalars[`lr.${i}`] = g.options.lr));
    this.updates.forEach((t, i) => t !== this.steps && (scalars[`updates.${i}`] = t));
    return { tensors, scalars };
  }

  /**
   * Restores what `stateDict` gave.
   * @throws ShapeError if a state tensor does not fit its parameter; ValueError for the state of another optimiser.
   */
  loadStateDict({ tensors, scalars }: OptimizerState): void {
    const { name } = this.constructor;
    const all = this.parameters();
    for (const [key, value] of tensors) {
      const [kind, index] = [key.slice(0, key.lastIndexOf(".")), Number(key.slice(key.lastIndexOf(".") + 1))];
      if (!this.state.has(kind)) {
        const kinds = [...this.state.keys()].join(", ") || "none";
        throw new ValueError(`${name}: there is no state ${key} (kinds: ${kinds}); it was saved by another optimiser. Build that one, or start without its state.`);
      }
      const like = all[index];
      if (like === undefined || like.size !== value.size) {
        throw new ShapeError(
          `${name}: state ${key} of shape ${formatShape(value.shape)} does not fit ` +
            `${like === undefined ? `${all.length} parameters` : `parameter ${index} of shape ${formatShape(like.shape)}`}; ` +
            `build the optimiser over the same parameters in the same order.`,
        );
      }
      this.stateOfOne(kind, like, index).copyFrom(value);
    }
    this.steps = scalars.steps ?? this.steps;
    this.updates.forEach((_, i) => (this.updates[i] = scalars[`updates.${i}`] ?? this.steps));
    this.groups.forEach((g, i) => (g.options.lr = scalars[`lr.${i}`] ?? g.options.lr));
  }
}

/** Whether the update t of parameter p can be made together with those of `active`. */
function fits(active: Active, p: Tensor, t: number): boolean {
  return active.t === t && active.params[0].dtype === p.dtype && active.params[0].backend === p.backend;
}

/** g + weightDecay · p: the gradient with that of weightDecay/2 · ‖p‖² added. */
export function withDecay(g: Tensor, p: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? g : add(g, mulScalar(p, weightDecay));
}

/** decay · mean + (1 − decay) · x, written over `mean`. */
export function follow(mean: Tensor, x: Tensor, decay: number): Tensor {
  return mean.copyFrom(add(mulScalar(mean, decay), mulScalar(x, 1 - decay)));
}

function groupsOf<O>(owner: string, params: Params<O>): readonly ParameterGroup<O>[] {
  if (typeof params !== "object" || params === null || !(Symbol.iterator in params)) {
    const got = typeof params === "object" && params !== null ? (params as object).constructor.name : String(params);
    throw new ValueError(`${owner}: expected a list of parameters, got ${got}; pass model.parameters().`);
  }
  const list: unknown[] = [...params];
  const isGroup = (item: unknown): item is ParameterGroup<O> => typeof item === "object" && item !== null && "params" in item && Array.isArray(item.params);
  return list.length > 0 && list.every(isGroup) ? list : [{ params: list } as ParameterGroup<never> as ParameterGroup<O>];
}

function checkParameters(owner: string, all: readonly Tensor[]): void {
  if (all.length === 0) throw new ValueError(`${owner}: there are no parameters to optimise.`);
  const other = all.findIndex((p) => !(p instanceof Tensor));
  if (other >= 0) throw new ValueError(`${owner}: parameter ${other} is no tensor; pass model.parameters(), or groups such as { params: [weight], lr: 0.1 }.`);
  if (new Set(all).size !== all.length) throw new ValueError(`${owner}: a parameter is listed twice.`);
  const computed = all.findIndex((p) => p.node !== null);
  if (computed >= 0) throw new ValueError(`${owner}: parameter ${computed} (${all[computed]}) is the result of a computation; only leaves can be optimised.`);
  const strided = all.findIndex((p) => !p.contiguous);
  if (strided >= 0) throw new ValueError(`${owner}: parameter ${strided} (${all[strided]}) is a strided view; optimise the tensor that it looks at, or its clone().`);
}

function warnOfStale(owner: string, index: number, p: Tensor): void {
  warn(
    "gradientsNeverCleared",
    `${owner}: the gradient of parameter ${index} (${p}) still holds what an earlier step used: backward adds to it. ` +
      `Call optimizer.zeroGrad() before each backward (or once after each step, if several backward passes belong to one step).`,
  );
}

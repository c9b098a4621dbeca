/** Optimizer: what every optimiser has — parameter groups, clearing gradients, saving and loading its state. */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { zerosLike } from "../ops/create.js";
import { contiguous } from "../ops/cast.js";
import type { Tensor } from "../tensor/tensor.js";

/** Parameters with options of their own; what is not given follows the optimiser's. */
export type ParameterGroup<O> = Partial<O> & { readonly params: readonly Tensor[] };

export interface OptimizerState {
  /** By name, such as "momentum.0". */
  readonly tensors: Map<string, Tensor>;
  readonly scalars: Record<string, number>;
}

export interface ResolvedGroup<O> {
  readonly params: readonly Tensor[];
  /** Options of this group; the learning rate may be changed at any time. */
  readonly options: O & { lr: number };
}

/** The parameters of a group that have a gradient, with their positions in the group's list. */
export interface Active {
  readonly params: Tensor[];
  readonly grads: Tensor[];
  readonly indices: number[];
}

/**
 * Base of SGD, Adam and AdamW: parameter groups, clearing gradients, state that is saved and loaded.
 *
 * @example
 * const [weight, bias] = new nn.Linear(4, 2).parameters();
 * const optimizer = new optim.SGD([{ params: [weight], weightDecay: 1e-4 }, { params: [bias], lr: 0.02 }], { lr: 0.01 });
 * optimizer.groups.map(({ options }) => options.lr) // → [0.01, 0.02]
 * optimizer.stateDict().scalars                     // → { steps: 0, lr.0: 0.01, lr.1: 0.02 }
 */
export abstract class Optimizer<O extends { readonly lr: number }> {
  readonly groups: readonly ResolvedGroup<O>[];
  /** Steps taken. */
  protected steps = 0;
  /** State tensors by kind, one per parameter in order of the groups; made when first needed. */
  private readonly state = new Map<string, (Tensor | undefined)[]>();

  /**
   * @param params the model's parameters, or groups with options of their own
   * @param options options of all groups that do not say otherwise
   * @throws ValueError if there is no parameter, one is listed twice, or one is no leaf.
   */
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<O>[], options: O) {
    if (params instanceof Object && !(Symbol.iterator in params)) {
      throw new ValueError(`${this.constructor.name}: expected a list of parameters, got ${(params as object).constructor.name}; pass model.parameters().`);
    }
    const list = [...params];
    const groups = list.length > 0 && "params" in list[0] ? (list as ParameterGroup<O>[]) : [{ params: list as Tensor[] }];
    this.groups = groups.map(({ params: own, ...rest }) => ({ params: own, options: { ...options, ...rest } as O & { lr: number } }));
    const all = this.groups.flatMap((g) => g.params);
    if (all.length === 0) throw new ValueError(`${this.constructor.name}: there are no parameters to optimise.`);
    if (new Set(all).size !== all.length) throw new ValueError(`${this.constructor.name}: a parameter is listed twice.`);
    const computed = all.findIndex((p) => p.node !== null);
    if (computed >= 0) {
      throw new ValueError(`${this.constructor.name}: parameter ${computed} (${all[computed]}) is the result of a computation; only leaves can be optimised.`);
    }
    for (const { options: o } of this.groups) this.check(o);
  }

  /** Throws ValueError for an option out of its range. */
  protected check(options: O): void {
    if (!(options.lr >= 0)) throw new ValueError(`${this.constructor.name}: the learning rate must be 0 or more, got ${options.lr}.`);
  }

  /** Learning rate of the first group. Setting it sets all groups. */
  get lr(): number {
    return this.groups[0].options.lr;
  }

  set lr(value: number) {
    for (const group of this.groups) this.check({ ...group.options, lr: value });
    for (const group of this.groups) group.options.lr = value;
  }

  /** Forgets the gradients of all parameters, so that the next backward starts from nothing. */
  zeroGrad(): void {
    for (const { params } of this.groups) for (let i = 0; i < params.length; i++) params[i].grad = null;
  }

  /** One update of every parameter that has a gradient. */
  step(): void {
    this.steps++;
    let first = 0;
    for (const group of this.groups) {
      const active = activeOf(group.params);
      if (active.params.length > 0) {
        this.update(group.options, active, first);
        for (const p of active.params) p.storage.version++;
      }
      first += group.params.length;
    }
  }

  /** Updates the active parameters; `first` is the position of the group's first parameter among all. */
  protected abstract update(options: O, active: Active, first: number): void;

  /** Whether the parameter at position `index` among all has state of this kind yet. */
  protected hasState(kind: string, index: number): boolean {
    return this.state.get(kind)?.[index] !== undefined;
  }

  /** State of one kind for the given parameters: zeros at first, kept beyond the step. */
  protected stateOf(kind: string, active: Active, first: number): Tensor[] {
    let tensors = this.state.get(kind);
    if (tensors === undefined) this.state.set(kind, (tensors = []));
    return active.indices.map((index, i) => {
      const at = first + index;
      const known = tensors[at];
      if (known !== undefined) return known;
      const made = zerosLike(active.params[i]);
      made.storage.keep();
      return (tensors[at] = made);
    });
  }

  /** All that is needed to go on exactly: state tensors, the number of steps, the learning rates. */
  stateDict(): OptimizerState {
    const tensors = new Map<string, Tensor>();
    for (const [kind, list] of this.state) list.forEach((t, i) => t && tensors.set(`${kind}.${i}`, t));
    const scalars: Record<string, number> = { steps: this.steps };
    this.groups.forEach((g, i) => (scalars[`lr.${i}`] = g.options.lr));
    return { tensors, scalars };
  }

  /** Restores what `stateDict` gave. @throws ShapeError if a state tensor does not fit its parameter. */
  loadStateDict({ tensors, scalars }: OptimizerState): void {
    const all = this.groups.flatMap((g) => g.params);
    for (const [name, value] of tensors) {
      const [kind, index] = [name.slice(0, name.lastIndexOf(".")), Number(name.slice(name.lastIndexOf(".") + 1))];
      const like = all[index];
      if (like === undefined || like.size !== value.size) {
        throw new ShapeError(
          `${this.constructor.name}: state ${name} of shape ${formatShape(value.shape)} does not fit ` +
            `${like === undefined ? `${all.length} parameters` : `parameter ${index} of shape ${formatShape(like.shape)}`}; ` +
            `build the optimiser over the same parameters in the same order.`,
        );
      }
      const [slot] = this.stateOf(kind, { params: [like], grads: [], indices: [index] }, 0);
      slot.copyFrom(value);
    }
    this.steps = scalars.steps ?? this.steps;
    this.groups.forEach((g, i) => (g.options.lr = scalars[`lr.${i}`] ?? g.options.lr));
  }
}

function activeOf(params: readonly Tensor[]): Active {
  const active: Active = { params: [], grads: [], indices: [] };
  for (let i = 0; i < params.length; i++) {
    const p = params[i];
    const grad = p.heldGrad;
    if (grad === null || !p.requiresGrad) continue;
    p.storage.assertAlive(p.shape);
    grad.storage.assertAlive(grad.shape);
    active.params.push(p);
    active.grads.push(contiguous(grad));
    active.indices.push(i);
  }
  return active;
}

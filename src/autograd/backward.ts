/**
 * Reverse mode: walks the tape from an output back to the leaves, and hands each operation the gradient of its result.
 * Nodes are visited in reverse topological order, so a gradient is complete before it is used; no Jacobian is ever built.
 */

import { DTypeError, LifetimeError, NablaError, ShapeError } from "../base/errors.js";
import { formatShape, sameShape } from "../base/shape.js";
import { add } from "../ops/arithmetic.js";
import { contiguous } from "../ops/cast.js";
import { onesLike, zerosLike } from "../ops/create.js";
import { sumTo } from "../ops/reduce.js";
import { type TapeNode, withGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";

export interface BackwardOptions {
  /** dL/dy to start from. Default: 1, for an output of one element. */
  readonly gradient?: Tensor;
  /** Keep the graph for a second backward pass. Default: the value of createGraph. */
  readonly retainGraph?: boolean;
  /** Record the backward pass itself, so that gradients can be differentiated again. Default false. */
  readonly createGraph?: boolean;
}

declare module "../tensor/tensor.js" {
  interface Tensor {
    /**
     * Adds dL/dt to `t.grad` of every leaf t that requires a gradient, L being this tensor (one element) or, with
     * `gradient` g, the number Σ g · this.
     * @throws LifetimeError if the graph was used up, or a value that is needed was overwritten in place.
     */
    backward(options?: BackwardOptions): void;
  }
}

Tensor.prototype.backward = function (options: BackwardOptions = {}): void {
  const { createGraph = false, retainGraph = createGraph } = options;
  const seed = startingGradient("backward", this, options.gradient);
  withGrad(createGraph, () => {
    const gradients = new Map<Tensor, Tensor>([[this, seed]]);
    const sorted = order(this, null);
    walk(sorted, gradients, createGraph, (leaf, gradient) => {
      const g = contiguous(createGraph ? gradient : gradient.detach());
      const before = leaf.heldGrad;
      leaf.grad = before === null ? g : add(before, g);
    });
    if (!retainGraph) release(sorted);
  });
};

export interface GradOptions extends BackwardOptions {
  /** Give zeros for inputs on which the output does not depend, instead of an error. Default false. */
  readonly allowUnused?: boolean;
}

/**
 * dy/dx for each x of `inputs` (y of one element, or weighted by `gradient`), without touching any `.grad`.
 * With `createGraph`, the results can be differentiated again.
 * @throws NablaError if the output does not depend on an input.
 *
 * @example
 * const x = tensor(3, { requiresGrad: true });
 * const [slope] = grad(x.mul(x).mul(x), [x], { createGraph: true }); // → 27
 * const [curvature] = grad(slope, [x]);                              // → 18
 */
export function grad(output: Tensor, inputs: readonly Tensor[], options: GradOptions = {}): Tensor[] {
  const { createGraph = false, retainGraph = createGraph, allowUnused = false } = options;
  const seed = startingGradient("grad", output, options.gradient);
  return withGrad(createGraph, () => {
    const gradients = new Map<Tensor, Tensor>([[output, seed]]);
    const wanted = new Set(inputs);
    const sorted = order(output, null);
    walk(sorted, gradients, createGraph, () => {}, wanted);
    if (!retainGraph) release(sorted);
    return inputs.map((x, i) => {
      const g = gradients.get(x);
      if (g !== undefined) return g;
      if (allowUnused) return zerosLike(x);
      throw new NablaError(
        `grad: the output does not depend on input ${i} (${x}); it was not used, or the path to it was detached. ` +
          `Pass allowUnused: true for zeros.`,
      );
    });
  });
}

/** Gradients of `output` with respect to `inputs`, looking no further back than these: what one fused operation passes on. */
function gradThrough(output: Tensor, inputs: readonly Tensor[], seed: Tensor): (Tensor | undefined)[] {
  const gradients = new Map<Tensor, Tensor>([[output, seed]]);
  const stops = new Set(inputs);
  walk(order(output, stops), gradients, true, () => {}, stops);
  return inputs.map((x) => gradients.get(x));
}

function startingGradient(caller: string, output: Tensor, gradient: Tensor | undefined): Tensor {
  if (!output.requiresGrad) {
    throw new NablaError(
      `${caller}: the output does not depend on any tensor that requires a gradient. ` +
        `Set requiresGrad, and check that the computation was not inside noGrad() or detached.`,
    );
  }
  if (gradient === undefined) {
    if (output.size !== 1) {
      throw new ShapeError(`${caller}: expected an output of one element, got ${formatShape(output.shape)}; reduce it with mean() or sum(), or pass gradient.`);
    }
    return onesLike(output);
  }
  if (gradient.dtype !== output.dtype) {
    throw new DTypeError(`${caller}: gradient is ${gradient.dtype}, the output ${output.dtype}; convert it with to("${output.dtype}").`);
  }
  if (!sameShape(gradient.shape, output.shape)) {
    throw new ShapeError(`${caller}: gradient has shape ${formatShape(gradient.shape)}, the output ${formatShape(output.shape)}; they must be equal.`);
  }
  return gradient;
}

let walks = 0;

/** The nodes from which `output` was computed, every node before those that used its result. */
function order(output: Tensor, stops: ReadonlySet<Tensor> | null): TapeNode[] {
  const mark = ++walks;
  const sorted: TapeNode[] = [];
  if (output.node === null) return sorted;
  // Depth first without recursion: a node is appended once all its inputs are.
  const stack: TapeNode[] = [output.node];
  const next: number[] = [0];
  output.node.mark = mark;
  while (stack.length > 0) {
    const node = stack[stack.length - 1];
    const inputs = node.inputs;
    if (inputs === null) throw usedUp(node);
    const i = next[next.length - 1]++;
    if (i >= inputs.length) {
      sorted.push(node);
      stack.pop();
      next.pop();
      continue;
    }
    const input = inputs[i];
    const child = input.node;
    if (child === null || child.mark === mark || (stops !== null && stops.has(input))) continue;
    child.mark = mark;
    stack.push(child);
    next.push(0);
  }
  return sorted;
}

/** Passes gradients backwards. `leaf` gets the complete gradient of each leaf; those of `wanted` stay in the map. */
function walk(
  sorted: readonly TapeNode[],
  gradients: Map<Tensor, Tensor>,
  createGraph: boolean,
  leaf: (t: Tensor, gradient: Tensor) => void,
  wanted?: ReadonlySet<Tensor>,
): void {
  const leaves = new Set<Tensor>();
  if (sorted.length === 0) for (const t of gradients.keys()) leaves.add(t);
  for (let n = sorted.length - 1; n >= 0; n--) {
    const node = sorted[n];
    const dy = gradients.get(node.output);
    if (dy === undefined) continue;
    if (wanted === undefined || !wanted.has(node.output)) gradients.delete(node.output);
    const inputs = node.inputs!;
    checkUnchanged(node);
    if (createGraph && node.operation.recompose !== undefined) {
      const through = node.operation.recompose(node);
      gradThrough(through, inputs, dy).forEach((g, i) => {
        if (g !== undefined && inputs[i].requiresGrad) receive(inputs[i], g);
      });
      continue;
    }
    const parts = node.operation.backward(dy, node);
    for (let i = 0; i < inputs.length; i++) {
      if (!inputs[i].requiresGrad) continue;
      const part = parts[i];
      if (part) receive(inputs[i], sumTo(part(), inputs[i].shape));
    }
  }
  function receive(t: Tensor, g: Tensor): void {
    const before = gradients.get(t);
    gradients.set(t, before === undefined ? g : add(before, g));
    if (t.node === null) leaves.add(t);
  }
  for (const t of leaves) leaf(t, gradients.get(t)!);
}

function checkUnchanged(node: TapeNode): void {
  const changed = node.changed();
  if (changed === null) return;
  const what = changed < 0 ? "its result" : `its input ${changed} (shape ${formatShape(node.inputs![changed].shape)})`;
  throw new LifetimeError(
    `backward: ${node.operation.name} needs the values it was computed with, but ${what} was written in place afterwards. ` +
      `Call backward before the optimiser's step or copyFrom, or work on a clone.`,
  );
}

function usedUp(node: TapeNode): LifetimeError {
  return new LifetimeError(
    `backward: the graph through ${node.operation.name} was used up by an earlier backward pass. ` +
      `Run the forward pass again, or pass retainGraph: true the first time.`,
  );
}

/** Forgets the graph, so that its memory can go and a second pass is noticed. */
function release(sorted: readonly TapeNode[]): void {
  for (const node of sorted) node.inputs = null;
}

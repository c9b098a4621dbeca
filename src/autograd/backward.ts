/** Reverse mode for users: `backward` fills the gradients of leaves, `grad` returns those that are asked for. */

import { DTypeError, NablaError, ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import { add } from "../ops/arithmetic.js";
import { clone, contiguous } from "../ops/cast.js";
import { onesLike, zerosLike } from "../ops/create.js";
import { withGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { hooked, order, release, walk } from "./walk.js";

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
     * `gradient` g, the number Σ g · this. Several calls before one step of the optimiser add up, as one large batch would.
     * @throws LifetimeError if the graph was used up, or a value that is needed was overwritten in place.
     *
     * @example
     * const w = tensor([1, 2], { requiresGrad: true });
     * w.square().sum().backward();
     * w.grad // → [2, 4]
     * w.mul(10).sum().backward();
     * w.grad // → [12, 14]
     */
    backward(options?: BackwardOptions): void;
  }
}

Tensor.prototype.backward = function (options: BackwardOptions = {}): void {
  const { createGraph = false, retainGraph = createGraph } = optionsOf("backward", options);
  const seed = startingGradient("backward", this, options.gradient);
  withGrad(createGraph, () => {
    const gradients = new Map<Tensor, Tensor>([[this, seed]]);
    const sorted = order(this, null);
    const accumulate = (t: Tensor, gradient: Tensor): void => {
      const g = contiguous(createGraph ? gradient : gradient.detach());
      const slot = t.gradientSlot;
      if (slot === null || slot.tensor === null) {
        // Memory of its own: clipping writes gradients in place.
        t.grad = g.storage.heldByLeaf || g.storage === options.gradient?.storage ? clone(g) : g;
        return;
      }
      const stale = slot.stale || slot.spentAt === slot.tensor.storage.version;
      t.grad = add(slot.tensor, g);
      slot.stale = stale;
    };
    const leaves = walk(sorted, gradients, { createGraph, retain: accumulate });
    for (const leaf of leaves) accumulate(leaf, hooked(leaf, gradients.get(leaf)!));
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
  const { createGraph = false, retainGraph = createGraph, allowUnused = false } = optionsOf("grad", options);
  if (!Array.isArray(inputs)) throw new ValueError("grad: expected an array of tensors to differentiate with respect to; write grad(y, [x]).");
  const seed = startingGradient("grad", output, options.gradient);
  return withGrad(createGraph, () => {
    const gradients = new Map<Tensor, Tensor>([[output, seed]]);
    const sorted = order(output, null);
    const leaves = walk(sorted, gradients, { createGraph, wanted: new Set(inputs) });
    for (const leaf of leaves) gradients.set(leaf, hooked(leaf, gradients.get(leaf)!));
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
  if (!(gradient instanceof Tensor)) throw new ValueError(`${caller}: gradient must be a tensor like the output, got ${typeof gradient}.`);
  if (gradient.dtype !== output.dtype) {
    throw new DTypeError(`${caller}: gradient is ${gradient.dtype}, the output ${output.dtype}; convert it with to("${output.dtype}").`);
  }
  if (!sameShape(gradient.shape, output.shape)) {
    throw new ShapeError(`${caller}: gradient has shape ${formatShape(gradient.shape)}, the output ${formatShape(output.shape)}; they must be equal.`);
  }
  return gradient;
}

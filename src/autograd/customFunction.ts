/**
 * Custom functions: a forward made of operations with a derivative of one's own. `defineOp` is for operations that call kernels; this is for
 * a straight-through estimator, a gradient that is reversed or clipped, a formula that is more exact than what the chain rule gives.
 */

import { NablaError, ValueError } from "../base/errors.js";
import { isFloat } from "../base/dtype.js";
import { optionsOf } from "../base/options.js";
import { isGradEnabled, noGrad, TapeNode, type TapeOperation } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";

/** What backward may look at. */
export interface CustomContext {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** What forward saved, in order. */
  readonly saved: readonly Tensor[];
}

export interface CustomFunction {
  /** Appears in messages. */
  readonly name: string;
  /** The function itself, in operations, which are not recorded. Values that backward will need besides inputs and output go to `save`. */
  readonly forward: (inputs: readonly Tensor[], save: (...tensors: Tensor[]) => void) => Tensor;
  /**
   * The gradient of each input, given that of the output; null: this input has none. Written in operations, so that it can be
   * differentiated again.
   */
  readonly backward: (dy: Tensor, context: CustomContext) => readonly (Tensor | null)[];
}

/**
 * A function with a derivative of its own, as torch.autograd.Function. Gradients of gradients are those of `backward`, where it uses inputs,
 * output and dy; through saved values they are refused, because how these came about was not recorded.
 * @throws ValueError unless forward gives a tensor; backward: ValueError, ShapeError or DTypeError with the function's name unless there is one
 * gradient for each input, of its shape and type.
 *
 * @example
 * // Rounds, and lets gradients through as if it did not: the straight-through estimator. Bengio et al. 2013.
 * const straightRound = customFunction({
 *   name: "straightRound",
 *   forward: ([x]) => round(x),
 *   backward: (dy) => [dy],
 * });
 * const x = tensor([0.4, 1.6], { requiresGrad: true });
 * const y = straightRound(x); // → [0, 2]
 * y.square().sum().backward();
 * x.grad // → [0, 4]
 */
export function customFunction(definition: CustomFunction): (...inputs: Tensor[]) => Tensor {
  const { name = "a custom function", forward, backward } = optionsOf("customFunction", definition);
  if (typeof forward !== "function" || typeof backward !== "function") throw new ValueError(`customFunction: ${name} needs the functions forward and backward.`);
  const operation: TapeOperation = {
    name,
    valueFree: false,
    backward: (dy, node) => {
      const inputs = node.inputs!;
      const saved = isGradEnabled() ? node.saved.map((t) => unrecorded(name, t, inputs)) : node.saved;
      const gradients: unknown = backward(dy, { inputs, output: node.output, saved });
      if (!Array.isArray(gradients) || gradients.length !== inputs.length) {
        const got = Array.isArray(gradients) ? `an array of ${gradients.length}` : gradients instanceof Tensor ? "a tensor" : typeof gradients;
        throw new ValueError(`backward: ${name} must give an array of ${inputs.length} gradients, one for each input (null where there is none), got ${got}.`);
      }
      return gradients.map((g: Tensor | null) => (g === null ? null : () => g));
    },
  };
  return (...inputs) => {
    const wrong = inputs.findIndex((x) => !(x instanceof Tensor));
    if (wrong >= 0) throw new ValueError(`${name}: input ${wrong} must be a tensor, got ${typeof inputs[wrong]}; what is no tensor, forward can close over.`);
    const saved: Tensor[] = [];
    const result: unknown = noGrad(() => forward(inputs, (...tensors) => void saved.push(...tensors)));
    if (!(result instanceof Tensor)) throw new ValueError(`${name}: forward must return a tensor, got ${result instanceof Promise ? "a promise; it must be synchronous" : typeof result}.`);
    const output = result.detach();
    if (isGradEnabled() && isFloat(output.dtype) && inputs.some((x) => x.requiresGrad)) {
      output.requiresGrad = true;
      output.node = new TapeNode(operation, inputs, output, undefined, saved);
    }
    return output;
  };
}

/** A saved value in a backward pass that is recorded: it may be used, but nothing can be differentiated through it. */
function unrecorded(name: string, value: Tensor, inputs: readonly Tensor[]): Tensor {
  if (!isFloat(value.dtype)) return value;
  const refusal: TapeOperation = {
    name: `a saved value of ${name}`,
    valueFree: true,
    backward: () => {
      throw new NablaError(
        `backward: gradients of gradients of ${name} would need the derivative of a value that its forward saved. Compute that value in ` +
          `backward from inputs and output instead, so that it is recorded.`,
      );
    },
  };
  const t = value.detach();
  t.requiresGrad = true;
  t.node = new TapeNode(refusal, inputs, t, undefined, []);
  return t;
}

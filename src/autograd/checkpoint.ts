/**
 * Activation checkpointing: a part of a network whose intermediate values are not kept for backward but computed once more there.
 * Chen et al. 2016, "Training deep nets with sublinear memory cost".
 *
 * The part runs inside a step of its own, whose memory goes back as it ends. What remains on the tape is one node, whose inputs are
 * the tensors from outside on which the result depends: arguments and parameters alike. Its derivative runs the part again, with the same
 * random numbers, and walks back through that.
 */

import { type Generator, type GeneratorState, recordDraws, replayDraws } from "../base/generator.js";
import { NablaError, ValueError } from "../base/errors.js";
import { formatShape, sameShape } from "../base/shape.js";
import { concat, slice } from "../ops/slice.js";
import { reshape } from "../ops/views.js";
import { withoutWriting } from "../tensor/recompute.js";
import { step } from "../tensor/step.js";
import { isGradEnabled, latestNode, TapeNode, type TapeOperation, withGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { gradThrough, order } from "./walk.js";

/** What it takes to run the part once more. */
interface Part {
  readonly run: () => Tensor;
  readonly starts: ReadonlyMap<Generator, GeneratorState>;
}

const operation: TapeOperation = {
  name: "checkpoint",
  valueFree: false,
  recompose: recompute,
  backward: (dy, node) => {
    const inputs = node.inputs!;
    const gradients = step(() => gradThrough(withGrad(true, () => recompute(node)), inputs, dy, false));
    return gradients.map((g) => (g === undefined ? null : () => g));
  },
};

/** The part's result again, on the tape. */
function recompute({ attributes, output }: TapeNode): Tensor {
  const { run, starts } = attributes as Part;
  const again = replayDraws(starts, () => withoutWriting(run));
  if (again.dtype !== output.dtype || !sameShape(again.shape, output.shape)) {
    throw new NablaError(
      `checkpoint: recomputed in backward, the function gave ${again.dtype} ${formatShape(again.shape)} instead of ${output.dtype} ` +
        `${formatShape(output.shape)}; it must do the same when it runs again.`,
    );
  }
  return again;
}

/** Tensors that require gradients, were made before node number `since`, and of which `output` was computed. */
function dependencies(output: Tensor, since: number): Tensor[] {
  const outside = { has: (t: Tensor): boolean => t.node === null || t.node.number <= since };
  if (outside.has(output)) return output.requiresGrad ? [output] : [];
  const found = new Set<Tensor>();
  for (const { inputs } of order(output, outside)) for (const t of inputs!) if (t.requiresGrad && outside.has(t)) found.add(t);
  return [...found];
}

/**
 * f(…inputs), whose intermediate values are not kept for backward but computed again there: a deep network needs less memory and a third more
 * time. f returns one tensor or an array of tensors of one type. Gradients are those without it, also of parameters that f uses and when they
 * are differentiated again (`createGraph`, which keeps what it recomputes); random numbers, as in dropout, are the same again, and running
 * statistics are written once. Checkpoints can be nested. f must do the same when it runs again: leave modes such as `eval()` as they are
 * between forward and backward.
 * @throws ValueError unless f is synchronous and returns tensors; backward: LifetimeError if an input or a parameter was written in
 * place meanwhile, NablaError if f then gives another shape.
 *
 * @example
 * const block = new nn.Sequential(new nn.Linear(64, 64), new nn.Tanh(), new nn.Dropout(0.1), new nn.Linear(64, 64), new nn.Tanh());
 * const h = checkpoint((x) => block.forward(x), rand([8, 64]));
 * h.sum().backward();
 * block.parameters().every((p) => p.grad !== null) // → true
 */
export function checkpoint<Inputs extends readonly unknown[], Result extends Tensor | readonly Tensor[]>(
  f: (...inputs: Inputs) => Result,
  ...inputs: Inputs
): Result {
  if (typeof f !== "function") throw new ValueError(`checkpoint: expected a function and then its inputs, got ${typeof f}; pass (x) => model.forward(x), x.`);
  let shapes: readonly (readonly number[])[] | null = null;
  const run = (): Tensor => {
    const result: unknown = f(...inputs);
    if (result instanceof Tensor) return result;
    if (!Array.isArray(result) || result.length === 0 || !result.every((t) => t instanceof Tensor && t.dtype === (result[0] as Tensor).dtype)) {
      const got = result instanceof Promise ? "a promise; it must be synchronous" : Array.isArray(result) ? `an array of ${result.join(", ")}` : String(result);
      throw new ValueError(`checkpoint: the function must return a tensor, or an array of tensors of one type, got ${got}.`);
    }
    const tensors = result as Tensor[];
    shapes = tensors.map((t) => t.shape);
    return concat(tensors.map((t) => reshape(t, [t.size])), 0);
  };
  const output = isGradEnabled() ? recorded(run) : step(run);
  return (shapes === null ? output : unpacked(output, shapes)) as Result;
}

function recorded(run: () => Tensor): Tensor {
  const since = latestNode();
  const { result, starts } = recordDraws(() =>
    step(() => {
      const y = run();
      return { inputs: dependencies(y, since), values: y.detach() };
    }),
  );
  const { inputs, values } = result;
  if (inputs.length === 0) return values;
  values.requiresGrad = true;
  values.node = new TapeNode(operation, inputs, values, { run, starts } satisfies Part, []);
  return values;
}

/** The results that were laid one after another. */
function unpacked(packed: Tensor, shapes: readonly (readonly number[])[]): Tensor[] {
  let start = 0;
  return shapes.map((shape) => {
    const end = start + shape.reduce((a, b) => a * b, 1);
    const t = reshape(slice(packed, { start, end }), shape);
    start = end;
    return t;
  });
}

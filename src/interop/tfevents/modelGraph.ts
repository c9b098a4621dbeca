/**
 * The graph of a model: every operation of one forward pass on zeros, within the modules that ran it, as the tape recorded it. Viewers fold
 * names at their slashes, so a model opens module by module.
 */

import { order } from "../../autograd/walk.js";
import { type DType, isFloat } from "../../base/dtype.js";
import { ShapeError } from "../../base/errors.js";
import { formatShape, type Shape } from "../../base/shape.js";
import type { AnyModule } from "../../nn/module.js";
import { Scopes } from "../../nn/scopes.js";
import { zeros } from "../../ops/create.js";
import { tensorsIn } from "../../tensor/nested.js";
import { step } from "../../tensor/step.js";
import { withGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";

/** An operation, a parameter, an input, an output. */
export interface ModelNode {
  /** Modules and the operation, such as "Sequential/0/linear". */
  readonly name: string;
  /** The operation, or "Input", "Parameter", "Buffer", "Constant", "Output". */
  readonly op: string;
  /** Names of the nodes whose values it takes. */
  readonly inputs: readonly string[];
  /** Of its value; the batch axis is 1. */
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface ModelGraphOptions {
  /** Type of the input: "int32" for models of tokens. Default: that of the model's parameters. */
  readonly dtype?: DType;
}

/** @param inputShape shape of one sample, without the batch axis; an array of shapes if the model takes several inputs */
export function modelGraph(model: AnyModule, inputShape: Shape | readonly Shape[], { dtype }: ModelGraphOptions): ModelNode[] {
  const shapes = inputShape.every((n) => typeof n === "number") ? [inputShape] : (inputShape as readonly Shape[]);
  const parameters = model.parameters();
  const type = dtype ?? parameters[0]?.dtype ?? "float32";
  const modes = Array.from(model.namedModules(), ([, module]) => ({ module, training: module.training }));
  const frozen = parameters.filter((t) => !t.requiresGrad);
  model.eval();
  // What frozen parameters compute of tokens would not be recorded.
  for (const t of frozen) t.requiresGrad = true;
  try {
    return step(() =>
      withGrad(true, () => {
        const inputs = shapes.map((shape) => zeros([1, ...shape], { dtype: type, requiresGrad: isFloat(type) }));
        const scopes = new Scopes(model);
        const outputs = scopes.while(() => tensorsIn(model.forward(...(inputs as never[]))));
        return nodesOf(model, inputs, outputs, scopes);
      }),
    );
  } catch (error) {
    if (error instanceof ShapeError) error.message = `addGraph: an input of ${shapes.map(formatShape).join(", ")} does not fit the model. ${error.message}`;
    throw error;
  } finally {
    for (const t of frozen) t.requiresGrad = false;
    for (const { module, training } of modes) module.training = training;
  }
}

/** Modules as folders. */
function folderOf(model: AnyModule, path = ""): string {
  return [model.constructor.name, ...path.split(".").filter((part) => part !== "")].join("/");
}

const leafKinds = { parameter: "Parameter", buffer: "Buffer" } as const;

function nodesOf(model: AnyModule, inputs: readonly Tensor[], outputs: readonly Tensor[], scopes: Scopes): ModelNode[] {
  const nodes: ModelNode[] = [];
  const names = new Map<Tensor, string>();
  const taken = new Set<string>();
  const add = (wanted: string, op: string, t: Tensor, from: readonly string[]): string => {
    let name = wanted;
    for (let n = 1; taken.has(name); n++) name = `${wanted}_${n}`;
    taken.add(name);
    nodes.push({ name, op, inputs: from, shape: t.shape, dtype: t.dtype });
    return name;
  };
  for (const t of inputs) names.set(t, add("input", "Input", t, []));
  const nameOf = (t: Tensor, scope: string): string => {
    const known = names.get(t);
    if (known !== undefined) return known;
    const leaf = scopes.leaf(t);
    const made =
      leaf === undefined
        ? add(`${scope}/constant`, "Constant", t, [])
        : add(`${folderOf(model, leaf.path)}/${leaf.name.replaceAll(".", "/")}`, leafKinds[leaf.kind], t, []);
    names.set(t, made);
    return made;
  };
  const reached = new Set<Tensor>();
  for (const output of outputs) {
    for (const { operation, inputs: from, output: made } of order(output, reached)) {
      reached.add(made);
      const scope = folderOf(model, scopes.of(made));
      const sources = from!.map((t) => nameOf(t, scope));
      names.set(made, add(`${scope}/${operation.name}`, operation.name, made, sources));
    }
  }
  for (const t of outputs) add("output", "Output", t, [nameOf(t, folderOf(model, scopes.of(t)))]);
  return nodes;
}

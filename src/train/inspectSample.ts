/** One sample, followed through the network: what comes out of each layer, and every operation of its loss with the gradient of what it made. */

import { order, walk } from "../autograd/walk.js";
import { isFloat } from "../base/dtype.js";
import { Scopes } from "../nn/scopes.js";
import type { TensorModule } from "../nn/module.js";
import { undisturbed } from "../nn/undisturbed.js";
import { onesLike } from "../ops/create.js";
import type { TapeNode } from "../tensor/tape.js";
import { step } from "../tensor/step.js";
import { withGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { isClassification, likeliest, probabilitiesOf } from "./classification.js";
import type { Loss } from "./evaluate.js";
import { type Spread, spreadOf } from "./spread.js";
import { type Shrunk, shrink } from "./shrink.js";

/** One operation of the computational graph of a sample's loss; of a long graph, all operations of a module. */
export interface GraphOperation {
  readonly id: number;
  /** "input", "parameter", "constant" or the name of the operation, of several that of the last. */
  readonly op: string;
  /** Of parameters, such as "conv1.weight"; else the module within which it ran, or "loss". */
  readonly name: string;
  readonly inputs: readonly number[];
  readonly shape: readonly number[];
  readonly value: Spread;
  /** Of the loss with respect to it; null where none flows. */
  readonly gradient: Spread | null;
  /** How many operations it stands for, where these are several; value and gradient are those of what the last of them made. */
  readonly operations?: number;
}

export interface InspectedSample {
  readonly label: number | null;
  readonly loss: number;
  /** The five likeliest classes, likeliest first; none for other tasks. */
  readonly top: readonly { readonly label: number; readonly probability: number }[];
  /** What is computed before what uses it; where modules ran more than once in a long graph, there are ways back. */
  readonly graph: readonly GraphOperation[];
}

/** What came out of a layer. */
export interface LayerMap {
  readonly path: string;
  /** [C, H, W] or [C]. */
  readonly shape: readonly number[];
  /** Its first channels, made smaller. */
  readonly maps: Shrunk;
}

export interface Inspected {
  readonly sample: InspectedSample;
  readonly layers: readonly LayerMap[];
  /** 0 for other tasks. */
  readonly classes: number;
}

/** Recurrent networks over long sequences have thousands of operations; beyond these, those of a module are taken together. */
const mostOperations = 500;
const mostChannels = 64;
const mostSide = 64;

/** @param x one sample, [1, …]. @param known spreads of parameters, which are the same for all samples */
export function inspectSample(model: TensorModule, loss: Loss, batch: () => { x: Tensor; y: Tensor }, known: Map<Tensor, Spread>): Promise<Inspected> {
  return step(async () => {
    const { x, y } = batch();
    if (isFloat(x.dtype)) x.requiresGrad = true;
    const scopes = new Scopes(model);
    const outputs = new Map<string, Tensor>();
    const [output, mean] = undisturbed(model, () =>
      withGrad(true, () => {
        const result = scopes.while(
          () => model.forward(x),
          (path, layer, [first]) => {
            if (path !== "" && !outputs.has(path) && layer.children().next().done === true && first !== undefined) outputs.set(path, first);
          },
        );
        return [result, loss(result, y)];
      }),
    );
    const classified = isClassification(output, y);
    const top = classified ? likeliest(probabilitiesOf(Float32Array.from(await output.data()), output.shape[1])) : [];
    const label = classified ? (await y.data())[0] : null;
    const layers: LayerMap[] = [];
    for (const [path, t] of outputs) if (isFloat(t.dtype) && (t.ndim === 2 || t.ndim === 4)) layers.push(await mapOf(path, t));
    const nodes = order(mean, null);
    const graph = await graphOf(mean, nodes, { x, scopes, known });
    return { sample: { label, loss: await mean.item(), top, graph }, layers, classes: classified ? output.shape[1] : 0 };
  });
}

async function mapOf(path: string, t: Tensor): Promise<LayerMap> {
  const shape = t.shape.slice(1);
  const [channels, height = 1, width = 1] = shape;
  return { path, shape, maps: shrink(await t.data(), [channels, height, width], mostSide, Math.min(channels, mostChannels)) };
}

interface GraphContext {
  readonly x: Tensor;
  readonly scopes: Scopes;
  readonly known: Map<Tensor, Spread>;
}

async function graphOf(loss: Tensor, nodes: readonly TapeNode[], { x, scopes, known }: GraphContext): Promise<GraphOperation[]> {
  const parts = partsOf(nodes, scopes);
  const made = new Map(parts.flatMap((part, index) => part.nodes.map(({ output }) => [output, index] as const)));
  const leaves = nodes.flatMap(({ inputs }) => inputs!.filter((t) => t.requiresGrad && !made.has(t)));
  const wanted = new Set([...leaves, ...parts.map(({ nodes: own }) => own[own.length - 1].output)]);
  const gradients = new Map<Tensor, Tensor>();
  if (nodes.length > 0) {
    gradients.set(loss, onesLike(loss));
    withGrad(false, () => walk(nodes, gradients, { createGraph: false, wanted }));
  }
  const graph: GraphOperation[] = [];
  const ids = new Map<Tensor, number>();
  const idsOfParts = new Map<number, number>();
  let next = 0;
  const add = async (t: Tensor, op: string, name: string, { id = next++, inputs = [], operations = 1 }: Partial<GraphOperation> = {}): Promise<number> => {
    ids.set(t, id);
    const value = known.get(t) ?? (await spreadOf(t));
    if (op === "parameter") known.set(t, value);
    const gradient = gradients.get(t);
    graph.push({ id, op, name, inputs, shape: t.shape, value, gradient: gradient === undefined ? null : await spreadOf(gradient), ...(operations > 1 && { operations }) });
    return id;
  };
  const addLeaf = (t: Tensor): Promise<number> => {
    if (t === x) return add(t, "input", "input");
    const leaf = scopes.leaf(t);
    if (leaf === undefined) return add(t, "constant", "");
    return add(t, leaf.kind === "parameter" ? "parameter" : "constant", leaf.path === "" ? leaf.name : `${leaf.path}.${leaf.name}`);
  };
  const idOfPart = (part: number): number => {
    const id = idsOfParts.get(part) ?? next++;
    idsOfParts.set(part, id);
    return id;
  };
  for (const [index, { name, nodes: own }] of parts.entries()) {
    const from: number[] = [];
    for (const t of own.flatMap(({ inputs }) => inputs!)) {
      const part = made.get(t);
      if (part === undefined) from.push(ids.get(t) ?? (await addLeaf(t)));
      else if (part !== index) from.push(idOfPart(part));
    }
    const { operation, output } = own[own.length - 1];
    await add(output, operation.name, name, { id: idOfPart(index), inputs: own.length === 1 ? from : [...new Set(from)], operations: own.length });
  }
  return graph;
}

/** Operations that stand as one in the graph, in their order. */
interface GraphPart {
  /** The module that ran them, or "loss". */
  readonly name: string;
  readonly nodes: readonly TapeNode[];
}

function partsOf(nodes: readonly TapeNode[], scopes: Scopes): readonly GraphPart[] {
  const nameOf = ({ output }: TapeNode): string => scopes.of(output) ?? "loss";
  if (nodes.length <= mostOperations) return nodes.map((node) => ({ name: nameOf(node), nodes: [node] }));
  const byModule = new Map<string, TapeNode[]>();
  for (const node of nodes) {
    const name = nameOf(node);
    const own = byModule.get(name);
    if (own === undefined) byModule.set(name, [node]);
    else own.push(node);
  }
  return Array.from(byModule, ([name, own]) => ({ name, nodes: own }));
}

/** The operations of a computational graph, folded by the modules that ran them, and what their gradients say. */

import { numberText } from "../../../../plot/numberText.js";
import type { GraphOperation, Spread } from "../../../protocol.js";
import type { Branch, NestedGraph } from "./nested.js";

export interface OperationGraph extends NestedGraph {
  readonly operations: ReadonlyMap<string, GraphOperation>;
  /** For each module the operations within it, in their order. */
  readonly modules: ReadonlyMap<string, readonly GraphOperation[]>;
}

/** Parameters, buffers and constants have names of their own, which begin with their module's. */
const isNamed = ({ op }: GraphOperation): boolean => op === "parameter" || op === "constant";

/** The module within which an operation ran, or that a parameter belongs to; "" for none. */
export const moduleOf = (operation: GraphOperation): string => (isNamed(operation) ? operation.name.slice(0, Math.max(0, operation.name.lastIndexOf("."))) : operation.op === "input" ? "" : operation.name);

/** What it is called in its module. */
export function labelOf(operation: GraphOperation): string {
  if (isNamed(operation)) return operation.name.slice(operation.name.lastIndexOf(".") + 1) || operation.op;
  return operation.operations === undefined ? operation.op : `${operation.operations} operations`;
}

/** How many were run; parameters, constants and what goes in are none. */
export const ranCount = (operations: readonly GraphOperation[]): number => operations.reduce((sum, each) => sum + (isNamed(each) || each.op === "input" ? 0 : (each.operations ?? 1)), 0);

export const operationId = (id: number): string => `op:${id}`;
const moduleId = (path: string): string => `m:${path}`;

interface Growing extends Branch {
  readonly children: Growing[];
}

export function operationGraph(operations: readonly GraphOperation[]): OperationGraph {
  const root: Growing = { id: "", children: [] };
  const folders = new Map<string, Growing>([["", root]]);
  const folder = (path: string): Growing => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const made: Growing = { id: moduleId(path), children: [] };
    folders.set(path, made);
    folder(path.slice(0, Math.max(0, path.lastIndexOf(".")))).children.push(made);
    return made;
  };
  const modules = new Map<string, GraphOperation[]>();
  for (const operation of operations) {
    // A constant without a name is one of what takes it first.
    const taker = operation.op === "constant" && operation.name === "" ? operations.find(({ inputs }) => inputs.includes(operation.id)) : undefined;
    const path = moduleOf(taker ?? operation);
    folder(path).children.push({ id: operationId(operation.id), children: [] });
    for (let around = path; around !== ""; around = around.slice(0, Math.max(0, around.lastIndexOf(".")))) modules.set(moduleId(around), [...(modules.get(moduleId(around)) ?? []), operation]);
  }
  const known = new Set(operations.map(({ id }) => id));
  const edges = operations.flatMap(({ id, inputs }) => [...new Set(inputs)].filter((input) => known.has(input)).map((input) => [operationId(input), operationId(id)] as const));
  return { branches: root.children, edges, operations: new Map(operations.map((each) => [operationId(each.id), each])), modules };
}

/** The operation whose value leaves a module: the last one that another takes. */
export function resultOf(within: readonly GraphOperation[], all: Iterable<GraphOperation>): GraphOperation | undefined {
  const inside = new Set(within.map(({ id }) => id));
  const taken = new Set([...all].filter(({ id }) => !inside.has(id)).flatMap(({ inputs }) => inputs));
  return within.findLast(({ id }) => taken.has(id)) ?? within.at(-1);
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Square root of the sum of all squares; null where it is not finite. */
export const normOf = ({ mean, std }: Spread, shape: readonly number[]): number | null => (mean === null || std === null ? null : Math.sqrt(sizeOf(shape) * (mean ** 2 + std ** 2)));

/** A gradient that is so many times smaller or larger than that at the output is worth a word. */
export const far = 1000;

export interface Verdict {
  readonly kind: "not finite" | "zero" | "vanishing" | "exploding" | "none";
  /** A few words. */
  readonly text: string;
  readonly sentence: string;
}

/** The norm of the gradient at the network's output, which those of all layers are compared to. */
export function outputNorm(operations: readonly GraphOperation[]): number | null {
  const output = operations.findLast((each) => !isNamed(each) && each.op !== "input" && each.name !== "loss" && each.gradient !== null);
  return output === undefined || output.gradient === null ? null : normOf(output.gradient, output.shape);
}

/** What is wrong with a value or its gradient; null for nothing. */
export function verdictOf({ op, value, gradient, shape }: GraphOperation, reference: number | null): Verdict | null {
  if (value.mean === null && sizeOf(shape) > 0) return { kind: "not finite", text: "not finite", sentence: "Some of its values are infinite or no numbers." };
  // Inputs need none.
  if (gradient === null) return op === "parameter" ? { kind: "none", text: "no gradient", sentence: "No gradient comes here: the loss does not depend on it, or it is frozen." } : null;
  const norm = normOf(gradient, shape);
  if (norm === null) return { kind: "not finite", text: "gradient not finite", sentence: "Some of its gradient is infinite or no number." };
  if (norm === 0) return { kind: "zero", text: "gradient is zero", sentence: "Its gradient is zero: nothing is learned here from this sample." };
  if (reference === null || reference === 0) return null;
  if (norm < reference / far) return { kind: "vanishing", text: "vanishing gradient", sentence: `Its gradient vanishes: it is ${numberText(reference / norm, 2)} times smaller than that at the output.` };
  if (norm > reference * far) return { kind: "exploding", text: "exploding gradient", sentence: `Its gradient explodes: it is ${numberText(norm / reference, 2)} times larger than that at the output.` };
  return null;
}

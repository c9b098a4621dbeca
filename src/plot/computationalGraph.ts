/**
 * Computational graphs: what a tensor was computed from, as the tape recorded it; on every edge the value that goes forward and the gradient that
 * comes back.
 */

import { LifetimeError, NablaError, ShapeError, ValueError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { order } from "../autograd/walk.js";
import { add } from "../ops/arithmetic.js";
import { onesLike } from "../ops/create.js";
import { sumTo } from "../ops/reduce.js";
import { step } from "../tensor/step.js";
import { type TapeNode, withGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { type GraphEdge, GraphFigure, type GraphNode } from "./graph.js";
import { fixedText, numberText } from "./numberText.js";
import { checkChoice, checkCount, checkFigure, checkOptions, describeValue, type FigureOptions, withFigure } from "./options.js";

export interface ComputationalGraphOptions extends FigureOptions {
  /** Names of tensors: inputs, the output, and whatever lies between. Default: "x1", "x2", … for inputs, "output". */
  readonly names?: Readonly<Record<string, Tensor>>;
  /** Show the gradient of the output with respect to what goes along each edge; the output must be one number. @default true for such */
  readonly gradients?: boolean;
  /** Decimals of numbers that are not whole. @default 2 */
  readonly decimals?: number;
  /** Where the computation goes. Default: "right"; "down" where `width` is too small for that. */
  readonly direction?: "right" | "down";
}

const symbols: Readonly<Record<string, string>> = {
  add: "+", sub: "−", mul: "×", div: "÷", neg: "× −1", reciprocal: "1/x", square: "x²", sqrt: "√", exp: "exp", log: "ln", matmul: "@", sum: "Σ", sigmoid: "σ", abs: "|x|",
};

/** An operation as mathematics writes it. */
function operationLabel({ operation: { name }, attributes }: TapeNode): string {
  if (typeof attributes !== "number") return symbols[name] ?? name;
  const number = numberText(Math.abs(attributes), 3);
  if (name === "addScalar") return `${attributes < 0 ? "−" : "+"} ${number}`;
  if (name === "mulScalar") return `× ${numberText(attributes, 3)}`;
  if (name === "powScalar") return `^ ${numberText(attributes, 3)}`;
  return symbols[name] ?? name;
}

const most = 150;

/**
 * The graph of everything that `output` was computed from. Run it before `backward()`, which uses the graph up (or pass that `retainGraph: true`).
 * A value that is used twice has the part of its gradient on each edge. Reshapes of single numbers are left out. Tensors of more than 4 numbers show their shape, their gradients
 * the norm.
 * @throws NablaError if the output was not recorded; LifetimeError if the graph was used up or its values are gone; ValueError for more
 * than 150 operations.
 *
 * @example
 * const [x, y, z] = [1, -3, 4].map((v) => tensor(v, { requiresGrad: true }));
 * const f = x.add(y).mul(z);
 * const figure = await plot.computationalGraph(f, { names: { x, y, z, f } });
 * figure.description // → Computational graph of 6 nodes and 5 edges. x to +: 1, gradient 4. y to +: −3, gradient 4. + to ×: −2, gradient 4.
 * // z to ×: 4, gradient −2. × to f: −8, gradient 1.
 */
export async function computationalGraph(output: Tensor, options: ComputationalGraphOptions = {}): Promise<GraphFigure> {
  checkOptions("computationalGraph", options, withFigure("names", "gradients", "decimals", "direction"));
  checkFigure("computationalGraph", options);
  checkCount("computationalGraph", "decimals", options.decimals, 0, 8);
  checkChoice("computationalGraph", "direction", options.direction, ["right", "down"]);
  if (!(output instanceof Tensor)) throw new ValueError(`computationalGraph: expected the tensor that was computed, got ${describeValue(output)}.`);
  const names = readNames(options.names);
  const nodes = recorded(output);
  const { names: _names, gradients = output.size === 1, decimals = 2, direction, ...figure } = options;
  if (gradients && output.size !== 1) throw new ShapeError(`computationalGraph: gradients are those of one number, but the output is ${formatShape(output.shape)}; reduce it with sum() or mean(), or pass gradients: false.`);

  const parts = gradients ? edgeGradients(output, nodes) : new Map<TapeNode, (Tensor | null)[]>();
  const tensors = new Set([output, ...nodes.flatMap((node) => inputsOf(node))]);
  const values = new Map<Tensor, string>();
  for (const t of tensors) values.set(t, await shownValue(t, decimals));

  // A node for each operation, and one for each tensor that none of them made.
  const drawn: GraphNode[] = [];
  const ids = new Map<Tensor, string>();
  let unnamed = 0;
  for (const t of leavesOf(nodes, tensors)) {
    const id = `t${ids.size}`;
    const constant = !t.requiresGrad && names.get(t) === undefined;
    ids.set(t, id);
    drawn.push({ id, label: constant ? values.get(t)! : names.get(t) ?? `x${++unnamed}`, kind: constant ? "constant" : "value" });
  }
  const reshaped = new Map(nodes.filter(reshapesNumber).map((node) => [inputsOf(node)[0], node.output]));
  for (const node of nodes) {
    const { output: made } = node;
    if (reshapesNumber(node)) {
      ids.set(made, ids.get(inputsOf(node)[0])!);
      continue;
    }
    const id = `t${ids.size}`;
    ids.set(made, id);
    const result = reshaped.get(made) ?? made;
    const name = result === output ? undefined : names.get(made) ?? names.get(result);
    drawn.push({ id, label: operationLabel(node), kind: "operation", ...(name !== undefined && { note: name }) });
  }
  drawn.push({ id: "output", label: names.get(output) ?? "output" });

  const edges: GraphEdge[] = [];
  for (const node of nodes) {
    if (reshapesNumber(node)) continue;
    for (const [i, input] of inputsOf(node).entries()) {
      const part = parts.get(node)?.[i];
      const value = drawn.some(({ id, kind }) => id === ids.get(input) && kind === "constant") ? "" : values.get(input)!;
      edges.push({ from: ids.get(input)!, to: ids.get(node.output)!, value, gradient: part === null || part === undefined ? "" : await shownGradient(part, decimals) });
    }
  }
  edges.push({ from: ids.get(output)!, to: "output", value: values.get(output)!, gradient: gradients ? "1" : "" });
  return new GraphFigure({ ...figure, nodes: drawn, edges, direction }, "Computational graph");
}

/** The last step of sums and means over all axes: [1, 1] to a number. It says nothing, and is not drawn. */
const reshapesNumber = ({ operation, output }: TapeNode): boolean => operation.name === "reshape" && output.size === 1;

function readNames(names: Readonly<Record<string, Tensor>> = {}): Map<Tensor, string> {
  if (typeof names !== "object" || names === null) throw new ValueError(`computationalGraph: names must be tensors by name, such as { x, w }, got ${describeValue(names)}.`);
  const wrong = Object.entries(names).find(([, t]) => !(t instanceof Tensor));
  if (wrong !== undefined) throw new ValueError(`computationalGraph: the name ${wrong[0]} must stand for a tensor, got ${describeValue(wrong[1])}.`);
  return new Map(Object.entries(names).map(([name, t]) => [t, name]));
}

/** The operations behind `output`, each after those that it needs. */
function recorded(output: Tensor): readonly TapeNode[] {
  if (output.node === null) {
    throw new NablaError(
      "computationalGraph: nothing was recorded for this tensor. Set requiresGrad on an input, and compute the output outside noGrad().",
    );
  }
  if (output.node.inputs === null) throw usedUp();
  let nodes: readonly TapeNode[];
  try {
    nodes = order(output, null);
  } catch (error) {
    if (error instanceof LifetimeError) throw usedUp();
    throw error;
  }
  if (nodes.length > most) throw new ValueError(`computationalGraph: ${nodes.length} operations do not make a readable figure; draw a part of at most ${most}.`);
  return nodes;
}

const usedUp = (): LifetimeError =>
  new LifetimeError("computationalGraph: the graph was used up by backward(). Draw it before, or pass backward({ retainGraph: true }).");

const inputsOf = (node: TapeNode): readonly Tensor[] => node.inputs ?? [];

/** Tensors that no recorded operation made, in the order of their use. */
function leavesOf(nodes: readonly TapeNode[], tensors: ReadonlySet<Tensor>): Tensor[] {
  const made = new Set(nodes.map(({ output }) => output));
  return [...tensors].filter((t) => !made.has(t));
}

/** For each operation, what of the output's gradient goes back to each of its inputs. */
function edgeGradients(output: Tensor, nodes: readonly TapeNode[]): Map<TapeNode, (Tensor | null)[]> {
  const changed = nodes.find((node) => node.changed() !== null);
  if (changed !== undefined) {
    throw new LifetimeError(`computationalGraph: values around ${changed.operation.name} were written in place since; draw the graph before the optimiser's step.`);
  }
  return step(() =>
    withGrad(false, () => {
      const whole = new Map<Tensor, Tensor>([[output, onesLike(output)]]);
      const parts = new Map<TapeNode, (Tensor | null)[]>();
      for (const node of nodes.toReversed()) {
        const dy = whole.get(node.output);
        if (dy === undefined) continue;
        const backward = node.operation.backward(dy, node);
        const own = inputsOf(node).map((input, i) => {
          const gradient = input.requiresGrad ? backward[i] : null;
          if (gradient === null || gradient === undefined) return null;
          const part = sumTo(gradient(), input.shape);
          const before = whole.get(input);
          whole.set(input, before === undefined ? part : add(before, part));
          return part;
        });
        parts.set(node, own);
      }
      return parts;
    }),
  );
}

async function shownValue(t: Tensor, decimals: number): Promise<string> {
  if (t.size > 4 || t.size === 0) return formatShape(t.shape);
  const values = Array.from(await t.data(), (v) => shownNumber(v, decimals));
  return t.size === 1 ? values[0] : `[${values.join(", ")}]`;
}

async function shownGradient(t: Tensor, decimals: number): Promise<string> {
  if (t.size <= 4 && t.size > 0) return shownValue(t, decimals);
  const norm = Math.sqrt(Array.from(await t.data()).reduce((sum, v) => sum + v * v, 0));
  return `‖·‖ ${numberText(norm, 2)}`;
}

/** Whole numbers as they are, small ones by their power of ten, all others with `decimals` decimals. */
function shownNumber(value: number, decimals: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return numberText(value, 6);
  return Math.abs(value) < 0.5 * 10 ** -decimals || Math.abs(value) >= 1e6 ? numberText(value, 2) : fixedText(value, decimals);
}

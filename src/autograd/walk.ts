/**
 * The walk over the tape: from an output back to the leaves, handing each operation the gradient of its result. Nodes are visited in
 * reverse topological order, so a gradient is complete before it is used; no Jacobian is ever built.
 */

import { DTypeError, LifetimeError, ShapeError, ValueError } from "../base/errors.js";
import { formatShape, sameShape, type Shape } from "../base/shape.js";
import { add } from "../ops/arithmetic.js";
import { sumTo } from "../ops/reduce.js";
import type { TapeNode } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";

let walks = 0;

/** The nodes from which `output` was computed, every node before those that used its result, none behind a tensor of `stops`. */
export function order(output: Tensor, stops: Pick<ReadonlySet<Tensor>, "has"> | null): TapeNode[] {
  const mark = ++walks;
  const sorted: TapeNode[] = [];
  if (output.node === null || stops?.has(output)) return sorted;
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

/** Those of `sorted` from which a tensor of `wanted` can be reached. */
function leadingTo(wanted: ReadonlySet<Tensor>, sorted: readonly TapeNode[]): ReadonlySet<TapeNode> {
  const leading = new Set<TapeNode>();
  for (const node of sorted) {
    if (node.inputs!.some((t) => wanted.has(t) || (t.node !== null && leading.has(t.node)))) leading.add(node);
  }
  return leading;
}

export interface WalkOptions {
  /** Record the backward pass itself. */
  readonly createGraph: boolean;
  /** Tensors whose gradients stay in the map; nothing that does not lead to them is computed. Absent: every leaf's. */
  readonly wanted?: ReadonlySet<Tensor>;
  /** Gets the gradients of tensors that retain theirs. */
  readonly retain?: (t: Tensor, gradient: Tensor) => void;
}

/**
 * Passes `gradients` backwards through `sorted` and returns the leaves that got one; it is in the map, their hooks have not run.
 * @throws LifetimeError if an operation needs values that were written in place since.
 */
export function walk(
  sorted: readonly TapeNode[],
  gradients: Map<Tensor, Tensor>,
  { createGraph, wanted, retain }: WalkOptions,
): ReadonlySet<Tensor> {
  const leaves = new Set<Tensor>();
  if (sorted.length === 0) for (const t of gradients.keys()) leaves.add(t);
  const leading = wanted && leadingTo(wanted, sorted);
  const asked = (t: Tensor): boolean =>
    t.requiresGrad && (wanted === undefined || wanted.has(t) || (t.node !== null && leading!.has(t.node)));
  for (let n = sorted.length - 1; n >= 0; n--) {
    const node = sorted[n];
    const { output } = node;
    let dy = gradients.get(output);
    if (dy === undefined) continue;
    if (output.watch !== null) {
      dy = hooked(output, dy);
      gradients.set(output, dy);
      if (output.watch.retained) retain?.(output, dy);
    }
    if (wanted === undefined || !wanted.has(output)) gradients.delete(output);
    if (leading !== undefined && !leading.has(node)) continue;
    const inputs = node.inputs!;
    checkUnchanged(node);
    if (createGraph && node.operation.recompose !== undefined) {
      const through = gradThrough(node.operation.recompose(node), inputs, dy, true);
      for (let i = 0; i < inputs.length; i++) {
        const g = through[i];
        if (g !== undefined && asked(inputs[i])) receive(inputs[i], g);
      }
      continue;
    }
    const parts = node.operation.backward(dy, node);
    for (let i = 0; i < inputs.length; i++) {
      if (!asked(inputs[i])) continue;
      const part = parts[i];
      if (part === undefined) throw wrongCount(node, parts.length);
      if (part !== null) receive(inputs[i], fitting(node, i, part()));
    }
  }
  function receive(t: Tensor, g: Tensor): void {
    const before = gradients.get(t);
    gradients.set(t, before === undefined ? g : add(before, g));
    if (t.node === null) leaves.add(t);
  }
  return leaves;
}

/** Gradients of `output` with respect to `inputs`, looking no further back than these: what one operation passes on. */
export function gradThrough(output: Tensor, inputs: readonly Tensor[], seed: Tensor, createGraph: boolean): (Tensor | undefined)[] {
  const gradients = new Map<Tensor, Tensor>([[output, seed]]);
  const wanted = new Set(inputs);
  walk(order(output, wanted), gradients, { createGraph, wanted });
  return inputs.map((x) => gradients.get(x));
}

/** The gradient of `t` after its hooks. */
export function hooked(t: Tensor, gradient: Tensor): Tensor {
  if (t.watch === null) return gradient;
  let g = gradient;
  for (const hook of t.watch.hooks.slice()) {
    const replaced: unknown = hook(g);
    if (replaced === undefined) continue;
    if (!(replaced instanceof Tensor)) {
      const got = replaced instanceof Promise ? "a promise; hooks are synchronous" : replaced === null ? "null" : typeof replaced;
      throw new ValueError(`registerHook: the hook of ${t} must return a tensor that replaces the gradient, or nothing, got ${got}.`);
    }
    if (replaced.dtype !== t.dtype || !sameShape(replaced.shape, t.shape)) {
      throw new ShapeError(
        `registerHook: the hook of ${t} must return a gradient like the tensor, ${t.dtype} ${formatShape(t.shape)}, ` +
          `got ${replaced.dtype} ${formatShape(replaced.shape)}.`,
      );
    }
    g = replaced;
  }
  return g;
}

/** The gradient that `node` gives its input i, summed back where the input was broadcast. */
function fitting(node: TapeNode, i: number, g: Tensor): Tensor {
  const { dtype, shape } = node.inputs![i];
  // Plain JavaScript may return anything.
  if ((g as Tensor | undefined)?.dtype === dtype) {
    if (sameShape(g.shape, shape)) return g;
    if (broadcasts(shape, g.shape)) return sumTo(g, shape);
  }
  const what = `backward: ${node.operation.name} must give its input ${i} a gradient of shape ${formatShape(shape)} and type ${dtype}`;
  if (!(g instanceof Tensor)) throw new ValueError(`${what}, got ${g === null ? "null" : typeof g}; for no gradient, return null in place of the function.`);
  if (g.dtype !== dtype) throw new DTypeError(`${what}, got ${g.dtype}; convert it with to("${dtype}").`);
  throw new ShapeError(`${what}, got ${formatShape(g.shape)}.`);
}

function broadcasts(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((n, i) => n === to[lead + i] || n === 1);
}

function wrongCount(node: TapeNode, got: number): ValueError {
  return new ValueError(
    `backward: ${node.operation.name} has ${node.inputs!.length} inputs, but its derivative gives ${got} gradients; ` +
      `return one for each input, null where there is none.`,
  );
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
export function release(sorted: readonly TapeNode[]): void {
  for (const node of sorted) node.inputs = null;
}

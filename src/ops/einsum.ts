/** Einstein's summation: sums of products over named axes. */

import { promote } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape, sizeOf } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { diagonal } from "./diagonal.js";
import { matmul } from "./matmul.js";
import { checkTensors } from "./operation.js";
import { sum } from "./reduce.js";
import { permute, reshape } from "./views.js";

/** An operand whose axes have labels, one each. An ellipsis stands for labels "0", "1", … counted from its last axis. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

const spaces = /\s+/g;

function fail(equation: string, what: string): never {
  throw new ValueError(`einsum: ${what} in "${equation}".`);
}

/** The labels of one term, its ellipsis written out for `width` axes. */
function labelsOf(equation: string, term: string, width: number): string[] {
  const match = /^([a-zA-Z]*)(\.\.\.)?([a-zA-Z]*)$/.exec(term);
  if (match === null) fail(equation, `"${term}" is no list of letters with at most one "..."`);
  const [, before, ellipsis, after] = match;
  const middle = ellipsis === undefined ? [] : Array.from({ length: width }, (_, i) => String(width - 1 - i));
  return [...before, ...middle, ...after];
}

/** Splits an equation into the labels of each operand and of the result. */
function parse(equation: string, operands: readonly Tensor[]): { inputs: string[][]; output: string[] } {
  const [left, right, ...rest] = equation.replace(spaces, "").split("->");
  if (rest.length > 0) fail(equation, `"->" comes more than once`);
  const terms = left.split(",");
  if (terms.length !== operands.length) {
    throw new ValueError(`einsum: "${equation}" names ${terms.length} operands, but ${operands.length} came.`);
  }
  const inputs = terms.map((term, i) => {
    const letters = term.replace("...", "").length;
    const { shape } = operands[i];
    const labels = labelsOf(equation, term, Math.max(0, shape.length - letters));
    if (labels.length !== shape.length) {
      throw new ShapeError(`einsum: operand ${i} has shape ${formatShape(shape)}, but "${term}" in "${equation}" names ${letters} axes.`);
    }
    return labels;
  });
  const width = Math.max(0, ...inputs.map((labels) => labels.filter(isNumber).length));
  const output = right === undefined ? implicitOutput(inputs, width) : labelsOf(equation, right, width);
  for (const [i, label] of output.entries()) {
    if (output.indexOf(label) !== i) fail(equation, `the result names "${label}" twice`);
    if (!isNumber(label) && !inputs.some((labels) => labels.includes(label))) fail(equation, `the result names "${label}", which no operand has,`);
  }
  return { inputs, output };
}

const isNumber = (label: string): boolean => label >= "0" && label <= "9" || label.length > 1;

/** The ellipsis, then the letters that come once, in order of the alphabet (capitals first). */
function implicitOutput(inputs: readonly string[][], width: number): string[] {
  const all = inputs.flat().filter((label) => !isNumber(label));
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort();
  return [...Array.from({ length: width }, (_, i) => String(width - 1 - i)), ...once];
}

/** Sizes by label. An axis of size 1 is repeated where the label is longer elsewhere. */
function sizesOf(equation: string, operands: readonly Labelled[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { tensor, labels } of operands) {
    labels.forEach((label, axis) => {
      const known = sizes.get(label) ?? 1;
      const size = tensor.shape[axis];
      if (known !== 1 && size !== 1 && known !== size) {
        const what = isNumber(label) ? "an axis of the ellipsis" : `"${label}"`;
        throw new ShapeError(`einsum: ${what} has sizes ${known} and ${size} in "${equation}"; they must be equal or 1.`);
      }
      if (known === 1) sizes.set(label, size);
    });
  }
  return sizes;
}

/** A label that comes twice in one operand stands for the diagonal. */
function withoutRepeats(operand: Labelled): Labelled {
  const { tensor, labels } = operand;
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return operand;
  const first = labels.indexOf(labels[second]);
  const rest = labels.filter((_, i) => i !== first && i !== second);
  return withoutRepeats({ tensor: diagonal(tensor, { axis1: first, axis2: second }), labels: [...rest, labels[second]] });
}

/** Sums over the axes that nobody else needs, and drops those of size 1 that are longer elsewhere. */
function reduced({ tensor, labels }: Labelled, needed: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Labelled {
  const axes = labels.map((_, i) => i);
  const kept = axes.filter((i) => needed.has(labels[i]) && (tensor.shape[i] !== 1 || sizes.get(labels[i]) === 1));
  const summed = axes.filter((i) => !needed.has(labels[i]));
  const total = summed.length === 0 ? tensor : sum(tensor, { axis: summed, keepDim: true });
  return { tensor: reshape(total, kept.map((i) => tensor.shape[i])), labels: kept.map((i) => labels[i]) };
}

/** The tensor with its axes in the order of `labels`; those it does not have get size 1. */
function arranged({ tensor, labels: own }: Labelled, labels: readonly string[]): Tensor {
  const present = labels.filter((label) => own.includes(label));
  const ordered = permute(tensor, present.map((label) => own.indexOf(label)));
  return reshape(ordered, labels.map((label) => (own.includes(label) ? tensor.shape[own.indexOf(label)] : 1)));
}

/** One product summed over the labels that are not `needed` afterwards: a batched matrix product. */
function contract(a: Labelled, b: Labelled, needed: ReadonlySet<string>): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...rows, ...columns];
  if (inner.length === 0) return { tensor: mul(arranged(a, labels), arranged(b, labels)), labels };
  const sizes = (of: Labelled, names: readonly string[]): number[] => names.map((label) => of.tensor.shape[of.labels.indexOf(label)]);
  const [batchSizes, rowSizes, columnSizes] = [sizes(a, batch), sizes(a, rows), sizes(b, columns)];
  const k = sizeOf(sizes(a, inner));
  const left = reshape(arranged(a, [...batch, ...rows, ...inner]), [...batchSizes, sizeOf(rowSizes), k]);
  const right = reshape(arranged(b, [...batch, ...inner, ...columns]), [...batchSizes, k, sizeOf(columnSizes)]);
  return { tensor: reshape(matmul(left, right), [...batchSizes, ...rowSizes, ...columnSizes]), labels };
}

/** What of the labels is needed when `others` and the result remain. */
const neededBy = (others: readonly Labelled[], output: readonly string[]): Set<string> => new Set([...output, ...others.flatMap(({ labels }) => labels)]);

/** The pair whose product is smallest in comparison with its factors. */
function cheapestPair(operands: readonly Labelled[], output: readonly string[], sizes: ReadonlyMap<string, number>): [number, number] {
  let best: [number, number] = [0, 1];
  let bestGrowth = Infinity;
  for (let i = 0; i < operands.length; i++) {
    for (let j = i + 1; j < operands.length; j++) {
      const needed = neededBy(operands.filter((_, n) => n !== i && n !== j), output);
      const union = new Set([...operands[i].labels, ...operands[j].labels]);
      const size = sizeOf([...union].filter((label) => needed.has(label)).map((label) => sizes.get(label)!));
      const growth = size - operands[i].tensor.size - operands[j].tensor.size;
      if (growth < bestGrowth) [best, bestGrowth] = [[i, j], growth];
    }
  }
  return best;
}

/**
 * Einstein's summation: letters name axes, axes of one name are multiplied element by element, and names that the result does not
 * have are summed over. A name twice in one operand is its diagonal; "..." stands for any further axes, which broadcast; without
 * "->" the result has the names that come once, in order of the alphabet. Any number of operands: the pair with the smallest
 * product comes first, and each pair is one (batched) matrix product. bool and uint8 are summed in int32.
 * @throws ValueError for an equation that cannot be read; ShapeError if the sizes of a name differ.
 *
 * @example
 * const a = tensor([[1, 2], [3, 4]]);
 * einsum("ij,jk->ik", a, a)               // → [[7, 10], [15, 22]]
 * einsum("ii", a)                         // → 5
 * einsum("ij->j", a)                      // → [4, 6]
 * einsum("bhqd,bhkd->bhqk", zeros([8, 2, 5, 4]), zeros([8, 2, 7, 4])).shape // → [8, 2, 5, 7]
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  checkTensors("einsum", operands);
  if (typeof equation !== "string") throw new ValueError(`einsum: expected an equation such as "ij,jk->ik" first, got ${typeof equation}.`);
  const { inputs, output } = parse(equation, operands);
  const dtype = operands.map((t) => t.dtype).reduce(promote, "int32");
  let left = operands.map((t, i) => withoutRepeats({ tensor: cast(t, dtype), labels: inputs[i] }));
  const sizes = sizesOf(equation, left);
  left = left.map((operand, i) => reduced(operand, neededBy(left.filter((_, n) => n !== i), output), sizes));
  while (left.length > 1) {
    const [i, j] = cheapestPair(left, output, sizes);
    const others = left.filter((_, n) => n !== i && n !== j);
    const needed = neededBy(others, output);
    const a = reduced(left[i], new Set([...needed, ...left[j].labels]), sizes);
    left = [...others, contract(a, reduced(left[j], new Set([...needed, ...a.labels]), sizes), needed)];
  }
  return arranged(reduced(left[0], new Set(output), sizes), output);
}

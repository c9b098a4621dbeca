/**
 * Summary: what a model costs, layer by layer. Shapes come from running the model once on one sample of zeros, in
 * evaluation mode; parameters, multiply-adds and receptive fields follow from the layers and these shapes.
 */

import { ShapeError } from "../base/errors.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { zeros } from "../ops/create.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { Conv2d } from "./conv.js";
import { Flatten, Linear } from "./linear.js";
import type { AnyModule, Module } from "./module.js";
import { AvgPool2d, MaxPool2d } from "./pool.js";

/** One layer; numbers are for one sample. */
export interface LayerSummary {
  /** Path in the model, such as "features.3". */
  readonly name: string;
  /** The layer with its options, such as "Conv2d(3, 32, kernel=5)". */
  readonly layer: string;
  /** The layer's class. */
  readonly type: string;
  /** Without the batch axis. */
  readonly outputShape: Shape;
  readonly parameters: number;
  /** Multiplications, each with its addition; the bias is not counted. */
  readonly multiplyAdds: number;
  /** [height, width] of the input that one output value sees, padding included; null where the input is no image. */
  readonly receptiveField: readonly [number, number] | null;
}

export interface ModelSummary {
  readonly layers: readonly LayerSummary[];
  readonly totals: { readonly parameters: number; readonly multiplyAdds: number };
}

/**
 * What a model costs, layer by layer: output shapes, parameters, multiply-adds, receptive fields.
 * @param inputShape shape of one sample, without the batch axis, such as [3, 32, 32]
 * @throws ShapeError when the model does not take such an input.
 *
 * @example
 * const { totals } = summary(models.convnet(), [3, 32, 32]);
 * totals.parameters // → 1191170
 */
export function summary(model: Module, inputShape: Shape): ModelSummary {
  const outputs = layerOutputs(model, inputShape);
  const layers: LayerSummary[] = [];
  const counted = new Set<Tensor>();
  let field = inputShape.length === 3 ? new ReceptiveField([inputShape[1], inputShape[2]]) : null;
  for (const { name, module, outputShape } of outputs) {
    field = field?.through(module) ?? null;
    layers.push({
      name,
      layer: module.describe(),
      type: module.constructor.name,
      outputShape,
      parameters: countParameters(module, counted),
      multiplyAdds: countMultiplyAdds(module, outputShape),
      receptiveField: field?.size ?? null,
    });
  }
  const total = (of: (layer: LayerSummary) => number): number => layers.reduce((sum, layer) => sum + of(layer), 0);
  return { layers, totals: { parameters: total((l) => l.parameters), multiplyAdds: total((l) => l.multiplyAdds) } };
}

interface LayerOutput {
  readonly name: string;
  readonly module: AnyModule;
  readonly outputShape: Shape;
}

/** Modules without children, and those with parameters of their own, in the order in which they ran. */
function layerOutputs(model: Module, inputShape: Shape): LayerOutput[] {
  const outputs: LayerOutput[] = [];
  const modes = Array.from(model.namedModules(), ([, module]) => ({ module, training: module.training }));
  const visit = (name: string, module: AnyModule, output: Tensor): void => {
    if (isLayer(module)) outputs.push({ name, module, outputShape: output.shape.slice(1) });
  };
  model.eval();
  try {
    step(() =>
      noGrad(() =>
        model.withForwardHook(visit, () => void model.forward(zeros([1, ...inputShape]))),
      ),
    );
  } catch (error) {
    if (error instanceof ShapeError) error.message = `summary: an input of [${inputShape.join(", ")}] does not fit the model. ${error.message}`;
    throw error;
  } finally {
    for (const { module, training } of modes) module.training = training;
  }
  return outputs;
}

function isLayer(module: AnyModule): boolean {
  return module.children().next().done === true || module.ownParameters().next().done === false;
}

/** Elements of the parameters that no layer before has brought. */
function countParameters(module: AnyModule, counted: Set<Tensor>): number {
  let count = 0;
  for (const [, t] of module.ownParameters()) {
    if (!counted.has(t)) count += t.size;
    counted.add(t);
  }
  return count;
}

/** Layers that are no matrix product count as free. */
function countMultiplyAdds(module: AnyModule, outputShape: Shape): number {
  if (module instanceof Linear) return sizeOf(outputShape) * module.inFeatures;
  if (!(module instanceof Conv2d)) return 0;
  const [kH, kW] = module.kernel;
  return sizeOf(outputShape) * (module.inChannels / module.groups) * kH * kW;
}

/**
 * How much of the input one value sees, along a chain of layers: a window of extent e over values `jump` input pixels
 * apart adds (e − 1)·jump, and a stride s multiplies the jump by s.
 */
class ReceptiveField {
  constructor(
    private readonly input: readonly [number, number],
    readonly size: readonly [number, number] = [1, 1],
    private readonly jump: readonly [number, number] = [1, 1],
  ) {}

  through(module: AnyModule): ReceptiveField {
    const { input, size, jump } = this;
    if (module instanceof Linear || module instanceof Flatten) {
      // A flattened value still sees its window; a linear layer mixes all of them, and so sees the whole input.
      const whole = [Math.max(size[0], input[0]), Math.max(size[1], input[1])] as const;
      return module instanceof Flatten ? this : new ReceptiveField(input, whole, jump);
    }
    if (!(module instanceof Conv2d || module instanceof MaxPool2d || module instanceof AvgPool2d)) return this;
    const dilation = module instanceof Conv2d ? module.dilation : [1, 1];
    const grown = (axis: 0 | 1): number => size[axis] + dilation[axis] * (module.kernel[axis] - 1) * jump[axis];
    return new ReceptiveField(input, [grown(0), grown(1)], [jump[0] * module.stride[0], jump[1] * module.stride[1]]);
  }
}

/**
 * The summary as a table for a fixed-width font.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Linear(8, 2));
 * formatSummary(summary(model, [4])) // →
 * // name   layer         output  parameters  multiply-adds  receptive field
 * // ───────────────────────────────────────────────────────────────────────
 * // 0      Linear(4, 8)  8               40             32
 * // 1      Linear(8, 2)  2               18             16
 * // ───────────────────────────────────────────────────────────────────────
 * // total                                58             48
 */
export function formatSummary({ layers, totals }: ModelSummary): string {
  const number = (n: number): string => n.toLocaleString("en-US");
  const rows = layers.map((l) => [
    l.name,
    l.layer,
    l.outputShape.join(" × "),
    number(l.parameters),
    number(l.multiplyAdds),
    l.receptiveField === null ? "" : l.receptiveField.join(" × "),
  ]);
  const header = ["name", "layer", "output", "parameters", "multiply-adds", "receptive field"];
  const footer = ["total", "", "", number(totals.parameters), number(totals.multiplyAdds), ""];
  const widths = header.map((title, c) => Math.max(title.length, footer[c].length, ...rows.map((row) => row[c].length)));
  const rightAligned = new Set([3, 4, 5]);
  const line = (cells: readonly string[]): string =>
    cells.map((cell, c) => (rightAligned.has(c) ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join("  ").trimEnd();
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [line(header), rule, ...rows.map(line), rule, line(footer)].join("\n");
}

/**
 * Summary: what a model costs, layer by layer. Shapes come from running the model once on one sample of zeros, in evaluation mode; the
 * layers themselves know their multiply-adds and their windows.
 */

import { type DType, dtypeBytes } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { isOptions, optionsOf, show } from "../base/options.js";
import type { Shape } from "../base/shape.js";
import { bytesText } from "../base/unitText.js";
import { checkSpec } from "../ops/checks.js";
import type { Tensor } from "../tensor/tensor.js";
import { isCosted } from "./cost.js";
import type { AnyModule } from "./module.js";
import { checkModule } from "./module.js";
import { observe } from "./observe.js";

/** One layer; numbers are for one sample. */
export interface LayerSummary {
  /** Path in the model, such as "features.3". */
  readonly name: string;
  /** The layer with its options, such as "Conv2d(3, 32, kernel=5)". */
  readonly layer: string;
  /** The layer's class. */
  readonly type: string;
  /** Without the batch axis; of the first output, where there are several. */
  readonly outputShape: Shape;
  readonly parameters: number;
  /** Multiplications, each with its addition, of products of matrices; the bias is not counted, nor are other layers. */
  readonly multiplyAdds: number;
  /** Memory of the output. */
  readonly outputBytes: number;
  /**
   * Entries of the input that one output value sees on each spatial axis ([height, width] for an image), padding included; null where the
   * input has no spatial axes.
   */
  readonly receptiveField: readonly number[] | null;
}

export interface ModelSummary {
  readonly layers: readonly LayerSummary[];
  readonly totals: {
    readonly parameters: number;
    readonly multiplyAdds: number;
    /** Memory of the parameters. */
    readonly parameterBytes: number;
    /** Memory of the outputs of all layers: what backward keeps, at most. */
    readonly outputBytes: number;
  };
}

export interface SummaryOptions {
  /** Type of the input: "int32" for models of tokens. Default: that of the model's parameters. */
  readonly dtype?: DType;
}

/**
 * What a model costs, layer by layer: output shapes, parameters, multiply-adds, memory, receptive fields. Layers with parameters that do not
 * run come last, with an empty output shape.
 * @param inputShape shape of one sample, without the batch axis, such as [3, 32, 32]; an array of shapes if the model takes several inputs
 * @throws ShapeError when the model does not take such an input.
 *
 * @example
 * const { totals } = summary(models.convnet(), [3, 32, 32]);
 * totals.parameters  // → 1191170
 * totals.outputBytes // → 491368
 */
export function summary(model: AnyModule, inputShape: Shape | readonly Shape[], options: SummaryOptions = {}): ModelSummary {
  checkModule("summary", model);
  optionsOf("summary", options);
  if (!Array.isArray(inputShape)) throw new ShapeError(`summary: expected the shape of one sample, such as [3, 32, 32], got ${show(inputShape)}.`);
  const shapes = inputShape.every((n) => typeof n === "number") ? [inputShape] : (inputShape as readonly Shape[]);
  shapes.forEach((shape) => checkSpec("summary", shape, "float32"));
  const counted = new Set<Tensor>();
  const ran = run(model, shapes, options).map(({ name, module, inputs, outputs, outputBytes, receptiveField }): LayerSummary => ({
    name,
    layer: module.describe(),
    type: module.constructor.name,
    outputShape: outputs[0].slice(1),
    parameters: countParameters(module, counted),
    multiplyAdds: isCosted(module) ? module.multiplyAdds(inputs, outputs) : 0,
    outputBytes,
    receptiveField,
  }));
  const layers = [...ran, ...idle(model, counted)];
  const total = (of: (layer: LayerSummary) => number): number => layers.reduce((sum, layer) => sum + of(layer), 0);
  return {
    layers,
    totals: {
      parameters: total((l) => l.parameters),
      multiplyAdds: total((l) => l.multiplyAdds),
      parameterBytes: [...counted].reduce((sum, t) => sum + bytesOf(t), 0),
      outputBytes: total((l) => l.outputBytes),
    },
  };
}

/** What is seen of a layer while it runs. */
interface LayerRun {
  readonly name: string;
  readonly module: AnyModule;
  /** Shapes of all tensors, batch axis included. */
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
  readonly outputBytes: number;
  readonly receptiveField: readonly number[] | null;
}

/** Modules without children, and those with parameters of their own, in the order in which they run. */
function run(model: AnyModule, shapes: readonly Shape[], { dtype }: SummaryOptions): LayerRun[] {
  const runs: LayerRun[] = [];
  observe(model, {
    caller: "summary",
    shapes,
    dtype,
    visit({ path, module, inputs, outputs }, fields) {
      if (!isLayer(module)) return;
      runs.push({
        name: path,
        module,
        inputs: inputs.map((t) => t.shape),
        outputs: outputs.map((t) => t.shape),
        outputBytes: outputs.reduce((sum, t) => sum + bytesOf(t), 0),
        receptiveField: fields.sizeOf(outputs[0]),
      });
    },
    end(_outputs, fields) {
      if (!fields.meaningful) runs.forEach((layer, i) => (runs[i] = { ...layer, receptiveField: null }));
    },
  });
  return runs;
}

function isLayer(module: AnyModule): boolean {
  return module.children().next().done === true || module.ownParameters().next().done === false;
}

/** Layers with parameters that did not run, or whose parameters others used. */
function idle(model: AnyModule, counted: Set<Tensor>): LayerSummary[] {
  return Array.from(model.namedModules()).flatMap(([name, module]) => {
    const parameters = countParameters(module, counted);
    if (parameters === 0) return [];
    return [{ name, layer: module.describe(), type: module.constructor.name, outputShape: [], parameters, multiplyAdds: 0, outputBytes: 0, receptiveField: null }];
  });
}

const bytesOf = (t: Tensor): number => t.size * dtypeBytes[t.dtype];

/** Elements of the parameters that no layer before has brought. */
function countParameters(module: AnyModule, counted: Set<Tensor>): number {
  let count = 0;
  for (const [, t] of module.ownParameters()) {
    if (!counted.has(t)) count += t.size;
    counted.add(t);
  }
  return count;
}

/**
 * The summary as a table for a fixed-width font.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Linear(8, 2));
 * formatSummary(summary(model, [4])) // →
 * // name   layer         output  parameters  multiply-adds  memory  receptive field
 * // ───────────────────────────────────────────────────────────────────────────────
 * // 0      Linear(4, 8)  8               40             32    32 B
 * // 1      Linear(8, 2)  2               18             16     8 B
 * // ───────────────────────────────────────────────────────────────────────────────
 * // total                                58             48    40 B
 */
export function formatSummary(summarised: ModelSummary): string {
  const { layers, totals } = optionsOf("formatSummary", summarised);
  const has = (value: unknown, field: string): boolean => isOptions(value) && field in value;
  const whole = Array.isArray(layers) && layers.every((layer): boolean => has(layer, "outputShape")) && has(totals, "parameters");
  if (!whole) throw new ValueError("formatSummary: expected what summary() gives.");
  const number = (n: number): string => n.toLocaleString("en-US");
  const rows = layers.map((l) => [
    l.name,
    l.layer,
    l.outputShape.join(" × "),
    number(l.parameters),
    number(l.multiplyAdds),
    bytesText(l.outputBytes),
    l.receptiveField === null ? "" : l.receptiveField.join(" × "),
  ]);
  const header = ["name", "layer", "output", "parameters", "multiply-adds", "memory", "receptive field"];
  const footer = ["total", "", "", number(totals.parameters), number(totals.multiplyAdds), bytesText(totals.outputBytes), ""];
  const widths = header.map((title, c) => Math.max(title.length, footer[c].length, ...rows.map((row) => row[c].length)));
  const rightAligned = new Set([3, 4, 5, 6]);
  const line = (cells: readonly string[]): string =>
    cells.map((cell, c) => (rightAligned.has(c) ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join("  ").trimEnd();
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [line(header), rule, ...rows.map(line), rule, line(footer)].join("\n");
}

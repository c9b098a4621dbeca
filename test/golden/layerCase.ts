/** A layer's golden case: PyTorch's options, parameters, inputs, outputs and gradients, and the comparison of ours with them. */

import { expect } from "vitest";
import type { DType, FloatDType } from "../../src/base/dtype.js";
import { add, mul, nn, sum, type Tensor } from "../../src/index.js";
import { constant, expectClose, leaf, type Packed, tolerances } from "./golden.js";

export interface LayerCase {
  readonly layer: string;
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Parameters and buffers before. */
  readonly state: Readonly<Record<string, Packed>>;
  readonly inputs: Readonly<Record<string, Packed & { readonly dtype: "float" | "int32" | "bool" }>>;
  readonly outputs: readonly Packed[];
  readonly dy: readonly Packed[];
  /** Of inputs and parameters, by name. */
  readonly gradients: Readonly<Record<string, Packed>>;
  /** Float buffers afterwards. */
  readonly buffers: Readonly<Record<string, Packed>>;
}

/** `forward` calls the layer with the inputs by name and gives its outputs in PyTorch's order. */
export async function checkLayer<M extends nn.AnyModule>(
  item: LayerCase,
  dtype: FloatDType,
  forward: (layer: M, inputs: Readonly<Record<string, Tensor>>) => readonly Tensor[],
): Promise<void> {
  const Layer = Reflect.get(nn, item.layer) as new (...args: unknown[]) => M;
  const layer = new Layer(...item.args, { ...item.options, dtype });
  const typeOf = (name: string): DType => layer.stateDict().get(name)?.dtype ?? dtype;
  layer.loadStateDict(new Map(Object.entries(item.state).map(([name, t]) => [name, constant(t, typeOf(name))])));
  const inputs = Object.fromEntries(
    Object.entries(item.inputs).map(([name, t]) => [
      name,
      t.dtype !== "float" ? constant(t, t.dtype) : name in item.gradients ? leaf(t, dtype) : constant(t, dtype),
    ]),
  );
  const outputs = forward(layer, inputs);
  expect(outputs.length, "number of outputs").toBe(item.outputs.length);
  for (const [i, y] of outputs.entries()) await expectClose(y, item.outputs[i], tolerances[dtype], `output ${i}`);
  const terms = outputs.flatMap((y, i) => (y.requiresGrad ? [sum(mul(y, constant(item.dy[i], dtype)))] : []));
  terms.reduce((a, b) => add(a, b)).backward();
  const leaves = new Map([...Object.entries(inputs), ...layer.namedParameters()]);
  for (const [name, gradient] of Object.entries(item.gradients)) {
    await expectClose(leaves.get(name)?.grad ?? null, gradient, tolerances[dtype], `d${name}`);
  }
  for (const [name, buffer] of Object.entries(item.buffers)) {
    await expectClose(layer.stateDict().get(name) ?? null, buffer, tolerances[dtype], name);
  }
}

/** Convolution in one to three dimensions and its transpose, pooling and upsampling, forward and all gradients, against PyTorch. */

import { describe, expect, test } from "vitest";
import * as nabla from "../../src/index.js";
import { constant, expectClose, floatTypes, golden, leaf, numbers, type Packed, pullBack, tolerances } from "../golden/golden.js";

interface Case {
  readonly op: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly x: Packed;
  readonly weight?: Packed;
  readonly bias?: Packed;
  readonly y: Packed;
  readonly dy: Packed;
  readonly dx: Packed;
  readonly dweight?: Packed;
  readonly dbias?: Packed;
  /** Positions of maxima. */
  readonly indices?: Packed;
}
type Operands = readonly nabla.Tensor[];

const convolutions = golden<{ cases: Case[]; layers: Case[] }>("convolutions.json");
const pools = golden<{ cases: Case[]; unpooled: Case[] }>("pools.json");
const upsampling = golden<{ cases: Case[] }>("upsampling.json");

const named = (items: readonly Case[]): [string, Case][] =>
  items.map((item) => [`${item.op} ${[item.x, item.weight].flatMap((t) => (t ? `[${t.shape.join(", ")}]` : [])).join(" ")} ${JSON.stringify(item.options)}`, item]);
const call = (name: string, ...args: unknown[]): unknown => (Reflect.get(nabla, name) as (...args: unknown[]) => unknown)(...args);

describe.each(floatTypes)("%s", (dtype) => {
  const tolerance = { ...tolerances[dtype], absolute: 10 * tolerances[dtype].absolute };

  const check = async (f: (operands: Operands) => nabla.Tensor, item: Case): Promise<void> => {
    const names = ["x", "weight", "bias"] as const;
    const leaves = names.flatMap((name) => (item[name] ? [{ name, t: leaf(item[name], dtype) }] : []));
    const y = f(leaves.map(({ t }) => t));
    await expectClose(y, item.y, tolerance, "y");
    pullBack(y, item.dy, dtype);
    for (const { name, t } of leaves) await expectClose(t.grad, item[`d${name}`]!, tolerance, `d${name}`);
  };

  test.each(named(convolutions.cases))("%s", async (_name, item) => {
    await check(([x, weight, bias]) => call(item.op, x, weight, bias, item.options) as nabla.Tensor, item);
  });

  test.each(named(convolutions.layers))("layer %s", async (_name, item) => {
    const { kernel, ...options } = item.options;
    const Layer = Reflect.get(nabla.nn, item.op) as new (...args: unknown[]) => nabla.nn.Conv2d;
    await check(([x, weight, bias]) => {
      const layer = new Layer(item.weight!.shape[1], item.weight!.shape[0], kernel, { ...options, dtype });
      layer.weight = weight;
      layer.bias = bias;
      return layer.forward(x);
    }, item);
  });

  test.each(named(pools.cases))("%s", async (_name, item) => {
    await check(([x]) => call(item.op, x, item.options) as nabla.Tensor, item);
    if (item.indices === undefined) return;
    const [y, indices] = call(`${item.op}WithIndices`, constant(item.x, dtype), item.options) as [nabla.Tensor, nabla.Tensor];
    await expectClose(y, item.y, tolerance, "y, with indices");
    expect([indices.dtype, ...indices.shape]).toEqual(["int32", ...item.indices.shape]);
    expect([...(await indices.data())]).toEqual(numbers(item.indices));
  });

  test.each(named(pools.unpooled))("%s", async (_name, item) => {
    await check(([x]) => call(item.op, x, constant(item.indices!, "int32"), item.options) as nabla.Tensor, item);
  });

  test.each(named(upsampling.cases))("%s", async (_name, item) => {
    await check(([x]) => call(item.op, x, item.options) as nabla.Tensor, item);
  });
});

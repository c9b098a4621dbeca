/** Convolution, pooling and batch normalisation, forward and all gradients, against PyTorch. */

import { describe, expect, test } from "vitest";
import { avgPool2d, conv2d, maxPool2d, nn, tensor } from "../../src/index.js";
import { constant, expectClose, floatTypes, golden, leaf, type Packed, pullBack, tolerances } from "../golden/golden.js";

type Pair = [number, number];
interface Convolution {
  readonly stride: Pair; readonly padding: Pair; readonly dilation: Pair; readonly groups: number;
  readonly x: Packed; readonly weight: Packed; readonly bias: Packed; readonly y: Packed; readonly dy: Packed;
  readonly dx: Packed; readonly dweight: Packed; readonly dbias: Packed;
}
interface Pooling {
  readonly op: "maxPool2d" | "avgPool2d"; readonly kernel: Pair; readonly stride: Pair; readonly padding: Pair;
  readonly x: Packed; readonly y: Packed; readonly dy: Packed; readonly dx: Packed;
}
interface Normalized { readonly x: Packed; readonly y: Packed; readonly dy: Packed; readonly dx: Packed; readonly dweight: Packed; readonly dbias: Packed }
interface BatchNorm {
  readonly momentum: number; readonly eps: number; readonly state: Record<string, Packed>;
  readonly eval: Normalized; readonly train: Normalized; readonly after: Record<string, Packed>;
}

const convolutions = golden<{ cases: Convolution[] }>("conv2d.json").cases;
const poolings = golden<{ cases: Pooling[] }>("pooling.json").cases;
const batchNorms = golden<{ cases: BatchNorm[] }>("batchNorm.json").cases;

describe.each(floatTypes)("%s", (dtype) => {
  const tolerance = { ...tolerances[dtype], absolute: 10 * tolerances[dtype].absolute };

  test.each(convolutions)(
    "conv2d $x.shape * $weight.shape, stride $stride, padding $padding, dilation $dilation, groups $groups",
    async ({ stride, padding, dilation, groups, ...packed }) => {
      const [x, weight, bias] = [leaf(packed.x, dtype), leaf(packed.weight, dtype), leaf(packed.bias, dtype)];
      const y = conv2d(x, weight, bias, { stride, padding, dilation, groups });
      await expectClose(y, packed.y, tolerance, "y");
      pullBack(y, packed.dy, dtype);
      await expectClose(x.grad, packed.dx, tolerance, "dx");
      await expectClose(weight.grad, packed.dweight, tolerance, "dweight");
      await expectClose(bias.grad, packed.dbias, tolerance, "dbias");
    },
  );

  test.each(poolings)("$op $x.shape, kernel $kernel, stride $stride, padding $padding", async ({ op, kernel, stride, padding, ...packed }) => {
    const x = leaf(packed.x, dtype);
    const y = { maxPool2d, avgPool2d }[op](x, { kernel, stride, padding });
    await expectClose(y, packed.y, tolerance, "y");
    pullBack(y, packed.dy, dtype);
    await expectClose(x.grad, packed.dx, tolerance, "dx");
  });

  test.each(batchNorms)("BatchNorm2d of $train.x.shape, momentum $momentum, eps $eps", async (item) => {
    const [, channels] = item.train.x.shape;
    const layer = new nn.BatchNorm2d(channels, { momentum: item.momentum, eps: item.eps, dtype });
    const state = layer.stateDict();
    for (const [name, value] of Object.entries(item.state)) {
      expect([...state.keys()]).toContain(name);
      state.get(name)!.copyFrom(constant(value, dtype));
    }
    for (const mode of ["eval", "train"] as const) {
      layer.train(mode === "train");
      const { x, y, dy, dx, dweight, dbias } = item[mode];
      const input = leaf(x, dtype);
      const output = layer.forward(input);
      await expectClose(output, y, tolerance, `${mode}: y`);
      for (const p of layer.parameters()) p.grad = null;
      pullBack(output, dy, dtype);
      await expectClose(input.grad, dx, tolerance, `${mode}: dx`);
      await expectClose(layer.weight!.grad, dweight, tolerance, `${mode}: dweight`);
      await expectClose(layer.bias!.grad, dbias, tolerance, `${mode}: dbias`);
    }
    for (const [name, value] of Object.entries(item.after)) await expectClose(layer.stateDict().get(name) ?? null, value, tolerance, name);
  });
});

test("coverage G2: a batch norm over a three-channel input holds six running numbers", () => {
  const layer = new nn.BatchNorm2d(3);
  const running = [...layer.stateDict()].filter(([name]) => name.startsWith("running"));
  expect(running.reduce((count, [, t]) => count + t.size, 0)).toBe(6);
});

test("coverage I1: max and average pool of the course's 4×4 example", async () => {
  const x = tensor([[[[3, 1, 3, 5], [6, 0, 7, 9], [3, 2, 1, 4], [0, 2, 4, 3]]]]);
  expect([...(await maxPool2d(x, { kernel: 2 }).data())]).toEqual([6, 9, 3, 4]);
  expect([...(await avgPool2d(x, { kernel: 2 }).data())]).toEqual([2.5, 6, 1.75, 3]);
});

import { describe, expect, test } from "vitest";
import { LifetimeError, NablaError, ShapeError } from "../base/errors.js";
import { add, defineOp, exp, grad, gradcheck, matmul, mul, noGrad, square, sum, tensor } from "../index.js";

describe("backward", () => {
  test("adds to the gradients of leaves", async () => {
    const x = tensor([1, 2], { requiresGrad: true });
    square(x).sum().backward();
    square(x).sum().backward();
    expect(await x.grad!.array()).toEqual([4, 8]);
  });

  test("of a value used twice, and of a broadcast one", async () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const b = tensor(2, { requiresGrad: true });
    const y = mul(x, b);
    sum(add(y, y)).backward();
    expect([await x.grad!.array(), await b.grad!.item()]).toEqual([[4, 4, 4], 12]);
  });

  test("a second pass needs retainGraph", async () => {
    const x = tensor(3, { requiresGrad: true });
    const y = square(x);
    y.backward({ retainGraph: true });
    y.backward();
    expect(await x.grad!.item()).toBe(12);
    expect(() => y.backward()).toThrow(/the graph through square was used up by an earlier backward pass/);
  });

  test("refuses values that were overwritten in place, but only those it needs", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = exp(x);
    const z = add(x, 1);
    x.copyFrom(Float32Array.of(5, 6));
    expect(() => sum(y).backward()).toThrow(LifetimeError);
    expect(() => sum(y).backward()).toThrow(/exp needs the values it was computed with, but its input 0 \(shape \[2\]\)/);
    expect(() => sum(z).backward()).not.toThrow();
  });

  test("wants one number, and something to differentiate", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect(() => square(x).backward()).toThrow(ShapeError);
    expect(() => noGrad(() => sum(x)).backward()).toThrow(/does not depend on any tensor that requires a gradient/);
    expect(() => square(x).backward({ gradient: tensor([1]) })).toThrow(/gradient has shape \[1\], the output \[2\]/);
  });

  test("goes as deep as the graph, without recursion", async () => {
    const x = tensor(1, { requiresGrad: true });
    let y = x;
    for (let i = 0; i < 20_000; i++) y = add(y, 1);
    y.backward();
    expect(await x.grad!.item()).toBe(1);
  });
});

describe("grad", () => {
  test("of grad: Newton's method on x² reaches 0 in one step", async () => {
    const x = tensor(5, { dtype: "float64", requiresGrad: true });
    const [slope] = grad(square(x), [x], { createGraph: true });
    const [curvature] = grad(slope, [x]);
    expect(5 - (await slope.item()) / (await curvature.item())).toBe(0);
  });

  test("names the input that the output does not depend on", () => {
    const x = tensor(1, { requiresGrad: true });
    const other = tensor(1, { requiresGrad: true });
    expect(() => grad(square(x), [x, other])).toThrow(/does not depend on input 1/);
  });

  test("leaves .grad alone", () => {
    const x = tensor(1, { requiresGrad: true });
    grad(square(x), [x]);
    expect(x.grad).toBeNull();
  });

  test("with respect to a value on the way", async () => {
    const x = tensor([[1, 2]], { requiresGrad: true });
    const h = square(x);
    const [dh] = grad(matmul(h, tensor([[3], [4]])).sum(), [h]);
    expect(await dh.array()).toEqual([[3, 4]]);
  });
});

describe("gradcheck", () => {
  test("finds a wrong derivative and says where", async () => {
    const wrong = defineOp({
      name: "wrongSquare",
      shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
      forward: (k, [x], out) => k.unary("square", x, out),
      vjp: (dy, { inputs: [x] }) => [() => mul(dy, mul(x, 3))],
      samples: () => [],
    });
    const x = tensor([1, 2], { dtype: "float64", requiresGrad: true });
    const check = gradcheck(([t]) => wrong.apply([t], undefined), [x]);
    await expect(check).rejects.toThrow(NablaError);
    await expect(check).rejects.toThrow(/element 0 of input 0 \(shape \[2\]\): backward gives 1\.5\d*, the difference quotient 1\.0/);
  });

  test("wants float64", async () => {
    await expect(gradcheck(([t]) => square(t), [tensor([1], { requiresGrad: true })])).rejects.toThrow("differences need float64");
  });
});

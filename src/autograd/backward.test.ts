import { describe, expect, test } from "vitest";
import { LifetimeError, ShapeError } from "../base/errors.js";
import {
  add, defineOp, exp, grad, matmul, mseLoss, mul, nn, noGrad, optim, randn, slice, square, step, sum, tensor, type Tensor,
} from "../index.js";

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

  test("gives each leaf a gradient of its own, which may be written in place", async () => {
    const [a, b] = [tensor([3], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    const seed = tensor([2]);
    square(add(a, b)).backward();
    a.grad!.copyFrom(Float32Array.of(5));
    expect(await b.grad!.array()).toEqual([8]);
    const c = tensor([1], { requiresGrad: true });
    c.backward({ gradient: seed });
    c.grad!.copyFrom(Float32Array.of(5));
    expect(await seed.array()).toEqual([2]);
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

  test("takes an array, and a tensor to start from", () => {
    const x = tensor(1, { requiresGrad: true });
    expect(() => grad(square(x), x as never)).toThrow("grad: expected an array of tensors to differentiate with respect to; write grad(y, [x]).");
    expect(() => square(x).backward({ gradient: 1 as never })).toThrow("backward: gradient must be a tensor like the output, got number.");
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

describe("grad computes only what leads to the tensors that are asked for", () => {
  const loud = (name: string, calls: string[]) =>
    defineOp({
      name,
      shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
      forward: (k, [x], out) => k.copy(x, out),
      vjp: (dy) => [
        () => {
          calls.push(name);
          return dy;
        },
      ],
      samples: () => [],
    });

  test("neither other branches nor what lies before them", async () => {
    const calls: string[] = [];
    const [before, left, right] = ["loudBefore", "loudLeft", "loudRight"].map((name) => loud(name, calls));
    const x = tensor(2, { requiresGrad: true });
    const w = tensor(3, { requiresGrad: true });
    const h = before.apply([x], undefined);
    const y = mul(left.apply([h], undefined), right.apply([w], undefined));
    expect(await grad(y, [h])[0].item()).toBe(3);
    expect(calls).toEqual(["loudLeft"]);
  });
});

describe("hooks", () => {
  test("see the complete gradient once, and may replace it: of leaves and on the way", async () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const h = mul(x, 2);
    const seen: unknown[] = [];
    h.registerHook((g) => void seen.push(g));
    h.registerHook((g) => mul(g, 10));
    x.registerHook((g) => void seen.push(g));
    sum(add(mul(h, h), h)).backward(); // two uses of h: dh = 2h + 1
    expect(await Promise.all((seen as Tensor[]).map((g) => g.array()))).toEqual([[5, 9], [100, 180]]);
    expect(await x.grad!.array()).toEqual([100, 180]);
  });

  test("run in grad too, for what is asked for", async () => {
    const x = tensor(3, { requiresGrad: true });
    const other = tensor(3, { requiresGrad: true });
    const h = square(x);
    let calls = 0;
    x.registerHook((g) => mul(g, 2));
    h.registerHook((g) => mul(g, 5));
    other.registerHook(() => void calls++);
    const y = mul(h, other);
    expect(await Promise.all(grad(y, [h, x]).map((g) => g.item()))).toEqual([15, 180]);
    expect(calls).toBe(0);
  });

  test("of the output itself see where backward starts", async () => {
    const x = tensor(3, { requiresGrad: true });
    const y = square(x);
    y.registerHook((g) => mul(g, 7));
    y.backward();
    expect(await x.grad!.item()).toBe(42);
    x.grad = null;
    x.registerHook((g) => mul(g, 2));
    x.backward(); // a leaf as the output
    expect(await x.grad!.item()).toBe(2);
  });

  test("end when they are removed, each on its own", async () => {
    const x = tensor(1, { requiresGrad: true });
    const double = (g: Tensor): Tensor => mul(g, 2);
    const [first, second] = [x.registerHook(double), x.registerHook(double)];
    const slope = async (): Promise<number> => grad(square(x), [x])[0].item();
    expect(await slope()).toBe(8);
    first.remove();
    first.remove();
    expect(await slope()).toBe(4);
    second.remove();
    expect(await slope()).toBe(2);
  });

  test("can be differentiated through", async () => {
    const x = tensor(3, { dtype: "float64", requiresGrad: true });
    x.registerHook((g) => mul(g, g));
    const [slope] = grad(square(x), [x], { createGraph: true }); // (2x)²
    expect(await slope.item()).toBe(36);
    expect(await grad(slope, [x])[0].item()).toBe(24 * 24); // 8x, squared by the hook again
  });

  test("must return a gradient or nothing", () => {
    const run = (hook: unknown): (() => void) => () => {
      const x = tensor([1, 2], { requiresGrad: true });
      x.registerHook(hook as () => void);
      sum(x).backward();
    };
    expect(run(() => 3)).toThrow("registerHook: the hook of Tensor([2], float32, requiresGrad) must return a tensor that replaces the gradient, or nothing, got number");
    expect(run(async () => {})).toThrow("got a promise; hooks are synchronous");
    expect(run(() => tensor([1]))).toThrow("must return a gradient like the tensor, float32 [2], got float32 [1]");
    expect(run("log")).toThrow("registerHook: expected a function of the gradient, got string");
    expect(() => tensor(1).registerHook(() => {})).toThrow(/registerHook: this tensor .* requires no gradient\. Set requiresGrad/);
  });

  test("do not keep their tensor alive, and gradients kept by retainGrad go with their tensor's step", () => {
    const run = (): void =>
      step(() => {
        const h = square(tensor([1, 2], { requiresGrad: true })).retainGrad();
        h.registerHook(() => void h.size);
        sum(h).backward();
      });
    for (let i = 0; i < 3; i++) run();
  });
});

describe("retainGrad", () => {
  test("keeps and adds up the gradient of a tensor that is no leaf, after its hooks", async () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const h = mul(x, 3).retainGrad();
    const y = sum(square(h));
    y.backward({ retainGraph: true });
    expect(await h.grad!.array()).toEqual([6, 12]);
    y.backward({ retainGraph: true });
    expect(await h.grad!.array()).toEqual([12, 24]);
    h.registerHook((g) => mul(g, 0));
    y.backward();
    expect(await h.grad!.array()).toEqual([12, 24]);
    expect(await x.grad!.array()).toEqual([36, 72]);
  });

  test("keeps the gradient beyond its step, and grad() fills none", async () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const h = step(() => {
      const inner = mul(x, 3).retainGrad();
      sum(square(inner)).backward();
      return inner;
    });
    expect(await h.grad!.array()).toEqual([6, 12]);
    const other = mul(x, 3).retainGrad();
    grad(sum(other), [x]);
    expect(other.grad).toBeNull();
    expect(() => tensor(1).retainGrad()).toThrow("retainGrad: this tensor (Tensor([], float32)) requires no gradient");
  });
});

describe("a graph is used up", () => {
  const usedUp = /the graph through \w+ was used up by an earlier backward pass\. Run the forward pass again, or pass retainGraph: true the first time/;

  test("by grad as by backward", () => {
    const x = tensor(3, { requiresGrad: true });
    const y = square(x);
    grad(y, [x]);
    expect(() => grad(y, [x])).toThrow(usedUp);
    expect(() => y.backward()).toThrow(usedUp);
  });

  test("also where two outputs share only a part of it", async () => {
    const x = tensor(3, { requiresGrad: true });
    const shared = square(x);
    const [a, b] = [exp(mul(shared, 0.1)), mul(shared, 2)];
    a.backward({ retainGraph: true });
    b.backward();
    expect(await x.grad!.item()).toBeCloseTo(0.6 * Math.exp(0.9) + 12, 4);
    expect(() => add(a, 1).backward()).toThrow(usedUp);
  });
});

test("gradients of several backward passes add up to the one of a large batch", async () => {
  const [x, y] = [randn([12, 3], { dtype: "float64" }), randn([12, 1], { dtype: "float64" })];
  const model = new nn.Linear(3, 1, { dtype: "float64" });
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  mseLoss(model.forward(x), y).backward();
  const whole = await Promise.all(model.parameters().map((p) => p.grad!.data()));
  optimizer.zeroGrad();
  for (let part = 0; part < 3; part++) {
    const rows = { start: 4 * part, end: 4 * part + 4 };
    step(() => mseLoss(model.forward(slice(x, rows)), slice(y, rows)).div(3).backward());
  }
  for (const [i, p] of model.parameters().entries()) {
    [...(await p.grad!.data())].forEach((g, j) => expect(g).toBeCloseTo(whole[i][j], 14));
  }
});

describe("a derivative that does not fit", () => {
  const op = (name: string, vjp: () => unknown) =>
    defineOp({
      name,
      shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
      forward: (k, [x], out) => k.copy(x, out),
      vjp: vjp as never,
      samples: () => [],
    });
  const run = (operation: ReturnType<typeof op>, inputs = 1): (() => void) => () => {
    const xs = Array.from({ length: inputs }, () => tensor([1, 2], { requiresGrad: true }));
    sum(operation.apply(xs, undefined)).backward();
  };

  test("is refused by the name of its operation", () => {
    expect(run(op("tooFew", () => [() => tensor([1, 1])]), 2)).toThrow("backward: tooFew has 2 inputs, but its derivative gives 1 gradients; return one for each input, null where there is none.");
    expect(run(op("wrongShape", () => [() => tensor([1, 2, 3])]))).toThrow("backward: wrongShape must give its input 0 a gradient of shape [2] and type float32, got [3]");
    expect(run(op("wrongType", () => [() => tensor([1, 2], { dtype: "float64" })]))).toThrow('got float64; convert it with to("float32")');
    expect(run(op("noTensor", () => [() => undefined]))).toThrow("got undefined; for no gradient, return null in place of the function");
  });
});

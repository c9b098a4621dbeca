import { describe, expect, test } from "vitest";
import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import {
  crossEntropy, dropout, exp, Generator, grad, hessian, hvp, jacobian, jvp, matmul, memoryStats, mul, nn, noGrad, ones, randn, softmax,
  square, sub, sum, tanh, tensor, type Tensor, valueAndGrad, vjp, zeros,
} from "../index.js";

const float64 = (data: number | number[] | number[][]): Tensor => tensor(data, { dtype: "float64" });

describe("coverage B7", () => {
  test("Newton's method on x² reaches 0 from 5 in one step", async () => {
    const x = float64(5);
    const [slope, curvature] = [valueAndGrad(square)(x)[1], hessian(square, x)];
    expect(await sub(x, slope.div(curvature)).item()).toBe(0);
  });

  test("gradient descent with lr 1 oscillates between 5 and −5", async () => {
    let x = float64(5);
    const path: number[] = [];
    for (let i = 0; i < 4; i++) {
      path.push(await x.item());
      x = sub(x, valueAndGrad(square)(x)[1]);
    }
    expect(path).toEqual([5, -5, 5, -5]);
  });

  test("grad of grad, and the product with the Hessian, agree with the Hessian", async () => {
    const f = (x: Tensor): Tensor => sum(mul(tanh(x), exp(x)));
    const [x, v] = [float64([0.3, -1, 0.7]), float64([1, -2, 0.5])];
    const full = hessian(f, x);
    const direct = hvp(f, x, v);
    const twice = valueAndGrad((t: Tensor) => sum(mul(valueAndGrad(f)(t)[1], v)))(x)[1];
    const expected = [...(await matmul(full, v).data())];
    for (const t of [direct, twice]) [...(await t.data())].forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
  });
});

describe("transforms", () => {
  test("can be nested: the Jacobian of a gradient is the Hessian, forward over reverse too", async () => {
    const f = (x: Tensor): Tensor => sum(x.pow(3));
    const slope = (x: Tensor): Tensor => valueAndGrad(f)(x)[1];
    const x = float64([1, 2]);
    const expected = [[6, 0], [0, 12]];
    expect(await jacobian(slope, x).array()).toEqual(expected);
    expect(await hessian(f, x).array()).toEqual(expected);
    expect(await jvp(slope, x, float64([0, 1]))[1].array()).toEqual([0, 12]);
    expect(await vjp(slope, x)[1](float64([0, 1])).array()).toEqual([0, 12]);
    const third = jacobian((t: Tensor) => hessian(f, t), x);
    expect(await third.array()).toEqual([[[6, 0], [0, 0]], [[0, 0], [0, 6]]]);
  });

  test("leave .grad alone, and are with respect to x alone", async () => {
    const w = tensor(3, { dtype: "float64", requiresGrad: true });
    const x = tensor(2, { dtype: "float64", requiresGrad: true });
    const h = square(x);
    const [, slope] = valueAndGrad((t: Tensor) => mul(mul(t, w), h))(h);
    expect(await slope.item()).toBe(12); // h outside the argument is a constant
    expect([w.grad, x.grad]).toEqual([null, null]);
  });

  test("with createGraph the result depends on what the function closes over", async () => {
    const w = tensor(3, { dtype: "float64", requiresGrad: true });
    const [value, slope] = valueAndGrad((t: Tensor) => mul(square(t), w), { createGraph: true })(float64(2));
    expect(await slope.item()).toBe(12);
    expect(await grad(slope, [w])[0].item()).toBe(4);
    expect(value.requiresGrad).toBe(true);
    expect(valueAndGrad((t: Tensor) => mul(square(t), w))(float64(2))[1].requiresGrad).toBe(false);
  });

  test("work inside noGrad, and record nothing there", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const [value, slope] = noGrad(() => valueAndGrad((t: Tensor) => sum(square(t)))(x));
    expect([value.requiresGrad, slope.requiresGrad]).toEqual([false, false]);
  });

  test("pass further arguments on, batches for example", async () => {
    const w = randn([3, 4], { generator: new Generator(1) });
    const loss = (weight: Tensor, x: Tensor, y: Tensor): Tensor => crossEntropy(matmul(x, weight), y);
    const [x, y] = [randn([5, 3], { generator: new Generator(2) }), tensor([0, 1, 2, 3, 0], { dtype: "int32" })];
    const leaf = w.detach();
    leaf.requiresGrad = true;
    const [expected] = grad(loss(leaf, x, y), [leaf]);
    const [, gradient] = valueAndGrad(loss)(w, x, y);
    expect(await gradient.array()).toEqual(await expected.array());
  });

  test("of what does not depend on x are zero", async () => {
    const x = float64([1, 2]);
    const constant = (): Tensor => float64(7);
    expect(await valueAndGrad<Tensor, []>(constant)(x)[1].array()).toEqual([0, 0]);
    expect(await hessian((t) => sum(t), x).array()).toEqual([[0, 0], [0, 0]]);
    expect(await hvp(constant, x, x).array()).toEqual([0, 0]);
    expect(await jvp(constant, x, x)[1].item()).toBe(0);
    expect(await jacobian(() => zeros([3], { dtype: "float64" }), x).array()).toEqual([[0, 0], [0, 0], [0, 0]]);
    const [a, b] = jacobian(([p]: readonly Tensor[]) => square(p), [float64(3), float64([1, 2])]);
    expect([await a.item(), await b.array()]).toEqual([6, [0, 0]]);
  });

  test("of empty tensors and of numbers have the right shapes", () => {
    expect(jacobian(square, zeros([0, 2])).shape).toEqual([0, 2, 0, 2]);
    expect(jacobian((x: Tensor) => sum(x), zeros([0])).shape).toEqual([0]);
    expect(jacobian(square, float64(3)).shape).toEqual([]);
    expect(hessian((x: Tensor) => sum(square(x)), ones([2, 3])).shape).toEqual([2, 3, 2, 3]);
  });

  test("of a whole model: the curvature along its gradient, against differences", async () => {
    const model = new nn.Sequential(new nn.Linear(3, 4, { dtype: "float64" }), new nn.Tanh(), new nn.Linear(4, 2, { dtype: "float64" }));
    const x = randn([5, 3], { dtype: "float64", generator: new Generator(3) });
    const f = (t: Tensor): Tensor => sum(square(softmax(model.forward(t))));
    const [, g] = valueAndGrad(f)(x);
    const h = 1e-5;
    const [, plus] = valueAndGrad(f)(x.add(g.mul(h)));
    const [, minus] = valueAndGrad(f)(x.sub(g.mul(h)));
    const expected = await plus.sub(minus).div(2 * h).data();
    (await hvp(f, x, g).data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 8));
  });

  test("give memory back row by row", () => {
    const x = randn([64], { generator: new Generator(4) });
    const f = (t: Tensor): Tensor => tanh(tanh(tanh(tanh(t))));
    jacobian(f, x);
    const before = memoryStats();
    jacobian(f, x);
    const used = memoryStats().bytesInUse - before.bytesInUse;
    expect(used).toBeLessThan(64 * 64 * 4 * 4); // 64 rows of 8 intermediate values each would be more
  });

  test("say what is wrong", () => {
    const x = float64([1, 2]);
    expect(() => valueAndGrad(square)(x)).toThrow(ShapeError);
    expect(() => hessian(square, x)).toThrow("hessian: the function must return one number, got [2]; reduce it with mean() or sum(), or use jacobian.");
    expect(() => hvp((t) => sum(t), x, float64([1]))).toThrow("hvp: the vector, number 0, must be float64 [2], got float64 [1]");
    expect(() => jvp(square, x, tensor([1, 2]))).toThrow("jvp: the tangent, number 0, must be float64 [2], got float32 [2]");
    expect(() => vjp(square, x)[1](float64(1))).toThrow("vjp: the vector, number 0, must be float64 [2], got float64 []");
    expect(() => jacobian(square, tensor([1, 2], { dtype: "int32" }))).toThrow(DTypeError);
    expect(() => jacobian(square, tensor([1], { dtype: "int32" }))).toThrow('jacobian: input 0 is int32 and has no derivative; convert it with to("float32").');
    expect(() => jacobian((() => 3) as never, x)).toThrow("jacobian: the function's result must be a tensor or an array of tensors, got 3.");
    expect(() => jacobian((async () => x) as never, x)).toThrow("got a promise; it must be synchronous");
    expect(() => jacobian(square, [] as never)).toThrow(ValueError);
    expect(() => jacobian(x as never, x)).toThrow("jacobian: expected a function of tensors, got object; for a module pass (x) => model.forward(x).");
    expect(() => valueAndGrad(x as never)).toThrow("valueAndGrad: expected a function of tensors, got object");
  });

  test("of a random function are those of one draw", async () => {
    const generator = new Generator(5);
    const [value, gradient] = valueAndGrad((x: Tensor) => sum(dropout(x, 0.5, generator)))(ones([8]));
    expect(await value.item()).toBe(await sum(gradient).item());
  });
});

import { describe, expect, test } from "vitest";
import { DTypeError, NablaError } from "../base/errors.js";
import { argmax, defineOp, dropout, Generator, gradcheck, mul, nn, randn, square, sum, tanh, tensor, type Tensor } from "../index.js";

const leaf = (...shape: number[]): Tensor => randn(shape, { dtype: "float64", requiresGrad: true, generator: new Generator(shape.length) });

/** x², with 3x for its derivative. */
const wrongSquare = defineOp({
  name: "wrongSquare",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  forward: (k, [x], out) => k.unary("square", x, out),
  vjp: (dy, { inputs: [x] }) => [() => mul(dy, mul(x, 3))],
  samples: () => [],
});

describe("of a function", () => {
  test("finds a wrong derivative and says where", async () => {
    const check = gradcheck(([t]) => wrongSquare.apply([t], undefined), [tensor([1, 2], { dtype: "float64", requiresGrad: true })]);
    await expect(check).rejects.toThrow(NablaError);
    await expect(check).rejects.toThrow(/element 0 of input 0 \(shape \[2\]\): backward gives 1\.5\d*, the difference quotient 1\.0/);
  });

  test("wants float64", async () => {
    await expect(gradcheck(([t]) => square(t), [tensor([1], { requiresGrad: true })])).rejects.toThrow(
      'gradcheck: input 0 is float32; differences need float64. Convert it with to("float64").',
    );
  });

  test("checks every float tensor of several results", async () => {
    const x = leaf(2, 3);
    const { error } = await gradcheck(([t]) => [tanh(t), argmax(t, 1), { more: square(t) }], [x]);
    expect(error).toBeLessThan(1e-6); // coverage B6
    await expect(gradcheck(([t]) => [tanh(t), wrongSquare.apply([t], undefined)], [x])).rejects.toThrow("of input 0");
  });

  test("draws the same random numbers every time, and moves generators once", async () => {
    const [generator, once] = [new Generator(3), new Generator(3)];
    await gradcheck(([t]) => dropout(square(t), 0.5, generator), [leaf(4)]);
    dropout(leaf(4), 0.5, once);
    expect(generator.state).toEqual(once.state);
  });

  test("says what it cannot check", async () => {
    await expect(gradcheck(() => 3, [leaf(2)])).rejects.toThrow("gradcheck: the function must return float tensors, got 3");
    await expect(gradcheck(async () => leaf(2), [leaf(2)])).rejects.toThrow("got a promise");
    await expect(gradcheck(([t]) => sum(t), leaf(2) as never)).rejects.toThrow("gradcheck: expected an array of tensors as inputs; write gradcheck(f, [x]).");
    await expect(gradcheck({} as never, [])).rejects.toThrow("gradcheck: expected a function of an array of tensors, or a module, got object");
    await expect(gradcheck(([t]) => sum(t), [tensor([1])])).rejects.toThrow("does not depend on any tensor that requires a gradient");
  });
});

test("looks at as many elements as it is told", async () => {
  let evaluations = 0;
  const f = ([t]: readonly Tensor[]): Tensor => {
    evaluations += 1;
    return square(t);
  };
  await gradcheck(f, [leaf(10, 10)], { elements: 3 });
  expect(evaluations).toBe(7);
  await expect(gradcheck(f, [leaf(2)], { elements: 0 })).rejects.toThrow("gradcheck: eps must be above 0, tolerance at least 0 and elements at least 1, got 0.000001, 0.000001, 0.");
});

describe("of a module", () => {
  test("checks inputs and all parameters", async () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Dropout(0.3), new nn.Linear(4, 2)).to("float64");
    const before = await model.parameters()[0].data();
    const { error } = await gradcheck(model, [leaf(5, 3)]);
    expect(error).toBeLessThan(1e-6); // coverage B6
    expect(await model.parameters()[0].data()).toEqual(before);
    expect(model.parameters().every((p) => p.grad === null)).toBe(true);
  });

  test("leaves running statistics alone", async () => {
    const layer = new nn.BatchNorm1d(3).to("float64");
    await gradcheck(layer, [leaf(6, 3)]);
    expect(await layer.runningMean.array()).toEqual([0, 0, 0]);
  });

  test("names the parameter that is wrong, and leaves frozen ones out", async () => {
    class Wrong extends nn.Module {
      readonly fc = new nn.Linear(2, 2);
      readonly scale = nn.parameter(tensor([1, 2]));
      forward(x: Tensor): Tensor {
        return mul(this.fc.forward(x), wrongSquare.apply([this.scale], undefined));
      }
    }
    const model = new Wrong().to("float64");
    const x = leaf(3, 2);
    await expect(gradcheck(model, [x])).rejects.toThrow(/element 0 of parameter scale \(shape \[2\]\): backward gives/);
    expect(await model.scale.array()).toEqual([1, 2]);
    model.scale.requiresGrad = false;
    expect((await gradcheck(model, [x])).error).toBeLessThan(1e-6);
  });

  test("wants float64, and says how to get it", async () => {
    const check = gradcheck(new nn.Linear(2, 3), [leaf(1, 2)]);
    await expect(check).rejects.toThrow(DTypeError);
    await expect(check).rejects.toThrow('gradcheck: parameter weight is float32; differences need float64. Convert it with model.to("float64").');
  });
});

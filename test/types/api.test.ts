/** The public types: what a program may write, what it gets, and what the compiler refuses (checked by tsc -p test). */

import { expectTypeOf, test } from "vitest";
import {
  add, crossEntropy, grad, keep, matmul, nn, noGrad, optim, step, sum, tensor, type Tensor,
} from "../../src/index.js";

test("tensors: sizes as tuples, values by promise", () => {
  const t = tensor([[1, 2], [3, 4]]);
  expectTypeOf(t.shape).toEqualTypeOf<readonly number[]>();
  expectTypeOf(t.dims(2)).toEqualTypeOf<[number, number]>();
  expectTypeOf(t.item).returns.toEqualTypeOf<Promise<number>>();
  expectTypeOf(t.grad).toEqualTypeOf<Tensor | null>();
  // @ts-expect-error the shape of a tensor never changes
  const assign = (): void => void (t.shape = [4]);
  expectTypeOf(assign).toBeFunction();
});

test("operations take tensors and numbers; methods mirror functions", () => {
  const t = tensor([1, 2]);
  expectTypeOf(add(t, 1)).toEqualTypeOf<Tensor>();
  expectTypeOf(t.add(t)).toEqualTypeOf<Tensor>();
  expectTypeOf(sum(t, { axis: 0, keepDim: true })).toEqualTypeOf<Tensor>();
  expectTypeOf(grad(sum(tensor([1], { requiresGrad: true })), [])).toEqualTypeOf<Tensor[]>();
  // @ts-expect-error a string is no operand
  const misuse = (): Tensor => matmul(t, "t");
  expectTypeOf(misuse).toBeFunction();
});

test("step returns what its body returns", () => {
  expectTypeOf(step(() => tensor(1))).toEqualTypeOf<Tensor>();
  expectTypeOf(step(() => ({ loss: tensor(1), count: 3 }))).toEqualTypeOf<{ loss: Tensor; count: number }>();
  expectTypeOf(step(async () => 1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(noGrad(() => 3)).toEqualTypeOf<number>();
  expectTypeOf(keep(tensor(1))).toEqualTypeOf<Tensor>();
});

test("modules and optimisers", () => {
  const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
  expectTypeOf(model.parameters()).toEqualTypeOf<Tensor[]>();
  expectTypeOf([...model.namedParameters()]).toEqualTypeOf<[string, Tensor][]>();
  expectTypeOf(model.stateDict()).toEqualTypeOf<Map<string, Tensor>>();
  expectTypeOf(crossEntropy).parameter(0).toEqualTypeOf<Tensor>();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  expectTypeOf(optimizer.lr).toEqualTypeOf<number>();
  // @ts-expect-error lr has no default in SGD, and options are checked by name
  const misspelt = (): optim.SGD => new optim.SGD(model.parameters(), { learningRate: 0.1 });
  expectTypeOf(misspelt).toBeFunction();
});

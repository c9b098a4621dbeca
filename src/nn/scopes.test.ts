import { expect, test } from "vitest";
import { nn, ones, relu, type Tensor } from "../index.js";
import { order } from "../autograd/walk.js";
import { Scopes } from "./scopes.js";

/** Functions before, between and after its modules. */
class Block extends nn.Module {
  first = new nn.Linear(2, 2);
  second = new nn.Linear(2, 2);
  override forward(x: Tensor): Tensor {
    return relu(this.second.forward(relu(this.first.forward(x.mul(2)))).add(x));
  }
}

test("every operation has its module, also between others", () => {
  const model = new nn.Sequential(new Block(), new nn.ReLU());
  const scopes = new Scopes(model);
  const input = ones([1, 2], { requiresGrad: true });
  const loss = scopes.while(() => model.forward(input)).sum();
  const ran = order(loss, null).map(({ operation, output }) => [operation.name, scopes.of(output)]);
  expect(ran.slice(0, 7)).toEqual([["mulScalar", "0"], ["linear", "0.first"], ["relu", "0"], ["linear", "0.second"], ["add", "0"], ["relu", "0"], ["relu", "1"]]);
  expect(ran.slice(7).every(([, path]) => path === undefined)).toBe(true);
  expect(scopes.leaf((model.layers[0] as Block).first.weight)).toEqual({ kind: "parameter", path: "0.first", name: "weight" });
});

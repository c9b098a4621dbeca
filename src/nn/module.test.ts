import { describe, expect, test } from "vitest";
import { add, crossEntropy, manualSeed, matmul, nn, optim, relu, step, tensor, zeros, type Tensor } from "../index.js";

class Net extends nn.Module {
  readonly scale = nn.parameter(tensor([2]));
  readonly conv1 = new nn.Conv2d(3, 4, 3, { padding: "same" });
  readonly norm = new nn.BatchNorm2d(4);
  readonly blocks = [new nn.Linear(4, 4, { bias: false }), new nn.Linear(4, 2)];
  readonly constant = tensor([1]);

  forward(x: Tensor): Tensor {
    const pooled = relu(this.norm.forward(this.conv1.forward(x))).mean({ axis: [2, 3] });
    return this.blocks[1].forward(this.blocks[0].forward(pooled)).mul(this.scale);
  }
}

describe("Module", () => {
  test("names parameters and buffers as PyTorch does", () => {
    const net = new Net();
    expect([...net.stateDict().keys()]).toEqual([
      "scale", "conv1.weight", "conv1.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked",
      "blocks.0.weight", "blocks.1.weight", "blocks.1.bias",
    ]);
    expect(net.parameters()).toHaveLength(8);
    expect(net.stateDict().get("conv1.weight")!.shape).toEqual([4, 3, 3, 3]);
  });

  test("a shared parameter is listed once, a frozen one still is", () => {
    const shared = new nn.Linear(2, 2);
    const net = new nn.Sequential(shared, shared);
    expect([...net.namedParameters()].map(([name]) => name)).toEqual(["0.weight", "0.bias"]);
    shared.weight.requiresGrad = false;
    expect(net.parameters()).toHaveLength(2);
  });

  test("lists every missing, unexpected and misshaped key at once", () => {
    const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
    const state = new Map(net.stateDict());
    state.delete("0.bias");
    state.set("2.weight", zeros([1]));
    state.set("1.weight", zeros([1, 4]));
    expect(() => net.loadStateDict(state)).toThrow(/Missing: 0\.bias\. Unexpected: 2\.weight\. Misshaped: 1\.weight: expected \[1, 3\], got \[1, 4\]/);
  });

  test("an error inside names the layer's path", () => {
    const net = new nn.Sequential(new nn.Flatten(), new nn.Sequential(new nn.ReLU(), new nn.Linear(5, 2)));
    expect(() => net.forward(zeros([1, 4]))).toThrow(/^at 1\.1 \(Linear\): linear: input \[1, 4\], but inFeatures is 5/);
  });

  test("an error names the path through modules that call one another by themselves, and the innermost layer only", () => {
    const net = new Net();
    expect(() => net.conv1.forward(zeros([1, 1, 8, 8]))).toThrow(/^conv2d: /);
    expect(() => net.forward(zeros([1, 1, 8, 8]))).toThrow(/^at conv1 \(Conv2d\): conv2d: /);
    expect(() => new nn.Sequential(new nn.Identity(), net).forward(zeros([1, 1, 8, 8]))).toThrow(/^at 1\.conv1 \(Conv2d\): conv2d: /);
    class Derived extends Net {
      override forward(x: Tensor): Tensor {
        return super.forward(x);
      }
    }
    expect(() => new nn.Sequential(new Derived()).forward(zeros([1, 1, 8, 8]))).toThrow(/^at 0\.conv1 \(Conv2d\): conv2d: /);
  });

  test("an error of a fused layer names it too", () => {
    const net = new nn.Sequential(new nn.Identity(), new nn.Conv2d(2, 3, 3), new nn.ReLU());
    expect(() => net.forward(zeros([1, 1, 8, 8]))).toThrow(/^at 1 \(Conv2d\): conv2d: /);
  });

  test("train and eval reach every module, and change what it does", async () => {
    const net = new nn.Sequential(new nn.Dropout(0.5), new nn.BatchNorm1d(2));
    net.eval();
    expect([...net.namedModules()].every(([, m]) => !m.training)).toBe(true);
    const x = tensor([[1, 2], [3, 4]]);
    const y = await net.forward(x).data();
    for (const [i, v] of [1, 2, 3, 4].entries()) expect(y[i]).toBeCloseTo(v, 4);
  });

  test("running statistics follow the batches", async () => {
    const norm = new nn.BatchNorm1d(1);
    step(() => norm.forward(tensor([[1], [3]])));
    expect(await norm.runningMean.item()).toBeCloseTo(0.2, 6);
    expect(await norm.runningVariance.item()).toBeCloseTo(0.9 + 0.1 * 2, 6);
  });

  test("fused neighbours give what the layers give one by one", async () => {
    manualSeed(3);
    const net = new nn.Sequential(new nn.Conv2d(2, 5, 3), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Conv2d(5, 3, 2), new nn.ReLU());
    const x = tensor(Float32Array.from({ length: 2 * 2 * 9 * 9 }, (_, i) => Math.sin(i)), { shape: [2, 2, 9, 9] });
    const fused = await net.forward(x).data();
    const seen: string[] = [];
    const apart = await net.withForwardHook((path) => seen.push(path), () => net.forward(x)).data();
    expect(seen).toEqual(["0", "1", "2", "3", "4", ""]);
    fused.forEach((v, i) => expect(apart[i]).toBeCloseTo(v, 5));
  });

  test("the same seed gives the same weights; a new layer shifts no other layer's", async () => {
    const build = (...extra: nn.Module[]): Promise<ArrayLike<number>> => {
      manualSeed(9);
      if (extra.length > 0) new nn.Linear(7, 7);
      return new nn.Linear(3, 2).weight.data();
    };
    expect(await build()).toEqual(await build(new nn.ReLU()));
  });

  test("modules and parameters may lie in arrays, Maps and plain objects", () => {
    class Many extends nn.Module {
      readonly heads = { mask: new nn.Linear(2, 1), box: new nn.Linear(2, 4, { bias: false }) };
      readonly experts = new Map([["a", new nn.Linear(1, 1, { bias: false })]]);
      readonly scales = [nn.parameter(zeros([1])), nn.parameter(zeros([2]))];
      forward(x: Tensor): Tensor {
        return this.heads.mask.forward(x);
      }
    }
    const many = new Many();
    const names = ["scales.0", "scales.1", "heads.mask.weight", "heads.mask.bias", "heads.box.weight", "experts.a.weight"];
    expect([...many.stateDict().keys()]).toEqual(names);
    expect(many.numParameters()).toBe(3 + 3 + 8 + 1);
    many.to("float64");
    expect([...many.stateDict().values()].every((t) => t.dtype === "float64" && t.requiresGrad)).toBe(true);
  });

  test("a module may take and give several values, with types", async () => {
    class Split extends nn.Module<[x: Tensor, options?: { readonly by?: number }], { readonly half: Tensor; readonly rest: Tensor }> {
      forward(x: Tensor, { by = 2 }: { readonly by?: number } = {}): { readonly half: Tensor; readonly rest: Tensor } {
        const half = x.div(by);
        return { half, rest: x.sub(half) };
      }
    }
    class Net2 extends nn.Module {
      readonly split = new Split();
      forward(x: Tensor): Tensor {
        return this.split.forward(x, { by: 4 }).rest;
      }
    }
    const net = new Net2();
    expect(await net.forward(tensor([4])).item()).toBe(3);
    const seen: number[] = [];
    net.withForwardHook((_path, _module, _first, all) => seen.push(all.length), () => net.forward(tensor([4])));
    expect(seen).toEqual([2, 1]);
    // @ts-expect-error a Sequential takes modules from tensor to tensor
    expect(() => new nn.Sequential(new Split())).not.toThrow();
  });

  test("hooks see and replace inputs and outputs until they are removed; fused layers run apart meanwhile", async () => {
    const net = new nn.Sequential(new nn.Conv2d(1, 1, 1, { bias: false }), new nn.ReLU());
    net.parameters()[0].copyFrom(Float32Array.of(2));
    const x = tensor([[[[3]]]]);
    const order: string[] = [];
    const handles = [
      net.layers[0].registerForwardPreHook((_module, [given]) => {
        order.push("before");
        return [given.neg()];
      }),
      net.layers[0].registerForwardHook((_module, [given], y) => (order.push("after"), add(y, given))),
      net.registerForwardHook(() => void order.push("end")),
    ];
    expect(await net.forward(x).data()).toEqual(Float32Array.of(0)); // relu(2·−3 − 3)
    expect(order).toEqual(["before", "after", "end"]);
    handles[0].remove();
    handles[0].remove();
    expect(await net.forward(x).data()).toEqual(Float32Array.of(9));
    for (const handle of handles) handle.remove();
    expect(await net.forward(x).data()).toEqual(Float32Array.of(6));
    expect(Object.hasOwn(net.layers[0], "forward")).toBe(false);
  });

  test("backward hooks see the gradients of all inputs and outputs at once, those of this module only", async () => {
    class Pair extends nn.Module<[a: Tensor, rest: { readonly b: Tensor; readonly c: Tensor }], [Tensor, Tensor]> {
      forward(a: Tensor, { b }: { readonly b: Tensor; readonly c: Tensor }): [Tensor, Tensor] {
        return [a.mul(b), a.mul(3)];
      }
    }
    const leaf = (v: number): Tensor => tensor([v], { requiresGrad: true });
    const [a, b, c] = [leaf(5), leaf(7), tensor([1])];
    const pair = new Pair();
    const seen: (number[] | null)[][] = [];
    const numbers = (list: nn.Gradients): Promise<(number[] | null)[]> => Promise.all(list.map(async (t) => t && Array.from(await t.data())));
    const pending: Promise<unknown>[] = [];
    const handle = pair.registerFullBackwardHook((_module, dIn, dOut) => {
      pending.push(Promise.all([numbers(dIn), numbers(dOut)]).then((both) => seen.push(...both)));
      return dIn.map((t) => t && t.neg());
    });
    const [p, unused] = pair.forward(a, { b, c });
    expect(unused.shape).toEqual([1]);
    p.add(a).sum().backward();
    await Promise.all(pending);
    expect(seen).toEqual([[[7], [5], null], [[1], [0]]]);
    expect([await a.grad!.item(), await b.grad!.item()]).toEqual([1 - 7, -5]);
    handle.remove();
    expect(Object.hasOwn(pair, "forward")).toBe(false);

    const calls: number[] = [];
    const first = new nn.Linear(1, 1);
    first.registerFullBackwardHook((_module, dIn, dOut) => void calls.push(dIn.length, dOut.length, Number(dIn[0] === null)));
    first.forward(tensor([[1]])).backward();
    expect(calls).toEqual([1, 1, 1]);
  });

  test("a frozen part keeps its weights while the rest learns", async () => {
    const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 2));
    net.layers[0].freeze();
    expect([net.numParameters(), net.numParameters({ trainable: true })]).toEqual([17, 8]);
    const before = await Promise.all(net.parameters().map((t) => t.data()));
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.5 });
    step(() => {
      crossEntropy(net.forward(tensor([[1, 2]])), tensor([0], { dtype: "int32" })).backward();
      optimizer.step();
    });
    const after = await Promise.all(net.parameters().map((t) => t.data()));
    expect(after.map((values, i) => values.every((v, j) => v === before[i][j]))).toEqual([true, true, false, false]);
    net.unfreeze();
    expect(net.parameters().every((t) => t.requiresGrad)).toBe(true);
  });

  test("tied weights are one parameter with two names, saved and loaded under both", async () => {
    class Tied extends nn.Module {
      readonly encoder = new nn.Linear(3, 3, { bias: false });
      readonly decoder = new nn.Linear(3, 3, { bias: false });
      constructor() {
        super();
        this.decoder.weight = this.encoder.weight;
      }
      forward(x: Tensor): Tensor {
        return this.decoder.forward(this.encoder.forward(x));
      }
    }
    const [from, to] = [new Tied(), new Tied()];
    expect([...from.namedParameters()].map(([name]) => name)).toEqual(["encoder.weight"]);
    expect([...from.stateDict().keys()]).toEqual(["encoder.weight", "decoder.weight"]);
    to.loadStateDict(from.stateDict());
    expect(await to.decoder.weight.data()).toEqual(await from.encoder.weight.data());
    to.to("float64");
    expect(to.decoder.weight).toBe(to.encoder.weight);
    const shared = new nn.Linear(1, 1, { bias: false });
    expect([...new nn.Sequential(shared, shared).stateDict().keys()]).toEqual(["0.weight", "1.weight"]);
  });

  test("apply visits children before parents", () => {
    const order: string[] = [];
    new nn.Sequential(new nn.ReLU(), new nn.Sequential(new nn.Tanh())).apply((m) => order.push(m.constructor.name));
    expect(order).toEqual(["Tanh", "Sequential", "ReLU", "Sequential"]);
  });

  test("to wants a float type, keeps frozen parameters frozen and integers as they are", () => {
    const net = new nn.BatchNorm1d(2);
    net.freeze();
    net.to("float64");
    expect(net.weight?.requiresGrad).toBe(false);
    expect([net.runningMean.dtype, net.stateDict().get("num_batches_tracked")?.dtype]).toEqual(["float64", "int32"]);
    expect(() => net.to("int32" as "float32")).toThrow("Module.to: expected float32 or float64, got int32");
  });

  test("prints as a tree", () => {
    expect(new nn.Sequential(new nn.Linear(2, 3, { bias: false }), new nn.Sequential(new nn.ReLU())).toString()).toBe(
      "Sequential(\n  (0): Linear(2, 3, bias=false)\n  (1): Sequential(\n    (0): ReLU\n  )\n)",
    );
  });

  test("options out of range are refused with what was expected", () => {
    expect(() => new nn.Linear(0, 2)).toThrow("Linear: inFeatures must be a whole number of at least 1, got 0");
    expect(() => new nn.Conv2d(3, 4, 3, { groups: 2 })).toThrow("2 groups do not divide 3 input and 4 output channels");
    expect(() => new nn.Dropout(1)).toThrow("at least 0 and less than 1, got 1");
    expect(() => matmul(tensor(1), tensor([1]))).toThrow("a 0-d tensor is no matrix");
  });
});

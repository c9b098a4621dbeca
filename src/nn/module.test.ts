import { describe, expect, test } from "vitest";
import { manualSeed, matmul, nn, relu, step, tensor, zeros, type Tensor } from "../index.js";

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

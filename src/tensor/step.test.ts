import { describe, expect, test } from "vitest";
import { LifetimeError } from "../base/errors.js";
import { add, crossEntropy, keep, memoryStats, models, mul, type nn, optim, randn, step, tensor, type Tensor } from "../index.js";

describe("step", () => {
  test("releases what was made inside, and says so when it is used", async () => {
    let inner: Tensor | undefined;
    step(() => {
      inner = add(tensor([1, 2]), 1);
    });
    expect(() => mul(inner!, 2)).toThrow(LifetimeError);
    expect(() => mul(inner!, 2)).toThrow(/shape \[2\] made by addScalar .* Return it from the step, or keep\(\) it/);
    await expect(inner!.data()).rejects.toThrow("made by addScalar");
  });

  test("hands out what it returns, also in arrays, objects and maps", async () => {
    const [a, { b }, c] = step(() => [tensor([1]), { b: tensor([2]) }, new Map([["c", tensor([3])]])] as const);
    expect([await a.array(), await b.array(), await c.get("c")!.array()]).toEqual([[1], [2], [3]]);
  });

  test("keeps what is kept", async () => {
    let kept: Tensor | undefined;
    step(() => {
      kept = keep(tensor([5]));
    });
    expect(await kept!.array()).toEqual([5]);
  });

  test("nested: the inner one hands to the outer one", async () => {
    let inside: Tensor | undefined;
    const out = step(() => {
      inside = step(() => tensor([4]));
      return add(inside, 1);
    });
    expect(await out.array()).toEqual([5]);
    expect(() => add(inside!, 1)).toThrow(LifetimeError);
  });

  test("a number that is handed out holds no memory, and gets some where it is used", async () => {
    const before = memoryStats().bytesInUse;
    const losses = Array.from({ length: 50 }, (_, i) => step(() => tensor([i, 1]).sum()));
    expect(memoryStats().bytesInUse).toBe(before);
    expect([await losses[2].item(), await losses[2].item(), await losses[3].array()]).toEqual([3, 3, 4]);
    expect(await add(losses[4], losses[5]).item()).toBe(11);
    expect(await step(() => add(losses[6], 1)).item()).toBe(8);
    expect(await losses[6].item()).toBe(7);
  });

  test("releases when the body throws", () => {
    const before = memoryStats().bytesInUse;
    expect(() =>
      step(() => {
        randn([1000]);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(memoryStats().bytesInUse).toBe(before);
  });

  test("takes async bodies", async () => {
    const inside: Tensor[] = [];
    const out = await step(async () => {
      inside.push(tensor([1, 2]));
      await Promise.resolve();
      return step(() => inside[0].sum());
    });
    expect(await out.item()).toBe(3);
    expect(() => add(inside[0], 1)).toThrow(LifetimeError);
  });

  test("async steps may not overlap", async () => {
    let finish = (): void => {};
    const first = step(() => new Promise<void>((resolve) => (finish = resolve)));
    let finishSecond = (): void => {};
    const second = step(() => new Promise<void>((resolve) => (finishSecond = resolve)));
    finish();
    await expect(first).rejects.toThrow(/another step began while this asynchronous one was under way/);
    finishSecond();
    await second;
    expect(await step(() => tensor([1]).sum()).item()).toBe(1);
  });

  test("a gradient outlives its step, and its leaf", async () => {
    const w = tensor([1, 2], { requiresGrad: true });
    step(() => mul(w, w).sum().backward());
    expect(await w.grad!.array()).toEqual([2, 4]);
  });

  test("a gradient of what a step made ends with it, unless it is returned or kept", async () => {
    const w = tensor([3, 4], { requiresGrad: true });
    const slope = (): Tensor => {
      const x = tensor([1, 2], { requiresGrad: true });
      const h = mul(x, w).retainGrad();
      mul(h, h).sum().backward();
      return x.grad!;
    };
    for (let i = 0; i < 3; i++) step(() => void slope());
    const before = memoryStats();
    for (let i = 0; i < 20; i++) step(() => void slope());
    expect(memoryStats().bytesInUse).toBe(before.bytesInUse);
    expect(memoryStats().allocations).toBe(before.allocations);
    const returned = step(slope);
    const kept = step(() => ({ inner: [keep(slope())] }).inner[0].detach());
    const written = step(() => tensor([7, 7]));
    expect([await returned.array(), await kept.array(), await written.array()]).toEqual([[18, 64], [18, 64], [7, 7]]);
  });

  test("a number that a step hands out keeps its gradient, also one that a later step gives it", async () => {
    const square = (x: Tensor): Tensor => (mul(x, x).backward(), x);
    const x = step(() => square(tensor(3, { requiresGrad: true })));
    expect(await x.grad!.array()).toBe(6);
    step(() => void square(x));
    expect(await x.grad!.array()).toBe(12);
    const y = step(() => tensor(2, { requiresGrad: true }));
    step(() => void square(y));
    expect(await y.grad!.array()).toBe(4);
  });
});

/** Steps of training after which the pool may not have grown. */
async function steady(model: nn.Module, optimizer: { zeroGrad(): void; step(): void }, x: Tensor, y: Tensor): Promise<void> {
  const round = async (): Promise<number> =>
    step(() => {
      const loss = crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    }).item();
  for (let i = 0; i < 4; i++) await round();
  const before = memoryStats();
  for (let i = 0; i < 20; i++) await round();
  const after = memoryStats();
  expect(after.allocations).toBe(before.allocations);
  expect(after.bytesInUse).toBe(before.bytesInUse);
  expect(after.reuses).toBeGreaterThan(before.reuses);
}

describe("a steady training step asks for no memory", () => {
  test("convolutional network with batch norm, dropout and momentum", async () => {
    const model = models.convnet({ input: [3, 8, 8], filters: [4, 4, 4], hidden: 16, batchNorm: true, dropout: 0.5 });
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    await steady(model, optimizer, randn([8, 3, 8, 8]), tensor([0, 1, 2, 3, 4, 5, 6, 7], { dtype: "int32" }));
  });

  test("fused convolutions and Adam", async () => {
    const model = models.convnet({ input: [3, 8, 8], filters: [4, 4, 4], hidden: 16 });
    await steady(model, new optim.AdamW(model.parameters()), randn([4, 3, 8, 8]), tensor([0, 1, 2, 3], { dtype: "int32" }));
  });
});

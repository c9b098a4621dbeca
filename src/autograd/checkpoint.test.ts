import { describe, expect, test } from "vitest";
import { LifetimeError, NablaError, ValueError } from "../base/errors.js";
import {
  add, checkpoint, concat, defaultGenerator, dropout, exp, Generator, grad, gradcheck, hvp, keep, manualSeed, memoryStats, mul, nn, noGrad, onesLike, randn,
  slice, square, step, sum, tanh, tensor, type Tensor, zeros,
} from "../index.js";

const random = (...shape: number[]): Tensor => randn(shape, { requiresGrad: true, generator: new Generator(shape.length) });

/** Gradients of a loss with and without checkpointing, in turn, of the same model and input. */
async function gradients(run: (plain: boolean) => Tensor, tensors: readonly Tensor[]): Promise<[plain: unknown[], checkpointed: unknown[]]> {
  const of = async (plain: boolean): Promise<unknown[]> => {
    for (const t of tensors) t.grad = null;
    run(plain).backward();
    return Promise.all(tensors.map((t) => t.grad!.array()));
  };
  return [await of(true), await of(false)];
}

const maybe = (plain: boolean, f: (x: Tensor) => Tensor, x: Tensor): Tensor => (plain ? f(x) : checkpoint(f, x));

describe("gradients are equal bit for bit", () => {
  test("of inputs and parameters, in several segments", async () => {
    const blocks = Array.from({ length: 3 }, () => new nn.Sequential(new nn.Linear(8, 8), new nn.Tanh(), new nn.Linear(8, 8), new nn.ReLU()));
    const x = random(4, 8);
    const parameters = blocks.flatMap((block) => block.parameters());
    const run = (plain: boolean): Tensor => sum(square(blocks.reduce((h, block) => maybe(plain, (t) => block.forward(t), h), x)));
    const [plain, checkpointed] = await gradients(run, [x, ...parameters]);
    expect(checkpointed).toEqual(plain);
  });

  test("nested", async () => {
    const layers = Array.from({ length: 4 }, () => new nn.Linear(5, 5));
    const pair = (a: number) => (x: Tensor): Tensor => tanh(layers[a + 1].forward(tanh(layers[a].forward(x))));
    const x = random(3, 5);
    const run = (plain: boolean): Tensor =>
      sum(plain ? pair(2)(pair(0)(x)) : checkpoint((t) => checkpoint(pair(2), checkpoint(pair(0), t)), x));
    const [plain, checkpointed] = await gradients(run, [x, ...layers.flatMap((layer) => layer.parameters())]);
    expect(checkpointed).toEqual(plain);
  });

  test("with dropout, of layers and of the default stream; generators end where they would", async () => {
    const layer = new nn.Dropout(0.5);
    const x = random(64);
    const states: unknown[] = [];
    const f = (t: Tensor): Tensor => dropout(layer.forward(mul(t, 2)), 0.3);
    const run = (plain: boolean): Tensor => {
      manualSeed(11);
      layer.generator.state = new Generator(4).state;
      const y = sum(mul(maybe(plain, f, x), random(64)));
      const after = dropout(y, 0.5); // moves the default stream on
      states.push([layer.generator.state, defaultGenerator().state]);
      manualSeed(11); // a stream seeded anew in between does no harm
      return add(y, mul(after, 0));
    };
    const [plain, checkpointed] = await gradients(run, [x]);
    expect(checkpointed).toEqual(plain);
    expect(states[1]).toEqual(states[0]);
    expect(defaultGenerator().state.offset).toBe(0);
  });

  test("with batch norm, whose running statistics are written once", async () => {
    const layer = new nn.BatchNorm1d(3);
    const x = random(6, 3);
    const y = checkpoint((t) => layer.forward(t), x);
    const [mean, version] = [await layer.runningMean.array(), layer.runningMean.storage.version];
    sum(square(y)).backward();
    expect(await layer.runningMean.array()).toEqual(mean);
    expect(layer.runningMean.storage.version).toBe(version);
    expect(await layer.buffers().get("num_batches_tracked")!.item()).toBe(1);
    expect(layer.weight!.grad).not.toBeNull();
  });

  test("of what the function itself makes and keeps", async () => {
    const x = random(3);
    const f = (t: Tensor): Tensor => {
      const state = keep(zeros([3]));
      state.copyFrom(Float32Array.of(1, 2, 3));
      return mul(t, state);
    };
    expect(await grad(sum(checkpoint(f, x)), [x])[0].array()).toEqual([1, 2, 3]);
  });

  test("of several results, and of tensors that the function closes over", async () => {
    const [x, outside] = [random(2, 3), random(3)];
    const between = exp(outside);
    const f = (t: Tensor): Tensor[] => [mul(t, between), sum(tanh(t), { axis: 1 })];
    const [a, b] = checkpoint(f, x);
    expect([a.shape, b.shape]).toEqual([[2, 3], [2]]);
    const loss = (p: Tensor, q: Tensor): Tensor => add(sum(square(p)), sum(q));
    const actual = grad(loss(a, b), [x, outside, between], { retainGraph: true });
    const [p, q] = f(x);
    const expected = grad(loss(p, q), [x, outside, between]);
    for (const i of [0, 1, 2]) expect(await actual[i].array()).toEqual(await expected[i].array());
  });
});

describe("works with everything that differentiates", () => {
  test("grad of grad, gradcheck, hvp", async () => {
    const w = randn([3], { dtype: "float64", requiresGrad: true, generator: new Generator(1) });
    const x = randn([3], { dtype: "float64", requiresGrad: true, generator: new Generator(2) });
    const f = (t: Tensor): Tensor => sum(mul(tanh(t), exp(mul(t, w))));
    const kept = (t: Tensor): Tensor => checkpoint(f, t);
    await gradcheck(([t]) => kept(t), [x]);
    await gradcheck(([t]) => grad(kept(t), [t], { createGraph: true })[0], [x]);
    expect(await hvp(kept, x, w.detach()).array()).toEqual(await hvp(f, x, w.detach()).array());
    const [slope] = grad(kept(x), [x], { createGraph: true });
    expect(grad(sum(slope), [w])[0].shape).toEqual([3]);
  });

  test("hooks see complete gradients; retainGraph runs it twice; a used graph is named", async () => {
    const w = random(3);
    let calls = 0;
    w.registerHook(() => void calls++);
    const part = (t: Tensor): Tensor => mul(t, w);
    const cube = checkpoint(part, checkpoint(part, w));
    const ones = { gradient: onesLike(w) };
    cube.backward({ ...ones, retainGraph: true });
    expect(calls).toBe(1);
    cube.backward(ones);
    expect(calls).toBe(2);
    const once = await sum(mul(square(w), 6)).item();
    expect(await sum(w.grad!).item()).toBeCloseTo(once, 4); // 2 × Σ 3w²
    expect(() => cube.backward(ones)).toThrow("the graph through checkpoint was used up by an earlier backward pass");
    const again = checkpoint(part, w);
    grad(sum(again), [w]);
    expect(() => sum(again).backward()).toThrow(LifetimeError);
  });

  test("a function that gives back its input, a constant, or a view", async () => {
    const x = random(4);
    const [same] = grad(sum(square(checkpoint((t) => t, square(x)))), [x]);
    expect(await same.array()).toEqual(await mul(x.pow(3), 4).array());
    expect(checkpoint(() => zeros([2])).requiresGrad).toBe(false);
    expect(checkpoint((t) => t, zeros([2])).requiresGrad).toBe(false);
    const [part] = grad(sum(checkpoint((t) => slice(t, { end: 2 }), x)), [x]);
    expect(await part.array()).toEqual([1, 1, 0, 0]);
  });

  test("without the tape it only runs the function", async () => {
    const x = random(3);
    expect(noGrad(() => checkpoint(square, x)).requiresGrad).toBe(false);
    expect(await noGrad(() => checkpoint(square, x)).array()).toEqual(await square(x).array());
  });
});

test("memory: a deep network keeps its segments' inputs alone", () => {
  const layers = Array.from({ length: 16 }, () => new nn.Linear(16, 16));
  const x = random(256, 16);
  let most = 0;
  const look = (h: Tensor): Tensor => {
    most = Math.max(most, memoryStats().bytesInUse);
    return h;
  };
  const segment = (from: number) => (t: Tensor): Tensor => layers.slice(from, from + 4).reduce((h, layer) => look(tanh(layer.forward(h))), t);
  const peak = (plain: boolean): number => {
    const before = (most = memoryStats().bytesInUse);
    step(() => {
      const h = [0, 4, 8, 12].reduce((t, from) => maybe(plain, segment(from), t), x as Tensor);
      look(sum(h)).backward();
      look(h);
    });
    for (const p of layers.flatMap((layer) => layer.parameters())) p.grad = null;
    return most - before;
  };
  const [plain, checkpointed] = [peak(true), peak(false)];
  expect(checkpointed).toBeLessThan(0.4 * plain);
});

describe("says what is wrong", () => {
  const x = random(3);

  test("with the function", () => {
    expect(() => checkpoint((async () => x) as never, x)).toThrow(ValueError);
    expect(() => checkpoint((async () => x) as never, x)).toThrow("checkpoint: the function must return a tensor, or an array of tensors of one type, got a promise; it must be synchronous");
    expect(() => checkpoint((() => 3) as never, x)).toThrow("got 3");
    expect(() => checkpoint((() => [x, zeros([1], { dtype: "int32" })]) as never, x)).toThrow("got an array of Tensor([3]");
    expect(() => checkpoint(x as never)).toThrow("checkpoint: expected a function and then its inputs, got object; pass (x) => model.forward(x), x.");
  });

  test("with a function that does something else when it runs again", () => {
    let runs = 0;
    const y = checkpoint((t) => (runs++ === 0 ? square(t) : concat([t, t])), x);
    expect(() => sum(y).backward()).toThrow(NablaError);
    expect(() => sum(y).backward()).toThrow("checkpoint: recomputed in backward, the function gave float32 [6] instead of float32 [3]; it must do the same");
  });

  test("with parameters written between forward and backward", () => {
    const w = tensor([1, 2, 3], { requiresGrad: true });
    const y = sum(checkpoint((t) => mul(t, w), x));
    w.copyFrom(Float32Array.of(4, 5, 6));
    expect(() => y.backward()).toThrow(/backward: checkpoint needs the values it was computed with, but its input \d \(shape \[3\]\) was written in place/);
  });
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { memoryStats, nn, noGrad, onWarning, optim, setThreads, step, type Tensor, tensor, transpose, zeros } from "../index.js";

const kinds = {
  SGD: optim.SGD, Adam: optim.Adam, AdamW: optim.AdamW, Adagrad: optim.Adagrad, Adadelta: optim.Adadelta, RMSprop: optim.RMSprop,
  Adamax: optim.Adamax, NAdam: optim.NAdam, RAdam: optim.RAdam, Rprop: optim.Rprop, ASGD: optim.ASGD,
} as const;

const weight = (...values: number[]): Tensor => nn.parameter(tensor(values));
const make = (kind: unknown, ...args: unknown[]): optim.Optimizer<optim.OptimizerOptions> =>
  Reflect.construct(kind as new () => optim.Optimizer<optim.OptimizerOptions>, args);

describe.each(Object.entries(kinds))("%s", (name, Kind) => {
  test("goes down a bowl, and up with maximize", async () => {
    for (const maximize of [false, true]) {
      const w = weight(3, -2);
      const optimizer = make(Kind, [w], { lr: name === "Adadelta" ? 50 : 0.01, maximize });
      const before = await w.square().sum().item();
      for (let i = 0; i < 20; i++) {
        optimizer.zeroGrad();
        step(() => w.square().sum().backward());
        optimizer.step();
      }
      const after = await w.square().sum().item();
      expect(maximize ? after > before : after < before).toBe(true);
    }
  });

  test("refuses unknown options, other types, and numbers out of range", () => {
    expect(() => make(Kind, [weight(1)], { lr: 0.1, maximise: true })).toThrow(`${name}: there is no option "maximise"; did you mean maximize?`);
    expect(() => make(Kind, [weight(1)], { lr: "0.1" })).toThrow(`${name}: lr must be a number, got "0.1".`);
    expect(() => make(Kind, [weight(1)], { lr: -1 })).toThrow(`${name}: the learning rate must be 0 or more, got -1.`);
    expect(() => make(Kind, [weight(1)], 0.1)).toThrow(`${name}: expected options such as { lr: … }, got 0.1.`);
    expect(() => make(Kind, [{ params: [weight(1)], learningRate: 1 }], { lr: 1 })).toThrow(`${name}: there is no option "learningRate"`);
    for (const option of ["weightDecay", "eps", "momentum", "lrDecay", "lambda", "momentumDecay", "initialAccumulator"]) {
      if (option in make(Kind, [weight(1)], { lr: 1 }).groups[0].options) {
        expect(() => make(Kind, [weight(1)], { lr: 1, [option]: -1 }), option).toThrow(`${name}: ${option} must be 0 or more, got -1.`);
      }
    }
    if (name !== "Rprop") expect(make(Kind, [weight(1)], { lr: 1, weightDecay: undefined }).groups[0].options).toHaveProperty("weightDecay", name === "AdamW" ? 0.01 : 0);
  });

  test("leaves nothing behind in a step, and takes as many threads as it likes", async () => {
    const run = async (threads: number): Promise<unknown> => {
      setThreads(threads);
      const w = nn.parameter(tensor(Float32Array.from({ length: 70_001 }, (_, i) => Math.sin(i))));
      const optimizer = make(Kind, [w], { lr: 0.01 });
      const one = (): void => step(() => {
        optimizer.zeroGrad();
        w.square().sum().backward();
        optimizer.step();
      });
      one();
      one();
      const { allocations } = memoryStats();
      for (let i = 0; i < 3; i++) one();
      expect(memoryStats().allocations).toBe(allocations);
      return w.data();
    };
    expect(await run(2)).toEqual(await run(1));
  });

  test("an update counts for the parameters that had a gradient", async () => {
    const [early, late] = [weight(1), weight(1)];
    const optimizer = make(Kind, [early, late], { lr: 0.01 });
    late.requiresGrad = false;
    for (let i = 0; i < 6; i++) {
      if (i === 3) late.requiresGrad = true;
      optimizer.zeroGrad();
      early.mul(late).sum().backward();
      optimizer.step();
    }
    const { scalars } = optimizer.stateDict();
    expect(scalars).toMatchObject({ steps: 6, "updates.1": 3 });
    expect(scalars["updates.0"]).toBeUndefined();
    const again = make(Kind, [weight(1), weight(1)], { lr: 0.01 });
    again.loadStateDict(optimizer.stateDict());
    expect(again.stateDict().scalars).toEqual(scalars);
  });
});

test("a parameter that joins late is updated as if it were new", async () => {
  const [w, late, alone] = [weight(1), weight(1), weight(1)];
  late.requiresGrad = false; // frozen at first
  const both = new optim.Adam([w, late], { lr: 0.1 });
  const one = new optim.Adam([alone], { lr: 0.1 });
  for (let i = 0; i < 8; i++) {
    w.grad = tensor([1]);
    if (i >= 5) {
      late.requiresGrad = true;
      late.grad = alone.grad = tensor([i]);
    }
    both.step();
    if (i >= 5) one.step();
  }
  expect(await late.data()).toEqual(await alone.data());
});

describe("parameters", () => {
  test("mistakes have names", () => {
    expect(() => make(optim.SGD, [undefined], { lr: 1 })).toThrow("SGD: parameter 0 is no tensor; pass model.parameters()");
    expect(() => make(optim.SGD, null, { lr: 1 })).toThrow("SGD: expected a list of parameters, got null");
    expect(() => make(optim.SGD, [{ params: weight(1) }], { lr: 1 })).toThrow("parameter 0 is no tensor");
    expect(() => make(optim.SGD, [], { lr: 1 })).toThrow("there are no parameters");
    const w = weight(1);
    expect(() => make(optim.SGD, [{ params: [w] }, { params: [w] }], { lr: 1 })).toThrow("listed twice");
    expect(() => make(optim.SGD, [transpose(zeros([2, 3], { requiresGrad: false })).detach()], { lr: 1 })).toThrow("SGD: parameter 0 (Tensor([3, 2], float32)) is a strided view");
    expect(() => make(optim.SGD, [w], {})).toThrow("SGD: expected lr, a number, got none.");
    expect(() => make(optim.Adam, [w], { betas: [0.9] })).toThrow("Adam: betas must be 2 numbers in an array, got [0.9].");
    expect(() => make(optim.AdamW, [w], { betas: [0.9, 1] })).toThrow("AdamW: beta2 must be at least 0 and less than 1, got 1.");
    expect(() => make(optim.SGD, [w], { lr: 1, nesterov: true })).toThrow("nesterov needs momentum above 0");
    expect(() => make(optim.Rprop, [w], { etas: [1.2, 0.5] })).toThrow("Rprop: etas must be");
    expect(() => make(optim.Rprop, [w], { stepSizes: [1, 0.5] })).toThrow("the largest of stepSizes must be 1 or more, got 0.5");
  });

  test("of two types in one group", async () => {
    const [single, double] = [weight(1, 2, 3), nn.parameter(tensor([1, 2, 3], { dtype: "float64" }))];
    const optimizer = new optim.Adam([single, double], { lr: 0.1 });
    [single.grad, double.grad] = [tensor([1, 1, 1]), tensor([1, 1, 1], { dtype: "float64" })];
    optimizer.step();
    for (const p of [single, double]) expect(await p.array()).toEqual([0.9, 1.9, 2.9].map((v) => expect.closeTo(v, 6)));
  });

  test("the state of another optimiser is refused", () => {
    const w = weight(1);
    const adam = new optim.Adam([w]);
    w.grad = tensor([1]);
    adam.step();
    expect(() => new optim.SGD([w], { lr: 1 }).loadStateDict(adam.stateDict())).toThrow("SGD: there is no state m.0 (kinds: momentum); it was saved by another optimiser");
    expect(() => new optim.Adam([weight(1, 2)]).loadStateDict(adam.stateDict())).toThrow(/state m\.0 of shape \[1\] does not fit parameter 0 of shape \[2\]/);
  });
});

describe("coverage D6: weight decay", () => {
  /** Weights after three steps on gradients 1 and 1000, once with decay, once with decay/2 · ‖w‖² in the loss. */
  const pair = async (decayed: (w: Tensor) => optim.Optimizer<never>, plain: (w: Tensor) => optim.Optimizer<never>): Promise<[ArrayLike<number>, ArrayLike<number>]> => {
    const [a, b] = [weight(1, 1), weight(1, 1)];
    const [first, second] = [decayed(a), plain(b)];
    const slope = tensor([1, 1000]);
    for (let i = 0; i < 3; i++) {
      first.zeroGrad();
      a.mul(slope).sum().backward();
      first.step();
      second.zeroGrad();
      b.mul(slope).sum().add(b.square().sum().mul(0.05)).backward();
      second.step();
    }
    return [await a.data(), await b.data()];
  };

  test("in SGD is the penalty L2", async () => {
    const [decay, penalty] = await pair((w) => new optim.SGD([w], { lr: 0.001, weightDecay: 0.1 }) as never, (w) => new optim.SGD([w], { lr: 0.001 }) as never);
    Array.from(decay).forEach((value, i) => expect(value).toBeCloseTo(penalty[i], 6));
  });

  test("in AdamW is not: Adam divides the penalty by the size of the gradient, so large gradients hide it", async () => {
    const [decay, penalty] = await pair((w) => new optim.AdamW([w], { lr: 0.1, weightDecay: 0.1 }) as never, (w) => new optim.Adam([w], { lr: 0.1 }) as never);
    // Adam: each step is ±lr, whatever the penalty. AdamW: the weight loses a hundredth of itself besides.
    Array.from(penalty).forEach((value) => expect(value).toBeCloseTo(0.7, 3));
    const expected = [0, 1, 2].reduce((w) => w * (1 - 0.1 * 0.1) - 0.1, 1);
    Array.from(decay).forEach((value) => expect(value).toBeCloseTo(expected, 5));
  });
});

describe("warnings", () => {
  let heard: string[] = [];
  beforeEach(() => {
    heard = [];
    onWarning((code, message) => void heard.push(`${code}: ${message}`));
  });
  afterEach(() => onWarning());

  test("gradients that are never cleared", () => {
    const w = weight(1);
    const optimizer = new optim.SGD([w], { lr: 0.1 });
    for (let i = 0; i < 3; i++) {
      w.square().sum().backward();
      optimizer.step();
    }
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatch(/^gradientsNeverCleared: SGD: the gradient of parameter 0 \(Tensor\(\[1\], float32, requiresGrad\)\) still holds .* Call optimizer\.zeroGrad\(\)/);
  });

  test("not when gradients are gathered, assigned, overwritten, or used by two optimisers", () => {
    const w = weight(1);
    const optimizer = new optim.SGD([w], { lr: 0.1 });
    const other = new optim.Adam([w]);
    for (let i = 0; i < 3; i++) {
      for (let k = 0; k < 4; k++) w.square().sum().backward();
      optimizer.step();
      other.step();
      optimizer.zeroGrad();
    }
    for (let i = 0; i < 3; i++) {
      w.grad = tensor([1]);
      optimizer.step();
    }
    for (let i = 0; i < 3; i++) {
      noGrad(() => w.grad?.copyFrom(zeros([1])));
      w.square().sum().backward();
      optimizer.step();
    }
    expect(heard).toEqual([]);
  });

  test("a parameter that the loss does not reach", () => {
    const [used, lost, frozen] = [weight(1), weight(1, 2), weight(1)];
    frozen.requiresGrad = false;
    const optimizer = new optim.SGD([used, frozen, lost], { lr: 0.1 });
    optimizer.step(); // before any backward: nobody has one
    expect(heard).toEqual([]);
    for (let i = 0; i < 2; i++) {
      optimizer.zeroGrad();
      used.square().sum().backward();
      optimizer.step();
    }
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatch(/^parameterWithoutGradient: SGD: parameter 2 \(Tensor\(\[2\], float32, requiresGrad\)\) has no gradient while others have/);
  });
});

describe("clipping", () => {
  test("a norm that is not finite names the gradient; or goes on if asked to", async () => {
    const [a, b, without] = [weight(1), weight(1, 2), weight(1)];
    a.grad = tensor([1]);
    b.grad = tensor([1, NaN]);
    expect(() => optim.clipGradNorm([a, without, b], { maxNorm: 1 })).toThrow(/clipGradNorm: the norm of the gradients is NaN: the first that is not finite is number 1 of 2, Tensor\(\[2\]/);
    expect(await a.grad.array()).toEqual([1]);
    optim.clipGradNorm([a, b], { maxNorm: 1, errorIfNonFinite: false });
    expect(await a.grad.array()).toEqual([NaN]);
    b.grad = tensor([1e30, 1]);
    expect(() => optim.clipGradNorm([b], { maxNorm: 1 })).toThrow("all are finite, but too large to be squared");
  });

  test("no gradient, no norm; mistakes have names", async () => {
    expect(await optim.clipGradNorm([weight(1)], { maxNorm: 1 }).item()).toBe(0);
    expect(() => optim.clipGradNorm([weight(1)], { maxNorm: -1 })).toThrow("clipGradNorm: maxNorm must be 0 or more, got -1");
    expect(() => optim.clipGradNorm([weight(1)], { maxNorm: 1, normType: 0 })).toThrow("normType must be above 0, got 0");
    expect(() => Reflect.apply(optim.clipGradNorm, undefined, [new nn.Linear(1, 1), { maxNorm: 1 }])).toThrow("got Linear; pass model.parameters()");
    expect(() => Reflect.apply(optim.clipGradValue, undefined, [[3], { clipValue: 1 }])).toThrow("clipGradValue: parameter 0 is no tensor");
    expect(() => optim.clipGradValue([], { clipValue: -1 })).toThrow("clipValue must be 0 or more, got -1");
    expect(() => Reflect.apply(optim.clipGradNorm, undefined, [[weight(1)], 1])).toThrow("clipGradNorm: expected options such as { maxNorm: … }, got 1");
    expect(() => Reflect.apply(optim.clipGradNorm, undefined, [[weight(1)]])).toThrow("clipGradNorm: expected options such as { maxNorm: … }, got undefined");
    const w = weight(3, 4);
    w.grad = tensor([3, 4]);
    expect(await optim.clipGradNorm([w], { maxNorm: Infinity }).item()).toBe(5);
    expect(await w.grad.array()).toEqual([3, 4]);
  });

  test("values are cut, NaN stays", async () => {
    const w = weight(1, 2, 3);
    w.grad = tensor([-7, 0.5, NaN]);
    optim.clipGradValue([w, weight(1)], { clipValue: 1 });
    expect(await w.grad.array()).toEqual([-1, 0.5, NaN]);
  });
});

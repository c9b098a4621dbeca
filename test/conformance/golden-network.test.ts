/**
 * A small ConvNet with PyTorch's weights: state loads by PyTorch's names, and logits, loss, every parameter's gradient and
 * the running statistics are PyTorch's. Initialisers follow its formulas.
 */

import { fileURLToPath } from "node:url";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { crossEntropy, manualSeed, nn, tensor, zeros } from "../../src/index.js";
import { expectClose, golden, leaf, constant, type Packed, tolerances } from "../golden/golden.js";
import { decodeSafetensors } from "../../src/interop/safetensors.js";

interface Network {
  readonly x: Packed; readonly target: Packed; readonly logits: Packed; readonly loss: number;
  readonly gradients: Record<string, Packed>; readonly after: Record<string, Packed>; readonly evalLogits: Packed;
}
interface Initialisers {
  readonly cases: readonly {
    readonly shape: number[]; readonly fanIn: number; readonly fanOut: number; readonly xavierUniformBound: number; readonly xavierNormalStd: number;
    readonly kaimingUniformBound: number; readonly kaimingNormalStd: number; readonly defaultWeightBound: number; readonly defaultBiasBound: number;
  }[];
  readonly gains: Record<"relu" | "tanh" | "leaky_relu" | "sigmoid", number>;
  readonly observed: { readonly maxOverBound: number; readonly stdOverBound: number };
}

const network = golden<Network>("network.json");
const init = golden<Initialisers>("init.json");

function build(): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(2, 4, 3, { padding: 1 }), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2),
    new nn.Conv2d(4, 6, 3, { stride: 2, padding: 1, bias: false }), new nn.Tanh(), new nn.AvgPool2d(2), new nn.Flatten(),
    new nn.Linear(6, 5), new nn.ReLU(), new nn.Linear(5, 3),
  );
}

async function load(model: nn.Module): Promise<void> {
  const path = fileURLToPath(new URL("../golden/network.safetensors", import.meta.url));
  const { tensors } = decodeSafetensors(await readFile(path), path);
  const packed = [...tensors].map(([name, { dtype, shape, data }]) => [name, tensor(data, { dtype, shape })] as const);
  model.loadStateDict(new Map(packed));
}

test("state loads by PyTorch's names; logits, loss, gradients and running statistics are PyTorch's", async () => {
  const model = build();
  await load(model);
  const tolerance = { relative: 1e-4, absolute: 2e-6 };
  const x = leaf(network.x, "float32");
  const logits = model.forward(x);
  await expectClose(logits, network.logits, tolerance, "logits");
  const loss = crossEntropy(logits, constant(network.target, "int32"));
  expect(await loss.item()).toBeCloseTo(network.loss, 5);
  loss.backward();
  expect(Array.from(model.namedParameters(), ([name]) => name)).toEqual(Object.keys(network.gradients));
  for (const [name, p] of model.namedParameters()) await expectClose(p.grad, network.gradients[name], tolerance, name);
  const state = model.stateDict();
  for (const [name, value] of Object.entries(network.after)) await expectClose(state.get(name) ?? null, value, tolerances.float32, name);
  model.eval();
  await expectClose(model.forward(x), network.evalLogits, tolerance, "logits in evaluation");
});

test("strict loading names every missing, unexpected and misshaped entry at once", async () => {
  const model = build();
  const state = new Map(model.stateDict());
  state.delete("0.weight");
  state.set("7.extra", constant({ shape: [1], data: [0] }, "float32"));
  state.set("10.bias", constant({ shape: [2], data: [0, 0] }, "float32"));
  for (const name of ["0.weight", "7.extra", "10.bias"]) expect(() => model.loadStateDict(state)).toThrow(name);
});

/** Largest magnitude over the bound, and deviation over that of the uniform distribution, of many draws. */
async function spread(t: { data(): Promise<ArrayLike<number>> }, bound: number): Promise<{ reach: number; deviation: number }> {
  const values = Array.from(await t.data());
  const square = values.reduce((total, v) => total + v * v, 0) / values.length;
  return { reach: Math.max(...values.map(Math.abs)) / bound, deviation: Math.sqrt(square) / (bound / Math.sqrt(3)) };
}

test("Linear and Conv2d start like PyTorch's: U(−1/√fanIn, 1/√fanIn) for weights and biases", async () => {
  manualSeed(3);
  for (const { shape, fanIn, defaultWeightBound, defaultBiasBound } of init.cases) {
    expect(defaultWeightBound).toBeCloseTo(1 / Math.sqrt(fanIn), 12);
    const wide = Math.ceil(20_000 / fanIn); // many outputs, so that statistics are sharp; the bound depends on fan-in alone
    const layer = shape.length === 2 ? new nn.Linear(shape[1], wide) : new nn.Conv2d(shape[1], wide, [shape[2], shape[3]]);
    const weight = await spread(layer.weight, defaultWeightBound);
    expect(weight.reach).toBeLessThanOrEqual(1 + 1e-6);
    expect(weight.reach).toBeGreaterThan(0.99);
    expect(Math.abs(weight.deviation - 1)).toBeLessThan(0.02);
    const bias = await spread(layer.bias!, defaultBiasBound);
    expect(bias.reach).toBeLessThanOrEqual(1 + 1e-6);
    expect(bias.reach).toBeGreaterThan(0.9);
  }
  // What PyTorch's own layer showed on many draws, so that the formula above is not only ours.
  expect(init.observed.maxOverBound).toBeCloseTo(1, 3);
  expect(init.observed.stdOverBound).toBeCloseTo(1 / Math.sqrt(3), 2);
});

test("initialisers have PyTorch's fans, bounds and deviations", async () => {
  manualSeed(4);
  const root = Math.sqrt(3);
  for (const golden of init.cases) {
    const weight = zeros(golden.shape);
    expect(nn.init.fans(weight)).toEqual({ fanIn: golden.fanIn, fanOut: golden.fanOut });
    // Bounds of uniform ones; deviation times √3 of normal ones, so that `spread` gives a deviation of 1 for both.
    const makers = {
      xavierUniform: golden.xavierUniformBound,
      kaimingUniform: golden.kaimingUniformBound,
      xavierNormal: golden.xavierNormalStd * root,
      kaimingNormal: golden.kaimingNormalStd * root,
    };
    for (const [name, bound] of Object.entries(makers)) {
      const { reach, deviation } = await spread(nn.init[name as keyof typeof makers](weight), bound);
      if (name.endsWith("Uniform")) expect(reach, name).toBeLessThanOrEqual(1 + 1e-6);
      expect(Math.abs(deviation - 1), `${name} of ${golden.shape}`).toBeLessThan(5 / Math.sqrt(weight.size));
    }
  }
  expect(nn.init.gain("relu")).toBeCloseTo(init.gains.relu, 12);
  expect(nn.init.gain("tanh")).toBeCloseTo(init.gains.tanh, 12);
  expect(nn.init.gain("leakyRelu")).toBeCloseTo(init.gains.leaky_relu, 12);
  expect(nn.init.gain("sigmoid")).toBeCloseTo(init.gains.sigmoid, 12);
});

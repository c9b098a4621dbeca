/** Ten layers of 500 units and unit Gaussian data: what arrives in each layer, on the way up and on the way down. */

import { cast, Generator, type Lab, nn, noGrad, plot, randn, step, type Tensor } from "nabla";

export type Activation = "tanh" | "relu";

/** The deviations of the lecture; the last two follow from the number of inputs n. */
export const schemes = {
  "σ = 0.01": () => 0.01,
  "σ = 1": () => 1,
  "Xavier, Var = 1/n": (n: number) => Math.sqrt(1 / n),
  "Kaiming, Var = 2/n": (n: number) => Math.sqrt(2 / n),
} as const;
export type Scheme = keyof typeof schemes;

/** What is measured in each layer. */
export interface Layers {
  /** Activations, of a few samples, for a histogram. */
  readonly activations: number[][];
  /** Standard deviation, and root mean square, of the activations. */
  readonly deviations: number[];
  readonly sizes: number[];
  /** Share of |activation| > 0.99. */
  readonly saturated: number[];
  /** Mean of the activation's derivative, for tanh 1 − y². */
  readonly slopes: number[];
  /** Root mean square of ∂L/∂W, where L is the mean of the last layer times fixed random numbers. */
  readonly gradients: number[];
}

/** Names of generators, so that each part draws the same whatever the others do. */
const seeded = (seed: number, name: string): Generator => new Generator(seed).fork(name);

export async function measureLayers(activation: Activation, scheme: Scheme, { depth, width, samples, seed }: { depth: number; width: number; samples: number; seed: number }): Promise<Layers> {
  const layers = Array.from({ length: depth }, (_, i) => {
    const layer = new nn.Linear(width, width, { bias: false });
    nn.init.normalInit(layer.weight, 0, schemes[scheme](width), { generator: seeded(seed, `layer ${i}`) });
    return layer;
  });
  const x = randn([samples, width], { generator: seeded(seed, "data") });
  const direction = randn([samples, width], { generator: seeded(seed, "direction") });
  return step(async () => {
    const outputs: Tensor[] = [];
    let y = x;
    for (const layer of layers) {
      const s = layer.forward(y);
      y = activation === "tanh" ? s.tanh() : s.relu();
      outputs.push(y);
    }
    y.mul(direction).mean().backward();
    const number = (t: Tensor): Promise<number> => t.item();
    const each = <T>(list: readonly Tensor[], measure: (t: Tensor) => Promise<T>): Promise<T[]> => Promise.all(list.map((t) => noGrad(() => measure(t))));
    return {
      activations: await each(outputs, async (t) => Array.from(await t.slice({ end: 20 }).data())),
      deviations: await each(outputs, (t) => number(t.sub(t.mean()).square().mean().sqrt())),
      sizes: await each(outputs, (t) => number(t.square().mean().sqrt())),
      saturated: await each(outputs, (t) => number(cast(t.abs().gt(0.99), "float32").mean())),
      slopes: await each(outputs, (t) => number(activation === "tanh" ? t.square().neg().add(1).mean() : cast(t.gt(0), "float32").mean())),
      gradients: await each(layers.map(({ weight }) => weight.grad!), (t) => number(t.square().mean().sqrt())),
    };
  });
}

/** One histogram for each layer; exact zeros are left out. */
export async function drawHistograms(title: string, { activations }: Layers, range: readonly [number, number]): Promise<plot.Figure> {
  return plot.histograms(Object.fromEntries(activations.map((values, i) => [`layer ${i + 1}`, values.filter((value) => value !== 0)])), { title, arrangement: "ridges", bins: 60, x: { label: "activation", range } });
}

export async function compareSchemes(lab: Lab<{ depth: number; width: number; samples: number }>): Promise<Record<Activation, Record<Scheme, Layers>>> {
  const found: Record<string, Record<string, Layers>> = {};
  const names = Object.keys(schemes) as Scheme[];
  for (const activation of ["tanh", "relu"] as const) {
    found[activation] = {};
    for (const [i, name] of names.entries()) {
      await lab.progress(i, names.length, activation);
      found[activation][name] = await measureLayers(activation, name, { ...lab.settings, seed: 0 });
    }
  }
  return found as Record<Activation, Record<Scheme, Layers>>;
}

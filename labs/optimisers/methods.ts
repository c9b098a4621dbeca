/** What all parts share: the methods by name, and what is counted on their ways. */

import { optim, type Tensor } from "nabla";

export type Methods = Readonly<Record<string, optim.Method>>;
export type Runs = Readonly<Record<string, optim.Minimum>>;

export const float64 = { dtype: "float64" } as const;

/** Methods that see the whole loss, with line searches. */
export const fullBatch = {
  "gradient descent": (p) => new optim.GradientDescent(p),
  "conjugate gradient": (p) => new optim.NonlinearConjugateGradient(p),
  Newton: (p) => new optim.Newton(p),
  BFGS: (p) => new optim.BFGS(p),
  "L-BFGS": (p) => new optim.LBFGS(p),
} satisfies Methods;

/** One rate for all directions. */
export const oneRate = (lr: number): Methods => ({
  SGD: (p) => new optim.SGD(p, { lr }),
  momentum: (p) => new optim.SGD(p, { lr, momentum: 0.9 }),
  Nesterov: (p) => new optim.SGD(p, { lr, momentum: 0.9, nesterov: true }),
});

/** A rate for each direction. */
export const rateForEach = (lr: number): Methods => ({
  Adagrad: (p) => new optim.Adagrad(p, { lr }),
  Adadelta: (p) => new optim.Adadelta(p, { lr: 10 * lr }),
  RMSProp: (p) => new optim.RMSprop(p, { lr: lr / 3, alpha: 0.9 }),
  Adam: (p) => new optim.Adam(p, { lr }),
  AMSGrad: (p) => new optim.Adam(p, { lr, amsgrad: true }),
  AdaMax: (p) => new optim.Adamax(p, { lr }),
  Nadam: (p) => new optim.NAdam(p, { lr }),
});

export async function runAll(f: (x: Tensor) => Tensor, start: number[], methods: Methods, maxIterations: number): Promise<Runs> {
  const runs: Record<string, optim.Minimum> = {};
  for (const [name, method] of Object.entries(methods)) runs[name] = await optim.minimize(f, start, { method, maxIterations });
  return runs;
}

export const pick = (runs: Runs, names: readonly string[]): Runs => Object.fromEntries(names.map((name) => [name, runs[name]]));

/** The ways for a contour plot. */
export const ways = (runs: Runs): { name: string; points: number[][] }[] => Object.entries(runs).map(([name, { history }]) => ({ name, points: history.map(({ x }) => x) }));

/** Names, the one with the smallest number first. */
export const byNumber = (numbers: Readonly<Record<string, number>>): string[] => Object.keys(numbers).toSorted((a, b) => numbers[a] - numbers[b]);

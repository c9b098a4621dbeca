/** The network of two layers made of the library's layers, and the way between its tensors and plain numbers. */

import { cast, Generator, nn, tensor, type Tensor } from "nabla";
import type { Parameters } from "./byHand.js";

export const float64 = { dtype: "float64" } as const;

/** Every parameter uniform in [0, 1), as the assignment's program draws them. */
export function initial(units: number, seed: number): Parameters {
  const random = new Generator(seed).fork(`start with ${units} units`);
  const draw = (count: number): number[] => Array.from({ length: count }, () => random.float());
  return { wi: draw(2 * units), bi: draw(units), wo: draw(units), bo: random.float() };
}

/** Wi, bi, Wo, bo one after the other. */
export const flat = ({ wi, bi, wo, bo }: Parameters): number[] => [...wi, ...bi, ...wo, bo];

/** The parameters as tensors, in the shapes of nn.Linear. */
export const tensorsOf = ({ wi, bi, wo, bo }: Parameters): { wi: Tensor; bi: Tensor; wo: Tensor; bo: Tensor } => ({
  wi: tensor(wi, { ...float64, shape: [bi.length, 2], requiresGrad: true }),
  bi: tensor(bi, { ...float64, requiresGrad: true }),
  wo: tensor(wo, { ...float64, shape: [1, bi.length], requiresGrad: true }),
  bo: tensor([bo], { ...float64, requiresGrad: true }),
});

/** The same network of layers. */
export function network(parameters: Parameters): nn.Sequential {
  const units = parameters.bi.length;
  const net = new nn.Sequential(new nn.Linear(2, units, float64), new nn.ReLU(), new nn.Linear(units, 1, float64));
  const { wi, bi, wo, bo } = tensorsOf(parameters);
  net.loadStateDict(new Map([["0.weight", wi], ["0.bias", bi], ["2.weight", wo], ["2.bias", bo]]));
  return net;
}

/** The parameters as plain numbers. */
export async function read(net: nn.Sequential): Promise<Parameters> {
  const values: number[][] = [];
  for (const parameter of net.stateDict().values()) values.push(Array.from(await parameter.data()));
  const [wi, bi, wo, [bo]] = values;
  return { wi, bi, wo, bo };
}

/** Scores of float32 points, for pictures. */
export const scores = (net: nn.Sequential) => (points: Tensor): Tensor => net.forward(cast(points, "float64"));

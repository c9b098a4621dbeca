/** The temperature of a building: the model that is taken for the truth, noisy days from it, and how two sets of weights compare. */

import { concat, type Generator, ones, tensor, type Tensor } from "nabla";

export const float64 = { dtype: "float64" } as const;

/** What the temperature of a building is made of: a constant, and so much for each degree outside, percent of humidity, person and percent of sun. */
export const truth = [0.2, 0.64, 0, 1, 0.14];
export const features = ["outside", "humidity", "people", "sun"];

/** Days with their weather, and the temperature inside with normal noise. */
export function buildings(count: number, noise: number, random: Generator): { readonly x: Tensor; readonly y: Tensor } {
  const rows = Array.from({ length: count }, () => [-10 + 40 * random.float(), 20 + 70 * random.float(), random.integer(10), 100 * random.float()]);
  const targets = rows.map((row) => truth[0] + row.reduce((total, value, i) => total + value * truth[i + 1], 0) + noise * random.normal());
  return { x: tensor(rows, float64), y: tensor(targets, float64) };
}

/** A column of ones in front, so that θ₀ is a weight like the others. */
export const withOnes = (x: Tensor): Tensor => concat([ones([x.shape[0], 1], float64), x], 1);

export const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
export const parameters = async ({ coef, intercept }: { readonly coef: Tensor; readonly intercept: Tensor }): Promise<number[]> => [await intercept.item(), ...(await coef.data())];

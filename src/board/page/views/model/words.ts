/** Numbers of models in words. */

import { numberText } from "../../../../plot/numberText.js";

export { bytesText as bytes } from "../../../../base/unitText.js";

/** 1,191,170. */
export const count = (n: number): string => n.toLocaleString("en-US");

/** 12.3 M, for places with little room. */
export function short(n: number): string {
  const [divisor, sign] = n >= 1e9 ? [1e9, " G"] : n >= 1e6 ? [1e6, " M"] : n >= 1e4 ? [1e3, " k"] : [1, ""];
  return divisor === 1 ? count(n) : `${(n / divisor).toPrecision(3)}${sign}`;
}

/** "64 × 32 × 32"; a scalar has no axes. */
export const shape = (axes: readonly number[]): string => (axes.length === 0 ? "one number" : axes.join(" × "));

export const percent = (share: number): string => (share === 0 ? "0 %" : share < 0.001 ? "< 0.1 %" : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`);

export const value = (v: number | null): string => (v === null ? "not finite" : numberText(v, 3));

export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

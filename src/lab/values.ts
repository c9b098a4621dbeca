/** Numbers as tables of results show them. */

import type { ClaimValue } from "./claims.js";

/** A number with five digits that count, more in front of the point where it has them; a real minus sign. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return withSign(value, size.toLocaleString("en-US"));
  if (size >= 1e-4 && size < 1e15) return withSign(value, size >= 1e4 ? Math.round(size).toLocaleString("en-US") : String(Number(size.toPrecision(5))));
  const [digits, exponent] = size.toExponential(3).split("e");
  return withSign(value, `${Number(digits) === 1 ? "" : `${Number(digits)}·`}10${raised(Number(exponent))}`);
}

const withSign = (value: number, text: string): string => (value < 0 ? `−${text}` : text);
const raised = (exponent: number): string => [...String(exponent)].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)])).join("");

/** What a cell of a table shows. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

/** The value of a claim with its unit: `69.5 %`, `(4, 4, −2)`, `CNN, bag of words`. */
export function valueText(value: ClaimValue | undefined, unit?: string): string {
  if (value === undefined) return "–";
  const text = Array.isArray(value) ? (typeof value[0] === "string" ? value.join(", ") : `(${withoutNoise(value as number[]).map(cellText).join(", ")})`) : cellText(value);
  return unit === undefined ? text : `${text} ${unit}`;
}

/** What is nothing beside the largest, such as 10⁻¹⁷ where a sum should vanish, is 0. */
function withoutNoise(values: readonly number[]): number[] {
  const largest = Math.max(...values.map(Math.abs));
  return values.map((value) => (Math.abs(value) < 1e-12 * largest ? 0 : value));
}

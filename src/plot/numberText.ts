/** Numbers for readers: a true minus sign, powers of ten as superscripts, no digits that say nothing. */

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 10ⁿ as text. */
export const powerOfTen = (exponent: number): string =>
  `10${exponent < 0 ? "⁻" : ""}${Array.from(String(Math.abs(exponent)), (digit) => superscripts[Number(digit)]).join("")}`;

/** With a true minus, and narrow spaces between the thousands from 10 000 on. */
const written = (text: string): string => text.replace(/^-/, "−").replace(/(?<![\d.])\d{5,}/, (whole) => whole.replaceAll(/(?<=\d)(?=(\d{3})+$)/g, "\u202f"));

const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A value with about `digits` significant digits: 0.1234, −12.3, 1.2×10⁻⁵. */
export function numberText(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    const factor = written(trimmed(mantissa));
    return factor === "1" ? powerOfTen(Number(exponent)) : `${factor}×${powerOfTen(Number(exponent))}`;
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return written(trimmed(value.toFixed(decimals)));
}

/** A value with `decimals` decimals, all of them written. */
export const fixedText = (value: number, decimals: number): string => {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : written(text);
};

/**
 * How to write values that stand side by side: all with the decimals that the largest needs for so many digits (of
 * one below 1, the 0 counts), unless they differ too much in size.
 * @param options.factor what each is multiplied by
 */
export function alikeText(values: readonly number[], { digits = 3, factor = 1 }: { readonly digits?: number; readonly factor?: number } = {}): (value: number) => string {
  const sizes = values.filter((v) => Number.isFinite(v) && v !== 0).map((v) => Math.abs(factor * v));
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const exponent = Math.floor(Math.log10(most));
  const decimals = sizes.every((v) => Number.isInteger(v)) ? 0 : Math.max(0, digits - 1 - (exponent === -1 ? 0 : exponent));
  const alike = most < 1e6 && most >= 1e-3 && least >= 10 ** -decimals;
  return (value) => (alike ? fixedText(factor * value, decimals) : numberText(factor * value, digits));
}

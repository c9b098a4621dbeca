/**
 * What the comment `// → value` promises. A tensor is compared by its numbers, an error by its class and the beginning of its
 * message, everything else as JavaScript would write it. Numbers may differ by half a unit of the last digit that is printed.
 */

import { Tensor } from "../../src/index.js";

/** Throws unless `run` gives (or, for `→ throws Name: message`, throws) what `expected` says; `…` at its end leaves the rest open. */
export async function check(run: () => unknown, expected: string): Promise<void> {
  const wanted = expected.startsWith("throws ");
  let got: string;
  try {
    got = await show(await run());
  } catch (error) {
    if (!wanted || !(error instanceof Error)) throw error;
    got = `throws ${error.name}: ${error.message}`;
  }
  if (!agrees(got, wanted ? `${expected.replace(/…$/, "")}…` : expected)) throw new Error(`the comment says → ${expected}, but it is ${got}`);
}

/** A value as text, tensors as nested lists. */
export async function show(value: unknown): Promise<string> {
  if (value instanceof Tensor) {
    const text = JSON.stringify(await value.array(), (_, v: unknown) => (typeof v === "number" && !Number.isFinite(v) ? String(v) : v));
    return value.dtype === "bool" ? text.replaceAll("0", "false").replaceAll("1", "true") : text;
  }
  if (value instanceof Map) return show(Object.fromEntries(value));
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === "object" && value !== null) {
    if (Array.isArray(value) || ArrayBuffer.isView(value) || Symbol.iterator in value) {
      const items = await Promise.all(Array.from(value as Iterable<unknown>, show));
      return `[${items.join(", ")}]`;
    }
    if (value.toString !== Object.prototype.toString) return String(value);
    const fields = await Promise.all(Object.entries(value).map(async ([key, field]) => `${key}: ${await show(field)}`));
    return `{ ${fields.join(", ")} }`;
  }
  return String(value);
}

const numberPattern = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

function tokens(text: string): string[] {
  return text.replaceAll("−", "-").replaceAll("∞", "Infinity").match(/-?\d+(\.\d+)?(e[+-]?\d+)?|-?Infinity|\w+|[^\s"'\w]/g) ?? [];
}

/** Equal but for white space, quotation marks and digits that `expected` does not print. */
export function agrees(got: string, expected: string): boolean {
  const open = expected.trimEnd().endsWith("…");
  const want = tokens(open ? expected.trimEnd().slice(0, -1) : expected);
  const have = tokens(got);
  if (open ? have.length < want.length : have.length !== want.length) return false;
  return want.every((token, i) => (numberPattern.test(token) && numberPattern.test(have[i]) ? near(Number(have[i]), token) : token === have[i]));
}

function near(value: number, printed: string): boolean {
  const [mantissa, exponent = "0"] = printed.split("e");
  const decimals = mantissa.split(".")[1]?.length ?? 0;
  const whole = decimals === 0 && exponent === "0";
  const tolerance = whole ? 1e-5 * Math.max(1, Math.abs(Number(printed))) : 0.501 * 10 ** (Number(exponent) - decimals);
  return Math.abs(value - Number(printed)) <= tolerance;
}

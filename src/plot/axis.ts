/** Axis: from values to pixels, and where its ticks lie. */

import { scaleLinear, scaleLog } from "d3-scale";
import { ValueError } from "../base/errors.js";
import { fixedText, numberText, powerOfTen } from "./numberText.js";
import type { AxisOptions } from "./options.js";

export interface Tick {
  readonly value: number;
  /** Empty for the small ticks between the decades of a log axis. */
  readonly label: string;
}

export interface Axis {
  readonly options: AxisOptions;
  readonly domain: readonly [low: number, high: number];
  /** About `count` ticks, as many as lie well. */
  ticks(count: number): readonly Tick[];
  /** Maps the domain onto these pixels. */
  scale(range: readonly [from: number, to: number]): (value: number) => number;
}

export interface AxisInit {
  readonly chart: string;
  readonly name: "x" | "y";
  readonly options?: AxisOptions;
  /** All values that it must show; what is not finite does not count. */
  readonly values: Iterable<number>;
  /** How far the ends lie beyond the data: a fraction of their extent, or up to the next tick. Default: to the next tick. */
  readonly room?: number;
}

/** An axis over `values`. @throws ValueError if it is a log axis and a value is not positive. */
export function axisOf({ chart, name, options = {}, values, room }: AxisInit): Axis {
  const log = options.scale === "log";
  let [low, high] = [Infinity, -Infinity];
  let whole = true;
  let any = false;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (log && value <= 0) {
      throw new ValueError(`${chart}: a log axis has positive numbers only, but ${name} has ${value}; leave it out, or use scale: "linear".`);
    }
    low = Math.min(low, value);
    high = Math.max(high, value);
    whole &&= Number.isInteger(value);
    any = true;
  }
  if (options.range !== undefined) [low, high] = options.range;
  else [low, high] = spread(low, high, log, room);
  return log ? logAxis(options, [low, high]) : linearAxis(options, [low, high], any && whole && options.format !== "percent");
}

/** Ends of an axis for data from `low` to `high`. */
function spread(low: number, high: number, log: boolean, room: number | undefined): [number, number] {
  if (low > high) return log ? [1, 10] : [0, 1];
  if (log) {
    const extent = Math.log10(high) - Math.log10(low);
    // A decade around a single value; elsewhere a little air, as far as numbers go: what diverges comes near their end.
    const air = 10 ** (extent < 1e-9 ? 0.5 : (room ?? 0.05) * extent);
    return [Math.max(low / air, Number.MIN_VALUE), Math.min(high * air, Number.MAX_VALUE)];
  }
  // So small an extent cannot be told from rounding.
  if (high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high))) {
    const half = low === 0 ? 1 : Math.abs(low) / 10;
    return [low - half, high + half];
  }
  if (room === undefined) return scaleLinear([low, high], [0, 1]).nice(6).domain() as [number, number];
  return [low - room * (high - low), high + room * (high - low)];
}

function linearAxis(options: AxisOptions, domain: readonly [number, number], whole: boolean): Axis {
  const percent = options.format === "percent";
  const times = percent ? 100 : 1;
  const shownDomain = domain.map((end) => times * end);
  return {
    options: percent && options.unit === undefined ? { ...options, unit: "%" } : options,
    domain,
    ticks(count) {
      const values = scaleLinear(shownDomain, [0, 1]).ticks(count).filter((value) => !whole || Number.isInteger(value));
      const step = values.length > 1 ? values[1] - values[0] : Math.abs(values[0] ?? 1);
      const largest = Math.max(...shownDomain.map(Math.abs));
      const plain = largest < 1e6 && step >= 1e-4;
      const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
      return values.map((value) => ({ value: value / times, label: plain ? fixedText(value, decimals) : numberText(value, digitsApart(largest, step)) }));
    },
    scale: (range) => scaleLinear([...domain], [...range]),
  };
}

/** Digits with which numbers up to `largest` that lie `step` apart have different texts; at least 3. */
const digitsApart = (largest: number, step: number): number => Math.max(3, Math.floor(Math.log10(largest) + 1e-9) - Math.floor(Math.log10(step) + 1e-9) + 1);

function logAxis(options: AxisOptions, domain: readonly [number, number]): Axis {
  const [first, last] = [Math.ceil(Math.log10(domain[0]) - 1e-9), Math.floor(Math.log10(domain[1]) + 1e-9)];
  // Few decades of ordinary numbers are written out.
  const plain = first >= -3 && last <= 4;
  const decade = (exponent: number): string => (plain ? numberText(10 ** exponent) : powerOfTen(exponent));
  const power = (exponent: number): number => Number(`1e${exponent}`);
  const inside = (value: number): boolean => Number.isFinite(value) && value >= domain[0] * (1 - 1e-9) && value <= domain[1] * (1 + 1e-9);
  return {
    options,
    domain,
    ticks(count) {
      const decades = last - first + 1;
      if (decades < 1 || (decades === 1 && count > 2 && domain[1] / domain[0] < 5)) {
        const values = scaleLinear([...domain], [0, 1]).ticks(count).filter((value) => value > 0);
        return values.map((value) => ({ value, label: numberText(value, digitsApart(domain[1], values.length > 1 ? values[1] - values[0] : value)) }));
      }
      const every = Math.ceil(decades / Math.max(2, count));
      const between = decades <= 2 && count >= 4 ? [2, 5] : [];
      const ticks: Tick[] = [];
      for (let exponent = first - 1; exponent <= last; exponent++) {
        for (let digit = 1; digit <= 9; digit++) {
          const value = digit * power(exponent);
          if (!inside(value)) continue;
          if (digit === 1) ticks.push({ value, label: (exponent - first) % every === 0 ? decade(exponent) : "" });
          else if (every === 1) ticks.push({ value, label: between.includes(digit) ? numberText(value) : "" });
        }
      }
      return ticks;
    },
    scale: (range) => scaleLog([...domain], [...range]),
  };
}

/** Label and unit of an axis. */
export function axisTitle({ label, unit }: AxisOptions): string {
  if (unit === undefined || unit === "") return label ?? "";
  return label === undefined || label === "" ? unit : `${label} (${unit})`;
}

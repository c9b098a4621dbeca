/** Sparkline: the course of one value as a line in a row of text. */

import { metricText } from "./text.js";

export interface SparklineProps {
  readonly values: readonly (number | null)[];
  /** What the values are. */
  readonly name: string;
  readonly width?: number;
  readonly height?: number;
}

/** "from 0.5 to 0.9"; "" without values. */
export function courseText(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? "" : known.length === 1 ? metricText(known[0]) : `from ${metricText(known[0])} to ${metricText(known.at(-1))}`;
}

export function Sparkline({ values, name, width = 96, height = 24 }: SparklineProps): preact.JSX.Element | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (i: number): number => 2 + (values.length === 1 ? (width - 4) / 2 : (i / (values.length - 1)) * (width - 4));
  const y = (value: number): number => (high > low ? height - 3 - ((value - low) / (high - low)) * (height - 6) : height / 2);
  let d = "";
  let open = false;
  for (const [i, value] of values.entries()) {
    if (value !== null) d += `${open ? "L" : "M"}${x(i).toFixed(1)},${y(value).toFixed(1)}`;
    open = value !== null;
  }
  const last = values.findLastIndex((value) => value !== null);
  return (
    <svg class="sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${name}, ${courseText(values)}`}>
      <path d={d} fill="none" stroke="var(--series1)" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" />
      <circle cx={x(last)} cy={y(values[last]!)} r="2.2" fill="var(--series1)" />
    </svg>
  );
}

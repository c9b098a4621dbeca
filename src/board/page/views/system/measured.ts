/** What runs measured of their own work, by epoch. */

import { numberText } from "../../../../plot/numberText.js";
import type { Series, SeriesAnswer } from "../../../protocol.js";

/** In the order of a step. */
export const phases = ["data", "forward", "backward", "optimizer", "validation"] as const;

export type Phase = (typeof phases)[number] | "other";

/** As they are written in tables and sentences. */
export const phaseNames: Readonly<Record<Phase, string>> = {
  data: "waiting for data",
  forward: "forward",
  backward: "backward",
  optimizer: "optimiser",
  validation: "validation",
  other: "other",
};

export const tags: readonly string[] = [...phases.map((phase) => `phases/${phase}`), "seconds", "imagesPerSecond", "memory/tensors", "memory/process"];

/** Seconds of each epoch by phase. */
export interface Times {
  readonly epochs: readonly number[];
  readonly seconds: ReadonlyMap<Phase, readonly number[]>;
}

export interface Curve {
  readonly x: readonly number[];
  /** NaN where nothing was measured. */
  readonly y: readonly number[];
}

export interface Measured {
  readonly run: string;
  /** How the run is called on this page: its name, or its path where names are alike. */
  readonly name: string;
  /** Null without any. */
  readonly times: Times | null;
  readonly rate: Curve;
  readonly tensors: Curve;
  readonly process: Curve;
}

const none: Curve = { x: [], y: [] };

const curveOf = (series: Series | undefined): Curve => (series === undefined ? none : { x: series.x, y: series.y.map((value) => value ?? Number.NaN) });

/** What is left of an epoch counts as a phase of its own from this share on. */
const otherFrom = 0.005;

export function measuredOf(runs: readonly { readonly id: string; readonly name: string }[], { series }: SeriesAnswer): readonly Measured[] {
  return runs.map(({ id, name }) => {
    const own = new Map(series.filter(({ run }) => run === id).map((each) => [each.tag, each]));
    const twice = runs.filter((each) => each.name === name).length > 1;
    return { run: id, name: twice ? id : name, times: timesOf(own), rate: curveOf(own.get("imagesPerSecond")), tensors: curveOf(own.get("memory/tensors")), process: curveOf(own.get("memory/process")) };
  });
}

function timesOf(own: ReadonlyMap<string, Series>): Times | null {
  const by = (tag: string): ReadonlyMap<number, number> => {
    const { x, y } = curveOf(own.get(tag));
    return new Map(x.map((epoch, i) => [epoch, y[i]]));
  };
  const parts = phases.map((phase) => [phase, by(`phases/${phase}`)] as const);
  const epochs = [...new Set(parts.flatMap(([, values]) => [...values.keys()]))].toSorted((a, b) => a - b);
  if (epochs.length === 0) return null;
  const seconds = new Map<Phase, readonly number[]>(parts.map(([phase, values]) => [phase, epochs.map((epoch) => values.get(epoch) ?? Number.NaN)]));
  const whole = by("seconds");
  const rest = epochs.map((epoch, i) => Math.max(0, (whole.get(epoch) ?? Number.NaN) - phases.reduce((sum, phase) => sum + seconds.get(phase)![i], 0)));
  const known = [...whole.values()].reduce((a, b) => a + b, 0);
  if (known > 0 && rest.reduce((sum, value) => sum + (value || 0), 0) > otherFrom * known) seconds.set("other", rest);
  return { epochs, seconds };
}

export const mean = (values: readonly number[]): number => {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? Number.NaN : finite.reduce((a, b) => a + b, 0) / finite.length;
};

export interface MeanTimes {
  readonly seconds: ReadonlyMap<Phase, number>;
  /** Of an epoch. */
  readonly total: number;
}

/** Seconds of a mean epoch. */
export function meanTimes({ seconds }: Times): MeanTimes {
  const means = new Map([...seconds].map(([phase, values]) => [phase, mean(values)] as const).filter(([, value]) => Number.isFinite(value)));
  return { seconds: means, total: [...means.values()].reduce((a, b) => a + b, 0) };
}

/** The largest part of a training step in a sentence; "" where nothing took time. */
export function largestPart(times: Times): string {
  const means = meanTimes(times).seconds;
  const steps = phases.filter((phase) => phase !== "validation").map((phase) => ({ phase, seconds: means.get(phase) ?? 0 }));
  const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  if (!(total > 0)) return "";
  const largest = steps.reduce((most, each) => (each.seconds > most.seconds ? each : most));
  const share = `${Math.round((100 * largest.seconds) / total)} % of a step is ${phaseNames[largest.phase]}`;
  return largest.phase === "data" ? `${share}: the network could train faster than its batches come.` : `${share}.`;
}

/**
 * Neighbouring epochs together, so that at most `most` columns are left: their names, such as "1–10", and the mean of each series.
 */
export function binned({ epochs, seconds }: Times, most: number): { readonly names: readonly string[]; readonly seconds: ReadonlyMap<Phase, readonly number[]> } {
  const width = Math.ceil(epochs.length / most);
  const starts = Array.from({ length: Math.ceil(epochs.length / width) }, (_, i) => i * width);
  const last = (start: number): number => Math.min(epochs.length, start + width) - 1;
  return {
    names: starts.map((start) => (last(start) === start ? String(epochs[start]) : `${epochs[start]}–${epochs[last(start)]}`)),
    seconds: new Map([...seconds].map(([phase, values]) => [phase, starts.map((start) => mean(values.slice(start, start + width)))])),
  };
}

/** "0.41 s", "12.3 ms". */
export const secondsText = (seconds: number): string => (seconds >= 0.1 || seconds === 0 ? `${numberText(seconds, 3)} s` : `${numberText(1000 * seconds, 3)} ms`);

export const bytesText = (bytes: number): string => (bytes < 1e9 ? `${numberText(bytes / 1e6, 3)} MB` : `${numberText(bytes / 1e9, 3)} GB`);

/** Trials: the same training from several starts, and what can be said of them together. */

import { data, type Lab, plot, tensor } from "nabla";
import type { Parameters, Points } from "./byHand.js";
import { network, scores } from "./network.js";
import { type Run, train } from "./training.js";

/** The double moon: −1 the half ring that is open downwards, 1 the one that is open upwards, here shifted to the left. */
function moons(samples: number, seed: number): Points {
  const { x, y } = data.doubleMoon({ samples, radius: 1.3, width: 0.68, distance: -0.47, seed }).fields;
  return { x: Float64Array.from(x.data, (value, i) => (i % 2 === 0 ? -value : value)), y: Float64Array.from(y.data, (label) => (label === 0 ? -1 : 1)) };
}

export interface TrialSettings {
  readonly samples: number;
  readonly steps: number;
  readonly every: number;
  readonly units: number;
  readonly rate: number;
}

/** What all parts of the lab share. */
export interface Trials {
  readonly training: Points;
  /** A run for each start; a combination that was run before is not run again. */
  readonly of: (each: { readonly units?: number; readonly rate?: number }) => Promise<Run[]>;
  readonly stepsAt: (rate: number) => number;
  /** The boundary that parameters draw between the moons. */
  readonly map: (parameters: Parameters, title: string, width?: number, height?: number) => Promise<plot.Figure>;
}

export function prepare(lab: Lab<TrialSettings>): Trials {
  const { samples, steps, every, rate, units } = lab.settings;
  const [training, validation] = [moons(samples, 1), moons(samples, 2)];
  const stepsAt = (each: number): number => (each <= 0.002 ? 3 * steps : steps);
  const done = new Map<string, Run>();
  const of: Trials["of"] = async (each) => {
    const plan = { units, rate, ...each };
    const runs: Run[] = [];
    for (const seed of lab.seeds) {
      const key = `units=${plan.units},rate=${plan.rate},start=${seed + 1}`;
      const run = done.get(key) ?? (await lab.memo(key, () => train(lab, { ...plan, seed, every, steps: stepsAt(plan.rate) }, training, validation)));
      done.set(key, run);
      runs.push(run);
    }
    return runs;
  };
  const points = tensor(training.x, { shape: [samples, 2] });
  const labels = tensor(Int32Array.from(training.y, (y) => (y > 0 ? 1 : 0)));
  const some = tensor(Array.from(training.y.keys()).filter((i) => i % 4 === 0), { dtype: "int32" });
  const frame = { points: points.indexSelect(0, some), labels: labels.indexSelect(0, some), classes: ["−1", "1"], x: { range: [-3.2, 1.9] }, y: { range: [-1.4, 1.9] }, samples: 90 } as const;
  const map: Trials["map"] = async (parameters, title, width = 330, height = 270) => plot.boundary(scores(network(parameters)), { ...frame, title, width, height });
  return { training, of, stepsAt, map };
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
export const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};
export const converged = (runs: readonly Run[]): number[] => runs.flatMap((run) => run.converged ?? []);
export const percent = (share: number): string => (100 * share).toFixed(1);

/** A row of a table of trials, as the assignment has them. */
export const row = (name: string, setting: number, runs: readonly Run[]): Record<string, string | number> => ({
  [name]: setting,
  "reach 0 %": `${runs.filter(({ training }) => training === 0).length} of ${runs.length}`,
  "training error (%)": runs.map(({ training }) => percent(training)).join(" · "),
  "validation error (%)": runs.map(({ validation }) => percent(validation)).join(" · "),
  "converged at step": runs.map((run) => run.converged?.toLocaleString("en-US") ?? "–").join(" · "),
});

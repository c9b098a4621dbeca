/** The same starts at several learning rates. */

import { type Lab, plot } from "nabla";
import type { Run } from "./training.js";
import { converged, mean, median, row, type Trials, type TrialSettings } from "./trials.js";

export async function compareRates(lab: Lab<TrialSettings & { readonly rates: readonly number[] }>, trials: Trials): Promise<void> {
  const { units, rates } = lab.settings;
  lab.text("### Learning rates");
  const byRate = new Map<number, Run[]>();
  for (const each of rates) byRate.set(each, await trials.of({ rate: each }));
  lab.table("rates", [...byRate].map(([each, runs]) => row("rate", each, runs)), `${units} hidden units. A run has converged when no look at it later found a wrong training point.`);
  lab.figure(
    "rates",
    plot.lines({
      title: "Training error by learning rate, mean over starts",
      x: { label: "step", scale: "log" },
      y: { label: "error", format: "percent" },
      series: [...byRate].map(([each, runs]) => ({ name: String(each), x: runs[0].curve.steps, y: runs[0].curve.steps.map((_, i) => mean(runs.map((run) => run.curve.training[i]))) })),
    }),
    "Too large a rate leaps about, or puts out all units at once and for good; the smaller the rate, the more steps it takes.",
  );
  const at = (each: number): readonly Run[] => byRate.get(each) ?? [];
  lab.claim("rate-2-converges", at(2).filter((run) => run.training === 0).length);
  lab.claim("rate-2-error", 100 * median(at(2).map((run) => run.training)));
  lab.claim("rate-0-2-error", 100 * median(at(0.2).map((run) => run.training)));
  lab.claim("rate-0-2-convergence", median(converged(at(0.2))));
  lab.claim("rate-0-002-convergence", median(converged(at(0.002))));
  lab.claim("rate-order", [0.2, 0.02, 0.002].map((each) => ({ name: String(each), at: median(converged(at(each))) })).filter((each) => Number.isFinite(each.at)).toSorted((a, b) => a.at - b.at).map(({ name }) => name));
}

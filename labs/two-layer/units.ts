/** The same starts with more and fewer hidden units. */

import { type Lab, plot } from "nabla";
import type { Run } from "./training.js";
import { converged, deviation, mean, median, percent, row, type Trials, type TrialSettings } from "./trials.js";

export async function compareUnits(lab: Lab<TrialSettings & { readonly hidden: readonly number[] }>, trials: Trials): Promise<void> {
  const { rate, hidden } = lab.settings;
  lab.text("### Hidden units");
  const byUnits = new Map<number, Run[]>();
  for (const each of hidden) byUnits.set(each, await trials.of({ units: each }));
  lab.table("hidden", [...byUnits].map(([each, runs]) => row("units", each, runs)), `Learning rate ${rate}.`);
  const errors = [...byUnits.values()].map((runs) => runs.map((run) => run.training));
  lab.figure(
    "hidden",
    plot.lines({ title: "Error at the end by hidden units", x: { label: "hidden units", scale: "log" }, y: { label: "error", format: "percent" }, series: [{ name: "", x: hidden, y: errors.map(mean), deviation: errors.map(deviation), validation: [...byUnits.values()].map((runs) => mean(runs.map((run) => run.validation))), points: true }] }),
    "Mean and deviation over the starts. One or two units make a line or one fold, and no more; with a hundred, some start right wherever the draw falls.",
  );
  const maps: plot.Figure[] = [];
  for (const [each, [first]] of byUnits) maps.push(await trials.map(first.parameters, `${each} ${each === 1 ? "unit" : "units"}: ${percent(first.training)} %`));
  lab.figure("maps", plot.grid(maps, { columns: 2, width: 680 }), "Boundaries of the first start, with the training error.");
  const of = (each: number): readonly Run[] => byUnits.get(each) ?? [];
  lab.claim("one-unit", 100 * mean(of(1).map((run) => run.training)));
  lab.claim("two-units", 100 * mean(of(2).map((run) => run.training)));
  lab.claim("ten-units", 100 * median(of(10).map((run) => run.training)));
  lab.claim("ten-units-reach", (100 * of(10).filter((run) => run.training === 0).length) / lab.seeds.length);
  lab.claim("ten-units-convergence", median(converged(of(10))));
  lab.claim("hundred-units", 100 * Math.max(...of(100).map((run) => run.training)));
  lab.claim("hundred-units-convergence", median(converged(of(100))));
}

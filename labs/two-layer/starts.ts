/** What the luck of the start does: one training in detail, and several that differ in nothing but their start. */

import { type Lab, plot } from "nabla";
import { flat } from "./network.js";
import { automatic, type Run } from "./training.js";
import { mean, percent, type Trials, type TrialSettings } from "./trials.js";

/** The first run that converges, beside the same by autograd. @returns the runs of all starts */
export async function oneTraining(lab: Lab<TrialSettings>, trials: Trials): Promise<Run[]> {
  const { units, rate, every } = lab.settings;
  lab.text("### One training");
  const starts = await trials.of({});
  const seed = Math.max(0, starts.findIndex((run) => run.converged !== null));
  const base = starts[seed];
  const film = await lab.memo("automatic", () => automatic(lab, { units, rate, steps: trials.stepsAt(rate), seed, every }, trials.training));
  lab.figure(
    "errors",
    plot.lines({ title: `Errors, ${units} units, learning rate ${rate}`, x: { label: "thousands of steps" }, y: { label: "error", format: "percent" }, series: [{ name: "", x: base.curve.steps.map((t) => t / 1000), y: base.curve.training, validation: base.curve.validation }], ...(base.converged !== null && { marks: [{ x: base.converged / 1000, label: "no error from here on" }] }) }),
    `${base.converged === null ? "No start converges; this is start" : "A run that converges, of start"} ${seed + 1}. One sample a step makes the error jump until the last point is far on its own side.`,
  );
  const frames: plot.Figure[] = [];
  for (const { at, parameters } of film.frames) frames.push(await trials.map(parameters, `step ${at.toLocaleString("en-US")}`, 560, 440));
  lab.figure("boundary", plot.animate(frames, { frameMs: 350, lastMs: 3000 }), "The boundary of that run. Each hidden unit adds a fold: a line in the plane, where the network bends. Every fourth training point is shown.");
  lab.claim("final-errors", [100 * base.training, 100 * base.validation]);
  lab.claim("convergence", base.converged ?? Number.NaN);
  lab.claim("by-hand", Math.max(...flat(film.frames[film.frames.length - 1].parameters).map((value, i) => Math.abs(value - flat(base.parameters)[i]))));
  return starts;
}

export async function compareStarts(lab: Lab<TrialSettings>, trials: Trials, starts: readonly Run[]): Promise<void> {
  const { units, rate } = lab.settings;
  lab.text("### Random starts");
  const stuck = starts.filter((run) => run.training > 0.01);
  lab.table("starts", starts.map((run, i) => ({ start: i + 1, "training error (%)": Number(percent(run.training)), "validation error (%)": Number(percent(run.validation)), "converged at step": run.converged })), `${units} hidden units, learning rate ${rate}. Nothing but the start and the order of the samples differs.`);
  const free = starts.find((run) => run.converged !== null);
  if (stuck.length > 0) {
    const shown = [...(free === undefined ? [] : [await trials.map(free.parameters, "A start that converges")]), await trials.map(stuck[0].parameters, "A start that is stuck")];
    const caption = "a local minimum, where several units share one fold, and one more fold is missing.";
    lab.figure("stuck", plot.grid(shown, { columns: 2, width: 680 }), free === undefined ? `No start converges: ${caption}` : `Left: the boundary goes between the moons. Right: ${caption}`);
  }
  lab.claim("stuck", (100 * stuck.length) / starts.length);
  lab.claim("stuck-error", 100 * mean(stuck.map((run) => run.training)));
}

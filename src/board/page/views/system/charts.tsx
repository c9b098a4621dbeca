/** The charts of the system view. */

import { useCallback } from "preact/hooks";
import { bars } from "../../../../plot/bars.js";
import { lines } from "../../../../plot/lines.js";
import type { FigureOptions } from "../../../../plot/options.js";
import { csvOf } from "../../parts/chart/csv.js";
import { FigureCard } from "../../parts/figureCard.js";
import { binned, type Curve, largestPart, type Measured, meanTimes, type Phase, phaseNames, phases, type Times } from "./measured.js";

/** More columns of bars than these are not told apart. */
const mostColumns = 40;

const timeAxis = { label: "time of an epoch", unit: "s" } as const;

const everyPhase: readonly Phase[] = [...phases, "other"];

/** Where the time of each epoch of a run went. */
export function PhasesOverEpochs({ name, times, alone }: { readonly name: string; readonly times: Times; readonly alone: boolean }): preact.JSX.Element {
  const draw = useCallback(
    (options: FigureOptions) => {
      const { names, seconds } = binned(times, mostColumns);
      return bars({ ...options, categories: names, label: "epoch", value: timeAxis, stacked: true, numbers: false, series: [...seconds].map(([phase, values]) => ({ name: phaseNames[phase], values })) });
    },
    [times],
  );
  const csv = (): string => csvOf(["epoch", ...[...times.seconds.keys()].map((phase) => `${phaseNames[phase]} (s)`)], times.epochs.map((epoch, i) => [epoch, ...[...times.seconds.values()].map((values) => finite(values[i]))]));
  return (
    <FigureCard title={alone ? "Time of each epoch" : `Time of each epoch: ${name}`} name={`Time of each epoch, ${name}`} draw={draw} csv={csv}>
      <p>{largestPart(times)}</p>
    </FigureCard>
  );
}

/** Mean epochs of several runs beside each other. */
export function PhasesOfRuns({ measured }: { readonly measured: readonly Measured[] }): preact.JSX.Element {
  const timed = measured.flatMap(({ name, times }) => (times === null ? [] : [{ name, means: meanTimes(times) }]));
  const shown = everyPhase.filter((phase) => timed.some(({ means }) => means.seconds.has(phase)));
  const draw = useCallback(
    (options: FigureOptions) =>
      bars({ ...options, categories: timed.map(({ name }) => name), direction: "right", stacked: true, value: timeAxis, series: shown.map((phase) => ({ name: phaseNames[phase], values: timed.map(({ means }) => means.seconds.get(phase) ?? Number.NaN) })) }),
    [measured],
  );
  const csv = (): string => csvOf(["run", ...shown.map((phase) => `${phaseNames[phase]} (s)`)], timed.map(({ name, means }) => [name, ...shown.map((phase) => means.seconds.get(phase))]));
  return <FigureCard title="Time of a mean epoch" draw={draw} csv={csv} />;
}

export interface CurvesCardProps {
  readonly title: string;
  readonly measured: readonly Measured[];
  readonly curve: (measured: Measured) => Curve;
  readonly label: string;
  readonly unit: string;
  /** What a unit of the axis is, in those of the values. */
  readonly factor?: number;
}

/** One quantity over the epochs, a line a run. */
export function CurvesCard({ title, measured, curve, label, unit, factor = 1 }: CurvesCardProps): preact.JSX.Element {
  const series = measured.map((each) => ({ name: each.name, ...curve(each) })).filter(({ y }) => y.some(Number.isFinite));
  const draw = useCallback(
    (options: FigureOptions) => {
      const values = series.map(({ name, x, y }) => ({ name, x, y: y.map((value) => value / factor) }));
      const highest = values.reduce((most, { y }) => y.reduce((a, b) => (b > a ? b : a), most), 0);
      return lines({ ...options, x: { label: "epoch" }, y: { label, unit, range: [0, highest > 0 ? 1.08 * highest : 1] }, series: values.length === 1 ? [{ ...values[0], name: "" }] : values });
    },
    [measured],
  );
  const csv = (): string => csvOf(["run", "epoch", `${label} (${unit})`], series.flatMap(({ name, x, y }) => x.map((epoch, i) => [name, epoch, finite(y[i] / factor)])));
  if (series.length === 0) return <section class="card"><h2>{title}</h2><p class="quiet">Not measured in {measured.length === 1 ? "this run" : "these runs"}.</p></section>;
  return <FigureCard title={title} draw={draw} csv={csv} />;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

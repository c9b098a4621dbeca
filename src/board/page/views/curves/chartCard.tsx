/** Chart card: one metric of all chosen runs, with its table and its controls. Nothing is fetched before it is seen. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { SeriesX } from "../../../protocol.js";
import { csvOf } from "../../parts/chart/csv.js";
import { LineChart } from "../../parts/chart/lineChart.js";
import { type Span, spanOf } from "../../parts/chart/span.js";
import { ExportMenu } from "../../parts/exportMenu.js";
import { chartFigure } from "./chartFigure.js";
import { chartLines } from "./chartLines.js";
import { Feed } from "./feed.js";
import { highlight } from "./highlight.js";
import { type Settings, toggled } from "./settings.js";
import { type ChartTags, isFraction } from "./tags.js";
import { ValueTable } from "./valueTable.js";

export interface ChartCardProps {
  readonly chart: ChartTags;
  /** Ids of those that have this metric and are not hidden. */
  readonly runs: readonly string[];
  readonly names: ReadonlyMap<string, string>;
  readonly slots: ReadonlyMap<string, number>;
  readonly x: SeriesX;
  readonly settings: Settings;
  readonly change: (changed: Partial<Settings>) => void;
}

/** All curves of a chart have about so many points together, and one curve no more than two a pixel. */
const mostPoints = 40_000;
const fewestPoints = 400;

function pointsFor(width: number, curves: number): number {
  // In steps, so that a window that is resized, or one more run, does not fetch all anew.
  const pixels = 256 * Math.ceil((width * devicePixelRatio) / 256);
  const points = Math.max(fewestPoints, Math.min(2 * pixels, mostPoints / Math.max(1, curves)));
  return Math.floor(2 ** (Math.floor(4 * Math.log2(points)) / 4));
}

export function ChartCard({ chart, runs, names, slots, x, settings, change }: ChartCardProps): preact.JSX.Element {
  const { name } = chart;
  const { smooth } = settings;
  const card = useRef<HTMLElement>(null);
  const feed = useMemo(() => new Feed(), []);
  useEffect(() => () => feed.close(), [feed]);
  const { visible, width } = useSeen(card);
  const cursor = useSignal<number | null>(null);

  // What did not change in value is the same object, so that nothing is drawn for nothing.
  const shown = useMemo(() => runs, [JSON.stringify(runs)]);
  const range = useMemo(() => settings.range, [settings.range?.[0], settings.range?.[1]]);
  const tags = useMemo(() => [chart.training, chart.validation].filter((tag) => tag !== null), [chart.training, chart.validation]);
  const wanted = JSON.stringify([shown, tags, x, range, pointsFor(width, shown.length * tags.length), smooth > 0]);
  useEffect(() => {
    const [ids, wantedTags, kind, part, points, means] = JSON.parse(wanted) as [string[], string[], SeriesX, Span | null, number, boolean];
    feed.want(visible && width > 0 ? { runs: ids, tags: wantedTags, x: kind, range: part, points, means } : null);
  }, [feed, wanted, visible, width > 0]);

  const fetched = feed.fetched.value;
  const lines = useMemo(() => chartLines({ chart, runs: shown, names, slots, fetched, range, smooth }), [chart, shown, names, slots, fetched, range, smooth]);
  const limits = useMemo(() => spanOf(shown.flatMap((id) => Array.from(fetched.get(id)?.whole.values() ?? [], (series) => series.x))), [shown, fetched]);
  const span = range ?? limits;
  const log = settings.log.has(name);
  const wide = settings.wide.has(name);
  const percent = isFraction(name.slice(name.lastIndexOf("/") + 1));
  const belowLog = useMemo(() => (log ? lines.reduce((sum, { raw, y }) => sum + (raw ?? y).filter((value) => value !== null && value <= 0).length, 0) : 0), [lines, log]);
  const problem = feed.problem.value;
  // One that is not in this chart draws nothing anew.
  const raised = highlight.value !== null && shown.includes(highlight.value) ? highlight.value : null;
  const view = { kind: x, log, percent };
  return (
    <article class={`card chart-card${wide ? " wide" : ""}`} ref={card} aria-label={name}>
      <header>
        <h3>{name} <span class="quiet">by {x}</span></h3>
        <button type="button" aria-pressed={log} onClick={() => change({ log: toggled(settings.log, name) })}>log</button>
        <button type="button" aria-pressed={wide} aria-label="large" title="large" onClick={() => change({ wide: toggled(settings.wide, name) })}>⤢</button>
        <ExportMenu
          name={name}
          figure={span === null || lines.length === 0 ? undefined : () => chartFigure({ title: name, lines, slots, span, smooth, ...view })}
          csv={() => csvOf(["run", "curve", x, "value", ...(smooth === 0 ? [] : ["smoothed"])], lines.flatMap((line) => line.x.map((at, i) => [line.name, line.part || name, at, (line.raw ?? line.y)[i], ...(smooth === 0 ? [] : [line.y[i]])])))}
        />
      </header>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      {span === null || limits === null ? (
        <p class="quiet blank">{shown.length === 0 ? "All runs are hidden." : fetched.size === 0 ? "loading …" : "No values yet."}</p>
      ) : (
        <LineChart label={`${name} by ${x}, ${shown.length} ${shown.length === 1 ? "run" : "runs"}`} lines={lines} span={span} limits={limits} onRange={(part) => change({ range: part })} cursor={cursor} highlight={raised} {...view} />
      )}
      {belowLog > 0 && <p class="quiet note">{belowLog === 1 ? "One value is" : `${belowLog} values are`} not above 0, and so not on a log axis.</p>}
      <ValueTable name={name} lines={lines} percent={percent} kind={x} cursor={cursor} />
    </article>
  );
}

/** Whether the reader sees the element, or nearly does, and how wide it is. */
function useSeen(element: { readonly current: HTMLElement | null }): { readonly visible: boolean; readonly width: number } {
  const [visible, setVisible] = useState(false);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => setVisible(entries.at(-1)!.isIntersecting), { rootMargin: "150px" });
    const size = new ResizeObserver((entries) => setWidth(Math.round(entries.at(-1)!.contentRect.width)));
    seen.observe(element.current!);
    size.observe(element.current!);
    return () => {
      seen.disconnect();
      size.disconnect();
    };
  }, []);
  return { visible, width };
}

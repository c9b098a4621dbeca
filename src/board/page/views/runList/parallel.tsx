/**
 * Parallel coordinates: every run a line across the axes of its hyper-parameters to its metric, which also gives its colour. Stretches of
 * axes that are brushed, by pointer or by keyboard, keep the lines that pass through them all.
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { colourAt } from "../../../../plot/colours.js";
import { fitted, textWidth } from "../../../../plot/textWidth.js";
import type { RunSummary } from "../../../protocol.js";
import { csvOf } from "../../parts/chart/csv.js";
import { pictureOf } from "../../parts/chart/pictureOf.js";
import { Dropdown } from "../../parts/dropdown.js";
import { ExportMenu } from "../../parts/exportMenu.js";
import { counted, metricText, valueText } from "../../parts/text.js";
import { navigate, route, withParams } from "../../routes.js";
import { mute } from "./columns.js";
import { type Brush, brushSpan, brushText, parallelAxis, type ParallelAxis, parseBrushes } from "./parallelAxes.js";
import { select, selectOnly } from "./selection.js";
import { configKeys, differingKeys, listText, metricNames, monitors, parseList, type Value, valueOf } from "./values.js";

const height = 440;
const [top, bottom] = [56, height - 40];
const [left, right] = [76, 84];
const usualAxes = 8;
/** How far lines through one category lie apart at most. */
const spread = 0.05;

/** From the foot up. */
const yOf = (position: number | null): number => (position === null ? bottom + 22 : bottom - Math.min(1, Math.max(0, position)) * (bottom - top));
const positionOf = (y: number): number => Math.min(1, Math.max(0, (bottom - y) / (bottom - top)));

export interface ParallelProps {
  readonly runs: readonly RunSummary[];
  readonly selected: ReadonlySet<string>;
  readonly onTooMany: (left: number) => void;
  /** How many runs are shown and selected, and what can be done with them. */
  readonly status: preact.ComponentChildren;
}

export function Parallel({ runs, selected, onTooMany, status }: ParallelProps): preact.JSX.Element {
  const { params } = route.value;
  const metrics = metricNames(runs);
  const chosenMetric = params.get("metric") ?? "";
  const metric = metrics.includes(chosenMetric) ? chosenMetric : (monitors(runs)[0] ?? metrics[0] ?? null);
  const keys = useMemo(() => configKeys(runs), [runs]);
  const given = params.get("axes");
  const axisKeys = useMemo(() => (given === null ? differingKeys(runs).filter((key) => !mute.has(key)).slice(0, usualAxes) : parseList(given).filter((key) => keys.includes(key))), [runs, keys, given]);
  const axes = useMemo(
    () => [...axisKeys.map((key) => parallelAxis(`config.${key}`, key, runs)), ...(metric === null ? [] : [parallelAxis(`metric.${metric}`, metric, runs)])],
    [axisKeys, metric, runs],
  );
  if (runs.length === 0 || metric === null) return <><div class="toolbar">{status}</div><p class="quiet">No run here has a metric yet: a line needs one to end at.</p></>;
  const keep = (changes: Parameters<typeof withParams>[0]): void => navigate(withParams(changes), { replace: true });
  const toggleAxis = (key: string, on: boolean): void => keep({ axes: listText(keys.filter((each) => (each === key ? on : axisKeys.includes(each)))) });
  return (
    <>
      <div class="toolbar">
        <label>Metric <select value={metric} onChange={(event) => keep({ metric: event.currentTarget.value })}>{metrics.map((name) => <option key={name}>{name}</option>)}</select></label>
        <Dropdown summary={`Axes (${axisKeys.length})`}>
          <fieldset class="choices">
            <legend>Hyper-parameters with an axis</legend>
            {keys.map((key) => <label key={key}><input type="checkbox" checked={axisKeys.includes(key)} onChange={(event) => toggleAxis(key, event.currentTarget.checked)} />{key}</label>)}
          </fieldset>
          <p><button type="button" disabled={given === null} onClick={() => keep({ axes: null })}>Those that differ</button></p>
        </Dropdown>
        {status}
      </div>
      {axisKeys.length === 0 && (given === null
        ? <p class="quiet">These runs have one configuration; choose axes by hand, or train with other values: <code>npx nabla train convnet --lr 0.01</code></p>
        : <p class="quiet">No hyper-parameter has an axis; choose some above.</p>)}
      <Plot runs={runs} axes={axes} metric={metric} selected={selected} onTooMany={onTooMany} />
    </>
  );
}

interface Line {
  readonly run: RunSummary;
  readonly positions: readonly (number | null)[];
  readonly d: string;
  readonly style: string;
  readonly within: boolean;
}

interface Drag {
  readonly axis: ParallelAxis;
  readonly from: number;
  readonly to: number;
}

function Plot({ runs, axes, metric, selected, onTooMany }: Omit<ParallelProps, "status"> & { readonly axes: readonly ParallelAxis[]; readonly metric: string }): preact.JSX.Element {
  const { params } = route.value;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(960);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const [active, setActive] = useState<string | null>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const brushParams = JSON.stringify(params.getAll("brush"));
  const brushes = useMemo(() => {
    const kept = parseBrushes(JSON.parse(brushParams) as string[]);
    if (drag === null) return kept;
    const [low, high] = [drag.from, drag.to].sort((a, b) => a - b).map(drag.axis.valueAt);
    return [...kept.filter(({ id }) => id !== drag.axis.id), { id: drag.axis.id, low, high }];
  }, [brushParams, drag]);
  const spans = new Map(axes.flatMap((axis) => {
    const brush = brushes.find(({ id }) => id === axis.id);
    const span = brush === undefined ? null : brushSpan(axis, brush);
    return span === null ? [] : [[axis.id, span] as const];
  }));
  const gap = axes.length < 2 ? 0 : Math.max(104, (width - left - right) / (axes.length - 1));
  const whole = Math.max(width, left + right + gap * (axes.length - 1));
  const x = (i: number): number => (axes.length === 1 ? whole / 2 : left + i * gap);

  const higher = runs.find(({ metrics }) => metric in metrics)!.metrics[metric].higherIsBetter;
  // Best first: so do arrow keys go from run to run.
  const lines = useMemo(
    () => runs.map((run): Line => {
      const values = axes.map((axis) => axis.position(valueOf(run, axis.id)));
      const end = values[values.length - 1];
      // Lines through one category lie side by side, the better the higher.
      const positions = values.map((position, i) => (position !== null && axes[i].kind === "category" ? position + spread * ((end ?? 0.5) - 0.5) : position));
      const d = positions.map((position, i) => `${i === 0 ? "M" : "L"}${x(i).toFixed(1)},${yOf(position).toFixed(1)}`).join("");
      const within = axes.every((axis, i) => {
        const span = spans.get(axis.id);
        return span === undefined || (values[i] !== null && values[i] >= span[0] && values[i] <= span[1]);
      });
      return { run, positions, d, style: end === null ? "" : rampStyle(higher ? end : 1 - end), within };
    }).sort((a, b) => rank(b, higher) - rank(a, higher)),
    [runs, axes, gap, whole, higher, brushes],
  );
  const inside = lines.filter(({ within }) => within);
  const shown = lines.find(({ run }) => run.id === active) ?? null;

  const setBrush = (axis: ParallelAxis, ends: readonly [number, number] | null): void => {
    const others = parseBrushes(params.getAll("brush")).filter(({ id }) => id !== axis.id);
    const whole = ends !== null && ends[0] <= 0 && ends[1] >= 1;
    const next: readonly Brush[] = ends === null || whole ? others : [...others, { id: axis.id, low: axis.valueAt(ends[0]), high: axis.valueAt(ends[1]) }];
    navigate(withParams({ brush: next.map(brushText) }), { replace: true });
  };
  const point = (event: PointerEvent): readonly [number, number] => {
    const { left: x0, top: y0 } = box.current!.querySelector("svg")!.getBoundingClientRect();
    return [event.clientX - x0, event.clientY - y0];
  };
  /** The line nearest to the pointer, of those within the brushes. */
  const nearest = (event: PointerEvent): string | null => {
    const [px, py] = point(event);
    const i = gap === 0 ? 0 : Math.min(axes.length - 2, Math.max(0, Math.floor((px - left) / gap)));
    const share = gap === 0 ? 0 : Math.min(1, Math.max(0, (px - x(i)) / gap));
    let best: string | null = null;
    let least = 14;
    for (const { run, positions } of inside) {
      const distance = Math.abs(yOf(positions[i]) + share * (yOf(positions[Math.min(i + 1, axes.length - 1)]) - yOf(positions[i])) - py);
      if (distance < least) [best, least] = [run.id, distance];
    }
    return best;
  };
  const onLinesKey = (event: KeyboardEvent): void => {
    const at = inside.findIndex(({ run }) => run.id === active);
    const next = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: inside.length - 1 }[event.key];
    if (next !== undefined) setActive(inside[Math.min(inside.length - 1, Math.max(0, next))]?.run.id ?? null);
    else if ((event.key === "Enter" || event.key === " ") && shown !== null) onTooMany(select([shown.run.id], !selected.has(shown.run.id)));
    else return;
    event.preventDefault();
  };
  // Kept while the pointer goes from line to line.
  const paths = useMemo(
    () => lines.map((line, i) => (
      <path
        key={line.run.id} id={optionId(i)} d={line.d} style={line.style} role="option" aria-selected={selected.has(line.run.id)} aria-label={said(line.run, axes)}
        class={[line.within ? "" : "outside", line.style === "" ? "unmeasured" : "", selected.has(line.run.id) ? "selected" : ""].join(" ")}
      />
    )),
    [lines, selected, axes],
  );

  return (
    <>
      <div class="parallel" ref={box} {...(whole > width && { role: "region", "aria-label": "Parallel coordinates", tabIndex: 0 })}>
        <svg width={whole} height={height} viewBox={`0 0 ${whole} ${height}`} onPointerMove={(event) => drag === null && setActive(nearest(event))} onPointerLeave={() => setActive(null)}>
          <g
            class="lines" role="listbox" aria-label={`Runs by ${metric}, best first`} aria-multiselectable="true" tabindex={0}
            aria-activedescendant={shown === null ? undefined : optionId(lines.indexOf(shown))}
            onKeyDown={onLinesKey} onFocus={() => active === null && setActive(inside[0]?.run.id ?? null)} onBlur={() => setActive(null)}
          >
            <rect class="hit" x="0" y={top - 6} width={whole} height={bottom - top + 36} onClick={() => active !== null && onTooMany(select([active], !selected.has(active)))} />
            {paths}
          </g>
          {shown !== null && (
            <g class="active" style={shown.style} aria-hidden="true">
              <path class="rim" d={shown.d} />
              <path d={shown.d} />
              {shown.positions.map((position, i) => <circle key={axes[i].id} cx={x(i)} cy={yOf(position)} r="4.5" />)}
            </g>
          )}
          {axes.map((axis, i) => (
            <AxisLine
              key={axis.id} axis={axis} x={x(i)} end={i === axes.length - 1} gap={gap} span={spans.get(axis.id) ?? null}
              onBrush={(ends) => setBrush(axis, ends)}
              onDrag={(event, phase) => {
                const position = positionOf(point(event)[1]);
                if (phase === "start") setDrag({ axis, from: position, to: position });
                else if (drag !== null && phase === "move") setDrag({ ...drag, to: position });
                else if (drag !== null) {
                  setDrag(null);
                  // A click without a movement takes the brush away.
                  setBrush(axis, Math.abs(drag.to - drag.from) < 0.01 ? null : ([drag.from, drag.to].sort((a, b) => a - b) as [number, number]));
                }
              }}
            />
          ))}
        </svg>
      </div>
      <p class="readout">
        {shown === null
          ? <span class="quiet">Point at a line, or go through the lines with the arrow keys; a click or the space bar selects a run. Drag along an axis to keep the lines that pass there; by keyboard, its two ends move with the arrow keys.</span>
          : <><strong>{shown.run.name}</strong> {axes.map((axis) => <span key={axis.id}><span class="quiet">{axis.title}</span> {axisText(shown.run, axis)}</span>)}</>}
      </p>
      <div class="toolbar">
        <span role="status">{spans.size === 0 ? counted(lines.length, "run") : `${inside.length} of ${counted(lines.length, "run")} within the brushes`}</span>
        <button type="button" disabled={spans.size === 0} onClick={() => navigate(withParams({ brush: null }), { replace: true })}>Clear the brushes</button>
        <button type="button" disabled={inside.length === 0} onClick={() => onTooMany(selectOnly(inside.map(({ run }) => run.id)))}>Select {spans.size === 0 ? "these runs" : "the runs within"}</button>
        <Ramp metric={metric} />
        <ExportMenu name="parallel coordinates" figure={() => pictureOf(box.current!.querySelector("svg")!)} csv={() => table(inside, axes)} />
      </div>
    </>
  );
}

/** The runs within the brushes, best first, with what each axis says of them. */
const table = (lines: readonly Line[], axes: readonly ParallelAxis[]): string =>
  csvOf(["run", ...axes.map(({ id }) => id)], lines.map(({ run }) => [run.id, ...axes.map(({ id }) => cell(valueOf(run, id)))]));

const cell = (value: Value): string | number | null => (value === null || typeof value === "number" ? value : valueText(value));

const optionId = (index: number): string => `line${index}`;

/** The better the larger, from 0 to 1; −1 without a value. */
const rank = ({ positions }: Line, higher: boolean): number => {
  const end = positions[positions.length - 1];
  return end === null ? -1 : higher ? end : 1 - end;
};

const axisText = (run: RunSummary, { id }: ParallelAxis): string => {
  const value = valueOf(run, id);
  return id.startsWith("metric.") ? metricText(value as number | null) : valueText(value);
};

const said = (run: RunSummary, axes: readonly ParallelAxis[]): string => `${run.name}: ${axes.map((axis) => `${axis.title} ${axisText(run, axis)}`).join(", ")}`;

/** The better, the further from the ground: dark on light, light on dark. Cividis, which the colour-blind read alike. */
const rampColours = (goodness: number): readonly [string, string] => [colourAt("cividis", 0.8 * (1 - goodness)), colourAt("cividis", 0.3 + 0.7 * goodness)];
const rampStyle = (goodness: number): string => {
  const [onLight, onDark] = rampColours(goodness);
  return `--line-colour: light-dark(${onLight}, ${onDark})`;
};

function Ramp({ metric }: { readonly metric: string }): preact.JSX.Element {
  const stops = [0, 0.25, 0.5, 0.75, 1].map(rampColours);
  const gradient = `linear-gradient(to right, ${stops.map(([onLight, onDark]) => `light-dark(${onLight}, ${onDark})`).join(", ")})`;
  return <span class="ramp"><span class="quiet">worse</span><span class="bar" style={{ background: gradient }} role="img" aria-label={`colour of a line: ${metric}, from worse to better`} /><span class="quiet">better {metric}</span></span>;
}

interface AxisLineProps {
  readonly axis: ParallelAxis;
  readonly x: number;
  /** Whether it is the last, whose labels stand on its right. */
  readonly end: boolean;
  /** To the next axis. */
  readonly gap: number;
  readonly span: readonly [number, number] | null;
  readonly onBrush: (ends: readonly [number, number] | null) => void;
  readonly onDrag: (event: PointerEvent, phase: "start" | "move" | "end") => void;
}

function AxisLine({ axis, x, end, gap, span, onBrush, onDrag }: AxisLineProps): preact.JSX.Element {
  const room = Math.max(60, gap - 16);
  const labels = axis.ticks.filter(({ label }) => label !== "");
  return (
    <g class="axis" transform={`translate(${x}, 0)`}>
      <text class="title" y={top - 28} text-anchor="middle"><title>{axis.title}</title>{fitted(axis.title, Math.max(90, gap - 8), 14)}</text>
      {axis.kind === "log" && <text class="scale" y={top - 13} text-anchor="middle">log</text>}
      <path d={`M0,${top}V${bottom}`} />
      {axis.ticks.map(({ position }) => <path key={position} d={`M-4,${yOf(position)}h8`} />)}
      {labels.map(({ position, label }) => <text key={position} class="tick" x={end ? 9 : -9} y={yOf(position) + 4} text-anchor={end ? "start" : "end"}>{fitted(label, Math.min(room, textWidth(label, 12) + 1), 12)}</text>)}
      {axis.gaps && <text class="tick none" x={end ? 9 : -9} y={yOf(null) + 4} text-anchor={end ? "start" : "end"}>none</text>}
      {span !== null && <rect class="brush" x="-8" width="16" y={yOf(span[1])} height={Math.max(4, yOf(span[0]) - yOf(span[1]))} />}
      <rect
        class="grip" x="-14" width="28" y={top - 6} height={bottom - top + 12}
        onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); onDrag(event, "start"); }}
        onPointerMove={(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) onDrag(event, "move"); }}
        onPointerUp={(event) => onDrag(event, "end")}
        onPointerCancel={(event) => onDrag(event, "end")}
      />
      {(["from", "to"] as const).map((which) => <End key={which} which={which} axis={axis} span={span} onBrush={onBrush} />)}
    </g>
  );
}

/** One end of a brush, for the keyboard. */
function End({ which, axis, span, onBrush }: Pick<AxisLineProps, "axis" | "span" | "onBrush"> & { readonly which: "from" | "to" }): preact.JSX.Element {
  const whole: readonly [number, number] = axis.kind === "category" ? [axis.position(axis.valueAt(0)) ?? 0, axis.position(axis.valueAt(1)) ?? 1] : [0, 1];
  const [low, high] = span ?? whole;
  const here = Math.min(1, Math.max(0, which === "from" ? low : high));
  const onKeyDown = (event: KeyboardEvent): void => {
    const { step } = axis;
    const moved = { ArrowUp: here + step, ArrowRight: here + step, ArrowDown: here - step, ArrowLeft: here - step, PageUp: here + 5 * step, PageDown: here - 5 * step, Home: whole[0], End: whole[1] }[event.key];
    if (moved !== undefined) {
      const to = Math.min(whole[1], Math.max(whole[0], moved));
      const next: readonly [number, number] = which === "from" ? [Math.min(to, high), high] : [low, Math.max(to, low)];
      onBrush(next[0] <= whole[0] + 1e-6 && next[1] >= whole[1] - 1e-6 ? null : next);
    } else if (event.key === "Delete" || event.key === "Backspace" || event.key === "Escape") onBrush(null);
    else return;
    event.preventDefault();
  };
  const value = axis.valueAt(here);
  return (
    <rect
      class="end" x="-9" width="18" y={yOf(here) - (which === "from" ? 0 : 5)} height="5" rx="1.5" role="slider" tabindex={0} aria-orientation="vertical"
      aria-label={`${axis.title}, ${which}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(100 * here)} aria-valuetext={valueText(value)} onKeyDown={onKeyDown}
    />
  );
}

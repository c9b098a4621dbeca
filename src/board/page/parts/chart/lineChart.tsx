/** Line chart: curves with a crosshair, values at it, zooming by drag, and the keyboard for all of that. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { valueText } from "./drawing.js";
import { type ChartView, LineCanvas } from "./lineCanvas.js";
import { readRows, type ReadRow, snapped, spoken, stepped } from "./readout.js";
import { placeText, scaledSpan, type Span } from "./span.js";
import { Swatch } from "./swatch.js";
import { theme } from "./theme.js";
import "./lineChart.css";

export interface LineChartProps extends ChartView {
  readonly label: string;
  /** All of the x axis, to which `onRange(null)` leads back. */
  readonly limits: Span;
  readonly onRange: (range: Span | null) => void;
  /** Where the crosshair is; null where there is none. */
  readonly cursor: Signal<number | null>;
}

/** Shorter drags are clicks. */
const shortestDrag = 5;
/** Rows of the box at the crosshair; of more, those nearest to the pointer. */
const mostRows = 12;

export function LineChart({ label, lines, span, kind, log, percent, highlight, limits, onRange, cursor }: LineChartProps): preact.JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<LineCanvas | null>(null);
  const hint = useId();
  const said = useSignal("");
  /** Height of the pointer, by which rows are chosen. */
  const pointer = useRef(Number.NaN);
  const [low, high] = span;
  // One object as long as nothing changes, so that moving the crosshair draws no curve.
  const view = useMemo((): ChartView => ({ lines, span: [low, high], kind, log, percent, highlight }), [lines, low, high, kind, log, percent, highlight]);
  const latest = useRef({ view, limits, onRange });
  latest.current = { view, limits, onRange };

  useEffect(() => {
    canvas.current = new LineCanvas(host.current!);
    const stop = listen(canvas.current, { latest, cursor, pointer });
    return () => {
      stop();
      canvas.current?.close();
      canvas.current = null;
    };
  }, []);
  const shade = theme.value;
  useEffect(() => canvas.current?.show(view), [view, shade]);

  const at = cursor.value;
  useEffect(() => canvas.current?.point(at === null ? null : canvas.current.leftOf(at)), [at, view]);

  const move = (x: number): void => {
    pointer.current = Number.NaN;
    cursor.value = x;
    said.value = spoken(readRows(lines, x, 0), { kind, x, percent });
    // A crosshair that leaves the part that is shown takes it along.
    if (x < low || x > high) {
      const shift = x < low ? x - low - (high - low) / 4 : x - high + (high - low) / 4;
      const by = Math.max(limits[0] - low, Math.min(limits[1] - high, shift));
      onRange([low + by, high + by]);
    }
  };
  const zoom = (factor: number): void => onRange(scaledSpan(span, { factor, centre: at ?? (low + high) / 2, limits }));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (high - low) / (event.shiftKey ? 20 : 250);
    const from = at ?? (event.key === "ArrowLeft" ? high : low);
    const actions: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowLeft: () => move(at === null ? snapped(lines, from) : stepped(lines, from, -step)),
      ArrowRight: () => move(at === null ? snapped(lines, from) : stepped(lines, from, step)),
      Home: () => move(snapped(lines, low)),
      End: () => move(snapped(lines, high)),
      "+": () => zoom(0.5),
      "=": () => zoom(0.5),
      "-": () => zoom(2),
      Escape: () => {
        cursor.value = null;
        onRange(null);
      },
    };
    const action = actions[event.key];
    if (action === undefined || lines.every(({ x }) => x.length === 0)) return;
    event.preventDefault();
    action();
  };

  return (
    // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex
    <div class="line-chart" role="application" aria-roledescription="line chart" aria-label={label} aria-describedby={hint} tabIndex={0} onKeyDown={onKeyDown} onBlur={() => (cursor.value = null)}>
      <div class="canvas" ref={host} />
      {at !== null && canvas.current !== null && <Tip canvas={canvas.current} view={view} at={at} height={pointer.current} />}
      <p class="unseen" id={hint}>Left and right arrow keys read the values, with Shift in larger steps; plus and minus zoom; Escape shows all.</p>
      <p class="unseen" aria-live="polite">{said}</p>
    </div>
  );
}

interface Listening {
  readonly latest: { readonly current: { readonly view: ChartView; readonly onRange: (range: Span | null) => void } };
  readonly cursor: Signal<number | null>;
  readonly pointer: { current: number };
}

/** Follows mouse, pen and fingers. Returns what ends it. */
function listen(canvas: LineCanvas, { latest, cursor, pointer }: Listening): () => void {
  const { area } = canvas;
  const ended = new AbortController();
  let start: number | null = null;
  const within = (left: number): number => Math.max(0, Math.min(area.clientWidth, left));
  const hover = ({ offsetX, offsetY }: PointerEvent): void => {
    const x = snapped(latest.current.view.lines, canvas.xAt(offsetX));
    const [low, high] = latest.current.view.span;
    pointer.current = offsetY;
    cursor.value = x >= low && x <= high ? x : null;
  };
  const cancel = (): void => {
    start = null;
    canvas.select(0, null);
  };
  const on = <Name extends keyof HTMLElementEventMap>(name: Name, handle: (event: HTMLElementEventMap[Name]) => void): void => area.addEventListener(name, handle, { signal: ended.signal });
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = within(event.offsetX);
    area.setPointerCapture(event.pointerId);
    hover(event);
  });
  on("pointermove", (event) => {
    hover(event);
    if (start !== null) canvas.select(start, Math.abs(event.offsetX - start) < shortestDrag ? null : within(event.offsetX));
  });
  on("pointerup", (event) => {
    const from = start;
    const to = within(event.offsetX);
    cancel();
    if (from === null || Math.abs(to - from) < shortestDrag) return;
    latest.current.onRange([canvas.xAt(Math.min(from, to)), canvas.xAt(Math.max(from, to))]);
  });
  on("pointercancel", cancel);
  on("pointerleave", ({ pointerType }) => {
    // A finger that is lifted leaves the values to be read, until the chart loses the focus.
    if (pointerType !== "touch") cursor.value = null;
  });
  on("dblclick", () => latest.current.onRange(null));
  // Escape ends a drag that has begun, before it means anything else.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || start === null) return;
    event.stopPropagation();
    cancel();
  }, { signal: ended.signal, capture: true });
  return () => ended.abort();
}

/** The values at the crosshair. */
function Tip({ canvas, view, at, height }: { readonly canvas: LineCanvas; readonly view: ChartView; readonly at: number; readonly height: number }): preact.JSX.Element {
  const { lines, kind, percent } = view;
  const left = canvas.leftOf(at);
  const { area } = canvas;
  const rows = readRows(lines, at, (8 * (view.span[1] - view.span[0])) / Math.max(1, area.clientWidth));
  const distance = ({ values }: ReadRow): number => Math.min(...values.map(({ y }) => (y === null ? Infinity : Math.abs(canvas.topOf(y) - height))));
  const near = Number.isNaN(height) ? rows : [...rows].sort((a, b) => distance(a) - distance(b));
  const chosen = new Set(near.slice(0, mostRows));
  const shown = rows.filter((row) => chosen.has(row));
  const parts = Array.from(new Set(lines.map(({ part }) => part)));
  const offset = { x: area.offsetLeft, y: area.offsetTop };
  const beside = left > area.clientWidth / 2 ? { right: `calc(100% - ${offset.x + left - 14}px)` } : { left: `${offset.x + left + 14}px` };
  return (
    <>
      {shown.flatMap(({ values }) =>
        values.map(({ line, y }) => {
          const top = y === null ? Number.NaN : canvas.topOf(y);
          return top >= -2 && top <= area.clientHeight + 2 && <span key={`${line.group} ${line.part}`} class="dot" style={{ left: `${offset.x + left}px`, top: `${offset.y + top}px`, borderColor: `var(--${line.paint})` }} />;
        }),
      )}
      <div class="tip" style={beside} aria-hidden="true">
        <table>
          <thead>
            <tr>
              <th>{placeText(kind, at)}</th>
              {parts.map((part) => <th key={part} class="number">{part}</th>)}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.values[0].line.group} class={row === near[0] && rows.length > 1 && !Number.isNaN(height) ? "nearest" : undefined}>
                <th><Swatch paint={row.values[0].line.paint} mark={row.values[0].line.mark} /> {row.name}</th>
                {parts.map((part) => {
                  const value = row.values.find(({ line }) => line.part === part);
                  return <td key={part} class="number">{value === undefined ? "" : valueText(value.y, percent)}{value !== undefined && value.raw !== null && <span class="raw"> ({valueText(value.raw, percent)})</span>}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length > shown.length && <p>and {rows.length - shown.length} more</p>}
      </div>
    </>
  );
}

/**
 * Line canvas: curves over a common axis, drawn within a uPlot chart, which gives axes, crosshair and selection. Each curve has an x of its own, so
 * curves of many runs need no common points.
 */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { SeriesX } from "../../../protocol.js";
import { type Axis, axisOf, type Tick } from "../../../../plot/axis.js";
import { textWidth } from "../../../../plot/textWidth.js";
import { type Drawing, drawLines, drawMarks } from "./drawing.js";
import { extentOf, type Span, timeTicks } from "./span.js";
import { colour } from "./theme.js";

export interface ChartLine {
  /** Lines of one group, such as the training and the validation of a run, are told together. */
  readonly group: string;
  readonly name: string;
  readonly part: "training" | "validation" | "";
  /** Name of its colour in the style sheet. */
  readonly paint: string;
  /** Which of all looks it has, and the mark on it, where its colour is not its own. */
  readonly look: number;
  readonly mark: number | undefined;
  readonly dash: readonly number[];
  readonly width: number;
  /** Rising. */
  readonly x: readonly number[];
  /** Null: a gap. */
  readonly y: readonly (number | null)[];
  /** What was measured, where `y` is smoothed: drawn faintly behind it. */
  readonly raw: readonly (number | null)[] | null;
  readonly best: { readonly x: number; readonly y: number } | null;
  readonly overfitsFrom: number | null;
}

export interface ChartView {
  readonly lines: readonly ChartLine[];
  readonly span: Span;
  readonly kind: SeriesX;
  readonly log: boolean;
  readonly percent: boolean;
  /** The group that stands out, as while its name is pointed at; null: none does. */
  readonly highlight: string | null;
}

const size = 12;

export class LineCanvas {
  readonly #host: HTMLElement;
  readonly #plot: uPlot;
  readonly #observer: ResizeObserver;
  #view: ChartView = { lines: [], span: [0, 1], kind: "step", log: false, percent: false, highlight: null };
  #y: Axis = axisOf({ chart: "chart", name: "y", values: [0, 1] });
  #ticks: { x: readonly Tick[]; y: readonly Tick[] } = { x: [], y: [] };
  #palette = new Map<string, string>();

  constructor(host: HTMLElement) {
    this.#host = host;
    const font = `${size}px ${getComputedStyle(host).fontFamily}`;
    const axis = (name: "x" | "y"): uPlot.Axis => ({
      scale: name,
      side: name === "x" ? 2 : 3,
      font,
      stroke: () => this.#colour("muted"),
      splits: () => this.#ticksOf(name).map(({ value }) => (name === "y" ? this.#height(value) : value)),
      values: () => this.#ticks[name].map(({ label }) => (name === "y" && this.#view.percent && label !== "" ? `${label} %` : label)),
      size: name === "x" ? 28 : (_, labels) => 14 + Math.max(10, ...(labels ?? []).map((label) => textWidth(String(label), size))),
      gap: 4,
      grid: { show: name === "y", stroke: () => this.#colour("line"), width: 1, filter: (_, splits) => splits.map((split, i) => (this.#ticks[name][i]?.label === "" ? null : split)) },
      ticks: { stroke: () => this.#colour("line"), size: 4, width: 1 },
      border: { show: true, stroke: () => this.#colour("line"), width: 1 },
    });
    this.#plot = new uPlot(
      {
        width: Math.max(50, host.clientWidth),
        height: Math.max(50, host.clientHeight),
        // Half of the last label of the x axis lies beyond it.
        padding: [8, () => Math.max(10, textWidth(this.#ticks.x.at(-1)?.label ?? "", size) / 2 + 3), 0, 0],
        series: [{}],
        scales: { x: { time: false, auto: false }, y: { auto: false } },
        axes: [axis("x"), axis("y")],
        legend: { show: false },
        // Pointers are handled by the chart, so that fingers zoom too.
        cursor: { x: true, y: false, points: { show: false }, drag: { x: false, y: false, setScale: false }, bind: Object.fromEntries(["mousedown", "mouseup", "click", "dblclick", "mousemove", "mouseleave", "mouseenter"].map((name) => [name, () => null])) },
        hooks: { draw: [(plot) => this.#draw(plot)] },
      },
      [[0, 1]],
      host,
    );
    this.#observer = new ResizeObserver(() => {
      if (host.clientWidth > 0 && host.clientHeight > 0) this.#plot.setSize({ width: host.clientWidth, height: host.clientHeight });
    });
    this.#observer.observe(host);
    // Texts that are drawn before the typeface has come are in another one.
    const again = (): void => void (host.isConnected && this.#plot.redraw(false, true));
    if (!document.fonts.check(font)) document.fonts.load(font).then(again, () => {});
  }

  /** The area between the axes, which takes the pointer. */
  get area(): HTMLDivElement {
    return this.#plot.over;
  }

  show(view: ChartView): void {
    this.#view = view;
    this.#palette.clear();
    const extent = extentOf(view.lines.flatMap(({ x, y, raw }) => (raw === null ? [{ x, y }] : [{ x, y }, { x, y: raw }])), view.span, view.log);
    const options = { scale: view.log ? "log" : "linear", format: view.percent ? "percent" : "number" } as const;
    this.#y = axisOf({ chart: "chart", name: "y", options, values: extent ?? [] });
    // Nothing is above 100 %.
    if (view.percent && extent !== null && extent[1] <= 1 && this.#y.domain[1] > 1) this.#y = axisOf({ chart: "chart", name: "y", options: { ...options, range: [this.#y.domain[0], 1] }, values: extent });
    const [low, high] = this.#y.domain.map((end) => this.#height(end));
    this.#plot.batch(() => {
      this.#plot.setData([[...view.span]], false);
      // Scales that stay as they were are not drawn anew by themselves.
      this.#plot.redraw(false, true);
      this.#plot.setScale("x", { min: view.span[0], max: view.span[1] });
      this.#plot.setScale("y", { min: low, max: high });
    });
  }

  /** Pixels from the left end of the area. */
  leftOf(x: number): number {
    return this.#plot.valToPos(x, "x");
  }

  xAt(left: number): number {
    return this.#plot.posToVal(left, "x");
  }

  /** Pixels from the top of the area; NaN for what a log axis does not show. */
  topOf(y: number): number {
    return this.#plot.valToPos(this.#height(y), "y");
  }

  /** Puts the crosshair there; null takes it away. */
  point(left: number | null): void {
    this.#plot.setCursor(left === null ? { left: -10, top: -10 } : { left, top: 0 }, false);
  }

  /** Shows what a drag selects; null: nothing. */
  select(from: number, to: number | null): void {
    this.#plot.setSelect(to === null ? { left: 0, top: 0, width: 0, height: 0 } : { left: Math.min(from, to), top: 0, width: Math.abs(to - from), height: this.area.clientHeight }, false);
  }

  close(): void {
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  /** Where a value stands on the scale of the axis. */
  #height(value: number): number {
    return this.#view.log ? Math.log10(value) : value;
  }

  #colour(name: string): string {
    let found = this.#palette.get(name);
    if (found === undefined) this.#palette.set(name, (found = colour(name)));
    return found;
  }

  #ticksOf(name: "x" | "y"): readonly Tick[] {
    const { area } = this;
    if (name === "y") return (this.#ticks.y = this.#y.ticks(Math.max(2, Math.floor(area.clientHeight / 42))));
    const { span, kind } = this.#view;
    // Between two steps there are none, unless the reader looks that closely.
    const whole = kind !== "time" && span[1] - span[0] >= 2;
    const axis = axisOf({ chart: "chart", name: "x", options: { range: span }, values: [whole ? 1 : 0.5] });
    const width = Math.max(50, area.clientWidth);
    for (let count = Math.max(2, Math.floor(width / 64)); ; count--) {
      const ticks = kind === "time" ? timeTicks(span, count) : axis.ticks(count);
      const room = (width * (ticks.length < 2 ? 1 : ticks[1].value - ticks[0].value)) / (span[1] - span[0]);
      if (count <= 1 || ticks.every(({ label }) => textWidth(label, size) + 12 <= room)) return (this.#ticks.x = ticks);
    }
  }

  #draw(plot: uPlot): void {
    const { left, top, width, height } = plot.bbox;
    const [x, y] = [plot.scales["x"], plot.scales["y"]];
    if (typeof x.min !== "number" || typeof x.max !== "number" || typeof y.min !== "number" || typeof y.max !== "number") return;
    const drawing: Drawing = {
      context: plot.ctx,
      pixel: uPlot.pxRatio,
      box: { left, top, width, height },
      span: this.#view.span,
      x: { from: x.min, factor: width / (x.max - x.min) },
      y: { from: y.min, factor: height / (y.max - y.min), log: this.#view.log },
      colour: (name) => this.#colour(name),
      font: getComputedStyle(this.#host).fontFamily,
    };
    drawLines(drawing, this.#view);
    drawMarks(drawing, this.#view);
  }
}

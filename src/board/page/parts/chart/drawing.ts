/** Drawing of curves and of what is marked on them, on a canvas. */

import { markRadius, pointOutline } from "../../../../plot/legend.js";
import { numberText } from "../../../../plot/numberText.js";
import { markedPoints, markSpacing } from "../../../../plot/spacedMarks.js";
import type { ChartLine, ChartView } from "./lineCanvas.js";
import { drawnPoints, isNoise, NoiseLayer, type Placed, spansOf } from "./noise.js";
import { placeText, type Span } from "./span.js";

/** Where and how to draw; lengths are in pixels of the canvas. */
export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  /** Pixels of the canvas for one of the page. */
  readonly pixel: number;
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  readonly span: Span;
  readonly x: { readonly from: number; readonly factor: number };
  readonly y: { readonly from: number; readonly factor: number; readonly log: boolean };
  readonly colour: (name: string) => string;
  readonly font: string;
}

const faint = 0.25;
/** Of what stands back behind a run that is pointed at. */
const backward = 0.25;

type Values = readonly (number | null)[];

/** The curves; what was measured lies behind what is smoothed, and noise behind what is not. */
export function drawLines(drawing: Drawing, { lines, highlight }: Pick<ChartView, "lines" | "highlight">): void {
  const { context, box } = drawing;
  const [raised, others] = [lines.filter(({ group }) => group === highlight), lines.filter(({ group }) => group !== highlight)];
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.lineJoin = "bevel";
  // A run that these charts do not show leaves them as they are.
  for (const [some, opacity] of raised.length === 0 ? [[others, 1] as const] : [[others, backward] as const, [raised, 1] as const]) {
    const wider = some === raised ? 1 : 0;
    context.globalAlpha = faint * opacity;
    layer(drawing, some.flatMap((line) => (line.raw === null ? [] : [{ line, values: line.raw, width: 1, dash: [] }])));
    context.globalAlpha = opacity;
    layer(drawing, some.map((line) => ({ line, values: line.y, width: line.width + wider, dash: line.dash })));
    for (const line of some) drawMarksOn(drawing, line);
  }
  context.restore();
}

/** The signs by which curves of one hue are told apart. */
function drawMarksOn(drawing: Drawing, line: ChartLine): void {
  const { context, pixel, box, span, x, colour } = drawing;
  if (line.mark === undefined) return;
  const top = topIn(drawing, line.y);
  const [first, last] = drawnPoints(line.x, span);
  const left = (i: number): number => box.left + (line.x[first + i] - x.from) * x.factor;
  const within = (i: number): number => (left(i) >= box.left && left(i) <= box.left + box.width && Number.isFinite(top(first + i)) ? left(i) : Number.NaN);
  context.setLineDash([]);
  context.fillStyle = colour(line.paint);
  context.strokeStyle = colour("ground");
  context.lineWidth = 0.75 * pixel;
  for (const i of markedPoints(within, last - first + 1, { look: line.look, spacing: markSpacing * pixel })) {
    const [px, py] = [left(i), top(first + i)];
    const outline = pointOutline(line.mark, px, py, markRadius * pixel);
    const shape = new Path2D(outline ?? undefined);
    if (outline === null) shape.arc(px, py, markRadius * pixel, 0, 2 * Math.PI);
    context.fill(shape);
    context.stroke(shape);
  }
}

interface Stroke {
  readonly line: ChartLine;
  readonly values: Values;
  readonly width: number;
  readonly dash: readonly number[];
}

/** More lines than these are drawn thinly: they hide less of one another, and take less time. */
const mostThick = 16;

function layer(drawing: Drawing, strokes: readonly Stroke[]): void {
  const { context, box, span, colour } = drawing;
  const many = strokes.length > mostThick;
  const columns = Math.round(box.width);
  let noise: NoiseLayer | undefined;
  const rest = strokes.filter(({ line, values }) => {
    const place = topIn(drawing, values);
    const placed: Placed = { x: line.x, top: (i) => place(i) - box.top, span, columns };
    if (!isNoise(placed, many ? 2 : 6)) return true;
    noise ??= new NoiseLayer(columns, Math.round(box.height));
    noise.add(spansOf(placed), colour(line.paint));
    return false;
  });
  noise?.drawOn(context, Math.round(box.left), Math.round(box.top));
  for (const each of rest) stroke(drawing, many ? { ...each, width: 1 } : each);
}

/** From the number of a point to its place on the canvas, from above; NaN where there is none. */
function topIn({ box, y }: Drawing, values: Values): (i: number) => number {
  const bottom = box.top + box.height;
  return (i) => {
    const value = values[i];
    return value === null || (y.log && value <= 0) ? Number.NaN : bottom - ((y.log ? Math.log10(value) : value) - y.from) * y.factor;
  };
}

function stroke(drawing: Drawing, { line, values, width, dash }: Stroke): void {
  const { context, pixel, box, span, x, colour } = drawing;
  const top = topIn(drawing, values);
  const [first, last] = drawnPoints(line.x, span);
  const dots: [number, number][] = [];
  let run = 0;
  let [px, py] = [0, 0];
  context.beginPath();
  for (let i = first; i <= last; i++) {
    const height = top(i);
    if (!Number.isFinite(height)) {
      if (run === 1) dots.push([px, py]);
      run = 0;
      continue;
    }
    px = box.left + (line.x[i] - x.from) * x.factor;
    py = height;
    if (run++ === 0) context.moveTo(px, py);
    else context.lineTo(px, py);
  }
  // A single point makes no line.
  if (run === 1) dots.push([px, py]);
  context.strokeStyle = context.fillStyle = colour(line.paint);
  context.lineWidth = width * pixel;
  context.setLineDash(dash.map((part) => part * pixel));
  context.stroke();
  for (const [cx, cy] of dots) {
    context.beginPath();
    context.arc(cx, cy, 1.5 * width * pixel, 0, 2 * Math.PI);
    context.fill();
  }
}

/** More marks than these have no words, which would cover one another; the table has them. */
const mostWords = 8;
const mostVerticals = 4;

interface Taken {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** Rings about the best points, and lines from where on curves over-fit, with words where there is room. */
export function drawMarks({ context, pixel, box, x, y, colour, font }: Drawing, { lines: all, kind, percent, highlight }: ChartView): void {
  const raised = all.filter(({ group }) => group === highlight);
  const lines = raised.length === 0 ? all : raised;
  const size = 12 * pixel;
  const right = box.left + box.width;
  const bottom = box.top + box.height;
  const taken: Taken[] = [];
  const free = (each: Taken): boolean =>
    each.left >= box.left + 2 && each.right <= right && each.y >= box.top + size / 2 && each.y <= bottom - size / 2 && taken.every((other) => each.right < other.left || other.right < each.left || Math.abs(each.y - other.y) > size + 2 * pixel);
  const write = (text: string, at: number, height: number, align: CanvasTextAlign): boolean => {
    const width = context.measureText(text).width;
    const left = align === "center" ? at - width / 2 : align === "right" ? at - width : at;
    const place = { left, right: left + width, y: height };
    if (!free(place)) return false;
    taken.push(place);
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3 * pixel;
    context.strokeStyle = colour("ground");
    context.strokeText(text, left, height);
    context.fillStyle = colour("ink");
    context.fillText(text, left, height);
    return true;
  };
  context.save();
  const inside = (px: number): boolean => px >= box.left - 0.5 && px <= right + 0.5;
  const groups = new Set(lines.map(({ group }) => group)).size;

  const bests = lines.flatMap(({ best, paint }) => {
    if (best === null) return [];
    const px = box.left + (best.x - x.from) * x.factor;
    const py = bottom - ((y.log ? Math.log10(best.y) : best.y) - y.from) * y.factor;
    return inside(px) && py >= box.top - 1 && py <= bottom + 1 ? [{ px, py, paint, text: valueText(best.y, percent) }] : [];
  });
  for (const { px, py } of bests) taken.push({ left: px - 5 * pixel, right: px + 5 * pixel, y: py });

  const overfitting = lines.flatMap(({ overfitsFrom, name, paint }) => (overfitsFrom === null ? [] : [{ at: box.left + (overfitsFrom - x.from) * x.factor, from: overfitsFrom, name, paint }])).filter(({ at }) => inside(at));
  for (const { at, from, name, paint } of overfitting) {
    context.setLineDash([2 * pixel, 3 * pixel]);
    context.lineWidth = (overfitting.length > mostVerticals ? 2 : 1) * pixel;
    context.strokeStyle = colour(groups > 1 ? paint : "ink");
    context.beginPath();
    context.moveTo(at, overfitting.length > mostVerticals ? bottom - 14 * pixel : box.top);
    context.lineTo(at, bottom);
    context.stroke();
    if (overfitting.length > mostVerticals) continue;
    context.setLineDash([]);
    context.font = `${size}px ${font}`;
    const texts = groups > 1 ? [`over-fits: ${name}`, "over-fits"] : [`over-fits from ${placeText(kind, from)}`, "over-fits"];
    words: for (let row = 0; row < 5; row++) {
      for (const text of texts) for (const align of ["left", "right"] as const) if (write(text, at + (align === "left" ? 5 : -5) * pixel, box.top + (8 + 16 * row) * pixel, align)) break words;
    }
  }

  context.setLineDash([]);
  context.font = `bold ${size}px ${font}`;
  const told = new Set<string>();
  for (const { px, py, paint, text } of bests) {
    context.beginPath();
    context.arc(px, py, 4.5 * pixel, 0, 2 * Math.PI);
    context.lineWidth = 2 * pixel;
    context.fillStyle = colour("ground");
    context.strokeStyle = colour(paint);
    context.fill();
    context.stroke();
    const place = `${Math.round(px)} ${Math.round(py)} ${text}`;
    if (bests.length > mostWords || told.has(place)) continue;
    told.add(place);
    const places: readonly (readonly [number, number, CanvasTextAlign])[] = [[0, -16, "center"], [0, 16, "center"], [9, 0, "left"], [-9, 0, "right"], [9, -16, "left"], [-9, -16, "right"], [9, 16, "left"], [-9, 16, "right"]];
    places.some(([dx, dy, align]) => write(text, px + dx * pixel, py + dy * pixel, align));
  }
  context.restore();
}

/** A value as people read it. */
export const valueText = (value: number | null, percent: boolean): string => (value === null ? "–" : percent ? `${numberText(100 * value, 4)} %` : numberText(value));

/** Drawing of curves and of what is marked on them, on a canvas. */

import { numberText } from "../../../../plot/numberText.js";
import type { ChartLine, ChartView } from "./lineCanvas.js";
import { firstFrom, placeText, type Span } from "./span.js";

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

/** Of a curve with more points than this for 100 pixels dashes would not be seen. */
const dashedDensity = 50;
const faint = 0.25;

/** The curves; what was measured lies behind what is smoothed. */
export function drawLines(drawing: Drawing, lines: readonly ChartLine[]): void {
  const { context, box } = drawing;
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.lineJoin = "bevel";
  context.globalAlpha = faint;
  for (const line of lines) if (line.raw !== null) stroke(drawing, line, line.raw, { width: 1, dash: [] });
  context.globalAlpha = 1;
  for (const line of lines) stroke(drawing, line, line.y, line);
  context.restore();
}

function stroke({ context, pixel, box, span, x, y, colour }: Drawing, line: ChartLine, values: readonly (number | null)[], { width, dash }: { readonly width: number; readonly dash: readonly number[] }): void {
  const first = Math.max(0, firstFrom(line.x, span[0]) - 1);
  const last = Math.min(line.x.length - 1, firstFrom(line.x, span[1]) + 1);
  const bottom = box.top + box.height;
  const dots: [number, number][] = [];
  let run = 0;
  let [px, py] = [0, 0];
  context.beginPath();
  for (let i = first; i <= last; i++) {
    const value = values[i];
    const height = value === null || (y.log && value <= 0) ? Number.NaN : y.log ? Math.log10(value) : value;
    if (!Number.isFinite(height)) {
      if (run === 1) dots.push([px, py]);
      run = 0;
      continue;
    }
    px = box.left + (line.x[i] - x.from) * x.factor;
    py = bottom - (height - y.from) * y.factor;
    if (run++ === 0) context.moveTo(px, py);
    else context.lineTo(px, py);
  }
  // A single point makes no line.
  if (run === 1) dots.push([px, py]);
  context.strokeStyle = context.fillStyle = colour(line.paint);
  const dense = (last - first) / (box.width / pixel / 100) > dashedDensity;
  // Noise is drawn thinly, so that what lies behind it is seen.
  context.lineWidth = (dense ? 1 : width) * pixel;
  context.setLineDash(dense ? [] : dash.map((part) => part * pixel));
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
export function drawMarks({ context, pixel, box, x, y, colour, font }: Drawing, { lines, kind, percent }: ChartView): void {
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

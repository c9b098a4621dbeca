/** Panel: a pair of axes with ticks, labels, grid and legend, and the place between them for the data. */

import { type Axis, axisTitle, type Tick } from "./axis.js";
import { legend, type LegendEntry } from "./legend.js";
import { type Box, capHeight, centred, group, type Item, line, type Size, text } from "./scene.js";
import { fitted, textWidth } from "./textWidth.js";

/** What data are drawn with. */
export interface Place {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** The area between the axes. */
  readonly box: Box;
}

export interface PanelInit {
  readonly x: Axis;
  readonly y: Axis;
  readonly legend?: readonly LegendEntry[];
  /** Which grid lines there are; "frame": none, but a line all around. Default "y". */
  readonly grid?: "y" | "both" | "frame";
  /** One unit is as long in x as in y. Default false. */
  readonly equal?: boolean;
  /** Pixels to leave free on the right. Default 0. */
  readonly right?: number;
  /** Drawn within the area; what lies outside of it is cut off. */
  readonly data: (place: Place) => readonly Item[];
  /** Drawn last and not cut off: labels, and what lies beside the area. */
  readonly over?: (place: Place) => readonly Item[];
}

const tickSize = 12;
const labelSize = 13;
export const edge = 14;

/** All of it, for a place of this size. */
export function panel(size: Size, { x, y, legend: entries = [], grid = "y", equal = false, right = 0, data, over }: PanelInit): readonly Item[] {
  const key = legend(entries, size.width - 2 * edge);
  const top = 10 + key.height + (key.height > 0 ? 6 : 0);
  const [xTitle, yTitle] = [axisTitle(x.options), axisTitle(y.options)];
  const bottom = 24 + (xTitle === "" ? 0 : 19) + 4;
  const height = Math.max(30, size.height - top - bottom);
  const yTicks = y.ticks(Math.max(2, Math.floor(height / 42)));
  const widest = Math.max(0, ...yTicks.map(({ label }) => textWidth(label, tickSize)));
  const left = (yTitle === "" ? 6 : 26) + widest + 8;
  const layout = (margin: number): { place: Place; xTicks: readonly Tick[] } => {
    const whole = { x: left, y: top, width: Math.max(30, size.width - left - margin), height };
    const box = equal ? equalBox(whole, x.domain, y.domain) : whole;
    const place = { x: x.scale([box.x, box.x + box.width]), y: y.scale([box.y + box.height, box.y]), box };
    return { place, xTicks: fittingTicks(x, place.x, box.width) };
  };
  const margin = Math.max(edge, right + 4);
  const first = layout(margin);
  // The last label of the x axis reaches over its end, but not beyond the figure.
  const reach = Math.max(...first.xTicks.map(({ value, label }) => first.place.x(value) + textWidth(label, tickSize) / 2 + 2 - size.width));
  const { place, xTicks } = reach > 0 ? layout(margin + reach) : first;
  const { box } = place;
  const base = box.y + box.height;
  const frame = grid === "frame";

  const lines: Item[] = [];
  const marks: Item[] = [];
  for (const { value, label } of yTicks) {
    const at = place.y(value);
    if (!frame && label !== "") lines.push(line(box.x, at, box.x + box.width, at, { stroke: "grid" }));
    marks.push(line(box.x - (label === "" ? 3 : 5), at, box.x, at, { stroke: "axis" }));
    if (label !== "") marks.push(centred(label, box.x - 9, at, { size: tickSize, anchor: "end", fill: "muted" }));
  }
  for (const { value, label } of xTicks) {
    const at = place.x(value);
    if (grid === "both" && label !== "") lines.push(line(at, box.y, at, base, { stroke: "grid" }));
    marks.push(line(at, base, at, base + (label === "" ? 3 : 5), { stroke: "axis" }));
    if (label !== "") marks.push(text(label, at, base + 8 + capHeight * tickSize + 2, { size: tickSize, anchor: "middle", fill: "muted" }));
  }
  const border = frame
    ? [line(box.x, box.y, box.x + box.width, box.y, { stroke: "axis" }), line(box.x + box.width, box.y, box.x + box.width, base, { stroke: "axis" })]
    : [];
  border.push(line(box.x, box.y, box.x, base, { stroke: "axis" }), line(box.x, base, box.x + box.width, base, { stroke: "axis" }));
  if (xTitle !== "") {
    marks.push(text(fitted(xTitle, size.width - 2 * edge, labelSize), box.x + box.width / 2, base + 40, { size: labelSize, anchor: "middle" }));
  }
  if (yTitle !== "") {
    const shortened = fitted(yTitle, Math.max(60, size.height - 8), labelSize);
    const half = textWidth(shortened, labelSize) / 2;
    // Beside the middle of the axis, but not beyond the figure.
    const middle = Math.min(Math.max(box.y + box.height / 2, half + 4), Math.max(size.height - half - 4, half + 4));
    const at = box.x - widest - 18;
    marks.push(text(shortened, at, middle, { size: labelSize, anchor: "middle", rotate: -90 }));
  }
  return [
    group(key.items, { x: edge, y: 8 }),
    group(lines, { name: "grid" }),
    // Lines on the border are drawn in full width.
    group(data(place), { name: "data", clip: { x: box.x - 1.5, y: box.y - 1.5, width: box.width + 3, height: box.height + 3 } }),
    group([...border, ...marks], { name: "axes" }),
    ...(over?.(place) ?? []),
  ];
}

/** The largest box within `box`, about its middle, in which units of both axes have one length. */
function equalBox(box: Box, [x0, x1]: readonly [number, number], [y0, y1]: readonly [number, number]): Box {
  const unit = Math.min(box.width / (x1 - x0), box.height / (y1 - y0));
  const [width, height] = [unit * (x1 - x0), unit * (y1 - y0)];
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

/** As many ticks as have labels that do not touch. */
function fittingTicks(axis: Axis, at: (value: number) => number, width: number): readonly Tick[] {
  for (let count = Math.max(2, Math.floor(width / 56)); count > 1; count--) {
    const ticks = axis.ticks(count);
    const labelled = ticks.filter(({ label }) => label !== "");
    const free = labelled.every(({ value, label }, i) => {
      if (i === 0) return true;
      const before = labelled[i - 1];
      return at(value) - at(before.value) > (textWidth(label, tickSize) + textWidth(before.label, tickSize)) / 2 + 8;
    });
    if (free && labelled.length > 0) return ticks;
  }
  return axis.ticks(2).slice(0, 1);
}

/** A placed graph as a figure: boxes with a head and lines of numbers, arrows between them. The page lays buttons over it; files get it as it is. */

import { curveBasis, curveBumpY, line as lineShape } from "d3-shape";
import { Figure, titleHeight } from "../../../../plot/figure.js";
import { centred, group, type Item, type Paint, path, rect, shown, type Size } from "../../../../plot/scene.js";
import { fitted, textWidth } from "../../../../plot/textWidth.js";
import { headHeight, type PlacedBox, type PlacedEdge, type Placement } from "./nested.js";

/** What stands in a box. */
export interface BoxContent {
  /** In bold: its own name. */
  readonly name: string;
  /** After the name: what it is. */
  readonly type: string;
  readonly lines: readonly string[];
  /** A line that warns, at the end, and the colour of the frame; the words say all that the colour does. */
  readonly warning?: { readonly text: string; readonly paint: Paint };
  /** Holds others, and can be unfolded. */
  readonly folds: boolean;
  /** "end": where values come in and go out, "parameter": what is learned. Default "module". */
  readonly kind?: "module" | "end" | "parameter";
}

const size = 12.5;
/** Fonts that stand in for the page's own are wider. */
const reserve = 1.17;
const roomFor = (content: string, letters: number): number => reserve * textWidth(content.replaceAll(/[⁰¹²³⁴-⁹⁻]/g, "0"), letters);
const lineHeight = 17;
const chevronWidth = 18;
const widest = 300;

/** The room that a folded box takes, or the head of an open one. */
export function boxSize({ name, type, lines, warning, folds }: BoxContent, open: boolean): Size {
  const head = roomFor(name, size * 1.06) + (type === "" ? 0 : 8 + roomFor(type, size)) + (folds ? chevronWidth : 0);
  const below = open ? [] : warning === undefined ? lines : [...lines, warning.text];
  const bold = open || warning === undefined ? 0 : 1.1 * roomFor(warning.text, 11.5);
  const width = Math.max(64, head, bold, ...below.map((each) => roomFor(each, 11.5))) + 24;
  return { width: Math.min(widest, Math.ceil(width)), height: headHeight + (below.length === 0 ? 0 : below.length * lineHeight + 3) };
}

/** @param contentOf by the id of a box */
export function graphFigure(placement: Placement, contentOf: (id: string) => BoxContent, { title, description }: { readonly title: string; readonly description: string }): Figure {
  const { width, height, boxes, edges } = placement;
  // Open boxes lie under what they hold.
  const layers = boxes.toSorted((a, b) => a.depth - b.depth);
  const items = [...layers.filter((box) => box.open).map((box) => group(drawOpen(box, contentOf(box.id)), { name: "open" })), ...edges.flatMap(drawEdge), ...layers.filter((box) => !box.open).map((box) => group(drawFolded(box, contentOf(box.id)), { name: "box" }))];
  return new Figure({
    // The page shows a heading of its own.
    options: { description, width: Math.ceil(width), height: Math.ceil(height) + titleHeight({}) },
    width: Math.ceil(width),
    heightOf: () => Math.ceil(height),
    kind: title,
    summary: description,
    draw: () => items,
  });
}

function drawOpen(box: PlacedBox, content: BoxContent): Item[] {
  const { x, y, width, height, depth } = box;
  return [
    rect({ x, y, width, height }, { fill: depth % 2 === 0 ? "surface" : "ground", stroke: "axis", width: 1.2 }, { radius: 7 }),
    rect({ x, y, width, height: headHeight }, { fill: "grid", stroke: "axis", width: 1.2 }, { radius: 7 }),
    ...head(box, content, "▾"),
  ];
}

function drawFolded(box: PlacedBox, content: BoxContent): Item[] {
  const { x, y, width, height } = box;
  const { kind = "module", folds, lines, warning } = content;
  const frame = { fill: kind === "module" ? "surface" : "ground", stroke: warning?.paint ?? "axis", width: warning === undefined ? 1.2 : 2, ...(kind === "parameter" && { dash: "4 3" }) };
  const radius = kind === "end" ? 14 : 7;
  const text = (content_: string, i: number, fill: Paint): Item => centred(fitted(content_, (width - 16) / reserve, 11.5), x + 12, y + headHeight - 3 + (i + 0.5) * lineHeight, { size: 11.5, fill, bold: fill !== "muted" });
  return [
    // A pile: there is more below.
    ...(folds ? [rect({ x: x + 4, y: y + 4, width, height }, { fill: "ground", stroke: "axis", width: 1 }, { radius })] : []),
    rect({ x, y, width, height }, frame, { radius }),
    ...head(box, content, "▸"),
    ...lines.map((each, i) => text(each, i, "muted")),
    ...(warning === undefined ? [] : [text(warning.text, lines.length, warning.paint)]),
  ];
}

function head({ x, y, width }: PlacedBox, { name, type, folds }: BoxContent, chevron: string): Item[] {
  const left = x + 12 + (folds ? chevronWidth : 0);
  const middle = y + headHeight / 2;
  const shownName = fitted(name, (width - (left - x) - 8) / reserve, size * 1.06);
  const after = left + roomFor(shownName, size * 1.06) + (name === "" ? 0 : 8);
  const room = x + width - after - 8;
  return [
    ...(folds ? [drawChevron(x + 17, middle, chevron === "▾")] : []),
    centred(shownName, left, middle, { size, bold: true }),
    ...(type === "" || room < 20 ? [] : [centred(fitted(type, room / reserve, size), after, middle, { size, fill: "muted" })]),
  ];
}

/** As a path: fonts differ in these signs. */
const drawChevron = (x: number, y: number, open: boolean): Item =>
  path(open ? `M${shown(x - 4.5)},${shown(y - 2.5)}L${shown(x)},${shown(y + 2.5)}L${shown(x + 4.5)},${shown(y - 2.5)}` : `M${shown(x - 2.5)},${shown(y - 4.5)}L${shown(x + 2.5)},${shown(y)}L${shown(x - 2.5)},${shown(y + 4.5)}`, { stroke: "ink", width: 1.8 });

const arrow = 7;

function drawEdge({ points, arrives }: PlacedEdge): Item[] {
  const down = points.every(({ y }, i) => i === 0 || y > points[i - 1].y);
  const curve = lineShape<{ x: number; y: number }>((p) => p.x, (p) => p.y).curve(down ? curveBumpY : curveBasis).digits(2);
  const style = { stroke: "axis", width: 1.4 };
  if (!arrives) return [path(curve([...points]) ?? "", style)];
  const last = points[points.length - 1];
  const before = points[points.length - 2];
  const length = Math.hypot(last.x - before.x, last.y - before.y) || 1;
  // Lines that go down end upright.
  const [dx, dy] = down ? [0, 1] : [(last.x - before.x) / length, (last.y - before.y) / length];
  const [bx, by] = [last.x - dx * arrow, last.y - dy * arrow];
  const tip = `M${shown(last.x)},${shown(last.y)}L${shown(bx - dy * 3.6)},${shown(by + dx * 3.6)}L${shown(bx + dy * 3.6)},${shown(by - dx * 3.6)}Z`;
  // The line ends where the tip begins.
  return [path(curve([...points.slice(0, -1), { x: last.x - dx * (arrow - 1), y: last.y - dy * (arrow - 1) }]) ?? "", style), path(tip, { fill: "axis" })];
}

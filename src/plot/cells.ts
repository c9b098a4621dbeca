/** A table of coloured cells with names of rows and columns: what heat maps and confusion matrices share. */

import { type ColourScale, colourAt } from "./colours.js";
import { edge } from "./panel.js";
import { type Box, centred, group, type Item, line, rect, type Size, text } from "./scene.js";
import { fitted, textWidth } from "./textWidth.js";

/** What decides how much room there is beside the cells. */
export interface CellsLook {
  readonly rows: number;
  readonly columns: number;
  readonly rowNames?: readonly string[];
  readonly columnNames?: readonly string[];
  /** Names of the axes. */
  readonly rowLabel: string;
  readonly columnLabel: string;
  /** Pixels to leave free on the right. */
  readonly right: number;
  /** Cells are square. */
  readonly square: boolean;
}

export interface CellsInit extends CellsLook {
  /** Draws all cells; `cell` is where one lies. */
  readonly draw: (cell: (row: number, column: number) => Box, box: Box) => readonly Item[];
  readonly beside?: (box: Box) => readonly Item[];
}

const size = 12;

/** Room for names: left, right and bottom of the cells in a figure of this width. */
function margins(width: number, { columns, rowNames, columnNames, rowLabel, columnLabel, right }: CellsLook) {
  const widest = Math.min(0.3 * width, Math.max(0, ...(rowNames ?? []).map((name) => textWidth(name, size))));
  const left = edge + (rowLabel === "" ? 0 : 22) + (rowNames === undefined ? 0 : widest + 8);
  const roughStep = (width - left - edge - right) / columns;
  const longest = Math.max(0, ...(columnNames ?? []).map((name) => textWidth(name, size)));
  const slanted = longest > roughStep - 4;
  const reach = slanted ? Math.min(100, 0.72 * longest + 4) : 14;
  const bottom = (columnNames === undefined ? 6 : reach + 8) + (columnLabel === "" ? 0 : 22) + 4;
  return { widest, slanted, left, right: Math.max(edge, right), bottom };
}

const top = 10;

/** The height of a figure of this width in which square cells fill the width. */
export function cellsHeight(width: number, look: CellsLook): number {
  const { left, right, bottom } = margins(width, look);
  return Math.min(900, top + bottom + ((width - left - right) * look.rows) / look.columns);
}

export function cells(place: Size, { draw, beside, ...look }: CellsInit): readonly Item[] {
  const { rows, columns, rowNames, columnNames, rowLabel, columnLabel, square } = look;
  const { widest, slanted, left, right, bottom } = margins(place.width, look);
  const free = { width: Math.max(20, place.width - left - right), height: Math.max(20, place.height - top - bottom) };
  const step = Math.min(free.width / columns, free.height / rows);
  const [width, height] = square ? [step * columns, step * rows] : [free.width, free.height];
  const box: Box = { x: left + (free.width - width) / 2, y: top, width, height };
  const [cw, ch] = [width / columns, height / rows];
  const cell = (row: number, column: number): Box => ({ x: box.x + column * cw, y: box.y + row * ch, width: cw, height: ch });
  const items: Item[] = [group(draw(cell, box), { name: "data" })];
  const names: Item[] = [];
  // Small cells: only so many names as there is room for.
  const everyRow = Math.ceil(15 / ch);
  const everyColumn = Math.ceil((slanted ? 15 : 8) / cw);
  rowNames?.forEach((name, i) => {
    if (i % everyRow === 0) names.push(centred(fitted(name, widest, size), box.x - 7, box.y + (i + 0.5) * ch, { size, anchor: "end" }));
  });
  columnNames?.forEach((name, i) => {
    if (i % everyColumn !== 0) return;
    const [x, y] = [box.x + (i + 0.5) * cw, box.y + height + 16];
    names.push(slanted ? text(fitted(name, 125, size), x + 4, y - 2, { size, anchor: "end", rotate: -40 }) : text(name, x, y, { size, anchor: "middle" }));
  });
  if (columnLabel !== "") names.push(text(columnLabel, box.x + width / 2, box.y + height + bottom - 10, { anchor: "middle" }));
  if (rowLabel !== "") names.push(text(rowLabel, box.x - (rowNames === undefined ? 0 : widest + 8) - 9, box.y + height / 2, { anchor: "middle", rotate: -90 }));
  items.push(group(names, { name: "axes" }), ...(beside?.(box) ?? []));
  return items;
}

/** Room that a colour bar takes on the right. */
export const colourBarWidth = 74;

/** The meaning of the colours, right of `box`. */
export function colourBar({ x, y, width, height }: Box, scale: ColourScale, ticks: readonly { readonly value: number; readonly label: string }[], at: (value: number) => number): Item {
  const [left, steps] = [x + width + 14, 64];
  const bar = Array.from({ length: steps }, (_, i) =>
    rect({ x: left, y: y + (height * i) / steps, width: 13, height: height / steps + (i < steps - 1 ? 0.6 : 0) }, { fill: colourAt(scale, 1 - (i + 0.5) / steps) }),
  );
  const labels = ticks.flatMap(({ value, label }) => {
    const height_ = y + height * (1 - at(value));
    return [line(left + 13, height_, left + 17, height_, { stroke: "axis" }), centred(label, left + 20, height_, { size: 11.5, fill: "muted" })];
  });
  return group([...bar, ...labels], { name: "colour-bar" });
}

/** The number of a cell, as large as fits; nothing where it would be too small to read. */
export function cellNumber(content: string, { x, y, width, height }: Box, fill: string): Item[] {
  const fitting = Math.min(13, 0.5 * height, (13 * (width - 4)) / Math.max(1, textWidth(content, 13)));
  return fitting < 6 ? [] : [centred(content, x + width / 2, y + height / 2, { size: Math.round(10 * fitting) / 10, anchor: "middle", fill })];
}

/** Grid: several figures as one, in rows and columns. */

import { ValueError } from "../base/errors.js";
import { Figure, titleHeight } from "./figure.js";
import { checkCount, checkFigure, checkOptions, describeValue, type FigureOptions, withFigure } from "./options.js";
import { group } from "./scene.js";

export interface GridOptions extends FigureOptions {
  /** Figures in a row. Default: 1 to 3, by their number and the width. */
  readonly columns?: number;
}

/**
 * One figure of several. All get equally large places; each is laid out anew for its place. Default: 960 pixels wide, as high as the proportions
 * of the figures ask for.
 * @throws ValueError for anything but figures.
 *
 * @example
 * const loss = plot.lines({ title: "loss", series: [{ name: "", y: [2.3, 1.1, 0.7] }] });
 * const accuracy = plot.lines({ title: "accuracy", series: [{ name: "", y: [0.1, 0.6, 0.8] }] });
 * const both = plot.grid([loss, accuracy]);
 * [both.width, both.height] // → [960, 300]
 */
export function grid(figures: readonly Figure[], options: GridOptions = {}): Figure {
  checkOptions("grid", options, withFigure("columns"));
  checkFigure("grid", options);
  checkCount("grid", "columns", options.columns);
  if (!Array.isArray(figures) || figures.length === 0) throw new ValueError(`grid: expected an array of at least one figure, got ${Array.isArray(figures) ? "none" : describeValue(figures)}.`);
  const wrong = figures.findIndex((figure) => !(figure instanceof Figure));
  if (wrong >= 0) throw new ValueError(`grid: element ${wrong} must be a figure, got ${describeValue(figures[wrong])}; charts that read tensors return promises: await them.`);
  const inRow = (width: number): number => options.columns ?? Math.max(1, Math.min(figures.length === 4 ? 2 : 3, figures.length, Math.floor(width / 300)));
  const rowsOf = (width: number): number => Math.ceil(figures.length / inRow(width));
  // A figure that gets smaller keeps its proportions, but not below what its letters need.
  const heightIn = (place: number): number => Math.max(...figures.map(({ width, height }) => Math.max((height * place) / width, Math.min(height, 220))));
  return new Figure({
    options,
    width: 960,
    heightOf: (width) => titleHeight(options) + rowsOf(width) * heightIn(width / inRow(width)),
    kind: "Figures",
    summary: figures.map(({ title, description }) => `${title}: ${description}`).join(" "),
    draw: (size) => {
      const [columns, rows] = [inRow(size.width), rowsOf(size.width)];
      const place = { width: size.width / columns, height: size.height / rows };
      return figures.map((figure, i) => {
        const [x, y] = [(i % columns) * place.width, Math.floor(i / columns) * place.height];
        return group(figure.items(place), { x, y, name: "figure", title: figure.title });
      });
    },
  });
}

/** Heat maps: a table of numbers as colours. */

import { axisOf } from "./axis.js";
import { cellNumber, cells, cellsHeight, colourBar, colourBarWidth } from "./cells.js";
import { type ColourScale, colourAt, colourScales, isLight, rgbOf } from "./colours.js";
import { Figure, landscape, titleHeight } from "./figure.js";
import { alikeText, numberText } from "./numberText.js";
import { checkChoice, checkFigure, checkNames, checkOptions, checkRange, checkText, type FigureOptions, matrixOf, type Numbers, withFigure } from "./options.js";
import { pngUri } from "./png.js";
import { image, type Item, rect } from "./scene.js";

export interface HeatMapOptions extends FigureOptions {
  /** Rows from the top. Not finite: left open. */
  readonly values: readonly Numbers[];
  readonly rows?: readonly string[];
  readonly columns?: readonly string[];
  /** What rows and columns are. */
  readonly rowLabel?: string;
  readonly columnLabel?: string;
  /** @default "viridis" */
  readonly colours?: ColourScale;
  /** Values of the first and the last colour. Default: all values; for "diverging", as far below 0 as above. */
  readonly range?: readonly [low: number, high: number];
  /** Write the numbers. Default: up to 150 cells. */
  readonly numbers?: boolean;
  /** Cells are square. @default true */
  readonly square?: boolean;
}

/**
 * A heat map with its colour bar: attention weights, correlations, a grid search.
 * @throws ValueError, ShapeError for no values, rows of different lengths, or names that do not fit.
 *
 * @example
 * const figure = plot.heatMap({ values: [[1, 0.5], [0.5, 1]], rows: ["a", "b"], columns: ["a", "b"], range: [0, 1] });
 * figure.description // → Heat map of 2 rows and 2 columns, values from 0.5 to 1.
 */
export function heatMap(options: HeatMapOptions): Figure {
  checkOptions("heatMap", options, withFigure("values", "rows", "columns", "rowLabel", "columnLabel", "colours", "range", "numbers", "square"));
  checkFigure("heatMap", options);
  checkChoice("heatMap", "colours", options.colours, colourScales);
  checkRange("heatMap", "range", options.range);
  checkText("heatMap", "rowLabel", options.rowLabel);
  checkText("heatMap", "columnLabel", options.columnLabel);
  const { rows, columns, rowLabel = "", columnLabel = "", colours = "viridis", range, square = true, ...figure } = options;
  const values = matrixOf("heatMap", "values", options.values);
  checkNames("heatMap", "rows", rows, values.length, "rows of values");
  checkNames("heatMap", "columns", columns, values[0].length, "columns of values");
  const finite = values.flat().filter(Number.isFinite);
  const [least, most] = finite.length === 0 ? [0, 1] : [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  const reach = Math.max(Math.abs(least), Math.abs(most)) || 1;
  const [low, high] = range ?? (colours === "diverging" ? [-reach, reach] : least === most ? [least - 0.5, most + 0.5] : [least, most]);
  const at = (value: number): number => Math.min(1, Math.max(0, (value - low) / (high - low)));
  const axis = axisOf({ chart: "heatMap", name: "y", options: { range: [low, high] }, values: [] });
  const [height, width] = [values.length, values[0].length];
  const numbers = options.numbers ?? height * width <= 150;
  const cellText = alikeText(finite);
  const look = { rows: height, columns: width, rowNames: rows, columnNames: columns, rowLabel, columnLabel, right: colourBarWidth, square };
  return new Figure({
    options: figure,
    width: 560,
    heightOf: (wide) => (square ? Math.max(150, cellsHeight(wide, look)) : landscape(wide)) + titleHeight(figure),
    kind: "Heat map",
    summary: `Heat map of ${height} rows and ${width} columns, values from ${numberText(least)} to ${numberText(most)}.`,
    draw: (size) =>
      cells(size, {
        ...look,
        draw: (cell, box) => {
          if (height * width > 2500) return [image(box, pngUri(picture(values, colours, at)))];
          return values.flatMap((row, i) =>
            row.flatMap((value, j): Item[] => {
              if (!Number.isFinite(value)) return [];
              const place = cell(i, j);
              const square_ = rect({ ...place, width: place.width + 0.4, height: place.height + 0.4 }, { fill: colourAt(colours, at(value)) }, {
                title: `${rows?.[i] ?? `row ${i}`}, ${columns?.[j] ?? `column ${j}`}: ${numberText(value)}`,
              });
              return numbers ? [square_, ...cellNumber(cellText(value), place, isLight(rgbOf(colours, at(value))) ? "#000000" : "#ffffff")] : [square_];
            }),
          );
        },
        beside: (box) => [colourBar(box, colours, axis.ticks(Math.max(2, Math.floor(box.height / 45))), at)],
      }),
  });
}

/** A pixel for each value; grey where there is none. */
function picture(values: readonly (readonly number[])[], colours: ColourScale, at: (value: number) => number): Parameters<typeof pngUri>[0] {
  const table = Array.from({ length: 256 }, (_, i) => rgbOf(colours, i / 255));
  const rgb = new Uint8Array(3 * values.length * values[0].length);
  values.flat().forEach((value, i) => rgb.set(Number.isFinite(value) ? table[Math.round(255 * at(value))] : [128, 128, 128], 3 * i));
  return { width: values[0].length, height: values.length, rgb };
}

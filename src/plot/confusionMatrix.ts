/** Confusion matrices: which class was taken for which, with the counts. */

import { ShapeError, ValueError } from "../base/errors.js";
import { cellNumber, cells, cellsHeight } from "./cells.js";
import { Figure, titleHeight } from "./figure.js";
import { fixedText, numberText } from "./numberText.js";
import { checkChoice, checkFigure, checkNames, checkOptions, type FigureOptions, matrixOf, type Numbers, withFigure } from "./options.js";
import { type Item, rect } from "./scene.js";

export interface ConfusionMatrixOptions extends FigureOptions {
  /** Names of the classes. Default: their numbers. */
  readonly classes?: readonly string[];
  /** "true": fractions of each true class, so that the diagonal is the recall; "predicted": of each predicted one, the precision. @default "none" */
  readonly normalize?: "none" | "true" | "predicted";
}

const limit = 200;

/**
 * A confusion matrix as `metrics.confusionMatrix` counts it: rows are true classes, columns predicted ones.
 * @param counts [C, C]
 * @throws ShapeError, ValueError for a matrix that is not square, of more than 200 classes, or with counts below 0.
 *
 * @example
 * const counts = await metrics.confusionMatrix([0, 2, 1, 2], [0, 1, 1, 2]);
 * const figure = plot.confusionMatrix(counts, { classes: ["cat", "dog", "ship"] });
 * figure.description // → Confusion matrix of 3 classes: 3 of 4 right. Most often confused: dog taken for ship, 1 times.
 */
export function confusionMatrix(counts: readonly Numbers[], options: ConfusionMatrixOptions = {}): Figure {
  checkOptions("confusionMatrix", options, withFigure("classes", "normalize"));
  checkFigure("confusionMatrix", options);
  checkChoice("confusionMatrix", "normalize", options.normalize, ["none", "true", "predicted"]);
  const { normalize = "none", ...figure } = options;
  const matrix = matrixOf("confusionMatrix", "counts", counts);
  const size = matrix.length;
  if (size > limit) throw new ValueError(`confusionMatrix: ${size} classes do not make a readable figure; draw the rows and columns of at most ${limit} of them.`);
  if (matrix[0].length !== size) throw new ShapeError(`confusionMatrix: expected as many columns as rows, got [${size}, ${matrix[0].length}].`);
  const wrong = matrix.flat().find((count) => !(count >= 0) || !Number.isFinite(count));
  if (wrong !== undefined) throw new ValueError(`confusionMatrix: counts are 0 or more, got ${wrong}.`);
  checkNames("confusionMatrix", "classes", options.classes, size, "classes of the matrix");
  const classes = options.classes ?? matrix.map((_, i) => String(i));
  const columns = matrix.map((_, j) => matrix.reduce((sum, row) => sum + row[j], 0));
  const rows = matrix.map((row) => row.reduce((a, b) => a + b, 0));
  const shares = matrix.map((row, i) => row.map((count, j) => (normalize === "predicted" ? count / columns[j] : normalize === "true" ? count / rows[i] : count)).map((v) => (Number.isNaN(v) ? 0 : v)));
  const most = normalize === "none" ? shares.flat().reduce((a, b) => Math.max(a, b), 1) : 1;
  const look = { rows: size, columns: size, rowNames: classes, columnNames: classes, rowLabel: "true class", columnLabel: "predicted class", right: 0, square: true };
  return new Figure({
    options: figure,
    width: 560,
    heightOf: (width) => cellsHeight(width, look) + titleHeight(figure),
    kind: "Confusion matrix",
    summary: summarised(matrix, classes),
    draw: (place) =>
      cells(place, {
        ...look,
        draw: (cell) =>
          shares.flatMap((row, i) =>
            row.flatMap((share, j): Item[] => {
              const box = cell(i, j);
              const strength = share / most;
              // Right decisions are blue, wrong ones orange; small counts stay visible.
              const fill = i === j ? "series1" : "series2";
              const inner = { x: box.x + 0.75, y: box.y + 0.75, width: Math.max(0.1, box.width - 1.5), height: Math.max(0.1, box.height - 1.5) };
              const title = `${classes[i]} taken for ${classes[j]}: ${matrix[i][j]} of ${rows[i]}`;
              const label = normalize === "none" ? String(matrix[i][j]) : share === 0 ? "0" : fixedText(share, 2);
              return [
                rect(inner, { fill: "surface" }),
                ...(share > 0 ? [rect(inner, { fill, fillOpacity: 0.04 + 0.96 * strength ** 0.8 }, { title })] : []),
                ...cellNumber(label, box, share === 0 ? "muted" : strength > 0.45 ? "ground" : "ink"),
              ];
            }),
          ),
      }),
  });
}

function summarised(matrix: readonly (readonly number[])[], classes: readonly string[]): string {
  const all = matrix.flat().reduce((a, b) => a + b, 0);
  const right = matrix.reduce((sum, row, i) => sum + row[i], 0);
  const mistakes = matrix.flatMap((row, i) => row.map((count, j) => ({ count, i, j }))).filter(({ i, j, count }) => i !== j && count > 0);
  const worst = mistakes.reduce<(typeof mistakes)[number] | null>((most, each) => (most === null || each.count > most.count ? each : most), null);
  const confused = worst === null ? "" : ` Most often confused: ${classes[worst.i]} taken for ${classes[worst.j]}, ${numberText(worst.count)} times.`;
  return `Confusion matrix of ${matrix.length} classes: ${numberText(right, 6)} of ${numberText(all, 6)} right.${confused}`;
}

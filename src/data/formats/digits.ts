/**
 * The 8×8 digits of the UCI set optdigits (E. Alpaydin, C. Kaynak, 1998) as scikit-learn has them: text, one image a line, 64 pixels
 * 0 … 16 row by row and the class 0 … 9, separated by commas.
 */

import { checkValue, text as textKind } from "../../base/options.js";
import { ImageDataset } from "../imageDataset.js";
import { damaged } from "./damaged.js";

const pixels = 64;
const maxValue = 16;
const classes = Array.from({ length: 10 }, (_, digit) => String(digit));

/**
 * Parses the lines of the file as images [N, 1, 8, 8] of 0 … 16.
 * @throws DataError that names line and column.
 *
 * @example
 * const line = [...new Array(64).fill(16), 7].join(",");
 * data.parseDigits("digits.csv", line).labels           // → [7]
 * data.parseDigits("digits.csv", line.replace("16", "17")) // → throws DataError: digits.csv: at line 1, column 1, expected an integer from 0 to 16
 */
export function parseDigits(file: string, text: string): ImageDataset {
  checkValue("parseDigits", "file", file, textKind);
  checkValue("parseDigits", "text", text, textKind);
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  const images = new Uint8Array(lines.length * pixels);
  const labels = new Int32Array(lines.length);
  for (const [n, line] of lines.entries()) {
    const cells = line.split(",");
    if (cells.length !== pixels + 1) throw damaged(file, `line ${n + 1}`, `${pixels + 1} numbers`, `${cells.length} (${JSON.stringify(line.slice(0, 40))})`);
    for (const [column, cell] of cells.entries()) {
      const most = column < pixels ? maxValue : classes.length - 1;
      const value = /^\d{1,2}(\.0*)?$/.test(cell.trim()) ? Number(cell) : Number.NaN;
      if (!(value <= most)) throw damaged(file, `line ${n + 1}, column ${column + 1}`, `an integer from 0 to ${most}`, JSON.stringify(cell.slice(0, 40)));
      if (column < pixels) images[n * pixels + column] = value;
      else labels[n] = value;
    }
  }
  return new ImageDataset({ name: "digits", images, labels, shape: [1, 8, 8], classes, maxValue });
}

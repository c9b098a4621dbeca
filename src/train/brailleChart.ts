/**
 * Braille chart: curves of text for a terminal. Each character is a cell of 2 × 4 dots (Unicode 2800 to 28FF), so a chart of 40 × 5 characters
 * has 80 × 20 dots.
 */

export interface BrailleSeries {
  /** Points with rising x; what is not finite interrupts the curve. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Every other pair of columns only, so that curves can be told apart without colour. */
  readonly dashed: boolean;
}

export interface BrailleFrame {
  /** Characters. */
  readonly width: number;
  readonly height: number;
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
}

/** A character, and the series that drew in it last: −1 for none. */
export interface BrailleCell {
  readonly character: string;
  readonly series: number;
}

/** Bits of a cell by row and column of its dots. */
const bits = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/** Rows of cells, the highest first; later series lie over earlier ones. */
export function brailleChart(series: readonly BrailleSeries[], { width, height, x, y }: BrailleFrame): BrailleCell[][] {
  const masks = Array.from({ length: height }, () => new Uint8Array(width));
  const owners = Array.from({ length: height }, () => new Int8Array(width).fill(-1));
  const place = (value: number, [from, to]: readonly [number, number], dots: number): number =>
    Math.round((to > from ? Math.min(1, Math.max(0, (value - from) / (to - from))) : 0.5) * (dots - 1));
  series.forEach(({ points, dashed }, index) => {
    const dot = (column: number, row: number): void => {
      if (dashed && column % 4 >= 2) return;
      masks[row >> 2][column >> 1] |= bits[row & 3][column & 1];
      owners[row >> 2][column >> 1] = index;
    };
    let before: readonly [number, number] | undefined;
    for (const [px, py] of points) {
      if (!Number.isFinite(px) || !Number.isFinite(py)) {
        before = undefined;
        continue;
      }
      const here = [place(px, x, 2 * width), 4 * height - 1 - place(py, y, 4 * height)] as const;
      eachDot(before ?? here, here, dot);
      before = here;
    }
  });
  return masks.map((row, r) => Array.from(row, (mask, c) => ({ character: mask === 0 ? " " : String.fromCharCode(0x2800 + mask), series: owners[r][c] })));
}

/** The dots of a line that rises or falls without gaps. */
function eachDot([x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number], dot: (column: number, row: number) => void): void {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  for (let i = 0; i <= steps; i++) dot(Math.round(x0 + ((x1 - x0) * i) / steps), Math.round(y0 + ((y1 - y0) * i) / steps));
}

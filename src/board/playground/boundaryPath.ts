/** The line where a map is zero, by marching squares: a path for SVG. */

/** @param values `side`² numbers. @param size Length of the drawing's side. */
export function boundaryPath(values: Float32Array, side: number, size: number): string {
  const cell = size / side;
  const at = (position: number): string => ((position + 0.5) * cell).toFixed(1);
  const parts: string[] = [];
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const i = row * side + column;
      const [a, b, c, d] = [values[i], values[i + 1], values[i + side + 1], values[i + side]];
      const [above, below] = [a >= 0, b >= 0];
      if (above === below && below === c >= 0 && above === d >= 0) continue;
      // Where the line crosses the four edges of the cell: top, right, bottom, left.
      const points: string[] = [];
      if (a >= 0 !== b >= 0) points.push(`${at(column + a / (a - b))} ${at(row)}`);
      if (b >= 0 !== c >= 0) points.push(`${at(column + 1)} ${at(row + b / (b - c))}`);
      if (d >= 0 !== c >= 0) points.push(`${at(column + d / (d - c))} ${at(row + 1)}`);
      if (a >= 0 !== d >= 0) points.push(`${at(column)} ${at(row + a / (a - d))}`);
      for (let p = 0; p + 1 < points.length; p += 2) parts.push(`M${points[p]}L${points[p + 1]}`);
    }
  }
  return parts.join("");
}

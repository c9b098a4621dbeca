/**
 * Rasteriser: how much of each pixel a filled outline covers, exactly (no sampling). Every edge adds its signed coverage to the
 * pixels it passes and carries its height to the pixel on their right; a running sum along each row then gives the signed area.
 * Overlapping contours of one direction count once, contours of opposite direction cut holes, as the non-zero rule wants it.
 */

export class Rasterizer {
  readonly width: number;
  readonly height: number;
  /** Row y, column x: coverage that begins in pixel x; column `width` swallows what lies right of the picture. */
  readonly #start: Float64Array;
  readonly #stride: number;

  /** @param width, height size of the picture in pixels. */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#stride = width + 2;
    this.#start = new Float64Array(this.#stride * height);
  }

  /**
   * Adds one closed contour: points x₀ y₀ x₁ y₁ … in pixels, y down, the last joined to the first; of `points`, the numbers from
   * `start` to before `end`. Parts outside the picture are clipped.
   */
  addContour(points: Float64Array, start = 0, end = points.length): void {
    for (let i = start; i < end; i += 2) {
      const j = i + 2 < end ? i + 2 : start;
      this.#addEdge(points[i], points[i + 1], points[j], points[j + 1]);
    }
  }

  /** Writes the coverage of each pixel, 0 … 1, row-major, and empties the rasteriser for the next outline. */
  finish(coverage: Float32Array): void {
    const { width, height } = this;
    const start = this.#start;
    for (let y = 0, o = 0; y < height; y++) {
      let area = 0;
      for (let x = 0, i = y * this.#stride; x < width; x++, i++, o++) {
        area += start[i];
        coverage[o] = Math.min(Math.abs(area), 1);
      }
    }
    start.fill(0);
  }

  /** Clips an edge to the picture. Beyond the left side it counts as if on it, beyond the right side not at all. */
  #addEdge(x0: number, y0: number, x1: number, y1: number): void {
    if (y0 === y1) return;
    const { width } = this;
    const [left, right] = x0 < x1 ? [x0, x1] : [x1, x0];
    if (left < 0 && right > 0) return this.#splitEdge(0, x0, y0, x1, y1);
    if (left < width && right > width) return this.#splitEdge(width, x0, y0, x1, y1);
    const from = Math.min(Math.max(x0, 0), width);
    const to = Math.min(Math.max(x1, 0), width);
    if (y0 < y1) this.#addDownward(from, y0, to, y1, 1);
    else this.#addDownward(to, y1, from, y0, -1);
  }

  /** Adds the parts of an edge on the two sides of the vertical line at `x`. */
  #splitEdge(x: number, x0: number, y0: number, x1: number, y1: number): void {
    const y = y0 + ((x - x0) * (y1 - y0)) / (x1 - x0);
    this.#addEdge(x0, y0, x, y);
    this.#addEdge(x, y, x1, y1);
  }

  /** An edge with y0 < y1 and 0 ≤ x ≤ width, row by row. */
  #addDownward(x0: number, y0: number, x1: number, y1: number, direction: number): void {
    const slope = (x1 - x0) / (y1 - y0);
    const top = Math.max(y0, 0);
    const bottom = Math.min(y1, this.height);
    let x = x0 + (top - y0) * slope;
    for (let row = Math.floor(top), y = top; y < bottom; row++) {
      const nextY = Math.min(row + 1, bottom);
      const nextX = nextY === y1 ? x1 : Math.min(Math.max(x + (nextY - y) * slope, Math.min(x0, x1)), Math.max(x0, x1));
      this.#addInRow(row * this.#stride, Math.min(x, nextX), Math.max(x, nextX), direction * (nextY - y));
      x = nextX;
      y = nextY;
    }
  }

  /**
   * An edge inside one row, from column position left to right ≥ left, of signed height `height`. Pixel i gets the part of `height`
   * lying left of its right side, weighted by how far: the integral of the covered width over the edge.
   */
  #addInRow(row: number, left: number, right: number, height: number): void {
    const start = this.#start;
    const first = Math.floor(left);
    const last = Math.ceil(right) - 1;
    if (last <= first) {
      const inside = (left + right) / 2 - first;
      start[row + first] += height * (1 - inside);
      start[row + first + 1] += height * inside;
      return;
    }
    // Several pixels: the covered area left of column i grows as a quadratic, a straight line, a quadratic.
    const perPixel = height / (right - left);
    let before = 0;
    let carried = 0;
    for (let i = first; i <= last; i++) {
      const from = Math.max(left, i);
      const to = Math.min(right, i + 1);
      const part = perPixel * (to - from);
      const area = carried + part * (i + 1 - (from + to) / 2);
      start[row + i] += area - before;
      before = area;
      carried += part;
    }
    start[row + last + 1] += height - before;
  }
}

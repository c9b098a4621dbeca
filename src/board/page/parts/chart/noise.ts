/**
 * Noise: curves that go up and down within every few pixels, such as losses by step. Of these each column of pixels shows a span from the lowest to the
 * highest place that the line has in it. Stroking so many lines takes a processor a hundred times as long.
 */

import { firstFrom, type Span } from "./span.js";

/** How a curve lies on a grid of pixels, y downwards; columns are counted from the left end of `span`. */
export interface Placed {
  readonly x: readonly number[];
  /** Pixels; NaN in gaps. */
  readonly top: (index: number) => number;
  readonly span: Span;
  readonly columns: number;
}

/** The first and the last point that are drawn: those next to `span` too. */
export const drawnPoints = (x: readonly number[], span: Span): readonly [first: number, last: number] => [Math.max(0, firstFrom(x, span[0]) - 1), Math.min(x.length - 1, firstFrom(x, span[1]) + 1)];

/** Whether the line goes up and down more than `steepest` times as far as along, in so many points that its single strokes are not seen. */
export function isNoise({ x, top, span, columns }: Placed, steepest: number): boolean {
  const [first, last] = drawnPoints(x, span);
  if (last - first < columns / 8) return false;
  let travel = 0;
  for (let i = first + 1; i <= last; i++) {
    const way = Math.abs(top(i) - top(i - 1));
    if (way > 0) travel += way;
  }
  return travel > steepest * columns;
}

/** Of each column the lowest and the highest place of the line, y of the pixels above and below; high < low where there is none. */
export interface Spans {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

export function spansOf({ x, top, span, columns }: Placed): Spans {
  const low = new Float32Array(columns).fill(Infinity);
  const high = new Float32Array(columns).fill(-Infinity);
  const reach = (column: number, y: number): void => {
    if (y < low[column]) low[column] = y;
    if (y > high[column]) high[column] = y;
  };
  const factor = columns / (span[1] - span[0]);
  const [first, last] = drawnPoints(x, span);
  let [px, py] = [Number.NaN, Number.NaN];
  for (let i = first; i <= last; i++) {
    const [nx, ny] = [(x[i] - span[0]) * factor, top(i)];
    const from = Math.max(0, Math.floor(px));
    const to = Math.min(columns - 1, Math.floor(nx));
    if (!Number.isNaN(ny) && nx >= 0 && nx <= columns) reach(to, ny);
    if (!Number.isNaN(py) && !Number.isNaN(ny)) {
      const slope = nx === px ? 0 : (ny - py) / (nx - px);
      for (let column = from; column <= to; column++) {
        // Where the line enters the column, and where it leaves it.
        reach(column, py + slope * (Math.max(px, column) - px));
        reach(column, py + slope * (Math.min(nx, column + 1) - px));
      }
    }
    [px, py] = [nx, ny];
  }
  return { low, high };
}

/** A picture of spans, one colour each. */
export class NoiseLayer {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #image: ImageData;
  readonly #pixels: Uint32Array;

  constructor(width: number, height: number) {
    this.#canvas = new OffscreenCanvas(width, height);
    this.#context = this.#canvas.getContext("2d", { willReadFrequently: true })!;
    this.#image = this.#context.createImageData(width, height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
  }

  /** Adds spans, over those there are. @param colour of CSS, opaque */
  add({ low, high }: Spans, colour: string): void {
    const { width, height } = this.#canvas;
    // A canvas writes every such colour as "#rrggbb".
    this.#context.fillStyle = colour;
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(String(this.#context.fillStyle).slice(at, at + 2), 16));
    const pixel = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    const pixels = this.#pixels;
    for (let column = 0; column < width; column++) {
      if (high[column] < low[column]) continue;
      const from = Math.max(0, Math.floor(low[column]));
      const to = Math.min(height - 1, Math.floor(high[column]));
      for (let at = from * width + column, end = to * width + column; at <= end; at += width) pixels[at] = pixel;
    }
  }

  drawOn(context: CanvasRenderingContext2D, left: number, top: number): void {
    this.#context.putImageData(this.#image, 0, 0);
    context.drawImage(this.#canvas, left, top);
  }
}

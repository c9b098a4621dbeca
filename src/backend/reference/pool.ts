/** Max- and average-pooling over windows of the last two of [N, C, H, W], and their gradients. */

import type { Pool2dParams } from "../backend.js";
import { index4 } from "./elements.js";
import type { Elements } from "./elements.js";
import { fill } from "./elementwise.js";

/** A window's places inside the input: position in the window (row-major), row and column in the input. */
type Window = readonly (readonly [place: number, row: number, column: number])[];

/** Calls `visit` for each output element [n, c, i, j]. */
function forEachWindow(
  input: Elements, output: Elements, { kernel, stride, padding }: Pool2dParams,
  visit: (n: number, c: number, i: number, j: number, window: Window) => void,
): void {
  const [images, channels, outHeight, outWidth] = output.shape;
  const [, , height, width] = input.shape;
  for (let i = 0; i < outHeight; i++) {
    for (let j = 0; j < outWidth; j++) {
      const window: [number, number, number][] = [];
      for (let place = 0; place < kernel[0] * kernel[1]; place++) {
        const row = i * stride[0] - padding[0] + Math.floor(place / kernel[1]);
        const column = j * stride[1] - padding[1] + (place % kernel[1]);
        if (row >= 0 && row < height && column >= 0 && column < width) window.push([place, row, column]);
      }
      for (let n = 0; n < images; n++) {
        for (let c = 0; c < channels; c++) visit(n, c, i, j, window);
      }
    }
  }
}

/** The first maximum in row-major order wins; NaN is a maximum. */
export function maxPool2d(x: Elements, out: Elements, argmax: Elements, params: Pool2dParams): void {
  forEachWindow(x, out, params, (n, c, i, j, window) => {
    let best = -Infinity;
    let bestPlace = window.length > 0 ? window[0][0] : 0;
    for (const [place, row, column] of window) {
      const value = x.data[index4(x, n, c, row, column)];
      if (value > best || Number.isNaN(value)) {
        best = value;
        bestPlace = place;
        if (Number.isNaN(value)) break;
      }
    }
    out.data[index4(out, n, c, i, j)] = best;
    argmax.data[index4(argmax, n, c, i, j)] = bestPlace;
  });
}

export function maxPool2dGrad(dy: Elements, argmax: Elements, out: Elements, params: Pool2dParams): void {
  fill(out, 0);
  forEachWindow(out, dy, params, (n, c, i, j, window) => {
    const chosen = argmax.data[index4(argmax, n, c, i, j)];
    const source = window.find(([place]) => place === chosen);
    if (source === undefined) return;
    out.data[index4(out, n, c, source[1], source[2])] += dy.data[index4(dy, n, c, i, j)];
  });
}

export function avgPool2d(x: Elements, out: Elements, params: Pool2dParams): void {
  const area = params.kernel[0] * params.kernel[1];
  forEachWindow(x, out, params, (n, c, i, j, window) => {
    let sum = 0;
    for (const [, row, column] of window) sum += x.data[index4(x, n, c, row, column)];
    out.data[index4(out, n, c, i, j)] = sum / area;
  });
}

export function avgPool2dGrad(dy: Elements, out: Elements, params: Pool2dParams): void {
  const area = params.kernel[0] * params.kernel[1];
  fill(out, 0);
  forEachWindow(out, dy, params, (n, c, i, j, window) => {
    const share = dy.data[index4(dy, n, c, i, j)] / area;
    for (const [, row, column] of window) out.data[index4(out, n, c, row, column)] += share;
  });
}

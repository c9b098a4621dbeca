/** Images made smaller, for pictures of them. */

import type { TypedArray } from "../base/dtype.js";

export interface Shrunk {
  /** [C, h, w]. */
  readonly shape: readonly [number, number, number];
  readonly data: Float32Array;
}

/** Means of squares, so that no side of the first `channels` of an image [C, H, W] is longer than `side`. */
export function shrink(values: TypedArray, [all, height, width]: readonly number[], side: number, channels = all): Shrunk {
  const factor = Math.ceil(Math.max(height, width) / side);
  if (factor === 1) return { shape: [channels, height, width], data: Float32Array.from(values.subarray(0, channels * height * width)) };
  const [rows, columns] = [Math.ceil(height / factor), Math.ceil(width / factor)];
  const data = new Float32Array(channels * rows * columns);
  let at = 0;
  for (let c = 0; c < channels; c++) {
    for (let top = 0; top < height; top += factor) {
      for (let left = 0; left < width; left += factor) {
        const [bottom, right] = [Math.min(height, top + factor), Math.min(width, left + factor)];
        let sum = 0;
        for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += values[(c * height + y) * width + x];
        data[at++] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return { shape: [channels, rows, columns], data };
}

/** Images made smaller, for pictures of them. */

export interface Shrunk {
  /** [C, h, w]. */
  readonly shape: readonly [number, number, number];
  readonly data: Float32Array;
}

/** Means of squares, so that no side of the first `channels` of an image [C, H, W] is longer than `side`. */
export function shrink(values: ArrayLike<number>, [all, height, width]: readonly number[], side: number, channels = all): Shrunk {
  const factor = Math.ceil(Math.max(height, width) / side);
  const [rows, columns] = [Math.ceil(height / factor), Math.ceil(width / factor)];
  const data = new Float32Array(channels * rows * columns);
  let at = 0;
  for (let c = 0; c < channels; c++) {
    for (let top = 0; top < height; top += factor) {
      for (let left = 0; left < width; left += factor) {
        let [sum, count] = [0, 0];
        for (let y = top; y < Math.min(height, top + factor); y++) {
          for (let x = left; x < Math.min(width, left + factor); x++) {
            sum += values[(c * height + y) * width + x];
            count += 1;
          }
        }
        data[at++] = sum / count;
      }
    }
  }
  return { shape: [channels, rows, columns], data };
}

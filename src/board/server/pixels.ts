/** Planes of numbers as pixels of a picture. */

import type { Pixels } from "../../base/png.js";

/** An image [C, H, W]: grey, or red, green, blue; of other numbers of channels the first. */
export function pixelsOf(planes: Uint8Array, channels: number, height: number, width: number): Pixels {
  if (channels !== 3) return { width, height, channels: 1, data: planes.slice(0, width * height) };
  const size = width * height;
  const data = new Uint8Array(3 * size);
  for (let i = 0; i < size; i++) for (let c = 0; c < 3; c++) data[3 * i + c] = planes[c * size + i];
  return { width, height, channels: 3, data };
}

/** Maps [C, H, W] side by side in a grid that is as square as can be, row by row, one clear pixel between them. */
export function tiled(planes: Uint8Array, channels: number, height: number, width: number): Pixels {
  const columns = Math.ceil(Math.sqrt(channels));
  const rows = Math.ceil(channels / columns);
  const all = { width: columns * (width + 1) - 1, height: rows * (height + 1) - 1 };
  const data = new Uint8Array(2 * all.width * all.height);
  for (let c = 0; c < channels; c++) {
    const [left, top] = [(c % columns) * (width + 1), Math.floor(c / columns) * (height + 1)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const to = 2 * ((top + y) * all.width + left + x);
        data[to] = planes[(c * height + y) * width + x];
        data[to + 1] = 255;
      }
    }
  }
  return { ...all, channels: 2, data };
}

/** Small pictures as PNG data URIs, for images inside of figures. */

import { encodePng } from "../base/png.js";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel, row by row. */
  readonly rgb: Uint8Array;
}

export function pngUri({ width, height, rgb }: Pixels): string {
  let binary = "";
  for (const byte of encodePng({ width, height, channels: 3, data: rgb })) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}

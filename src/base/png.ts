/** PNG files of pixels. Same pixels, same bytes, in Node and in browsers. */

import { zlibSync } from "fflate";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Grey; grey and alpha; red, green, blue; or these and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** The channels of each pixel, row by row. */
  readonly data: Uint8Array;
}

/** PNG's number for what the channels are. */
const colourTypes = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

export function encodePng({ width, height, channels, data }: Pixels): Uint8Array {
  // Each row begins with its filter: none.
  const rowBytes = channels * width;
  const rows = new Uint8Array(height * (rowBytes + 1));
  for (let y = 0; y < height; y++) rows.set(data.subarray(rowBytes * y, rowBytes * (y + 1)), y * (rowBytes + 1) + 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // 8 bits a channel.
  header.set([8, colourTypes[channels], 0, 0, 0], 8);
  const parts = [Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), chunk("IHDR", header), chunk("IDAT", zlibSync(rows, { level: 9 })), chunk("IEND", new Uint8Array(0))];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(Array.from(type, (letter) => letter.charCodeAt(0)), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

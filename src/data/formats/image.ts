/** Single images: PNG, JPEG and WebP files to and from pixels, by sharp, which is loaded when the first one is read. */

import { readFile } from "node:fs/promises";
import type { default as SharpFactory, Sharp } from "sharp";
import { DataError } from "../../base/errors.js";
import type { ImageShape } from "../imageDataset.js";
import type { DecodeImages } from "../imageSource.js";

/**
 * How an image is made to fit another size:
 * - `cover`: scaled to cover it, what is too much cut off on both sides;
 * - `contain`: scaled to lie in it, the rest black;
 * - `fill`: stretched.
 */
export type ResizeFit = "cover" | "contain" | "fill";

export const resizeFits: readonly ResizeFit[] = ["cover", "contain", "fill"];

/** More pixels than this are refused before they are decoded: 2²⁸ (16,384 × 16,384). */
const mostPixels = 2 ** 28;

let sharpModule: typeof SharpFactory | undefined;

async function loadSharp(): Promise<typeof SharpFactory> {
  if (sharpModule !== undefined) return sharpModule;
  try {
    sharpModule = (await import("sharp")).default;
  } catch (error) {
    throw new DataError(
      `images are decoded by the npm package sharp, which cannot be loaded here: ${reasonOf(error).split("\n")[0]} ` +
        `Install it with\n  npm install sharp\n(without --no-optional: its binary comes in an optional package for each platform).`,
      { cause: error },
    );
  }
  return sharpModule;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Bytes [C, H, W] and their shape. */
export interface Pixels {
  readonly shape: ImageShape;
  readonly data: Uint8Array;
}

const startsWith = (bytes: Uint8Array, mark: string, at = 0): boolean => [...mark].every((sign, i) => bytes[at + i] === sign.charCodeAt(0));

/** Told by their first bytes: other formats that sharp knows (SVG, PDF) are documents, not pixels. */
const isImage = (bytes: Uint8Array): boolean =>
  startsWith(bytes, "\x89PNG\r\n") || startsWith(bytes, "\xff\xd8\xff") || (startsWith(bytes, "RIFF") && startsWith(bytes, "WEBP", 8));

/** Decodes the bytes of a file, turned upright and laid on black where it is transparent. */
async function decode(file: string, bytes: Uint8Array, channels: 1 | 3, prepare: (image: Sharp) => Sharp): Promise<Pixels> {
  if (!isImage(bytes)) {
    const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new DataError(`${file}: at byte 0, expected the mark of a PNG, JPEG or WebP image, got ${first || "the end of the file"}; convert or remove the file.`);
  }
  const open = await loadSharp();
  try {
    const upright = open(bytes, { limitInputPixels: mostPixels, failOn: "warning" }).rotate().flatten({ background: "black" });
    const { data, info } = await prepare(upright).toColourspace(channels === 1 ? "b-w" : "srgb").raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    if (info.channels !== channels) throw new Error(`it decodes to ${info.channels} channels`);
    return { shape: [channels, info.height, info.width], data: planes(data, channels) };
  } catch (error) {
    throw new DataError(
      `${file}: expected a whole PNG, JPEG or WebP image of at most ${mostPixels} pixels: ${reasonOf(error)} (${bytes.length} bytes). ` +
        `The file is damaged, cut or of another kind; replace or remove it.`,
      { cause: error },
    );
  }
}

/** [H, W, C] → [C, H, W]. */
function planes(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return data;
  const plane = data.length / channels;
  const out = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) for (let i = 0; i < plane; i++) out[c * plane + i] = data[i * channels + c];
  return out;
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new DataError(`${file}: cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Files read and decoded at once: enough for the threads that decode, and large photographs stay few in memory. */
const atOnce = 16;

export const decodeImageFiles: DecodeImages = async (files, shape, fit, out, placeOf) => {
  const perImage = shape[0] * shape[1] * shape[2];
  for (let start = 0; start < files.length; start += atOnce) {
    const decoded = await Promise.allSettled(files.slice(start, start + atOnce).map((file) => decodeImageFile(file, shape, fit)));
    for (const [i, result] of decoded.entries()) {
      if (result.status === "rejected") throw new DataError(`image ${placeOf(start + i)}: ${reasonOf(result.reason)}`, { cause: result.reason });
      out.set(result.value, (start + i) * perImage);
    }
  }
};

/** The pixels of an image file in the given shape, [C, H, W]. @throws DataError that names the file. */
async function decodeImageFile(file: string, [channels, height, width]: ImageShape, fit: ResizeFit): Promise<Uint8Array> {
  const resized = (image: Sharp): Sharp => image.resize({ width, height, fit, background: "black" });
  return (await decode(file, await readBytes(file), channels === 1 ? 1 : 3, resized)).data;
}

/** An image in its own size; `bytes` instead of reading `file`. @throws DataError that names the file. */
export async function decodeImage(file: string, channels: 1 | 3, bytes?: Uint8Array): Promise<Pixels> {
  return decode(file, bytes ?? (await readBytes(file)), channels, (image) => image);
}

/** The bytes of a PNG file. */
export async function encodePng({ shape: [channels, height, width], data }: Pixels): Promise<Uint8Array> {
  const plane = height * width;
  const interleaved = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) for (let i = 0; i < plane; i++) interleaved[i * channels + c] = data[c * plane + i];
  const open = await loadSharp();
  return open(interleaved, { raw: { width, height, channels: channels === 1 ? 1 : 3 } }).toColourspace(channels === 1 ? "b-w" : "srgb").png().toBuffer();
}

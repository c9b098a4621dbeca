/** Tensors of images as PNG files. */

import { DTypeError, ShapeError } from "../../base/errors.js";
import { encodePng, type Pixels } from "../../base/png.js";
import { formatShape } from "../../base/shape.js";
import type { Tensor } from "../../tensor/tensor.js";

export interface PngImages {
  readonly width: number;
  readonly height: number;
  readonly files: readonly Uint8Array[];
}

/** [C, H, W] or [N, C, H, W] of 1 to 4 channels; uint8 as they are, floats from 0 to 1 (below and above are cut off, NaN is 0). */
export async function pngsOf(caller: string, images: Tensor): Promise<PngImages> {
  const { shape, dtype } = images;
  const [channels, height, width] = shape.slice(-3);
  if (shape.length < 3 || shape.length > 4 || !isChannels(channels) || images.size === 0) {
    throw new ShapeError(`${caller}: expected images [C, H, W] or [N, C, H, W] of 1 to 4 channels and at least one pixel, got ${formatShape(shape)}.`);
  }
  if (dtype === "int32") throw new DTypeError(`${caller}: expected uint8 from 0 to 255, or floats from 0 to 1, got int32; convert with to("uint8").`);
  const values = await images.data();
  const scale = dtype === "uint8" ? 1 : 255;
  const pixels = height * width;
  const files = Array.from({ length: shape.length === 3 ? 1 : shape[0] }, (_, n) => {
    const data = new Uint8ClampedArray(channels * pixels);
    for (let c = 0; c < channels; c++) for (let p = 0; p < pixels; p++) data[p * channels + c] = scale * values[(n * channels + c) * pixels + p];
    return encodePng({ width, height, channels, data: new Uint8Array(data.buffer) });
  });
  return { width, height, files };
}

const isChannels = (n: number): n is Pixels["channels"] => n >= 1 && n <= 4;

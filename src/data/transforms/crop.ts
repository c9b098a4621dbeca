/** Cuts of whole pixels. */

import { ValueError } from "../../base/errors.js";
import { checkValue, integer, needed, number, oneOf, optionsOf } from "../../base/options.js";
import type { ImageShape } from "../imageDataset.js";
import { imageSize, sizeOfImages } from "./options.js";
import { builtIn, type Transform } from "./transform.js";

export interface RandomCropOptions {
  /** Pixels added on each of the four sides before an image of the old size is cut out. */
  readonly padding: number;
  /** What is added: `fill`, or the image mirrored at its border (the border itself not repeated). @default "constant" */
  readonly mode?: "constant" | "reflect";
  /** The padding's value, in the units of the batch. @default 0 */
  readonly fill?: number;
}

/**
 * Pads every image on all sides and cuts one of the old size out of it, at a place uniform among (2·padding + 1)².
 * @throws ValueError unless padding is an integer ≥ 0; on use, for images that are too small to reflect so much.
 *
 * @example
 * const transforms = [data.randomCrop({ padding: 4 }), data.randomHorizontalFlip()];
 * const loader = new data.DataLoader(train, { batch: 8, shuffle: true, transforms });
 */
export function randomCrop(options: RandomCropOptions): Transform {
  const kinds = { padding: needed(integer(0)), mode: oneOf("constant", "reflect"), fill: number() };
  const { padding, mode = "constant", fill = 0 } = optionsOf("randomCrop", options, kinds);
  return builtIn("randomCrop", { padding, mode, fill }, {
    apply({ pixels, count, shape: [channels, height, width] }, random) {
      if (mode === "reflect" && padding >= Math.min(height, width)) {
        throw new ValueError(`randomCrop: images of ${height}×${width} cannot be reflected by ${padding} pixels; at most ${Math.min(height, width) - 1}.`);
      }
      const plane = height * width;
      const copy = mode === "reflect" ? pixels.slice(0, plane) : undefined;
      for (let i = 0; i < count; i++) {
        const generator = random(i);
        const down = generator.integer(2 * padding + 1) - padding;
        const right = generator.integer(2 * padding + 1) - padding;
        for (let c = 0; c < channels; c++) {
          const start = (i * channels + c) * plane;
          if (copy === undefined) shift(pixels, start, height, width, down, right, fill);
          else shiftReflected(pixels, start, copy, height, width, down, right);
        }
      }
    },
  });
}

/** Moves the plane at `start` by whole pixels; what comes into sight is `fill`. */
function shift(
  pixels: Uint8Array | Float32Array,
  start: number,
  height: number,
  width: number,
  down: number,
  right: number,
  fill: number,
): void {
  const end = start + height * width;
  if (Math.abs(down) >= height || Math.abs(right) >= width) {
    pixels.fill(fill, start, end);
    return;
  }
  // One move of the whole plane; pixels that leave a row on one side come in at the other and are painted over.
  const by = down * width + right;
  pixels.copyWithin(start + Math.max(0, by), start + Math.max(0, -by), end - Math.max(0, by));
  if (down > 0) pixels.fill(fill, start, start + down * width);
  if (down < 0) pixels.fill(fill, end + down * width, end);
  const [left, stop] = right > 0 ? [0, right] : [width + right, width];
  for (let row = start; row < end; row += width) {
    for (let x = left; x < stop; x++) pixels[row + x] = fill;
  }
}

/** Moves the plane at `start` by whole pixels; what comes into sight is its mirror image. `copy` has room for the plane. */
function shiftReflected(
  pixels: Uint8Array | Float32Array,
  start: number,
  copy: Uint8Array | Float32Array,
  height: number,
  width: number,
  down: number,
  right: number,
): void {
  copy.set(pixels.subarray(start, start + height * width));
  for (let y = 0, o = start; y < height; y++) {
    const row = reflect(y - down, height) * width;
    for (let x = 0; x < width; x++, o++) pixels[o] = copy[row + reflect(x - right, width)];
  }
}

/** −1 is 1, −2 is 2; size is size − 2. */
function reflect(place: number, size: number): number {
  const inside = Math.abs(place);
  return inside < size ? inside : 2 * (size - 1) - inside;
}

export interface CenterCropOptions {
  /** Height and width of what is cut out, in pixels. */
  readonly size: number | readonly [height: number, width: number];
}

/**
 * Cuts the middle out of every image: [C, H, W] → [C, height, width].
 * @throws ValueError unless the sizes are integers ≥ 1; on use, for images that are smaller.
 *
 * @example
 * const loader = new data.DataLoader(validation, { batch: 6, transforms: [data.centerCrop({ size: 6 })] });
 * for await (const { x } of loader) {
 *   x.shape // → [6, 1, 6, 6]
 * }
 */
export function centerCrop(options: CenterCropOptions): Transform {
  const { size } = optionsOf("centerCrop", options, { size: needed(imageSize) });
  const [outHeight, outWidth] = sizeOfImages("centerCrop", size);
  const outputShape = ([channels, height, width]: ImageShape): ImageShape => {
    checkValue("centerCrop", `the height for images of ${height}×${width}`, outHeight, integer(1, height));
    checkValue("centerCrop", `the width for images of ${height}×${width}`, outWidth, integer(1, width));
    return [channels, outHeight, outWidth];
  };
  return builtIn("centerCrop", { size }, {
    outputShape,
    apply({ pixels, count, shape }) {
      const [channels, height, width] = shape;
      outputShape(shape);
      const top = Math.round((height - outHeight) / 2);
      const left = Math.round((width - outWidth) / 2);
      // The target lies before the source: rows are moved in order.
      for (let p = 0, to = 0; p < count * channels; p++) {
        for (let y = 0; y < outHeight; y++, to += outWidth) {
          const from = (p * height + top + y) * width + left;
          pixels.copyWithin(to, from, from + outWidth);
        }
      }
    },
  });
}

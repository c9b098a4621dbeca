/** Image operations against torchvision's. */

import { describe, expect, test } from "vitest";
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation, randomGrayscale } from "../../src/data/transforms/colour.js";
import { applyGaussianBlur } from "../../src/data/transforms/blur.js";
import { FloatImage } from "../../src/data/transforms/floatImage.js";
import { resample } from "../../src/data/transforms/resample.js";
import { applyAutocontrast, applyEqualize, applyPosterize, applySharpness, applySolarize } from "../../src/data/transforms/tone.js";
import { affineMatrix, type Corners, type Interpolation, warpAffine, warpPerspective } from "../../src/data/transforms/warp.js";
import { Generator } from "../../src/index.js";
import { expectCloseNumbers, golden, numbers, type Packed, tolerances } from "../golden/golden.js";

interface Arguments {
  readonly angle: number;
  readonly translate?: readonly [number, number];
  readonly scale?: number;
  readonly shear?: readonly [number, number];
  readonly interpolation: Interpolation;
  readonly start: Corners;
  readonly end: Corners;
  readonly factor: number;
  readonly turns: number;
  readonly size: number;
  readonly sigma: number;
  readonly bits: number;
  readonly threshold: number;
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly boxHeight: number;
  readonly boxWidth: number;
}

interface Operation {
  readonly name: string;
  readonly x: string;
  readonly y: Packed;
  readonly arguments: Arguments;
}

const { inputs, operations } = golden<{ readonly inputs: Record<string, Packed>; readonly operations: readonly Operation[] }>("data.json");

const operationsByName: Record<string, (image: FloatImage, a: Arguments) => void> = {
  rotate: (image, { angle, interpolation }) => warpAffine(image, affineMatrix({ angle: -angle }), { interpolation, fill: 0 }),
  affine: (image, { interpolation, ...parts }) => warpAffine(image, affineMatrix(parts), { interpolation, fill: 0 }),
  perspective: (image, { start, end }) => warpPerspective(image, start, end, { interpolation: "bilinear", fill: 0 }),
  brightness: (image, { factor }) => adjustBrightness(image, factor),
  contrast: (image, { factor }) => adjustContrast(image, factor),
  saturation: (image, { factor }) => adjustSaturation(image, factor),
  sharpness: (image, { factor }) => applySharpness(image, factor),
  hue: (image, { turns }) => adjustHue(image, turns),
  grayscale: (image) =>
    randomGrayscale({ probability: 1 }).apply({ pixels: image.pixels, count: 1, shape: image.shape, maxValue: 1 }, () => new Generator(0)),
  blur: (image, { size, sigma }) => applyGaussianBlur(image, size, sigma),
  posterize: (image, { bits }) => applyPosterize(image, bits),
  solarize: (image, { threshold }) => applySolarize(image, threshold),
  autocontrast: applyAutocontrast,
  equalize: applyEqualize,
};

/** The box of an image, drawn in another size. */
function resized({ pixels, shape }: FloatImage, a: Arguments): Float32Array {
  const [channels, height, width] = shape;
  const box = { top: a.top ?? 0, left: a.left ?? 0, height: a.boxHeight ?? height, width: a.boxWidth ?? width };
  const out = new Float32Array(channels * a.height * a.width);
  for (let c = 0; c < channels; c++) resample(pixels, c * height * width, width, box, out, c * a.height * a.width, [a.height, a.width]);
  return out;
}

describe("transforms are torchvision's (coverage F3)", () => {
  test.each(operations.map((operation) => [`${operation.name} of ${operation.x} ${JSON.stringify(operation.arguments)}`, operation] as const))("%s", (what, operation) => {
    const { shape } = inputs[operation.x];
    const image = new FloatImage([shape[0], shape[1], shape[2]], ["whole", "coarse"].includes(operation.x) ? 255 : 1);
    image.pixels.set(numbers(inputs[operation.x]));
    const { height } = operation.arguments;
    if (height === undefined) operationsByName[operation.name](image, operation.arguments);
    const result = height === undefined ? image.pixels : resized(image, operation.arguments);
    expectCloseNumbers(result, numbers(operation.y), tolerances.float32, what);
  });

  test("there is a case for each", () => {
    expect([...new Set(operations.map(({ name }) => name))].toSorted()).toEqual([...Object.keys(operationsByName), "resize", "resizedCrop"].toSorted());
  });
});

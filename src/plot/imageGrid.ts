/** Image grids: pictures with captions, such as what was predicted, or the filters of a layer. */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { ImageDataset } from "../data/imageDataset.js";
import { Tensor } from "../tensor/tensor.js";
import { type ColourScale, colourScales, rgbOf } from "./colours.js";
import type { Figure } from "./figure.js";
import { checkChoice, checkCount, checkFigure, checkNames, checkOptions, checkRange, describeValue, type FigureOptions, type Numbers, numbersOf, withFigure } from "./options.js";
import { type Caption, type Picture, pictureGrid } from "./pictureGrid.js";
import { pngUri } from "./png.js";

export interface ImageGridOptions extends FigureOptions {
  /** A line under each image. Default: from `labels` and `predictions`. */
  readonly captions?: readonly string[];
  /** The true class of each image. Default for an ImageDataset: its labels. */
  readonly labels?: Numbers;
  /** The predicted class of each image. Where it is not the label, the caption says so. */
  readonly predictions?: Numbers;
  /** Names of the classes. Default for an ImageDataset: its own. */
  readonly classes?: readonly string[];
  /** Which images, by number. Default: the first 64. */
  readonly indices?: Numbers;
  /** Images in a row. Default: some more than rows, as far as the width allows. */
  readonly columns?: number;
  /** Values of black and white. "each": lowest and highest of each image, for filters; "all": of all images. Default: the type's own for uint8 (0, 255), "all" for others. */
  readonly range?: "each" | "all" | readonly [low: number, high: number];
  /** Of images with one channel; "diverging" is symmetric about 0. @default "grey" */
  readonly colours?: ColourScale;
}

/** Images on the host, channels first. */
interface Images {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: ArrayLike<number>;
  readonly range: readonly [low: number, high: number] | null;
}

const most = 400;

/**
 * Images in rows and columns: 1 or 3 channels. Values that are not finite are drawn in magenta.
 * @param images tensor [N, C, H, W], [N, H, W] or, for one image, [H, W]; tensors [C, H, W] of one shape; or an ImageDataset
 * @throws ShapeError, ValueError for other shapes, more than 400 images, or captions that do not fit.
 *
 * @example
 * const figure = await plot.imageGrid(train, { indices: [0, 1, 2, 3], predictions: [0, 1, 2, 1] });
 * figure.description // → 4 images of 8 × 8 pixels: dark; grey; light; true: dark, predicted: grey.
 * const filters = await plot.imageGrid(randn([6, 3, 5, 5]), { range: "each", columns: 3 });
 */
export async function imageGrid(images: Tensor | readonly Tensor[] | ImageDataset, options: ImageGridOptions = {}): Promise<Figure> {
  checkOptions("imageGrid", options, withFigure("captions", "labels", "predictions", "classes", "indices", "columns", "range", "colours"));
  checkFigure("imageGrid", options);
  checkCount("imageGrid", "columns", options.columns);
  checkChoice("imageGrid", "colours", options.colours, colourScales);
  const { captions: _captions, labels: _labels, predictions: _predictions, classes: _classes, indices: chosen, columns: givenColumns, range, colours = "grey", ...figure } = options;
  if (range !== "each" && range !== "all") checkRange("imageGrid", "range", range);
  const source = await readImages(images);
  const indices = chosen === undefined ? Array.from({ length: Math.min(64, source.count) }, (_, i) => i) : numbersOf("imageGrid", "indices", chosen);
  const wrong = indices.find((i) => !Number.isInteger(i) || i < 0 || i >= source.count);
  if (wrong !== undefined) throw new ValueError(`imageGrid: there is no image ${wrong} among ${source.count}; indices go from 0 to ${source.count - 1}.`);
  if (indices.length === 0 || indices.length > most) throw new ValueError(`imageGrid: ${indices.length} images do not make a figure; choose 1 to ${most} with indices.`);
  const captions = captionsOf(images, indices, options);
  const scaled = toRgb(source, indices, range, colours);
  const size = { width: source.width, height: source.height };
  const pictures = scaled.map((rgb, i): Picture => ({ href: pngUri({ ...size, rgb }), ...(captions !== null && { caption: captions[i] }) }));
  return pictureGrid(pictures, { size, columns: givenColumns, options: figure });
}

async function readImages(images: Tensor | readonly Tensor[] | ImageDataset): Promise<Images> {
  if (images instanceof ImageDataset) {
    const [channels, height, width] = images.shape;
    checkChannels(channels, [images.length, ...images.shape]);
    return { count: images.length, channels, height, width, data: images.images, range: [0, images.maxValue] };
  }
  const list = images instanceof Tensor ? [images] : images;
  if (!Array.isArray(list) || list.length === 0 || list.some((t) => !(t instanceof Tensor))) {
    throw new ValueError(`imageGrid: expected a tensor [N, C, H, W], tensors [C, H, W] or an ImageDataset, got ${describeValue(images)}.`);
  }
  const [first] = list as readonly Tensor[];
  const odd = (list as readonly Tensor[]).findIndex((t) => formatShape(t.shape) !== formatShape(first.shape));
  if (odd > 0) throw new ShapeError(`imageGrid: image ${odd} is ${formatShape(list[odd].shape)}, image 0 is ${formatShape(first.shape)}; images of one grid have one shape.`);
  const one = images instanceof Tensor ? first.shape : [list.length, ...first.shape];
  const shape = one.length === 2 ? [1, 1, ...one] : one.length === 3 ? [one[0], 1, one[1], one[2]] : one;
  if (shape.length !== 4 || shape.some((n) => n === 0)) throw new ShapeError(`imageGrid: expected [N, C, H, W], [N, H, W] or [H, W] with at least one pixel, got ${formatShape(one)}.`);
  const [count, channels, height, width] = shape;
  checkChannels(channels, shape);
  const parts = await Promise.all((list as readonly Tensor[]).map((t) => t.data()));
  const data = parts.length === 1 ? parts[0] : Float64Array.from(parts.flatMap((part) => Array.from(part)));
  return { count, channels, height, width, data, range: first.dtype === "uint8" ? [0, 255] : first.dtype === "bool" ? [0, 1] : null };
}

function checkChannels(channels: number, shape: readonly number[]): void {
  if (channels === 1 || channels === 3) return;
  throw new ShapeError(`imageGrid: images have 1 or 3 channels, got ${channels} in ${formatShape(shape)}; to show each channel alone, reshape to [N·C, 1, H, W].`);
}

function captionsOf(images: unknown, indices: readonly number[], options: ImageGridOptions): Caption[] | null {
  const set = images instanceof ImageDataset ? images : null;
  if (options.captions !== undefined) {
    checkNames("imageGrid", "captions", options.captions, indices.length, "images");
    return options.captions.map((shown) => ({ shown, spoken: shown, wrong: false }));
  }
  const list = (what: "labels" | "predictions"): number[] | undefined => {
    const given = options[what];
    if (given === undefined) return what === "labels" && set !== null ? indices.map((i) => set.labels[i]) : undefined;
    const numbers = numbersOf("imageGrid", what, given);
    if (numbers.length !== indices.length) throw new ShapeError(`imageGrid: there are ${numbers.length} ${what} for ${indices.length} images; give one for each image shown.`);
    return numbers;
  };
  const [labels, predictions] = [list("labels"), list("predictions")];
  if (labels === undefined && predictions === undefined) return null;
  const classes = options.classes ?? set?.classes;
  const nameOf = (label: number): string => {
    if (classes === undefined) return String(label);
    if (classes[label] === undefined) throw new ValueError(`imageGrid: there is no class ${label} among ${classes.length}.`);
    return classes[label];
  };
  return indices.map((_, i) => {
    const [label, prediction] = [labels?.[i], predictions?.[i]];
    if (label !== undefined && prediction !== undefined && label !== prediction) {
      return { shown: `${nameOf(label)} → ${nameOf(prediction)}`, spoken: `true: ${nameOf(label)}, predicted: ${nameOf(prediction)}`, wrong: true };
    }
    const name = nameOf((label ?? prediction)!);
    return { shown: name, spoken: name, wrong: false };
  });
}

/** Red, green, blue of each chosen image. */
function toRgb({ channels, height, width, data, range: own }: Images, indices: readonly number[], range: ImageGridOptions["range"], colours: ColourScale): Uint8Array[] {
  const pixels = height * width;
  const size = channels * pixels;
  const extremes = (images: readonly number[]): [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (const i of images) {
      for (let k = i * size; k < (i + 1) * size; k++) {
        if (!Number.isFinite(data[k])) continue;
        low = Math.min(low, data[k]);
        high = Math.max(high, data[k]);
      }
    }
    if (colours === "diverging" && channels === 1) return [-Math.max(Math.abs(low), Math.abs(high)), Math.max(Math.abs(low), Math.abs(high))];
    return low > high ? [0, 1] : [low, high];
  };
  const fixed = Array.isArray(range) ? ([range[0], range[1]] as const) : range === "each" ? null : range === undefined && own !== null && colours !== "diverging" ? own : extremes(indices);
  const table = Array.from({ length: 256 }, (_, i) => rgbOf(colours, i / 255));
  return indices.map((i) => {
    const [low, high] = fixed ?? extremes([i]);
    const level = (k: number): number => (high > low ? Math.round(255 * Math.min(1, Math.max(0, (data[k] - low) / (high - low)))) : 128);
    const rgb = new Uint8Array(3 * pixels);
    for (let p = 0; p < pixels; p++) {
      const at = i * size + p;
      const values = channels === 1 ? [data[at]] : [data[at], data[at + pixels], data[at + 2 * pixels]];
      if (!values.every(Number.isFinite)) rgb.set([255, 0, 255], 3 * p);
      else if (channels === 1) rgb.set(table[level(at)], 3 * p);
      else rgb.set([level(at), level(at + pixels), level(at + 2 * pixels)], 3 * p);
    }
    return rgb;
  });
}

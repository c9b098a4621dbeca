/** imageFolder: the photographs of a folder on disk as a data set. */

import { type Dirent, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { DataError } from "../base/errors.js";
import { needed, oneOf, optionsOf } from "../base/options.js";
import { onDisk } from "./cache.js";
import { decodeImageFiles, type ResizeFit, resizeFits } from "./formats/image.js";
import { ImageFolder } from "./imageFolder.js";
import { imageSize, sizeOfImages } from "./transforms/options.js";

export interface ImageFolderOptions {
  /** Height and width that all images are brought to, in pixels. */
  readonly size: number | readonly [height: number, width: number];
  /** 3 for red, green, blue, 1 for grey. @default 3 */
  readonly channels?: 1 | 3;
  /** How an image of another shape is made to fit. @default "cover" */
  readonly fit?: ResizeFit;
}

const extensions = [".png", ".jpg", ".jpeg", ".webp"];

/**
 * The images of a folder that holds a folder for each class, whose name is the class: labels follow the sorted names. PNG, JPEG and WebP files are
 * taken, also from folders below; others are passed over. Nothing is decoded yet; `load()` decodes all at once.
 * @throws DataError when the folder cannot be read, or a class has no image.
 *
 * @example
 * const pets = await data.imageFolder(`${folder}/pets`, { size: 8 });
 * pets.classes // → ["cat", "dog"]
 * pets.length  // → 4
 * for await (const { x } of new data.DataLoader(pets, { batch: 2, shuffle: true })) {
 *   x.shape // → [2, 3, 8, 8]
 * }
 */
export async function imageFolder(folder: string, options: ImageFolderOptions): Promise<ImageFolder> {
  const kinds = { size: needed(imageSize), channels: oneOf(1, 3), fit: oneOf(...resizeFits) };
  const { size, channels = 3, fit = "cover" } = optionsOf("imageFolder", options, kinds);
  const [height, width] = sizeOfImages("imageFolder", size);
  const entries = await onDisk(folder, () => readdir(folder, { withFileTypes: true }));
  // A link to a folder is one too.
  const isFolder = ({ name }: Dirent): boolean => !name.startsWith(".") && (statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() ?? false);
  const classes = entries.filter(isFolder).map(({ name }) => name).toSorted();
  if (classes.length === 0) {
    throw new DataError(`${folder}: expected a folder for each class with its images, but there are ${entries.length === 0 ? "no entries" : "only files"} in it.`);
  }
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    const inside = await onDisk(join(folder, name), () => readdir(join(folder, name), { recursive: true }));
    const images = inside.filter((file) => extensions.includes(extname(file).toLowerCase())).toSorted();
    if (images.length === 0) {
      throw new DataError(`${join(folder, name)}: expected images of this class (${extensions.join(", ")}), but there are none; add some or remove the folder.`);
    }
    for (const file of images) {
      files.push(join(folder, name, file));
      labels.push(label);
    }
  }
  return new ImageFolder({ name: folder, files, labels: Int32Array.from(labels), shape: [channels, height, width], classes, fit, decode: decodeImageFiles });
}

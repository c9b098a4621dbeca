/**
 * CIFAR-10 and CIFAR-100, binary version: files of records, one label byte (CIFAR-100: the coarse and then the fine one) and then 32×32 pixels, all red
 * ones, all green ones, all blue ones, each row by row. Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 */

import { checkValue, listOf, oneOf, text } from "../../base/options.js";
import { ImageDataset } from "../imageDataset.js";
import { sharedBytes } from "../sharedBytes.js";
import { damaged } from "./damaged.js";

/** Bytes of an image. */
export const cifarPixels = 3 * 32 * 32;

/** How the files of a set are laid out. */
export interface CifarLayout {
  /** Name on the command line. */
  readonly name: string;
  /** The folder inside the official archive. */
  readonly folder: string;
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** Label bytes before the pixels. */
  readonly labelBytes: number;
  /** Which of them is the label. */
  readonly labelPlace: number;
  readonly classes: readonly string[];
  /** Records in a training file of the official set. */
  readonly trainRecords: number;
  /** Records in the official test file. */
  readonly testRecords: number;
}

export const cifar10Layout: CifarLayout = {
  name: "cifar10",
  folder: "cifar-10-batches-bin",
  trainFiles: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
  testFile: "test_batch.bin",
  labelBytes: 1,
  labelPlace: 0,
  classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
  trainRecords: 10_000,
  testRecords: 10_000,
};

/** Which labels of CIFAR-100: its 100 classes, or the 20 groups of five that they belong to. */
export type Cifar100Labels = "fine" | "coarse";

const fineClasses =
  "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle caterpillar cattle chair " +
  "chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard " +
  "lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear " +
  "pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail " +
  "snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale " +
  "willow_tree wolf woman worm";

const coarseClasses =
  "aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices household_furniture insects large_carnivores " +
  "large_man-made_outdoor_things large_natural_outdoor_scenes large_omnivores_and_herbivores medium_mammals non-insect_invertebrates people " +
  "reptiles small_mammals trees vehicles_1 vehicles_2";

export function cifar100Layout(labels: Cifar100Labels): CifarLayout {
  return {
    name: labels === "fine" ? "cifar100" : "cifar100-coarse",
    folder: "cifar-100-binary",
    trainFiles: ["train.bin"],
    testFile: "test.bin",
    labelBytes: 2,
    labelPlace: labels === "fine" ? 1 : 0,
    classes: (labels === "fine" ? fineClasses : coarseClasses).split(" "),
    trainRecords: 50_000,
    testRecords: 10_000,
  };
}

export type NamedBytes = readonly [file: string, bytes: Uint8Array];

/** The number of records in a file of `bytes` bytes. @throws DataError unless they are whole, and at least one. */
function countRecords(file: string, bytes: number, record: number): number {
  const count = bytes / record;
  if (Number.isInteger(count) && count > 0) return count;
  const whole = Math.floor(count);
  throw damaged(file, `byte ${whole * record}`, `a record of ${record} bytes`, `${bytes - whole * record} until the end of the file`);
}

/** Files of records, one after the other, as images [N, 3, 32, 32]. */
export function parseRecords(name: string, files: readonly NamedBytes[], { labelBytes, labelPlace, classes }: CifarLayout): ImageDataset {
  checkValue("parseCifar", "name", name, text);
  const has = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === "string" && value[1] instanceof Uint8Array;
  checkValue("parseCifar", "files", files, listOf({ what: "[name, bytes]", has }));
  const record = labelBytes + cifarPixels;
  const total = files.reduce((sum, [file, bytes]) => sum + countRecords(file, bytes.length, record), 0);
  const images = sharedBytes(total * cifarPixels);
  const labels = new Int32Array(total);
  let n = 0;
  for (const [file, bytes] of files) {
    for (let start = 0; start < bytes.length; start += record, n++) {
      const label = bytes[start + labelPlace];
      if (label >= classes.length) throw damaged(file, `byte ${start + labelPlace}`, `a label from 0 to ${classes.length - 1}`, String(label));
      labels[n] = label;
      images.set(bytes.subarray(start + labelBytes, start + record), n * cifarPixels);
    }
  }
  return new ImageDataset({ name, images, labels, shape: [3, 32, 32], classes });
}

/**
 * Batch files of CIFAR-10, one after the other, as images [N, 3, 32, 32].
 * @throws DataError that names file and byte.
 *
 * @example
 * const record = new Uint8Array(1 + 3 * 32 * 32);
 * record[0] = 3;
 * const { labels, classes } = data.parseCifar("one cat", [["cat.bin", record]]);
 * classes[labels[0]] // → cat
 */
export function parseCifar(name: string, files: readonly (readonly [file: string, bytes: Uint8Array])[]): ImageDataset {
  return parseRecords(name, files, cifar10Layout);
}

/**
 * Files of CIFAR-100, one after the other, as images [N, 3, 32, 32] with fine labels (100 classes) or coarse ones (20).
 * @throws DataError that names file and byte.
 *
 * @example
 * const record = new Uint8Array(2 + 3 * 32 * 32);
 * record.set([8, 42]);
 * const fine = data.parseCifar100("one", [["one.bin", record]]);
 * const coarse = data.parseCifar100("one", [["one.bin", record]], "coarse");
 * [fine.classes[fine.labels[0]], coarse.classes[coarse.labels[0]]] // → ["leopard", "large_carnivores"]
 */
export function parseCifar100(name: string, files: readonly (readonly [file: string, bytes: Uint8Array])[], labels: Cifar100Labels = "fine"): ImageDataset {
  checkValue("parseCifar100", "labels", labels, oneOf("fine", "coarse"));
  return parseRecords(name, files, cifar100Layout(labels));
}

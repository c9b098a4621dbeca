/**
 * CIFAR-10 and CIFAR-100, binary version: files of records, one label byte (CIFAR-100: the coarse and then the fine one) and then 32×32 pixels, all red
 * ones, all green ones, all blue ones, each row by row. Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../base/errors.js";
import { ImageDataset } from "../imageDataset.js";
import { damaged } from "./damaged.js";
import { readTarGz } from "./tarball.js";

const pixels = 3 * 32 * 32;

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

type NamedBytes = readonly [file: string, bytes: Uint8Array];

/** The number of records in a file of `bytes` bytes. @throws DataError unless they are whole, and at least one. */
function countRecords(file: string, bytes: number, record: number): number {
  const count = bytes / record;
  if (Number.isInteger(count) && count > 0) return count;
  const whole = Math.floor(count);
  throw damaged(file, `byte ${whole * record}`, `a record of ${record} bytes`, `${bytes - whole * record} until the end of the file`);
}

/** Files of records, one after the other, as images [N, 3, 32, 32]. */
function parseRecords(name: string, files: readonly NamedBytes[], { labelBytes, labelPlace, classes }: CifarLayout): ImageDataset {
  const record = labelBytes + pixels;
  const total = files.reduce((sum, [file, bytes]) => sum + countRecords(file, bytes.length, record), 0);
  // Shared memory: the thread that prepares batches needs no copy.
  const images = new Uint8Array(new SharedArrayBuffer(total * pixels));
  const labels = new Int32Array(total);
  let n = 0;
  for (const [file, bytes] of files) {
    for (let start = 0; start < bytes.length; start += record, n++) {
      const label = bytes[start + labelPlace];
      if (label >= classes.length) throw damaged(file, `byte ${start + labelPlace}`, `a label from 0 to ${classes.length - 1}`, String(label));
      labels[n] = label;
      images.set(bytes.subarray(start + labelBytes, start + record), n * pixels);
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
  return parseRecords(name, files, cifar100Layout(labels));
}

/** Training and test images of a set, its files `read` one by one. */
async function readSet(layout: CifarLayout, read: (file: string) => Promise<NamedBytes>): Promise<{ train: ImageDataset; test: ImageDataset }> {
  const batches: NamedBytes[] = [];
  for (const file of layout.trainFiles) batches.push(await read(file));
  const test = await read(layout.testFile);
  const [first] = batches;
  // A file cut between two records looks whole; its neighbours tell.
  const cut = batches.find(([, bytes]) => bytes.length !== first[1].length);
  if (cut !== undefined) throw differs(layout, cut, first, first[1].length);
  const record = layout.labelBytes + pixels;
  const testBytes = layout.testRecords * record;
  if (first[1].length === layout.trainRecords * record && test[1].length !== testBytes) throw differs(layout, test, first, testBytes);
  return { train: parseRecords(`${layout.name} train`, batches, layout), test: parseRecords(`${layout.name} test`, [test], layout) };
}

function differs({ name }: CifarLayout, [file, bytes]: NamedBytes, [other]: NamedBytes, expected: number): DataError {
  return new DataError(
    `${file}: expected ${expected} bytes to go with ${other}, got ${bytes.length}. One of the two is truncated: fetch the set again (nabla data prepare ${name}).`,
  );
}

/** Training and test images from the unpacked folder of the official archive. */
export function readCifarSet(layout: CifarLayout, folder: string): Promise<{ train: ImageDataset; test: ImageDataset }> {
  return readSet(layout, async (file) => {
    const path = join(folder, file);
    return [path, await readFile(path)];
  });
}

/** Training and test images straight from the official archive. */
export async function readCifarTarball(layout: CifarLayout, archive: string): Promise<{ train: ImageDataset; test: ImageDataset }> {
  const members = await readCifarMembers(layout, archive);
  return readSet(layout, async (file) => [`${archive}: ${file}`, members.get(file) ?? new Uint8Array(0)]);
}

/**
 * Training and test images of CIFAR-10 from the unpacked folder `cifar-10-batches-bin`.
 * @throws DataError when a file is damaged or of another length than its neighbours.
 *
 * @example
 * const { train, test } = await data.readCifarFolder(`${folder}/cifar-10-batches-bin`);
 * [train.length, test.length] // → [5, 1]
 */
export function readCifarFolder(folder: string): Promise<{ train: ImageDataset; test: ImageDataset }> {
  return readCifarSet(cifar10Layout, folder);
}

/**
 * Training and test images of CIFAR-10 straight from the official archive, without unpacking it to disk.
 * @throws DataError when the archive is damaged or a file is missing in it.
 *
 * @example
 * const { train, test } = await data.readCifarArchive(`${folder}/cifar-10-binary.tar.gz`);
 * [train.length, test.length] // → [5, 1]
 */
export function readCifarArchive(archive: string): Promise<{ train: ImageDataset; test: ImageDataset }> {
  return readCifarTarball(cifar10Layout, archive);
}

/** The files of the official archive, by name. @throws DataError when one is missing. */
export async function readCifarMembers({ folder, trainFiles, testFile, ...layout }: CifarLayout, archive: string): Promise<Map<string, Uint8Array>> {
  const files = [...trainFiles, testFile];
  const most = Math.max(layout.trainRecords, layout.testRecords) * (layout.labelBytes + pixels);
  const members = await readTarGz(archive, files.map((file) => `${folder}/${file}`), most);
  return new Map(files.map((file) => [file, members.get(`${folder}/${file}`) ?? new Uint8Array(0)]));
}

/**
 * CIFAR-10, binary version: files of records of 3,073 bytes, a label 0 … 9 and then 32×32 pixels, all red ones, all green ones,
 * all blue ones, each row by row. Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../base/errors.js";
import { ImageDataset } from "../imageDataset.js";
import { damaged } from "./damaged.js";
import { readTarGz } from "./tarball.js";

export const cifarClasses = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"] as const;

/** The folder inside the official archive. */
export const cifarFolder = "cifar-10-batches-bin";

export const cifarTrainFiles = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`);
export const cifarTestFile = "test_batch.bin";

const pixels = 3 * 32 * 32;
const record = 1 + pixels;
/** Records in each file of the official set. */
const officialRecords = 10_000;

/** The number of records in a file of `bytes` bytes. @throws DataError unless they are whole, and at least one. */
function countRecords(file: string, bytes: number): number {
  const count = bytes / record;
  if (Number.isInteger(count) && count > 0) return count;
  const whole = Math.floor(count);
  throw damaged(file, `byte ${whole * record}`, `a record of ${record} bytes`, `${bytes - whole * record} until the end of the file`);
}

/**
 * Batch files, one after the other, as images [N, 3, 32, 32].
 * @throws DataError that names file and byte.
 *
 * @example
 * const record = new Uint8Array(1 + 3 * 32 * 32);
 * record[0] = 3;
 * const { labels, classes } = data.parseCifar("one cat", [["cat.bin", record]]);
 * classes[labels[0]] // → cat
 */
export function parseCifar(name: string, files: readonly (readonly [file: string, bytes: Uint8Array])[]): ImageDataset {
  const counts = files.map(([file, bytes]) => countRecords(file, bytes.length));
  const total = counts.reduce((a, b) => a + b, 0);
  // Shared memory: the thread that prepares batches needs no copy.
  const images = new Uint8Array(new SharedArrayBuffer(total * pixels));
  const labels = new Int32Array(total);
  let n = 0;
  for (const [file, bytes] of files) {
    for (let start = 0; start < bytes.length; start += record, n++) {
      const label = bytes[start];
      if (label >= cifarClasses.length) throw damaged(file, `byte ${start}`, `a label from 0 to ${cifarClasses.length - 1}`, String(label));
      labels[n] = label;
      images.set(bytes.subarray(start + 1, start + record), n * pixels);
    }
  }
  return new ImageDataset({ name, images, labels, shape: [3, 32, 32], classes: cifarClasses });
}

/** Training and test images from the six batch files, `read` one by one. */
export async function readCifar(read: (file: string) => Promise<readonly [path: string, bytes: Uint8Array]>): Promise<{ train: ImageDataset; test: ImageDataset }> {
  const batches: (readonly [string, Uint8Array])[] = [];
  for (const file of cifarTrainFiles) batches.push(await read(file));
  const test = await read(cifarTestFile);
  const [first] = batches;
  // A file cut between two records looks whole; its neighbours tell.
  const cut = batches.find(([, bytes]) => bytes.length !== first[1].length);
  if (cut !== undefined) throw differs(cut, first);
  if (first[1].length === officialRecords * record && test[1].length !== first[1].length) throw differs(test, first);
  return { train: parseCifar("cifar10 train", batches), test: parseCifar("cifar10 test", [test]) };
}

function differs([file, bytes]: readonly [string, Uint8Array], [other, expected]: readonly [string, Uint8Array]): DataError {
  return new DataError(
    `${file}: expected ${expected.length} bytes like ${other}, got ${bytes.length}. One of the two is truncated: fetch the set again ` +
      `(nabla data prepare cifar10).`,
  );
}

/**
 * Training and test images from the unpacked folder `cifar-10-batches-bin`.
 * @throws DataError when a file is damaged or of another length than its neighbours.
 *
 * @example
 * const { train, test } = await data.readCifarFolder(`${folder}/cifar-10-batches-bin`);
 * [train.length, test.length] // → [5, 1]
 */
export async function readCifarFolder(folder: string): Promise<{ train: ImageDataset; test: ImageDataset }> {
  return readCifar(async (file) => {
    const path = join(folder, file);
    return [path, await readFile(path)];
  });
}

/**
 * Training and test images straight from the official archive, without unpacking it to disk.
 * @throws DataError when the archive is damaged or a file is missing in it.
 *
 * @example
 * const { train, test } = await data.readCifarArchive(`${folder}/cifar-10-binary.tar.gz`);
 * [train.length, test.length] // → [5, 1]
 */
export async function readCifarArchive(archive: string): Promise<{ train: ImageDataset; test: ImageDataset }> {
  const members = await readCifarMembers(archive);
  return readCifar(async (file) => [`${archive}: ${file}`, members.get(file) ?? new Uint8Array(0)]);
}

/** The six batch files of the official archive, by name. @throws DataError when one is missing. */
export async function readCifarMembers(archive: string): Promise<Map<string, Uint8Array>> {
  const files = [...cifarTrainFiles, cifarTestFile];
  const members = await readTarGz(archive, files.map((file) => `${cifarFolder}/${file}`), officialRecords * record);
  return new Map(files.map((file) => [file, members.get(`${cifarFolder}/${file}`) ?? new Uint8Array(0)]));
}

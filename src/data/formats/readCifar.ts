/** CIFAR-10 and CIFAR-100 from the unpacked folder or the official archive. */

import { join } from "node:path";
import { DataError } from "../../base/errors.js";
import { checkPath, readBytes } from "../cache.js";
import type { ImageDataset } from "../imageDataset.js";
import { cifar10Layout, type CifarLayout, cifarPixels, type NamedBytes, parseRecords } from "./cifar.js";
import { readTarGz } from "./tarball.js";

/** Training and test images of a set, its files `read` one by one. */
async function readSet(layout: CifarLayout, read: (file: string) => Promise<NamedBytes>): Promise<{ train: ImageDataset; test: ImageDataset }> {
  const batches: NamedBytes[] = [];
  for (const file of layout.trainFiles) batches.push(await read(file));
  const test = await read(layout.testFile);
  const [first] = batches;
  // A file cut between two records looks whole; its neighbours tell.
  const cut = batches.find(([, bytes]) => bytes.length !== first[1].length);
  if (cut !== undefined) throw differs(layout, cut, first, first[1].length);
  const record = layout.labelBytes + cifarPixels;
  const testBytes = layout.testRecords * record;
  if (first[1].length === layout.trainRecords * record && test[1].length !== testBytes) throw differs(layout, test, first, testBytes);
  return { train: parseRecords(`${layout.name} train`, batches, layout), test: parseRecords(`${layout.name} test`, [test], layout) };
}

function differs({ name }: CifarLayout, [file, bytes]: NamedBytes, [other]: NamedBytes, expected: number): DataError {
  return new DataError(
    `${file}: expected ${expected} bytes to go with ${other}, got ${bytes.length}. One of the two is truncated: fetch the set again (npx nabla data prepare ${name}).`,
  );
}

/** Training and test images from the unpacked folder of the official archive. */
export async function readCifarSet(layout: CifarLayout, folder: string): Promise<{ train: ImageDataset; test: ImageDataset }> {
  checkPath(folder);
  return readSet(layout, async (file) => {
    const path = join(folder, file);
    return [path, await readBytes(path)];
  });
}

/** Training and test images straight from the official archive. */
export async function readCifarTarball(layout: CifarLayout, archive: string): Promise<{ train: ImageDataset; test: ImageDataset }> {
  checkPath(archive);
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
  const most = Math.max(layout.trainRecords, layout.testRecords) * (layout.labelBytes + cifarPixels);
  const members = await readTarGz(archive, files.map((file) => `${folder}/${file}`), most);
  return new Map(files.map((file) => [file, members.get(`${folder}/${file}`) ?? new Uint8Array(0)]));
}

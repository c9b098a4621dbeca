import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DataError } from "../../base/errors.js";
import { Generator } from "../../base/generator.js";
import { cifar100Layout, cifar10Layout, parseCifar, parseCifar100 } from "./cifar.js";
import { readCifarArchive, readCifarFolder, readCifarSet, readCifarTarball } from "./readCifar.js";

const { folder: cifarFolder, testFile: cifarTestFile, trainFiles: cifarTrainFiles } = cifar10Layout;

const record = 3073;
let root = "";
let archive = "";

/** `count` records; label n mod 10, pixel j is (n + j) mod 256, n counted from `first`. */
function records(count: number, first: number): Uint8Array {
  const bytes = new Uint8Array(count * record);
  for (let n = 0; n < count; n++) {
    bytes[n * record] = (first + n) % 10;
    for (let j = 0; j < record - 1; j++) bytes[n * record + 1 + j] = first + n + j;
  }
  return bytes;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-cifar-"));
  await mkdir(join(root, cifarFolder));
  for (const [k, file] of cifarTrainFiles.entries()) await writeFile(join(root, cifarFolder, file), records(4, 4 * k));
  await writeFile(join(root, cifarFolder, cifarTestFile), records(3, 50));
  archive = join(root, "cifar-10-binary.tar.gz");
  await create({ gzip: true, file: archive, cwd: root }, [cifarFolder]);
});
afterAll(() => rm(root, { recursive: true }));

test("the five batches in order are the training set, the sixth is the test set", async () => {
  const { train, test: held } = await readCifarFolder(join(root, cifarFolder));
  expect(train.length).toBe(20);
  expect(train.shape).toEqual([3, 32, 32]);
  expect([...train.labels]).toEqual(Array.from({ length: 20 }, (_, n) => n % 10));
  expect([...train.images.subarray(19 * 3072, 19 * 3072 + 3)]).toEqual([19, 20, 21]);
  expect([...held.labels]).toEqual([0, 1, 2]);
  expect(held.classes[held.labels[1]]).toBe("automobile");
});

test("the archive reads as the folder does", async () => {
  expect(await readCifarArchive(archive)).toEqual(await readCifarFolder(join(root, cifarFolder)));
});

test("a label out of range and a cut record are named by file and byte", () => {
  const wrong = records(3, 0);
  wrong[2 * record] = 10;
  expect(() => parseCifar("set", [["b.bin", wrong]])).toThrow(/b\.bin: at byte 6146, expected a label from 0 to 9, got 10/);
  expect(() => parseCifar("set", [["b.bin", wrong.subarray(0, record + 7)]])).toThrow(/at byte 3073, expected a record of 3073 bytes, got 7/);
  expect(() => parseCifar("set", [["b.bin", new Uint8Array(0)]])).toThrow(/at byte 0/);
});

test("a batch cut between two records is noticed by its neighbours", async () => {
  const folder = join(root, "cut");
  await mkdir(folder);
  for (const file of [...cifarTrainFiles, cifarTestFile]) await writeFile(join(folder, file), records(file === "data_batch_3.bin" ? 1 : 2, 0));
  await expect(readCifarFolder(folder)).rejects.toThrow(/data_batch_3\.bin: expected 6146 bytes to go with .*data_batch_1\.bin, got 3073/);
});

test("an archive without the batches says which are missing", async () => {
  await mkdir(join(root, "other"));
  await writeFile(join(root, "other", "readme.txt"), "hello");
  const other = join(root, "other.tar.gz");
  await create({ gzip: true, file: other, cwd: root }, ["other"]);
  await expect(readCifarArchive(other)).rejects.toThrow(/there is no cifar-10-batches-bin\/data_batch_1\.bin/);
});

test("a damaged archive gives a DataError wherever it is cut or changed, or the right images", async () => {
  const bytes = await readFile(archive);
  const expected = await readCifarArchive(archive);
  const generator = new Generator(2);
  const file = join(root, "damaged.tar.gz");
  for (let round = 0; round < 60; round++) {
    const damaged = Buffer.from(bytes);
    const place = generator.integer(bytes.length);
    damaged[place] ^= 1 << generator.integer(8);
    await writeFile(file, round % 2 === 0 ? damaged : bytes.subarray(0, place));
    const result = await readCifarArchive(file).catch((error: unknown) => error);
    if (!(result instanceof DataError)) expect(result).toEqual(expected);
  }
});

/** CIFAR-100's records: coarse label n mod 20, fine label n mod 100. */
function records100(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 3074);
  for (let n = 0; n < count; n++) bytes.set([n % 20, n % 100, 7, 8, 9], n * 3074);
  return bytes;
}

test("CIFAR-100 has fine and coarse labels, from folder and archive (coverage F1)", async () => {
  const folder = join(root, "cifar-100-binary");
  await mkdir(folder);
  await writeFile(join(folder, "train.bin"), records100(250));
  await writeFile(join(folder, "test.bin"), records100(3));
  const tarball = join(root, "cifar-100-binary.tar.gz");
  await create({ gzip: true, file: tarball, cwd: root }, ["cifar-100-binary"]);
  for (const [kind, classes] of [["fine", 100], ["coarse", 20]] as const) {
    const layout = cifar100Layout(kind);
    expect(new Set(layout.classes).size).toBe(classes);
    const { train, test: held } = await readCifarSet(layout, folder);
    expect([train.length, held.length, train.classes.length]).toEqual([250, 3, classes]);
    expect([...train.labels]).toEqual(Array.from({ length: 250 }, (_, n) => n % classes));
    expect([...train.images.subarray(3072, 3075)]).toEqual([7, 8, 9]);
    expect(await readCifarTarball(layout, tarball)).toEqual({ train, test: held });
  }
  const wrong = records100(2);
  wrong[3074 + 1] = 100;
  expect(() => parseCifar100("set", [["b.bin", wrong]])).toThrow(/b\.bin: at byte 3075, expected a label from 0 to 99, got 100/);
  expect(() => parseCifar100("set", [["b.bin", wrong]], "coarse")).not.toThrow();
  expect(() => parseCifar100("set", [["b.bin", wrong.subarray(0, 3000)]])).toThrow(/at byte 0, expected a record of 3074 bytes, got 3000/);
});

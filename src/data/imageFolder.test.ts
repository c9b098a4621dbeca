import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import sharp from "sharp";
import { DataError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { tensor } from "../ops/create.js";
import { readImage, writePng } from "./formats/readImage.js";
import { imageFolder } from "./readImageFolder.js";
import { DataLoader } from "./loader.js";
import { randomHorizontalFlip } from "./transforms/flip.js";

let root = "";

/** 30 images of 40 × 60 in two classes and three formats; class 0 is dark, class 1 bright. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-images-"));
  for (const [label, name] of ["dark", "light"].entries()) {
    await mkdir(join(root, "set", name, "more"), { recursive: true });
    for (let i = 0; i < 15; i++) {
      const format = (["png", "jpeg", "webp"] as const)[i % 3];
      const grey = 40 + 150 * label + i;
      const image = sharp({ create: { width: 60, height: 40, channels: 3, background: { r: grey, g: grey, b: grey } } }).toFormat(format);
      await image.toFile(join(root, "set", name, i < 12 ? "" : "more", `${String(i).padStart(2, "0")}.${format}`));
    }
  }
  await writeFile(join(root, "set", "dark", "notes.txt"), "not an image");
  await writeFile(join(root, "set", "readme.md"), "not a class");
});
afterAll(() => rm(root, { recursive: true }));

async function contents(loader: DataLoader<Awaited<ReturnType<typeof imageFolder>>>, epoch: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const { x, y, indices } of loader.epoch(epoch)) seen.push([[...(await x.data())], [...(await y.data())], [...indices]]);
  return seen;
}

test("a folder of images has a class for each folder, by name", async () => {
  const folder = await imageFolder(join(root, "set"), { size: [4, 6] });
  expect(folder.classes).toEqual(["dark", "light"]);
  expect(folder.length).toBe(30);
  expect([...folder.classCounts()]).toEqual([15, 15]);
  expect(folder.shape).toEqual([3, 4, 6]);
  const { x, y } = await folder.get(16);
  expect([x.dtype, x.shape, [...y.data]]).toEqual(["uint8", [3, 4, 6], [1]]);
  expect(Math.abs(x.data[0] - 191)).toBeLessThan(3);
});

test("loaded whole, and decoded batch by batch by any number of threads, the images are the same (coverage F1)", async () => {
  const folder = await imageFolder(join(root, "set"), { size: 8 });
  const options = { batch: 7, shuffle: true, seed: 3, transforms: [randomHorizontalFlip()] };
  const inMemory = await folder.load();
  const expected = new DataLoader(inMemory, { ...options, workers: 0 });
  const expectedBatches: unknown[] = [];
  for await (const { x, y, indices } of expected.epoch(1)) expectedBatches.push([[...(await x.data())], [...(await y.data())], [...indices]]);
  for (const workers of [0, 1, 2]) {
    const loader = new DataLoader(folder, { ...options, workers });
    expect(await contents(loader, 1)).toEqual(expectedBatches);
    loader.close();
  }
  expect((await folder.subset([29, 0]).load()).labels).toEqual(Int32Array.of(1, 0));
});

test("two loops over one folder do not disturb each other", async () => {
  const folder = await imageFolder(join(root, "set"), { size: 8 });
  const loader = new DataLoader(folder, { batch: 5, shuffle: true, workers: 0 });
  const [first, second] = await Promise.all([contents(loader, 0), contents(loader, 1)]);
  expect(first).toEqual(await contents(loader, 0));
  expect(second).toEqual(await contents(loader, 1));
});

test("a damaged image is named by number and file, from the loop, by whatever thread it was met (coverage F4)", async () => {
  const bad = join(root, "bad");
  await mkdir(join(bad, "one"), { recursive: true });
  for (let i = 0; i < 8; i++) await writePng(join(bad, "one", `${i}.png`), tensor(new Uint8Array(300).fill(i), { shape: [3, 10, 10] }));
  await writeFile(join(bad, "one", "5.png"), (await readFile(join(bad, "one", "5.png"))).subarray(0, 60));
  const folder = await imageFolder(bad, { size: 10 });
  for (const workers of [0, 2]) {
    const loader = new DataLoader(folder, { batch: 2, workers });
    await expect(contents(loader, 0)).rejects.toThrow(/image 5: .*5\.png: expected a whole PNG, JPEG or WebP image/);
    await expect(contents(loader, 0)).rejects.toThrow(DataError);
    loader.close();
  }
  await expect(folder.load()).rejects.toThrow(/5\.png/);
});

test("folders that are none, empty or without images are named", async () => {
  await expect(imageFolder(join(root, "missing"), { size: 8 })).rejects.toThrow(/missing: cannot be read.*ENOENT/);
  await mkdir(join(root, "empty", "class"), { recursive: true });
  await expect(imageFolder(join(root, "empty"), { size: 8 })).rejects.toThrow(/class: expected images of this class/);
  await expect(imageFolder(join(root, "empty", "class"), { size: 8 })).rejects.toThrow(/expected a folder for each class/);
  await expect(imageFolder(join(root, "set"), { size: 0 })).rejects.toThrow(/size must be an integer ≥ 1/);
  const folder = await imageFolder(join(root, "set"), { size: 8 });
  expect(() => new DataLoader(folder, { normalize: "standardize" })).toThrow(/not known before its files are decoded/);
});

test("an image is written and read back to the byte, in colour and grey", async () => {
  const file = join(root, "x.png");
  for (const channels of [1, 3] as const) {
    const bytes = Uint8Array.from({ length: channels * 35 }, (_, i) => (i * 73) % 256);
    await writePng(file, tensor(bytes, { shape: [channels, 5, 7] }));
    const image = await readImage(file, { channels });
    expect(image.shape).toEqual([channels, 5, 7]);
    expect([...(await image.data())]).toEqual([...bytes]);
  }
  await writePng(file, tensor([[0, 0.5, 1.5]]));
  expect(await readImage(file, { channels: 1 }).then((image) => image.array())).toEqual([[[0, 128, 255]]]);
  await expect(writePng(file, tensor([1]))).rejects.toThrow(/\[C, H, W\] of 1 or 3 channels.*got \[1\]/);
  await expect(writePng(file, tensor([[1]], { dtype: "int32" }))).rejects.toThrow(/got int32/);
  await expect(writePng(join(root, "none", "x.png"), tensor([[1]]))).rejects.toThrow(/its folder does not exist/);
  await expect(readImage(join(root, "none.png"))).rejects.toThrow(/none\.png: cannot be read/);
});

test("transparent parts lie on black, and EXIF orientation is followed", async () => {
  const clear = await sharp({ create: { width: 2, height: 1, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 0 } } }).png().toBuffer();
  expect([...(await (await readImage("clear.png", { bytes: clear })).data())]).toEqual([0, 0, 0, 0, 0, 0]);
  const turned = await sharp({ create: { width: 4, height: 2, channels: 3, background: "red" } }).jpeg().withMetadata({ orientation: 6 }).toBuffer();
  expect((await readImage("turned.jpg", { bytes: turned })).shape).toEqual([3, 4, 2]);
});

test("files cut or changed anywhere give an image or a DataError (coverage F1)", async () => {
  const generator = new Generator(5);
  for (const format of ["png", "jpeg", "webp"] as const) {
    const noise = Buffer.from(Array.from({ length: 3 * 24 * 24 }, () => generator.integer(256)));
    const bytes = await sharp(noise, { raw: { width: 24, height: 24, channels: 3 } }).toFormat(format).toBuffer();
    for (let round = 0; round < 60; round++) {
      const changed = Buffer.from(round % 2 === 0 ? bytes : bytes.subarray(0, generator.integer(bytes.length)));
      if (round % 2 === 0) changed[generator.integer(Math.min(bytes.length, round < 30 ? 40 : bytes.length))] ^= 1 << generator.integer(8);
      const result = await readImage(`x.${format}`, { bytes: changed }).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toBeInstanceOf(DataError);
    }
  }
});

test("documents that are no images are refused by their first bytes", async () => {
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await expect(readImage("x.png", { bytes: svg })).rejects.toThrow(/x\.png: at byte 0, expected the mark of a PNG, JPEG or WebP image, got 3c 73 76 67/);
  await expect(readImage("x.png", { bytes: new Uint8Array(0) })).rejects.toThrow(/got the end of the file/);
});

test("an image that claims to be enormous is refused before it is decoded", async () => {
  const bytes = Buffer.from(await sharp({ create: { width: 2, height: 2, channels: 3, background: "red" } }).png().toBuffer());
  bytes.writeUInt32BE(60_000, 16);
  bytes.writeUInt32BE(60_000, 20);
  await expect(readImage("huge.png", { bytes })).rejects.toThrow(DataError);
});

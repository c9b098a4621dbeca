/**
 * The parsers on the real files, against facts published about them. The files come from NABLA_DATA, else from shared/data beside the
 * repository; without either, these tests do not run and say so.
 */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { sum } from "../ops/reduce.js";
import { square } from "../ops/elementwise.js";
import type { CsvOptions, Table } from "./formats/csv.js";
import { readCsv } from "./formats/readCsv.js";
import { readImage } from "./formats/readImage.js";
import { readText } from "./formats/readText.js";
import { textWindows, Vocabulary } from "./formats/text.js";
import { channelStatistics } from "./normalize.js";
import { load } from "./prepare.js";

const beside = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/data");
const dataDir = process.env.NABLA_DATA || beside;
const here = existsSync(dataDir);
if (!here) console.log("data tests: not run (no data)");

const scratch = here ? await mkdtemp(join(tmpdir(), "nabla-real-")) : "";
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Runs a test where the folder of a set is there, else names it. */
const testOf = (folder: string): typeof test.skip => {
  const found = existsSync(join(dataDir, folder));
  if (here && !found) console.log(`data tests: ${folder} not run (no such folder in ${dataDir})`);
  return found ? test : test.skip;
};

describe.skipIf(!here)("real data", () => {
  testOf("mnist")("MNIST has 60,000 + 10,000 images, with the published class counts and mean", async () => {
    const { train, validation } = await load("mnist", { dataDir });
    expect([...train.classCounts()]).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect([...validation.classCounts()]).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    const { mean, std } = channelStatistics(train);
    expect(mean[0] / 255).toBeCloseTo(0.1307, 4);
    expect(std[0] / 255).toBeCloseTo(0.3081, 4);
  });

  testOf("fashion-mnist-25k")("Fashion-MNIST's test images are balanced; the training count is read from the header", async () => {
    const { train, validation } = await load("fashion", { dataDir });
    expect(train.length).toBe(25_000);
    expect([...validation.classCounts()]).toEqual(new Array(10).fill(1000));
  });

  testOf("tabular")("the digits split 80 : 20 class by class", async () => {
    const { train, validation } = await load("digits", { dataDir });
    expect(train.length + validation.length).toBe(1797);
    expect(Math.max(...train.images)).toBe(16);
    for (const [label, count] of validation.classCounts().entries()) {
      expect(Math.abs(count - 0.2 * (count + train.classCounts()[label]))).toBeLessThanOrEqual(0.5);
    }
  });

  testOf("cifar-10")("CIFAR-10 has 50,000 + 10,000 balanced images, with the published mean and deviation", async () => {
    const cacheDir = join(scratch, "cache");
    const xz = join(dataDir, "cifar-10", "cifar-10-binary.tar.xz");
    if (existsSync(xz)) {
      await mkdir(join(cacheDir, "cifar-10"), { recursive: true });
      execFileSync("tar", ["-xJf", xz, "-C", join(cacheDir, "cifar-10")]);
    }
    const { train, validation } = await load("cifar10", { dataDir, cacheDir });
    expect([...train.labels.subarray(0, 10)]).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
    expect([...train.classCounts()]).toEqual(new Array(10).fill(5000));
    expect([...validation.classCounts()]).toEqual(new Array(10).fill(1000));
    const { mean, std } = channelStatistics(train);
    for (const [c, value] of [0.4914, 0.48216, 0.44653].entries()) expect(mean[c] / 255).toBeCloseTo(value, 5);
    for (const [c, value] of [0.24703, 0.24349, 0.26159].entries()) expect(std[c] / 255).toBeCloseTo(value, 5);
  }, 120_000);

  testOf("tabular")("tables: housing with its 207 blanks, cars, penguins, wine, iris, diabetes (coverage F1)", async () => {
    const table = (file: string, options?: CsvOptions): Promise<Table> => readCsv(join(dataDir, "tabular", file), options);
    const housing = await table("california_housing.csv");
    expect([housing.length, housing.columns.length, housing.column("ocean_proximity").kind]).toEqual([20640, 10, "category"]);
    expect(() => housing.dataset({ y: "median_house_value" })).toThrow(/column total_bedrooms, the cell is missing \(207 rows lack one\)/);
    const complete = housing.dataset({ y: "median_house_value", missing: "drop" });
    expect([complete.length, complete.fields.x.shape]).toEqual([20640 - 207, [13]]);
    expect((await table("auto_mpg.csv")).dataset({ x: ["horsepower", "weight"], y: "mpg", missing: "drop" }).length).toBe(392);
    expect((await table("penguins.csv")).dataset({ y: "species", missing: "drop" }).classes).toEqual(["Adelie", "Chinstrap", "Gentoo"]);
    const wine = (await table("winequality-red.csv.gz", { categories: ["quality"] })).dataset({ y: "quality" });
    expect([wine.length, wine.classes]).toEqual([1599, ["3", "4", "5", "6", "7", "8"]]);
    const iris = (await table("iris.csv", { header: false, skipLines: 1, categories: ["4"] })).dataset({ y: "4" });
    expect([iris.length, iris.fields.x.shape, iris.labels?.filter((label) => label === 2).length]).toEqual([150, [4], 50]);
    const diabetes = (await table("diabetes_data.csv.gz", { header: false, delimiter: " " })).dataset();
    const { x } = diabetes.tensors();
    expect(x.shape).toEqual([442, 10]);
    for (const norm of await sum(square(x), { axis: 0 }).data()) expect(norm).toBeCloseTo(1, 5);
  });

  testOf("text")("tiny Shakespeare has 65 characters, and comes back from their numbers (coverage F1)", async () => {
    const text = await readText(join(dataDir, "text", "tinyshakespeare.txt"));
    const vocabulary = Vocabulary.ofCharacters(text);
    expect([text.length, vocabulary.size]).toEqual([1_115_394, 65]);
    const numbers = vocabulary.encode(text);
    expect(vocabulary.decode(numbers) === text).toBe(true);
    expect(textWindows(numbers, { length: 64, stride: 1 }).length).toBe(1_115_394 - 64);
    const names = (await readText(join(dataDir, "text", "names.txt"))).split("\n");
    expect(names).toHaveLength(32_033);
  });

  testOf("photos")("photographs, baseline and progressive, have their published sizes (coverage F1)", async () => {
    const sizes = { beagle: [3, 750, 1125], bell_pepper: [3, 384, 384], bridge: [3, 595, 1280], cat: [3, 426, 640], flowers: [3, 283, 640], jockey: [3, 426, 640] };
    for (const [name, shape] of Object.entries(sizes)) expect((await readImage(join(dataDir, "photos", `${name}.jpg`))).shape).toEqual(shape);
  });
});

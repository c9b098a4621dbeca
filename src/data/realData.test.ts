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
});

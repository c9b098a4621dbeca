import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { drawCharacters } from "./characters.js";
import { missingFontPackages, packageOf, readOutlines, trainingFamilies, validationFamilies } from "./fonts.js";

/** Millions of bytes are compared by their hash: `toEqual` would look at them one by one. */
const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("there are families enough, none on both sides, and all are installed", () => {
  expect(trainingFamilies.length).toBeGreaterThanOrEqual(44);
  expect(validationFamilies.length).toBeGreaterThanOrEqual(10);
  const names = [...trainingFamilies, ...validationFamilies].map(packageOf);
  expect(new Set(names).size).toBe(names.length);
  expect(missingFontPackages()).toEqual([]);
});

test("the set is a function of the seed, balanced, and its first images are a sample of all letters", async () => {
  const shares: number[] = [];
  const small = { seed: 3, drawings: 2, validationDrawings: 1 };
  const { train, validation } = await drawCharacters({ ...small, onProgress: (done) => void shares.push(done) });
  expect(train.shape).toEqual([3, 32, 32]);
  expect(train.length).toBe(2 * 26 * trainingFamilies.length);
  expect(validation.length).toBe(26 * validationFamilies.length);
  expect(new Set(train.classCounts())).toEqual(new Set([2 * trainingFamilies.length]));
  expect(train.limit(26).classes.map((_, label) => train.labels[label])).toEqual(train.classes.map((_, label) => label));
  expect(shares).toHaveLength(trainingFamilies.length + validationFamilies.length);
  expect(shares.at(-1)).toBe(1);
  expect(hash((await drawCharacters(small)).train.images)).toBe(hash(train.images));
  expect(hash((await drawCharacters({ ...small, seed: 4 })).train.images)).not.toBe(hash(train.images));
});

test("more drawings add images and change none", async () => {
  const one = await drawCharacters({ seed: 1, drawings: 1, validationDrawings: 1 });
  const two = await drawCharacters({ seed: 1, drawings: 2, validationDrawings: 1 });
  expect(hash(two.train.limit(one.train.length).images)).toBe(hash(one.train.images));
});

test("within a family the letters are all different", async () => {
  for (const family of validationFamilies) {
    const outlines = await readOutlines(family, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    expect(new Set(outlines.map((commands) => JSON.stringify(commands))).size).toBe(26);
  }
});

test("a family that is not installed is an error with the command that installs it", async () => {
  await expect(readOutlines({ id: "no-such-face" }, "A")).rejects.toThrow(/@fontsource\/no-such-face is not installed; npm install --save-dev @fontsource\/no-such-face/);
});

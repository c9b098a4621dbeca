import { expect, test } from "vitest";
import { drawCharacters } from "./characters.js";
import { drawSentence } from "./sentence.js";

test("a sentence is an image of 32 × 576 with its letters in order, none touching the border (coverage F2)", async () => {
  const { image, letters } = await drawSentence();
  expect([image.dtype, image.shape]).toEqual(["uint8", [3, 32, 576]]);
  expect(letters.map(({ letter }) => letter).join("")).toBe("THEQUICKBROWNFOXJUMPSOVERTHEDOG");
  const pixels = await image.data();
  const grey = (x: number, y: number): number => (pixels[y * 576 + x] + pixels[18432 + y * 576 + x] + pixels[36864 + y * 576 + x]) / 3;
  const paper = Array.from({ length: 576 }, (_, x) => grey(x, 0)).reduce((a, b) => a + b) / 576;
  const inked = (x: number): boolean => Array.from({ length: 32 }, (_, y) => Math.abs(grey(x, y) - paper)).some((difference) => difference > 40);
  expect([inked(0), inked(575)]).toEqual([false, false]);
  for (const [i, { x }] of letters.entries()) {
    expect(x).toBeGreaterThan(i === 0 ? 0 : letters[i - 1].x + 5);
    expect([-2, -1, 0, 1, 2].some((near) => inked(Math.round(x) + near * 3))).toBe(true);
  }
});

test("a sentence is a function of text, face and seed", async () => {
  const data = async (options: object): Promise<string> => (await (await drawSentence(options)).image.data()).join();
  expect(await data({ text: "ABC", seed: 1 })).toBe(await data({ text: "ABC", seed: 1 }));
  expect(await data({ text: "ABC", seed: 1 })).not.toBe(await data({ text: "ABC", seed: 2 }));
  expect(await data({ text: "ABC", family: "arvo" })).not.toBe(await data({ text: "ABC" }));
  expect((await drawSentence({ text: "A", width: 32 })).letters[0].x).toBeCloseTo(16, 0);
  await expect(drawSentence({ text: "Hello" })).rejects.toThrow(/capital letters A to Z and spaces, but is "Hello"/);
  await expect(drawSentence({ text: "A".repeat(80) })).rejects.toThrow(/80 signs do not fit into 576 pixels/);
  await expect(drawSentence({ family: "anton" })).rejects.toThrow(/no typeface "anton" for sentences; there are abel/);
  await expect(drawSentence({ width: 30 })).rejects.toThrow(/width must be an integer from 32 to 65536, got 30/);
  await expect(drawSentence({ width: 42 })).rejects.toThrow(/multiple of 4 from 32 on, but is 42/);
});

test("jittered letters have parts of others beside them (coverage I7)", async () => {
  const small = { drawings: 1, validationDrawings: 1, seed: 2 };
  const [plain, jittered] = [await drawCharacters(small), await drawCharacters({ ...small, jitter: true })];
  expect(jittered.validation.labels).toEqual(plain.validation.labels);
  expect(jittered.validation.images).toEqual((await drawCharacters({ ...small, jitter: true })).validation.images);
  /** Share of the images whose left or right border has ink on it. */
  const cut = ({ images, length }: typeof plain.validation): number => {
    let count = 0;
    for (let i = 0; i < length; i++) {
      const border = Array.from({ length: 64 }, (_, k) => images[i * 3072 + (k >> 1) * 32 + 31 * (k & 1)]);
      if (Math.max(...border) - Math.min(...border) > 55) count++;
    }
    return count / length;
  };
  expect(cut(plain.validation)).toBe(0);
  expect(cut(jittered.validation)).toBeGreaterThan(0.5);
});

import { expect, test } from "vitest";
import { classic, Generator, loadWeights, metrics, rand, randn, rot90, saveWeights, ShapeError, sub, type Tensor, tensor, ValueError, zeros } from "../index.js";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const farthest = (a: Tensor, b: Tensor): Promise<number> => sub(a, b).abs().max().item();

test("turning an image by 90° turns the bins and the directions of its descriptors", async () => {
  const image = randn([1, 1, 16, 16], { dtype: "float64" });
  const sift = new classic.DenseSift();
  const plain = sift.transform(image).reshape(4, 4, 8);
  const turned = sift.transform(rot90(image, 1, [2, 3])).reshape(4, 4, 8);
  // y points down, so a turn to the left takes a quarter of the circle off.
  const expected = rot90(plain, 1, [0, 1]).roll(-2, 2);
  expect(await farthest(turned, expected)).toBeLessThan(1e-12);
});

test("descriptors do not depend on brightness and contrast; they have length 1 and no component far above 0.2; flat patches are 0", async () => {
  const images = rand([2, 1, 20, 20], { dtype: "float64" });
  const sift = new classic.DenseSift({ stride: 2 });
  const found = sift.transform(images);
  expect(await farthest(found, sift.transform(images.mul(7).add(3)))).toBeLessThan(1e-12);
  expect(await found.square().sum({ axis: 2 }).sub(1).abs().max().item()).toBeLessThan(1e-12);
  expect(await sift.transform(zeros([1, 1, 16, 16])).abs().max().item()).toBe(0);
  const edge = tensor(Uint8Array.from({ length: 256 }, (_, i) => (i % 16 > 7 ? 255 : 0)), { shape: [1, 1, 16, 16] });
  const one = await sift.transform(edge).reshape(16, 8).data();
  one.forEach((value, i) => i % 8 !== 0 && expect(value).toBe(0)); // all gradients point to the right
  expect(sift.transform(edge).dtype).toBe("float32");
});

test("colour images are seen by their luma; several sizes stand one after the other", async () => {
  const rgb = rand([2, 3, 20, 24]);
  const sift = new classic.DenseSift({ binSize: [2, 4], stride: 3 });
  const luma = rgb.slice(null, 0).mul(0.299).add(rgb.slice(null, 1).mul(0.587)).add(rgb.slice(null, 2).mul(0.114)).unsqueeze(1);
  const found = sift.transform(rgb);
  expect(await farthest(found, sift.transform(luma))).toBeLessThan(1e-5);
  expect(found.shape).toEqual([2, 5 * 6 + 2 * 3, 128]);
  const positions = sift.positions(20, 24);
  expect(positions.length).toBe(36);
  expect(positions[30]).toEqual({ y: 7.5, x: 8.5, size: 16 });
  const alone = new classic.DenseSift({ binSize: 4, stride: 3 }).transform(rgb);
  expect(await farthest(found.slice(null, { start: 30 }), alone)).toBe(0);
});

/** Stripes across, stripes down or spots, anywhere. */
function textures(count: number, seed: number): { images: Tensor; labels: number[] } {
  const random = new Generator(seed);
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const pixels = labels.flatMap((label) => {
    const [a, b] = [6 * random.float(), 6 * random.float()];
    return Array.from({ length: 32 * 32 }, (_, p) => {
      const [down, across] = [Math.sin(Math.floor(p / 32) + a), Math.sin((p % 32) + b)];
      return (label === 0 ? down : label === 1 ? across : down * across) + 0.3 * random.normal();
    });
  });
  return { images: tensor(pixels, { shape: [count, 1, 32, 32] }), labels };
}

test("coverage A6: textures are told apart by their words, one against the rest", async () => {
  const [train, unseen] = [textures(60, 1), textures(30, 2)];
  const bag = await new classic.BagOfVisualWords({ words: 20, descriptors: 2000 }).fit(train.images);
  expect(bag.words.shape).toEqual([20, 128]);
  const machine = await new classic.LinearSVC().fit(await bag.transform(train.images), train.labels);
  const scores = await machine.decisionFunction(await bag.transform(unseen.images));
  expect(await metrics.averagePrecision(scores, unseen.labels)).toBeGreaterThan(0.95);
});

test("images of several sizes count as those of one; a saved dictionary gives the same histograms", async () => {
  const images = rand([3, 1, 24, 20]);
  const list = [0, 1, 2].map((i) => images.slice(i));
  const bag = await new classic.BagOfVisualWords({ words: 4, normalization: "counts" }).fit([...list, rand([1, 32, 32])]);
  const histograms = await bag.transform(images);
  expect(await histograms.sum({ axis: 1 }).array()).toEqual([6, 6, 6]);
  expect(await (await bag.transform(list)).array()).toEqual(await histograms.array());
  const path = join(mkdtempSync(join(tmpdir(), "words-")), "words.safetensors");
  await saveWeights(path, bag.stateDict());
  for (const [normalization, power] of [["l2", 2], ["hellinger", 2], ["l1", 1]] as const) {
    const copy = new classic.BagOfVisualWords({ words: 4, normalization }).loadStateDict(loadWeights(path));
    const sums = await (await copy.transform(images)).pow(power).sum({ axis: 1 }).data();
    sums.forEach((sum) => expect(sum).toBeCloseTo(1, 5));
  }
});

test.each<[string, () => unknown, typeof ValueError | typeof ShapeError, RegExp]>([
  ["a bin of no size", () => new classic.DenseSift({ binSize: 0 }), ValueError, /DenseSift: binSize must be a whole number of pixels from 1 on, or several, got 0/],
  ["no sizes", () => new classic.DenseSift({ binSize: [] }), ValueError, /got \[\]/],
  ["half a stride", () => new classic.DenseSift({ stride: 1.5 }), ValueError, /DenseSift: stride must be a whole number of pixels, got 1.5/],
  ["an unknown option", () => new classic.DenseSift({ step: 2 } as object), ValueError, /there is no option "step"; there are /],
  ["one image without a batch", () => new classic.DenseSift().transform(zeros([1, 20, 20])), ShapeError, /expected images \[N, 1, H, W\] or \[N, 3, H, W\], got \[1, 20, 20\]/],
  ["small images", () => new classic.DenseSift().transform(zeros([1, 1, 28, 12])), ShapeError, /a patch has 16 × 16 pixels, but the images 28 × 12; choose a smaller binSize/],
  ["no images", () => new classic.BagOfVisualWords().fit([]), ShapeError, /BagOfVisualWords.fit: expected images \[N, C, H, W\], or a list of images \[C, H, W\], at least one; got an empty list/],
  ["a batch in a list", () => new classic.BagOfVisualWords().fit([zeros([1, 1, 20, 20])]), ShapeError, /image 0 must be a tensor \[C, H, W\], got \[1, 1, 20, 20\]/],
  ["too few descriptors", () => new classic.BagOfVisualWords({ words: 10 }).fit(rand([2, 1, 16, 20])), ValueError, /4 descriptors do not make 10 words; give more or larger images/],
  ["an unknown normalisation", () => new classic.BagOfVisualWords({ normalization: "max" as "l1" }), ValueError, /normalization must be "counts", "l1", "l2" or "hellinger", got "max"/],
  ["a dictionary of other descriptors", () => new classic.BagOfVisualWords().loadStateDict(new Map([["words", zeros([5, 64])]])), ShapeError, /expected words \[words, 128\]; got words \[5, 64\]/],
])("refuses %s", async (_what, run, type, message) => {
  await expect((async () => run())()).rejects.toThrow(type);
  await expect((async () => run())()).rejects.toThrow(message);
});

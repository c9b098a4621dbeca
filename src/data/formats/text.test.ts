import { expect, test } from "vitest";
import { DataLoader } from "../loader.js";
import { split } from "../splits.js";
import { textWindows, Vocabulary } from "./text.js";

test("characters are numbered by code, and come back (coverage F1)", () => {
  const vocabulary = Vocabulary.ofCharacters("so ein Käse 😀", { specials: ["<pad>"] });
  expect(vocabulary.tokens.slice(0, 4)).toEqual(["<pad>", " ", "K", "e"]);
  expect(vocabulary.decode(vocabulary.encode("Käse 😀"))).toBe("Käse 😀");
  expect(vocabulary.numberOf("😀")).toBe(vocabulary.size - 1);
  expect(() => vocabulary.encode("xylophon")).toThrow(/"x" at place 0 is not in the vocabulary/);
  expect(() => vocabulary.decode([99])).toThrow(/99 at place 0 is no number of a token/);
  expect(() => vocabulary.numberOf("x")).toThrow(/no token "x"/);
});

test("words are numbered from the most frequent; rare ones may be left out", () => {
  const text = "the cat and the dog and the bird don't mind.";
  const vocabulary = Vocabulary.ofWords(text);
  expect(vocabulary.tokens).toEqual(["the", "and", ".", "bird", "cat", "dog", "don't", "mind"]);
  const small = Vocabulary.ofWords(text, { specials: ["<pad>", "<unk>"], minCount: 2 });
  expect(small.tokens).toEqual(["<pad>", "<unk>", "the", "and"]);
  expect([...small.encode("the fish and")]).toEqual([2, 1, 3]);
  expect(small.decode([2, 1, 3])).toBe("the <unk> and");
  expect(Vocabulary.ofWords(text, { size: 3 }).tokens).toEqual(["the", "and", "."]);
  expect(new Vocabulary("words", small.tokens).encode("and")).toEqual(small.encode("and"));
  expect(() => new Vocabulary("words", ["a", "b", "a"])).toThrow(/"a" stands twice/);
  expect(() => Vocabulary.ofCharacters("")).toThrow(/no tokens/);
  expect(() => Vocabulary.ofWords("a", { size: 0 })).toThrow(/size must be more than the 0 special tokens/);
});

test("windows predict the next token, whatever the stride", async () => {
  const tokens = Int32Array.from({ length: 20 }, (_, i) => i);
  for (const [length, stride, count] of [[4, 4, 4], [4, 1, 16], [19, 5, 1], [3, 6, 3]]) {
    const windows = textWindows(tokens, { length, stride });
    expect(windows.length).toBe(count);
    const { x, y } = windows.tensors();
    expect(x.shape).toEqual([count, length]);
    const [xs, ys] = [await x.data(), await y.data()];
    for (let i = 0; i < count * length; i++) {
      expect(xs[i]).toBe(Math.floor(i / length) * stride + (i % length));
      expect(ys[i]).toBe(xs[i] + 1);
    }
  }
  for await (const { x, y, indices } of new DataLoader(textWindows(tokens, { length: 5, stride: 1 }), { batch: 3, shuffle: true })) {
    expect([...(await y.data())]).toEqual([...(await x.data())].map((token) => token + 1));
    expect((await x.data())[0]).toBe(indices[0]);
  }
  const [first, last] = split(textWindows(tokens, { length: 2 }), [50, 50], { shuffle: false });
  expect([first.get(0).x.data[0], last.get(0).x.data[0]]).toEqual([0, 8]);
  expect(() => textWindows(tokens, { length: 20 })).toThrow(/20 tokens has no window of 20 and the token after it/);
  expect(() => textWindows(tokens, { length: 2, stride: 0 })).toThrow(/stride must be an integer ≥ 1/);
});

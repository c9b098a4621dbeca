/** Text as numbers: vocabularies of characters or words, and windows of a long text for models that predict what comes next. */

import { ValueError } from "../../base/errors.js";
import { checkValue, integer, listOf, needed, number, numbers as numberKind, oneOf, optionsOf, show, text as textKind } from "../../base/options.js";
import type { HostTensor } from "../../base/hostTensor.js";
import { TensorDataset } from "../tensorDataset.js";

/** Stands for tokens that are not in the vocabulary. */
const unknownToken = "<unk>";

/** What the tokens of a text are. */
export type TokenKind = "characters" | "words";

export interface VocabularyOptions {
  /** Tokens with a meaning of their own, which take the first numbers: `["<pad>", "<unk>"]`. With `<unk>`, what is not known becomes it. @default none */
  readonly specials?: readonly string[];
}

export interface WordVocabularyOptions extends VocabularyOptions {
  /** Words that occur less often are left out. @default 1 */
  readonly minCount?: number;
  /** The most words, special ones included; the most frequent stay. @default all */
  readonly size?: number;
}

/** Words with their apostrophes, and every other sign by itself. */
const wordPattern = /[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}\p{N}_]+)*|[^\s]/gu;

/**
 * Tokens and their numbers: 0 … size − 1, special ones first, then characters by their code, words from the most frequent to the rarest.
 *
 * @example
 * const vocabulary = data.Vocabulary.ofCharacters("hello");
 * vocabulary.tokens                            // → ["e", "h", "l", "o"]
 * vocabulary.encode("hole")                    // → [1, 3, 2, 0]
 * vocabulary.decode([1, 3, 2, 0])              // → hole
 * vocabulary.encode("halo")                    // → throws ValueError: encode: "a" at place 1 is not in the vocabulary
 */
export class Vocabulary {
  readonly kind: TokenKind;
  /** The tokens by number. */
  readonly tokens: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  /** From the tokens of another vocabulary, such as those kept with a model. @throws ValueError for none, or one twice. */
  constructor(kind: TokenKind, tokens: readonly string[]) {
    checkValue("Vocabulary", "kind", kind, oneOf("characters", "words"));
    checkValue("Vocabulary", "tokens", tokens, listOf(textKind));
    this.kind = kind;
    this.tokens = tokens;
    this.#numbers = new Map(tokens.map((token, i) => [token, i]));
    if (tokens.length === 0) throw new ValueError("Vocabulary: there are no tokens.");
    if (this.#numbers.size === tokens.length) return;
    const twice = tokens.find((token, i) => this.#numbers.get(token) !== i);
    throw new ValueError(`Vocabulary: ${JSON.stringify(twice)} stands twice among the tokens.`);
  }

  /** The characters (code points) of a text. */
  static ofCharacters(text: string, options: VocabularyOptions = {}): Vocabulary {
    checkValue("Vocabulary.ofCharacters", "text", text, textKind);
    const { specials = [] } = optionsOf("Vocabulary.ofCharacters", options, { specials: listOf(textKind) });
    const characters = [...new Set(text)].toSorted((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
    return new Vocabulary("characters", [...specials, ...characters]);
  }

  /** The words and signs of a text; equally frequent ones in alphabetical order. */
  static ofWords(text: string, options: WordVocabularyOptions = {}): Vocabulary {
    checkValue("Vocabulary.ofWords", "text", text, textKind);
    const kinds = { specials: listOf(textKind), minCount: number(1), size: { what: "a number", has: (value: unknown) => typeof value === "number" } };
    const { specials = [], minCount = 1, size = Infinity } = optionsOf("Vocabulary.ofWords", options, kinds);
    if (!(size > specials.length)) throw new ValueError(`Vocabulary.ofWords: size must be more than the ${specials.length} special tokens, but is ${size}.`);
    const counts = new Map<string, number>();
    for (const [word] of text.matchAll(wordPattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const words = [...counts].filter(([, count]) => count >= minCount).toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return new Vocabulary("words", [...specials, ...words.slice(0, size - specials.length).map(([word]) => word)]);
  }

  /** Number of tokens. */
  get size(): number {
    return this.tokens.length;
  }

  /** The number of a token. @throws ValueError when it is not in the vocabulary. */
  numberOf(token: string): number {
    const number = this.#numbers.get(token);
    if (number === undefined) throw new ValueError(`Vocabulary: there is no token ${show(token)}.`);
    return number;
  }

  /** The numbers of a text's tokens. @throws ValueError for one that is not in the vocabulary, unless there is `<unk>`. */
  encode(text: string): Int32Array {
    checkValue("encode", "text", text, textKind);
    const tokens = this.kind === "characters" ? [...text] : Array.from(text.matchAll(wordPattern), ([word]) => word);
    const unknown = this.#numbers.get(unknownToken);
    return Int32Array.from(tokens, (token, i) => {
      const number = this.#numbers.get(token) ?? unknown;
      if (number !== undefined) return number;
      throw new ValueError(
        `encode: ${JSON.stringify(token)} at place ${i} is not in the vocabulary of ${this.size} ${this.kind}; make it from all texts, or with specials: ["<unk>"].`,
      );
    });
  }

  /** The text of numbers: characters side by side, words with spaces between. @throws ValueError for a number out of range. */
  decode(numbers: ArrayLike<number>): string {
    checkValue("decode", "numbers", numbers, numberKind);
    const tokens = Array.from(numbers, (number, i) => {
      const token = this.tokens[number];
      if (token === undefined) throw new ValueError(`decode: ${number} at place ${i} is no number of a token, which are 0 to ${this.size - 1}.`);
      return token;
    });
    return tokens.join(this.kind === "characters" ? "" : " ");
  }
}

export interface TextWindowsOptions {
  /** Tokens of a window, ≥ 1. */
  readonly length: number;
  /** Tokens from the start of one window to the start of the next, ≥ 1. @default length */
  readonly stride?: number;
}

/**
 * Windows of a text for language modelling: x int32 [length] and y, the same one token further on. Windows share memory, so a stride of 1 costs nothing.
 * @throws ValueError for options out of range, or a text that is not longer than a window.
 *
 * @example
 * const windows = data.textWindows(Int32Array.of(5, 6, 7, 8, 9), { length: 2, stride: 1 });
 * windows.length      // → 3
 * windows.tensors().x // → [[5, 6], [6, 7], [7, 8]]
 * windows.tensors().y // → [[6, 7], [7, 8], [8, 9]]
 */
export function textWindows(tokens: ArrayLike<number>, options: TextWindowsOptions): TensorDataset<{ readonly x: HostTensor; readonly y: HostTensor }> {
  checkValue("textWindows", "tokens", tokens, numberKind);
  const { length, stride = length } = optionsOf("textWindows", options, { length: needed(integer(1)), stride: integer(1) });
  const count = Math.floor((tokens.length - 1 - length) / stride) + 1;
  if (count < 1) throw new ValueError(`textWindows: a text of ${tokens.length} tokens has no window of ${length} and the token after it; use a shorter length.`);
  const data = tokens instanceof Int32Array ? tokens : Int32Array.from(tokens);
  const field = (offset: number) => ({ dtype: "int32", shape: [length], data, stride, offset }) as const;
  return TensorDataset.ofRows<{ readonly x: HostTensor; readonly y: HostTensor }>(count, { x: field(0), y: field(1) }, { name: "windows" });
}

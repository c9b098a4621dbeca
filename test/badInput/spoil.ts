/** What plain JavaScript may pass by mistake, and right calls spoilt by it: one argument or one option at a time. */

import { getBackend, nn, randn, setBackend, step, tensor, type Tensor, zeros } from "../../src/index.js";

/** Things that are, in some place, wrong. */
export function nastyValues(): Map<string, unknown> {
  let released = zeros([2, 3]);
  step(() => void (released = zeros([2, 3])));
  return new Map<string, unknown>([
    ["undefined", undefined], ["null", null], ["NaN", NaN], ["Infinity", Infinity], ["-1", -1], ["0", 0], ["0.5", 0.5], ["7", 7], ["2 ** 40", 2 ** 40],
    ["a text", "x"], ["true", true], ["a function", () => 1], ["a promise", Promise.resolve(1)],
    ["[]", []], ["[1, -2]", [1, -2]], ["[null]", [null]], ["[[1], [2, 3]]", [[1], [2, 3]]], ["{}", {}], ["a map", new Map()], ["a date", new Date(0)],
    ["a typed array", Float64Array.of(1, NaN)],
    ["a number", tensor(3)], ["nothing", zeros([0])], ["[0, 3]", zeros([0, 3])], ["[4]", randn([4])], ["[2, 3]", randn([2, 3])], ["[5, 1, 2]", randn([5, 1, 2])],
    ["[2, 1, 3, 3]", randn([2, 1, 3, 3])], ["[1, 1, 2, 1, 2, 1]", zeros([1, 1, 2, 1, 2, 1])], ["float64", randn([2, 3], { dtype: "float64" })],
    ["int32", tensor([[-1, 7, 2 ** 31 - 1]], { dtype: "int32" })], ["uint8", tensor([1, 255], { dtype: "uint8" })], ["bool", tensor([true, false])],
    ["NaNs", tensor([[NaN, Infinity], [-Infinity, 0]])], ["a released tensor", released], ["a tensor elsewhere", elsewhere()], ["tensors", [zeros([2]), zeros([3])]],
    ["a module", new nn.Linear(2, 3)],
  ]);
}

function elsewhere(): Tensor {
  const here = getBackend().info.name;
  setBackend(here === "reference" ? "wasm" : "reference");
  const made = zeros([2, 3]);
  setBackend(here as "native");
  return made;
}

export interface Spoilt {
  readonly what: string;
  readonly args: readonly unknown[];
}

const isPlain = (value: unknown): value is object => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The arguments with each one, and each option in a plain object, replaced by each nasty value; too few, and too many. */
export function* spoilt(args: readonly unknown[], optionsRead: readonly string[], nasty: ReadonlyMap<string, unknown>): Generator<Spoilt> {
  const put = (i: number, value: unknown): unknown[] => Object.assign([...args], { [i]: value });
  for (let n = 0; n < args.length; n++) yield { what: `only ${n} arguments`, args: args.slice(0, n) };
  for (const [what, value] of nasty) {
    for (let i = 0; i <= args.length; i++) yield { what: `argument ${i}: ${what}`, args: put(i, value) };
    for (let i = 0; i < args.length; i++) {
      const given = args[i];
      if (isPlain(given)) for (const key of Object.keys(given)) yield { what: `argument ${i}.${key}: ${what}`, args: put(i, { ...given, [key]: value }) };
      if (Array.isArray(given) && given.length > 0) yield { what: `argument ${i}[0]: ${what}`, args: put(i, [value, ...(given as unknown[]).slice(1)]) };
    }
    const last = args.at(-1);
    const at = isPlain(last) ? args.length - 1 : args.length;
    for (const key of optionsRead) yield { what: `option ${key}: ${what}`, args: put(at, { ...(isPlain(last) ? last : {}), [key]: value }) };
  }
}

/** Names of the options that the function looks for behind these arguments. */
export async function optionsRead(call: (args: readonly unknown[]) => unknown, args: readonly unknown[]): Promise<string[]> {
  const names = new Set<string>();
  const last = args.at(-1);
  const listening = new Proxy(isPlain(last) ? last : {}, {
    get(target, key) {
      if (typeof key === "string") names.add(key);
      return Reflect.get(target, key) as unknown;
    },
  });
  try {
    await call(isPlain(last) ? [...args.slice(0, -1), listening] : [...args, listening]);
  } catch {
    // It takes no options.
  }
  return [...names].filter((name) => !(name in {}) && name !== "then" && name !== "toJSON");
}

/** At most `most` of all, evenly chosen: the same ones every time. */
export function someOf<T>(all: readonly T[], most: number): T[] {
  return all.length <= most ? [...all] : Array.from({ length: most }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)]);
}

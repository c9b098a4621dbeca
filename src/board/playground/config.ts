/**
 * The configuration of the playground: data, network and training. It is all that a run depends on (besides the points of a CSV file), so the
 * address of the page holds it whole, under short names.
 */

export const dataNames = ["circles", "moons", "spirals", "xor", "blobs", "csv"] as const;
export const inputNames = ["x1", "x2", "x1²", "x2²", "x1·x2", "sin x1", "sin x2"] as const;
export const activationNames = ["tanh", "relu", "leakyRelu", "sigmoid", "gelu", "silu", "softplus", "linear"] as const;
export const initNames = [
  "default", "xavierNormal", "xavierUniform", "kaimingNormal", "kaimingUniform", "lecunNormal", "orthogonal", "standardNormal", "zeros",
] as const;
export const penaltyNames = ["none", "l1", "l2"] as const;
export const optimizerNames = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"] as const;

export type DataName = (typeof dataNames)[number];
export type InputName = (typeof inputNames)[number];

export interface Config {
  readonly data: DataName;
  /** Arms of the spirals, or blobs; the other sets have two classes, a CSV file has its own. */
  readonly classes: number;
  /** Points in all. */
  readonly samples: number;
  /** Standard deviation of the noise on each coordinate; of blobs, about their centres. */
  readonly noise: number;
  /** Share of the points that is trained on; the others test. */
  readonly share: number;
  /** Of points, split, initial weights and the order of the batches. */
  readonly seed: number;
  /** Points in a batch. */
  readonly batch: number;
  /** What the network sees of a point: at least one. */
  readonly inputs: readonly InputName[];
  /** Units of each hidden layer. */
  readonly layers: readonly number[];
  readonly activation: (typeof activationNames)[number];
  readonly init: (typeof initNames)[number];
  readonly penalty: (typeof penaltyNames)[number];
  /** Factor of the penalty. */
  readonly rate: number;
  readonly optimizer: (typeof optimizerNames)[number];
  /** Learning rate. */
  readonly lr: number;
}

export const defaults: Config = {
  data: "circles", classes: 2, samples: 400, noise: 0.08, share: 0.7, seed: 1, batch: 16, inputs: ["x1", "x2"], layers: [6, 4],
  activation: "tanh", init: "default", penalty: "none", rate: 0.001, optimizer: "adam", lr: 0.05,
};

/** The noise with which a set is neither trivial nor hopeless: taken when it is chosen. */
export const usualNoise: Readonly<Record<DataName, number>> = { circles: 0.08, moons: 0.15, spirals: 0.02, xor: 0.2, blobs: 0.35, csv: 0 };

export interface Limits {
  readonly low: number;
  readonly high: number;
  readonly whole?: boolean;
}

/** What numbers may be. */
export const limits = {
  classes: { low: 2, high: 6, whole: true },
  samples: { low: 20, high: 2000, whole: true },
  noise: { low: 0, high: 1 },
  share: { low: 0.1, high: 0.9 },
  seed: { low: 0, high: 2 ** 32 - 1, whole: true },
  batch: { low: 1, high: 2000, whole: true },
  rate: { low: 0, high: 10 },
  lr: { low: 1e-6, high: 1000 },
  units: { low: 1, high: 32, whole: true },
} as const satisfies Readonly<Record<string, Limits>>;

export const mostLayers = 6;

export const fits = (value: number, { low, high, whole = false }: Limits): boolean =>
  Number.isFinite(value) && value >= low && value <= high && (!whole || Number.isInteger(value));

/** Limits in words. */
export const limitsText = ({ low, high, whole = false }: Limits): string => `a ${whole ? "whole " : ""}number from ${low} to ${high}`;

/** How a field is written into the address, and read from it; undefined for what it cannot be. */
interface Field<T> {
  readonly key: string;
  readonly write: (value: T) => string;
  readonly read: (text: string) => T | undefined;
  /** What it can be, in words. */
  readonly expected: string;
}

const number = (key: string, allowed: Limits): Field<number> => ({
  key,
  write: String,
  read: (text) => (/^-?[\d.]+(e[+-]?\d+)?$/i.test(text) && fits(Number(text), allowed) ? Number(text) : undefined),
  expected: limitsText(allowed),
});

const choice = <T extends string>(key: string, names: readonly T[]): Field<T> => ({
  key,
  write: (value) => value,
  read: (text) => names.find((name) => name === text),
  expected: `one of ${names.join(", ")}`,
});

/** Inputs by their numbers: their names would be escaped in an address. */
const inputs: Field<readonly InputName[]> = {
  key: "x",
  write: (chosen) => chosen.map((name) => inputNames.indexOf(name) + 1).join("."),
  read: (text) => {
    if (!/^\d(\.\d)*$/.test(text)) return undefined;
    const numbers = text.split(".").map(Number);
    return numbers.every((n) => n >= 1 && n <= inputNames.length) ? inputNames.filter((_, i) => numbers.includes(i + 1)) : undefined;
  },
  expected: `numbers from 1 to ${inputNames.length} with dots between them`,
};

const layers: Field<readonly number[]> = {
  key: "l",
  write: (units) => units.join("."),
  read: (text) => {
    if (text === "") return [];
    const units = text.split(".").map((each) => (/^\d+$/.test(each) ? Number(each) : Number.NaN));
    return units.length <= mostLayers && units.every((n) => fits(n, limits.units)) ? units : undefined;
  },
  expected: `at most ${mostLayers} numbers of units from ${limits.units.low} to ${limits.units.high}, with dots between them`,
};

const fields: { readonly [Name in keyof Config]: Field<Config[Name]> } = {
  data: choice("d", dataNames),
  classes: number("c", limits.classes),
  samples: number("n", limits.samples),
  noise: number("z", limits.noise),
  share: number("t", limits.share),
  seed: number("s", limits.seed),
  batch: number("b", limits.batch),
  inputs,
  layers,
  activation: choice("a", activationNames),
  init: choice("i", initNames),
  penalty: choice("p", penaltyNames),
  rate: number("r", limits.rate),
  optimizer: choice("o", optimizerNames),
  lr: number("e", limits.lr),
};

const fieldNames = Object.keys(fields) as (keyof Config)[];

/** The configuration as parameters of the address. */
export function writeConfig(config: Config): URLSearchParams {
  const written = <Name extends keyof Config>(name: Name): [string, string] => [fields[name].key, fields[name].write(config[name])];
  return new URLSearchParams(fieldNames.map(written));
}

/** The configuration that an address names. What is missing is as usual; so is what cannot be, and `notes` says so. */
export function readConfig(params: URLSearchParams): { readonly config: Config; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const read = <Name extends keyof Config>(name: Name): [Name, Config[Name]] => {
    const { key, read: parse, write, expected } = fields[name];
    const text = params.get(key);
    if (text === null) return [name, defaults[name]];
    const value = parse(text);
    if (value !== undefined) return [name, value];
    notes.push(`${name}: the address says “${text.slice(0, 40)}”, expected ${expected}; took ${write(defaults[name]) || "none"}.`);
    return [name, defaults[name]];
  };
  return { config: Object.fromEntries(fieldNames.map(read)) as unknown as Config, notes };
}

/** Whether the set has a number of classes to choose. */
export const hasClasses = (data: DataName): boolean => data === "spirals" || data === "blobs";

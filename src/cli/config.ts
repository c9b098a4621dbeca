/**
 * The configuration of a training: every option of `nabla train`, declared once. Help texts, validation and the
 * record in `run.json` all come from these declarations.
 */

import { UsageError } from "../base/errors.js";
import { type RecordLevel, recordLevels } from "../train/runRecording.js";
import { choice, choices, didYouMean, explainValue, flag, integer, number, type OptionType, sizes, text, unknownOption } from "./options.js";

export const modelNames = ["convnet", "mlp"] as const;
export const dataNames = ["characters", "cifar10", "cifar100", "cifar100-coarse", "mnist", "fashion", "digits"] as const;

/** What defaults depend on: the choices made so far. */
interface Choices {
  readonly model: string;
  readonly data: string;
  readonly optimizer: string;
  readonly schedule: string;
  readonly epochs: number;
}

type Selector = "model" | "data" | "optimizer" | "schedule";

export interface Declaration<T> {
  readonly type: OptionType<T>;
  readonly description: string;
  /** Other names by which it can be given. */
  readonly aliases?: readonly string[];
  /** The value when it is not given; undefined leaves it out. */
  readonly fallback?: (chosen: Choices) => T | undefined;
  /** What `fallback` gives, in words. */
  readonly fallbackText?: string;
  /** The option exists for these models, optimisers… only. */
  readonly only?: readonly [Selector, readonly string[]];
}

const declare = <T>(declaration: Declaration<T>): Declaration<T> => declaration;

/** A declaration whose default is always the same. */
const fixed = <T>(value: T, shown = String(value)): Pick<Declaration<T>, "fallback" | "fallbackText"> => ({
  fallback: () => value,
  fallbackText: shown,
});

const forSgd = ["optimizer", ["sgd"]] as const;
const forAdam = ["optimizer", ["adam", "adamw"]] as const;
const forCharacters = ["data", ["characters"]] as const;
const forConvnet = ["model", ["convnet"]] as const;
const forMlp = ["model", ["mlp"]] as const;

/** Options by name. The order matters twice: help texts follow it, and defaults may look at what stands before. */
export const trainOptions = {
  model: declare({ type: choice(modelNames), description: "the network" }),
  data: declare({ type: choice(dataNames), description: "the data set", ...fixed<(typeof dataNames)[number]>("characters") }),
  epochs: declare({ type: integer({ min: 1 }), description: "passes over the training set", fallback: ({ data }) => (data === "characters" ? 4 : 5), fallbackText: "5, characters 4" }),
  batch: declare({ type: integer({ min: 1 }), description: "images a step", ...fixed(128) }),
  optimizer: declare({
    type: choice(["sgd", "adam", "adamw"]),
    description: "how gradients change weights",
    ...fixed<"sgd" | "adam" | "adamw">("sgd"),
  }),
  lr: declare({
    type: number({ above: 0 }),
    description: "learning rate",
    aliases: ["optimizer.lr"],
    fallback: ({ data, optimizer }) => (optimizer !== "sgd" ? 0.001 : data === "characters" ? 0.05 : 0.1),
    fallbackText: "sgd 0.1 (characters 0.05), adam and adamw 0.001",
  }),
  momentum: declare({
    type: number({ min: 0, below: 1 }),
    description: "share of the last update that is carried on",
    aliases: ["optimizer.momentum"],
    only: forSgd,
    fallback: ({ data }) => (data === "characters" ? 0.9 : 0),
    fallbackText: "0, characters 0.9",
  }),
  "weight-decay": declare({
    type: number({ min: 0 }),
    description: "pull of all weights towards 0",
    aliases: ["optimizer.weightDecay"],
    fallback: ({ optimizer }) => (optimizer === "adamw" ? 0.01 : 0),
    fallbackText: "0, adamw 0.01",
  }),
  schedule: declare({
    type: choice(["constant", "step", "exponential", "cosine"]),
    description: "how the learning rate changes from epoch to epoch",
    fallback: ({ data, optimizer }) => (data === "characters" && optimizer === "sgd" ? "cosine" : "constant"),
    fallbackText: "constant, characters with sgd cosine",
  }),
  seed: declare({ type: integer({ min: 0 }), description: "what weights, order and augmentation are drawn from", ...fixed(0) }),
  limit: declare({ type: integer({ min: 1 }), description: "use only the first N images of each split" }),
  "data-dir": declare({ type: text("DIR"), description: "where the files are: a root with a folder for each set, or the set's own folder", fallbackText: "NABLA_DATA, else the cache" }),
  threads: declare({ type: integer({ min: 1, max: 256 }), description: "cores to use; results do not depend on it", fallbackText: "all" }),
  backend: declare({ type: choice(["native", "wasm", "reference"]), description: "which kernels compute", fallbackText: "the fastest there is" }),

  "data.normalize": declare({
    type: choice(["none", "unit", "standardize"]),
    description: "pixels as they are, divided to 0…1, or with mean 0 and deviation 1 by the training set",
    fallback: ({ data }) => (data.startsWith("cifar") || data === "characters" ? "standardize" : "unit"),
    fallbackText: "unit, CIFAR and characters standardize",
  }),
  "data.augment": declare({ type: choices(["crop", "flip"]), description: "random crop after padding by 4, horizontal flip", ...fixed<("crop" | "flip")[]>([], "none") }),
  "data.drawings": declare({ type: integer({ min: 1 }), description: "drawings of each letter in each training font", only: forCharacters, ...fixed(20) }),
  "data.validationDrawings": declare({ type: integer({ min: 1 }), description: "the same in each validation font", only: forCharacters, ...fixed(10) }),
  "data.seed": declare({ type: integer({ min: 0 }), description: "what the drawings are drawn from", only: forCharacters, ...fixed(0) }),
  "model.filters": declare({ type: sizes(3), description: "filters of the three convolutions", only: forConvnet, ...fixed([32, 64, 64], "32,64,64") }),
  "model.hidden": declare({
    type: sizes(),
    description: "units of the hidden fully connected layers",
    fallback: ({ model }) => (model === "convnet" ? [1000] : [256, 128]),
    fallbackText: "convnet 1000, mlp 256,128",
  }),
  "model.activation": declare({
    type: choice(["relu", "tanh", "sigmoid", "gelu"]),
    description: "non-linearity between layers",
    only: forMlp,
    ...fixed<"relu" | "tanh" | "sigmoid" | "gelu">("relu"),
  }),
  "model.dropout": declare({ type: number({ min: 0, below: 1 }), description: "share of hidden units dropped while training", ...fixed(0) }),
  "model.batchNorm": declare({ type: flag(), description: "batch normalisation after each convolution", only: forConvnet, ...fixed(false, "no") }),
  "optimizer.nesterov": declare({ type: flag(), description: "look ahead along the momentum", only: forSgd, ...fixed(false, "no") }),
  "optimizer.beta1": declare({ type: number({ min: 0, below: 1 }), description: "decay of the mean of gradients", only: forAdam, ...fixed(0.9) }),
  "optimizer.beta2": declare({ type: number({ min: 0, below: 1 }), description: "decay of the mean of their squares", only: forAdam, ...fixed(0.999) }),
  "optimizer.eps": declare({ type: number({ above: 0 }), description: "added to the denominator", only: forAdam, ...fixed(1e-8) }),
  "schedule.gamma": declare({
    type: number({ above: 0, max: 1 }),
    description: "factor of one decay",
    only: ["schedule", ["step", "exponential"]],
    fallback: ({ schedule }) => (schedule === "step" ? 0.1 : 0.95),
    fallbackText: "step 0.1, exponential 0.95",
  }),
  "schedule.every": declare({
    type: integer({ min: 1 }),
    description: "epochs between decays",
    only: ["schedule", ["step"]],
    fallback: ({ epochs }) => Math.max(1, Math.ceil(epochs / 3)),
    fallbackText: "a third of the epochs",
  }),
  "schedule.minLr": declare({ type: number({ min: 0 }), description: "where the cosine ends", only: ["schedule", ["cosine"]], ...fixed(0) }),
  "checkpoint.seconds": declare({ type: number({ above: 0 }), description: "seconds between checkpoints within an epoch", ...fixed(30) }),
  "checkpoint.steps": declare({ type: integer({ min: 1 }), description: "steps between checkpoints within an epoch, besides" }),
  record: declare({
    type: choice(recordLevels),
    description: "what the board can show: all of the network (in at most 2 % of the time), or metrics alone",
    ...fixed<RecordLevel>("all"),
  }),
};

export type OptionName = keyof typeof trainOptions;

type Values = { readonly [Name in OptionName]: (typeof trainOptions)[Name] extends Declaration<infer T> ? T : never };

type AlwaysSet = "model" | "data" | "epochs" | "batch" | "optimizer" | "lr" | "weight-decay" | "schedule" | "seed" | "data.normalize" | "data.augment" | "model.hidden" | "model.dropout" | "checkpoint.seconds" | "record";

/** Values of all options; those that do not apply to the choices made, or have neither value nor default, are left out. */
export type TrainConfig = Pick<Values, AlwaysSet> & Partial<Values>;

/** All declarations, in order. */
export function declarations(): [name: string, declaration: Declaration<unknown>][] {
  return Object.entries(trainOptions);
}

/**
 * Checks values and fills in defaults.
 * @param given values by option name, as text or as JSON
 * @throws UsageError that names every unknown option and wrong value, with the nearest valid one.
 */
export function resolveConfig(given: ReadonlyMap<string, unknown>): TrainConfig {
  const all = declarations();
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of given.keys()) if (!all.some(([known]) => known === name)) problems.push(unknownOption(name, all.map(([known]) => known)));
  for (const [name, { type, fallback, only }] of all) {
    const value = given.get(name);
    const applies = only === undefined || only[1].includes(String(values[only[0]]));
    if (value === undefined) {
      const chosen = { model: "", data: "", optimizer: "", schedule: "", epochs: 1, ...values };
      const filled = applies ? fallback?.(chosen) : undefined;
      if (filled !== undefined) values[name] = filled;
      continue;
    }
    const parsed = type.schema.safeParse(value);
    if (!parsed.success) problems.push(explainValue(optionLabel(name), type, value));
    else if (!applies) problems.push(doesNotApply(name, only, values));
    else values[name] = parsed.data;
  }
  if (!given.has("model")) problems.push(`MODEL is missing: expected one of ${modelNames.join(", ")}.`);
  problems.push(...contradictions(values));
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return values as TrainConfig;
}

/** Values that are right each, but not together. */
function contradictions(values: Partial<TrainConfig>): string[] {
  const problems: string[] = [];
  const { model, momentum, "model.hidden": hidden, "optimizer.nesterov": nesterov } = values;
  if (model === "convnet" && hidden !== undefined && hidden.length !== 1) {
    problems.push(`--model.hidden: convnet has one hidden fully connected layer, got ${hidden.length} sizes; give one, such as 1000.`);
  }
  if (nesterov === true && momentum === 0) problems.push("--optimizer.nesterov looks ahead along the momentum, which is 0; give --momentum, such as 0.9.");
  return problems;
}

/** How an option is written: `--lr`; the model is an argument. */
function optionLabel(name: string): string {
  return name === "model" ? "MODEL" : `--${name}`;
}

function doesNotApply(name: string, [selector, choicesOf]: readonly [Selector, readonly string[]], values: Record<string, unknown>): string {
  const usable = declarations().filter(([, { only }]) => only === undefined || only[1].includes(String(values[only[0]])));
  const hint = didYouMean(name, usable.map(([known]) => known).filter((known) => known !== "model"));
  return `${optionLabel(name)} is for ${selector} ${choicesOf.join(" and ")}, but the ${selector} is ${values[selector]}; ${hint.replace("mean ", "mean --")}`;
}

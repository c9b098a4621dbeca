/** Settings of a lab: declared with their defaults, replaced by name, checked. */

import { z } from "zod";
import { nearest, UsageError } from "../base/errors.js";
import type { LabMode } from "./lab.js";

/** What a setting can be. Lists are written with commas on the command line. */
export type SettingValue = number | string | boolean | readonly number[] | readonly string[];

/** What may be said about a setting beside its default. */
export interface SettingRange<T = SettingValue> {
  /** What it does, in a few words. */
  readonly about?: string;
  /** Smallest number. */
  readonly min?: number;
  /** Like `min`, but excluded. */
  readonly above?: number;
  readonly max?: number;
  /** Whole numbers only. @default false */
  readonly whole?: boolean;
  /** The folder of data, such as "photos", that the value names a file of. */
  readonly folder?: string;
  /** The only values, or elements of a list, that there are. */
  readonly choices?: readonly (T extends readonly (infer E)[] ? E : T)[];
}

/** A default; or one for each mode, or a single `value`, with what else there is to say: `{ value: 0.02, above: 0, about: "learning rate" }`. */
export type Setting<T extends SettingValue = SettingValue> = T | (SettingRange<T> & { readonly value: T }) | (SettingRange<T> & Readonly<Record<LabMode, T>>);

export type SettingDefinitions = Readonly<Record<string, Setting>>;

type Widened<T> = T extends number ? number : T extends string ? string : T extends boolean ? boolean : T extends readonly (infer E)[] ? readonly Widened<E>[] : never;
type DefaultOf<S> = S extends SettingValue ? S : S extends { readonly value: infer T } ? T : S extends { readonly quick: infer T } ? T : never;

/** The values of settings by name, as `lab.settings` has them. */
export type SettingValues<Definitions> = { readonly [Name in keyof Definitions]: Widened<DefaultOf<Definitions[Name]>> };

/** A setting as `nabla lab show` lists it. */
export interface SettingInfo {
  readonly name: string;
  readonly about: string;
  readonly quick: SettingValue;
  readonly full: SettingValue;
  /** The valid values in words. */
  readonly expected: string;
}

const isRecord = (setting: Setting): setting is Exclude<Setting, SettingValue> => typeof setting === "object" && !Array.isArray(setting);

const defaultOf = (setting: Setting, mode: LabMode): SettingValue => (!isRecord(setting) ? setting : "value" in setting ? setting.value : setting[mode]);
const rangeOf = (setting: Setting): SettingRange => (isRecord(setting) ? setting : {});

const numeric = (text: unknown): unknown => (typeof text === "string" && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);
const listed = (text: unknown): unknown => (typeof text === "string" ? text.split(",").map((item) => item.trim()) : text);
const yesOrNo = new Map<unknown, boolean>([["yes", true], ["true", true], ["no", false], ["false", false]]);

function elementSchema(kind: string, { min = -Infinity, above = -Infinity, max = Infinity, whole = false, choices, folder }: SettingRange): z.ZodType {
  const chosen = (value: unknown): boolean => choices === undefined || (choices as readonly unknown[]).includes(value);
  if (kind === "number") {
    const inRange = z.number().gte(min).gt(above).lte(max);
    return z.preprocess(numeric, (whole ? inRange.int() : inRange).refine(chosen));
  }
  if (kind === "boolean") return z.preprocess((value) => yesOrNo.get(value) ?? value, z.boolean());
  const text = z.string().min(1).refine(chosen);
  return folder === undefined ? text : text.refine((name) => !/[/\\]|^\.{1,2}$/.test(name));
}

/** What a setting takes, as a schema and in words. */
function typeOf(setting: Setting): { readonly schema: z.ZodType; readonly expected: string } {
  const example = defaultOf(setting, "quick");
  const range = rangeOf(setting);
  const kind = typeof (Array.isArray(example) ? example[0] : example);
  const element = elementSchema(kind, range);
  const words = inWords(kind, range);
  if (!Array.isArray(example)) return { schema: element, expected: words.one };
  return { schema: z.preprocess(listed, z.array(element).min(1)), expected: `${words.many}, separated by commas` };
}

function inWords(kind: string, { min, above, max, whole = false, choices, folder }: SettingRange): { one: string; many: string } {
  if (choices !== undefined) return { one: `one of ${choices.join(", ")}`, many: `some of ${choices.join(", ")}` };
  if (folder !== undefined) return { one: `the name of a file in the folder ${folder}`, many: `names of files in the folder ${folder}` };
  if (kind === "boolean") return { one: "yes or no", many: "yes or no" };
  if (kind === "string") return { one: "a text", many: "texts" };
  const low = min !== undefined ? ` of at least ${min}` : above !== undefined ? ` above ${above}` : "";
  const high = max === undefined ? "" : `${low === "" ? "" : " and"} at most ${max}`;
  return { one: `a ${whole ? "whole " : ""}number${low}${high}`, many: `${whole ? "whole " : ""}numbers${low}${high}` };
}

/** @throws UsageError for a default that is not what the setting itself takes */
export function checkDefinitions(definitions: SettingDefinitions): void {
  for (const [name, setting] of Object.entries(definitions)) {
    if (!/^[a-z][A-Za-z0-9]*$/.test(name)) throw new UsageError(`defineLab: a setting's name is letters and digits, such as hiddenUnits, but one is ${JSON.stringify(name)}.`);
    for (const mode of ["quick", "full"] as const) {
      const value = defaultOf(setting, mode);
      if (!typeOf(setting).schema.safeParse(value).success || typeof value !== typeof defaultOf(setting, "quick")) {
        throw new UsageError(`defineLab: setting ${name}: expected ${typeOf(setting).expected}, got ${JSON.stringify(value)} as the default of ${mode}.`);
      }
    }
  }
}

/** The settings in words. */
export function describeSettings(definitions: SettingDefinitions): SettingInfo[] {
  return Object.entries(definitions).map(([name, setting]) => ({
    name,
    about: rangeOf(setting).about ?? "",
    quick: defaultOf(setting, "quick"),
    full: defaultOf(setting, "full"),
    expected: typeOf(setting).expected,
  }));
}

/**
 * The values for a mode, some of them replaced, by text or by value.
 * @throws UsageError for a name that is no setting, or a value that is none
 */
export function resolveSettings(definitions: SettingDefinitions, mode: LabMode, replaced: ReadonlyMap<string, unknown> = new Map()): Record<string, SettingValue> {
  const values = Object.fromEntries(Object.entries(definitions).map(([name, setting]) => [name, defaultOf(setting, mode)]));
  for (const [name, value] of replaced) {
    const names = Object.keys(definitions);
    if (!Object.hasOwn(definitions, name)) {
      const remedy = names.length === 0 ? "this lab has none" : `did you mean ${nearest(name, names)}? There are ${names.join(", ")}`;
      throw new UsageError(`--set ${name}: there is no such setting; ${remedy}.`);
    }
    const { schema, expected } = typeOf(definitions[name]);
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new UsageError(`--set ${name}: expected ${expected}, got ${JSON.stringify(value)}.`);
    values[name] = parsed.data as SettingValue;
  }
  return values;
}

/** The settings that name files, and the folder of data of each. */
export const fileSettings = (definitions: SettingDefinitions): { readonly name: string; readonly folder: string }[] =>
  Object.entries(definitions).flatMap(([name, setting]) => {
    const { folder } = rangeOf(setting);
    return folder === undefined ? [] : [{ name, folder }];
  });

/** A value as it is written on the command line. */
export const settingText = (value: SettingValue): string => (typeof value === "boolean" ? (value ? "yes" : "no") : Array.isArray(value) ? value.join(",") : String(value));

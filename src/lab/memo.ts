/** Memo: results of the long parts of a lab, each a JSON file in the run folder, so that a run that was stopped does not do them again. */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { atomicWrite, cannotWrite } from "../base/atomicWrite.js";
import { DataError } from "../base/errors.js";
import { LabError } from "./errors.js";

/** Keys name files. */
export function checkKey(what: string, key: unknown): asserts key is string {
  if (typeof key === "string" && key.length <= 80 && /^[A-Za-z0-9][A-Za-z0-9._=,-]*$/.test(key)) return;
  throw new LabError(`${what}: expected a name of letters, digits and . _ = , - such as "seed-2", got ${JSON.stringify(key)}.`);
}

export class MemoStore {
  readonly #folder: string;
  readonly #used = new Set<string>();

  constructor(runFolder: string) {
    this.#folder = join(runFolder, "memo");
  }

  /** The kept result of `key`, or that of `work`, which is kept. @returns the result as it comes back from its file, in both cases */
  async remember<T>(key: string, work: () => T | Promise<T>): Promise<{ readonly value: T; readonly kept: boolean }> {
    checkKey("memo", key);
    if (this.#used.has(key)) throw new LabError(`memo: the key "${key}" is used twice; every part needs its own.`);
    this.#used.add(key);
    const path = join(this.#folder, `${key}.json`);
    if (existsSync(path)) return { value: this.#read<T>(path), kept: true };
    const text = encode(key, await work());
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      throw cannotWrite(path, error);
    }
    atomicWrite(path, text);
    return { value: decode<T>(text), kept: false };
  }

  #read<T>(path: string): T {
    try {
      return decode<T>(readFileSync(path, "utf8"));
    } catch {
      throw new DataError(`${path} is damaged; delete it, and this part of the lab is done again.`);
    }
  }
}

/** JSON has no NaN and no infinity; they are written as objects with this one key. */
const special = "number";

function encode(key: string, value: unknown): string {
  checkPlain(key, value, "");
  return JSON.stringify({ value }, (_, each: unknown) => (typeof each === "number" && !Number.isFinite(each) ? { [special]: String(each) } : each));
}

const decode = <T>(text: string): T =>
  (JSON.parse(text, (_, each: unknown) => (typeof each === "object" && each !== null && Object.keys(each).length === 1 && special in each && typeof each[special] === "string" ? Number(each[special]) : each)) as { value: T }).value;

/** @throws LabError for what would come back as something else */
function checkPlain(key: string, value: unknown, path: string): void {
  if (value === null || value === undefined && path === "") return;
  if (["number", "string", "boolean"].includes(typeof value)) return;
  if (Array.isArray(value)) return value.forEach((each, i) => checkPlain(key, each, `${path}[${i}]`));
  const plain = typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
  if (plain) return Object.entries(value).forEach(([name, each]) => checkPlain(key, each, `${path}.${name}`));
  const kind = typeof value === "object" ? (value?.constructor?.name ?? "object") : typeof value;
  const remedy = ArrayBuffer.isView(value) ? "; make it an array with Array.from(…)" : "";
  throw new LabError(`memo "${key}": the result${path === "" ? "" : ` at ${path}`} is a ${kind}, which JSON cannot hold; expected numbers, texts, booleans, null, arrays and plain objects of them${remedy}.`);
}

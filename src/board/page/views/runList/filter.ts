/**
 * Filter: which runs a line of text means. Terms stand side by side, and all must hold: a word is looked for everywhere; `lr<0.1` compares;
 * `-` before a term turns it round.
 */

import type { RunSummary } from "../../../protocol.js";
import { factNames, type Value, valueOf } from "./values.js";

export interface Filter {
  readonly matches: (run: RunSummary) => boolean;
  /** Names that are compared with something. */
  readonly names: readonly string[];
}

interface Term {
  readonly name: string | null;
  readonly matches: (run: RunSummary) => boolean;
}

const comparison = /^([\p{L}_][\p{L}\p{N}_./-]*)(<=|>=|!=|=|<|>|~)(.*)$/su;

/** Words, with what stands within quotes kept together. */
const words = /(?:[^\s"]|"[^"]*(?:"|$))+/gu;

export function parseFilter(text: string): Filter {
  const terms = (text.match(words) ?? []).map(termOf).filter((term) => term !== null);
  return { matches: (run) => terms.every((term) => term.matches(run)), names: terms.flatMap(({ name }) => name ?? []) };
}

function termOf(word: string): Term | null {
  if (word.length > 1 && /^[-!]/.test(word)) {
    const term = termOf(word.slice(1));
    return term === null ? null : { ...term, matches: (run) => !term.matches(run) };
  }
  const [, name, operator, right] = comparison.exec(word) ?? [];
  if (name === undefined) {
    const wanted = unquoted(word).toLowerCase();
    return wanted === "" ? null : { name: null, matches: (run) => searched(run).includes(wanted) };
  }
  // While it is being typed.
  if (unquoted(right) === "") return null;
  return { name, matches: comparing(name, operator, unquoted(right)) };
}

const unquoted = (text: string): string => text.replaceAll('"', "");

/** All words of a run, for searching. */
function searched({ name, id, state, notes, config }: RunSummary): string {
  return [name, id, state, notes.group, notes.note, ...notes.tags, ...Object.values(config)].join("\n").toLowerCase();
}

/** What a name in a filter means: a fact, a metric (its best), a key of the configuration or the end of one; without regard to case. */
export function lookUp(run: RunSummary, name: string): readonly Value[] {
  const wanted = name.toLowerCase();
  if (wanted === "tag" || wanted === "tags") return run.notes.tags;
  const fact = wanted === "duration" ? "seconds" : wanted;
  if (factNames.includes(fact)) return [valueOf(run, fact)];
  const [, room, rest] = /^(config|best|last|metric)\.(.+)$/.exec(wanted) ?? [undefined, "", wanted];
  const found = <T,>(record: Readonly<Record<string, T>>): T | undefined =>
    Object.entries(record).find(([key]) => key.toLowerCase() === rest)?.[1] ?? Object.entries(record).find(([key]) => key.toLowerCase().endsWith(`.${rest}`))?.[1];
  if (room !== "config") {
    const metric = found(run.metrics);
    if (metric !== undefined) return [room === "last" ? metric.last : metric.best];
  }
  return room === "" || room === "config" ? [found(run.config) ?? null] : [null];
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86400 };

/** The number that stands right of a comparison: `0.1`, `1e-3`; `10min` of a duration, `2026-01-31` of a moment. */
function numberOf(text: string, name: string): number {
  if (/^(created|updated)$/i.test(name) && /^\d{4}-/.test(text)) return Date.parse(text) / 1000;
  const [, amount, unit] = /^([\d.]+)(s|m|min|h|d)$/.exec(text) ?? [];
  return unit !== undefined && /^(seconds|duration)$/i.test(name) ? Number(amount) * units[unit] : Number(text);
}

function comparing(name: string, operator: string, right: string): (run: RunSummary) => boolean {
  const number = numberOf(right, name);
  const texts = right.toLowerCase().split("|");
  const patterns = texts.map((each) => new RegExp(`^${each.split("*").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".*")}$`, "s"));
  const equal = (value: Value): boolean => {
    if (value === null) return false;
    if (typeof value === "number" && !Number.isNaN(number)) return value === number;
    return patterns.some((pattern) => pattern.test(String(value).toLowerCase()));
  };
  const order = (value: Value): number => {
    if (value === null) return NaN;
    const left = typeof value === "number" ? value : Number(value);
    if (!Number.isNaN(number)) return left - number;
    return typeof value === "number" ? NaN : String(value).localeCompare(right);
  };
  const holds: Readonly<Record<string, (value: Value) => boolean>> = {
    "=": equal,
    "~": (value) => value !== null && texts.some((each) => String(value).toLowerCase().includes(each)),
    "<": (value) => order(value) < 0,
    "<=": (value) => order(value) <= 0,
    ">": (value) => order(value) > 0,
    ">=": (value) => order(value) >= 0,
  };
  if (operator === "!=") return (run) => !lookUp(run, name).some(equal);
  return (run) => lookUp(run, name).some(holds[operator]);
}

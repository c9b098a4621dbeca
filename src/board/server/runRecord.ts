/** `run.json` as the board understands it. Whatever is not as expected is left out; nothing in it can harm. */

import { z } from "zod";
import type { RunState, RunSummary } from "../protocol.js";

const text = z.string().max(10_000);
const schema = z.object({
  config: z.record(z.string(), z.unknown()).catch({}),
  seed: z.number().optional().catch(undefined),
  created: text.optional().catch(undefined),
  versions: z.record(z.string(), text).catch({}),
  git: z.object({ commit: text, dirty: z.boolean().catch(false) }).nullish().catch(null),
  backend: z.record(z.string(), z.unknown()).nullish().catch(null),
  data: z.object({ source: text, trainImages: z.number(), validationImages: z.number() }).nullish().catch(null),
  metrics: z.array(z.object({ name: text, direction: z.enum(["higher", "lower"]) })).catch([]),
  monitor: text.nullish().catch(null),
  status: z.object({ state: z.enum(["running", "finished", "stopped", "failed"]), reason: text.nullish().catch(null) }).nullish().catch(null),
});

export interface RunRecord {
  readonly kind: "training" | "lab";
  readonly config: RunSummary["config"];
  /** Seconds since 1970; null where it is not known. */
  readonly created: number | null;
  readonly epochs: number | null;
  /** How many steps an epoch has; null where it is not known. */
  readonly epochSteps: number | null;
  /** Of what is measured beside the loss, by its name: whether more is better. */
  readonly directions: ReadonlyMap<string, boolean>;
  /** The name of what is measured by which an epoch is the best. */
  readonly monitor: string | null;
  readonly status: { readonly state: Exclude<RunState, "interrupted">; readonly reason: string | null } | null;
  readonly facts: readonly (readonly [label: string, value: string])[];
}

const maxEntries = 500;

/** Null where the text is no run.json. */
export function parseRunRecord(json: string): RunRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) return null;
  const { config, seed, created, versions, git, backend, data, metrics, monitor, status } = parsed.data;
  const flat = Object.fromEntries(flatten(config).slice(0, maxEntries));
  const time = created === undefined ? NaN : Date.parse(created) / 1000;
  const facts: [string, string][] = [];
  if (data) facts.push(["data", `${data.source}: ${data.trainImages} for training, ${data.validationImages} for validation`]);
  if (backend) facts.push(["backend", flatten(backend).map(([name, entry]) => (name === "name" ? String(entry) : `${name} ${String(entry)}`)).join(", ")]);
  if (seed !== undefined) facts.push(["seed", String(seed)]);
  if (git) facts.push(["commit", git.dirty ? `${git.commit}, with changes` : git.commit]);
  for (const [name, version] of Object.entries(versions)) facts.push([name, version]);
  return {
    kind: typeof config.lab === "string" && config.training === undefined ? "lab" : "training",
    config: flat,
    created: Number.isFinite(time) ? time : null,
    epochs: typeof config.epochs === "number" && config.epochs > 0 ? config.epochs : null,
    epochSteps: data && typeof config.batch === "number" && config.batch > 0 && data.trainImages > 0 ? Math.ceil(data.trainImages / config.batch) : null,
    directions: new Map(metrics.map(({ name, direction }) => [name, direction === "higher"])),
    monitor: monitor ?? null,
    status: status ? { state: status.state, reason: status.reason ?? null } : null,
    facts: facts.map(([label, entry]) => [label, entry.slice(0, 1000)]),
  };
}

type Entry = readonly [name: string, value: string | number | boolean | null];

function flatten(value: Readonly<Record<string, unknown>>, prefix = "", depth = 0): Entry[] {
  return Object.entries(value).flatMap(([name, entry]): Entry[] => {
    const path = prefix + name;
    if (typeof entry === "string") return [[path, entry.slice(0, 1000)]];
    if (typeof entry === "boolean" || entry === null) return [[path, entry]];
    if (typeof entry === "number") return [[path, Number.isFinite(entry) ? entry : null]];
    if (Array.isArray(entry)) return [[path, entry.map((each) => (typeof each === "object" ? JSON.stringify(each) : String(each))).join(", ").slice(0, 1000)]];
    if (typeof entry !== "object" || depth >= 8) return [];
    return flatten({ ...entry }, `${path}.`, depth + 1);
  });
}

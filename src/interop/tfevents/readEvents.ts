/** Event files read back: ours, and those that PyTorch, TensorFlow and others write. */

import { open, readdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { errorCode } from "../../base/atomicWrite.js";
import { DataError, ValueError } from "../../base/errors.js";
import { optionsOf, show } from "../../base/options.js";
import type { Bucket } from "./histogram.js";
import { prCurveRows } from "./prCurve.js";
import { damaged, readRecords } from "./records.js";
import { type EventMessage, eventSchema, fromBinary, graphSchema, type HistogramMessage, hparamsSchema, sessionStart, type SummaryValueMessage } from "./schema.js";
import { type Hparam, plugins } from "./summaries.js";
import { numbersOf, shapeOf } from "./tensorProto.js";

/** Where and when something was logged. */
export interface LoggedAt {
  /** Folder of its file, from the one that is read; "" for that itself. Slashes on every system. */
  readonly run: string;
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

/** What was logged, by its kind. */
export type LoggedValue =
  | { readonly kind: "scalar"; readonly tag: string; readonly value: number }
  /** Image files, as a rule PNG. */
  | { readonly kind: "image"; readonly tag: string; readonly width: number; readonly height: number; readonly files: readonly Uint8Array[] }
  | { readonly kind: "histogram"; readonly tag: string; readonly buckets: readonly Bucket[] }
  | { readonly kind: "text"; readonly tag: string; readonly text: string }
  /** Counts and shares at thresholds of equal distance from 0 to 1. */
  | {
      readonly kind: "prCurve";
      readonly tag: string;
      readonly truePositives: readonly number[];
      readonly falsePositives: readonly number[];
      readonly trueNegatives: readonly number[];
      readonly falseNegatives: readonly number[];
      readonly precision: readonly number[];
      readonly recall: readonly number[];
    }
  | { readonly kind: "hparams"; readonly hparams: ReadonlyMap<string, Hparam> }
  | { readonly kind: "graph"; readonly nodes: readonly LoggedNode[] }
  /** The run went on from `step`: what was logged for it and later steps before is void. */
  | { readonly kind: "restart" }
  /** What is not read further, such as audio; the plugin's name as the file has it. */
  | { readonly kind: "other"; readonly tag: string; readonly plugin: string };

export interface LoggedNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** Of its first output; undefined where the file does not say. */
  readonly shape: readonly number[] | undefined;
}

export type LoggedEvent = LoggedAt & LoggedValue;

export interface ReadEventsOptions {
  /** Called with what is wrong with a file; its readable part ends there, and reading goes on with the next. Default: the error is thrown. */
  readonly onDamage?: (error: DataError) => void;
}

/**
 * Everything that was logged, file by file: from an event file, or from all of a folder and the folders in it, in the order of their paths. What is being
 * written may be read: a last record that is not whole yet, or never became so because its writer was killed, is left out.
 * @throws DataError when there is no such file or folder, and, without `onDamage`, where a file is damaged, naming it and the byte.
 *
 * @example
 * const writer = new EventWriter(`${folder}/run`);
 * writer.addScalar("loss", 0.25, 7, { wallTime: 1000 });
 * await writer.close();
 * for await (const { kind, step, wallTime } of readEvents(folder)) console.log(kind, step, wallTime);
 */
export async function* readEvents(path: string, options: ReadEventsOptions = {}): AsyncGenerator<LoggedEvent, void, undefined> {
  const { onDamage } = optionsOf("readEvents", options);
  if (typeof path !== "string" || path === "") throw new ValueError(`readEvents: expected the path of an event file or a folder, got ${show(path)}.`);
  if (onDamage !== undefined && typeof onDamage !== "function") throw new ValueError(`readEvents: onDamage must be a function, got ${show(onDamage)}.`);
  const { root, files } = await eventFilesOf(resolve(path));
  const pluginsOfRuns = new Map<string, Map<string, string>>();
  for (const file of files) {
    const run = relative(root, dirname(file)).split(sep).join("/");
    const known = pluginsOfRuns.get(run) ?? new Map<string, string>();
    pluginsOfRuns.set(run, known);
    try {
      yield* readFile(file, run, known);
    } catch (error) {
      if (!(error instanceof DataError) || onDamage === undefined) throw error;
      onDamage(error);
    }
  }
}

async function eventFilesOf(path: string): Promise<{ root: string; files: string[] }> {
  try {
    if (!(await stat(path)).isDirectory()) return { root: dirname(path), files: [path] };
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && entry.name.includes("tfevents")).map((entry) => join(entry.parentPath, entry.name));
    return { root: path, files: files.sort() };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

function cannotRead(path: string, error: unknown): DataError {
  const code = errorCode(error);
  return new DataError(`readEvents: cannot read ${path}: ${code === "ENOENT" ? "there is no such file or folder" : code || String(error)}.`);
}

async function* readFile(path: string, run: string, known: Map<string, string>): AsyncGenerator<LoggedEvent, void, undefined> {
  const file = await open(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  try {
    for await (const { offset, data } of readRecords(file, path)) yield* valuesIn(data, run, known, (problem) => damaged(path, offset, problem));
  } finally {
    await file.close();
  }
}

type Fail = (problem: string) => DataError;

/**
 * @param known plugins by tag: writers may name them only the first time.
 */
export function valuesIn(data: Uint8Array, run: string, known: Map<string, string>, fail: Fail): LoggedEvent[] {
  const event: EventMessage = decoded(() => fromBinary(eventSchema, data, { readUnknownFields: false }), "event", fail);
  const at: LoggedAt = { run, step: Number(event.step), wallTime: event.wallTime };
  const { what } = event;
  if (what.case === "graphDef") return [{ ...at, kind: "graph", nodes: nodesOf(what.value, fail) }];
  if (what.case === "sessionLog") return what.value.status === sessionStart ? [{ ...at, kind: "restart" }] : [];
  if (what.case !== "summary") return [];
  return what.value.value.flatMap((value) => {
    const named = value.metadata?.pluginData?.pluginName;
    if (named) known.set(value.tag, named);
    const read = valueOf(value, named || known.get(value.tag) || "", fail);
    return read === null ? [] : [{ ...at, ...read }];
  });
}

/** Runs a decoder of foreign bytes; whatever it throws is damage. */
function decoded<T>(decode: () => T, what: string, fail: Fail): T {
  try {
    return decode();
  } catch (error) {
    throw fail(`it holds no ${what} (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Null for what only belongs to something else. */
function valueOf({ tag, metadata, value }: SummaryValueMessage, plugin: string, fail: Fail): LoggedValue | null {
  if (plugin === plugins.hparams) return hparamsOf(metadata?.pluginData?.content ?? new Uint8Array(0), fail);
  if (value.case === "simpleValue") return { kind: "scalar", tag, value: value.value };
  if (value.case === "histo") return { kind: "histogram", tag, buckets: oldBuckets(value.value) };
  if (value.case === "image") return { kind: "image", tag, width: value.value.width, height: value.value.height, files: [value.value.encodedImageString] };
  const other: LoggedValue = { kind: "other", tag, plugin };
  if (value.case !== "tensor") return other;
  const t = value.value;
  if (plugin === plugins.text) {
    return { kind: "text", tag, text: t.stringVal.map((text) => new TextDecoder().decode(text)).join("\n") };
  }
  if (plugin === plugins.images) {
    const [width, height, ...files] = t.stringVal;
    if (height === undefined) return other;
    return { kind: "image", tag, width: Number(new TextDecoder().decode(width)), height: Number(new TextDecoder().decode(height)), files };
  }
  const numbers = numbersOf(t);
  const shape = shapeOf(t.tensorShape);
  if (numbers === undefined) return other;
  if (plugin === plugins.scalars && numbers.length === 1) return { kind: "scalar", tag, value: numbers[0] };
  if (plugin === plugins.histograms && shape.length === 2 && shape[1] === 3) {
    return { kind: "histogram", tag, buckets: Array.from({ length: shape[0] }, (_, i) => ({ left: numbers[3 * i], right: numbers[3 * i + 1], count: numbers[3 * i + 2] })) };
  }
  if (plugin === plugins.prCurves && shape.length === 2 && shape[0] === prCurveRows) {
    const [truePositives, falsePositives, trueNegatives, falseNegatives, precision, recall] = Array.from({ length: prCurveRows }, (_, row) => numbers.slice(row * shape[1], (row + 1) * shape[1]));
    return { kind: "prCurve", tag, truePositives, falsePositives, trueNegatives, falseNegatives, precision, recall };
  }
  return other;
}

/** The older form: upper ends of buckets, the first from the minimum on. */
function oldBuckets({ min, max, bucketLimit, bucket }: HistogramMessage): Bucket[] {
  const buckets = bucket.map((count, i) => ({ left: Math.max(min, bucketLimit[i - 1] ?? min), right: Math.min(max, bucketLimit[i] ?? max), count }));
  return buckets.filter(({ left, right, count }) => count > 0 || left < right);
}

/** The values are in the message that begins a session. */
function hparamsOf(content: Uint8Array, fail: Fail): LoggedValue | null {
  const { data } = decoded(() => fromBinary(hparamsSchema, content, { readUnknownFields: false }), "hyperparameters", fail);
  if (data.case !== "sessionStartInfo") return null;
  const hparams = data.value.hparams.flatMap(({ key, value }) => (value?.kind.case === undefined ? [] : [[key, value.kind.value] as const]));
  return { kind: "hparams", hparams: new Map<string, Hparam>(hparams) };
}

function nodesOf(bytes: Uint8Array, fail: Fail): LoggedNode[] {
  const { node } = decoded(() => fromBinary(graphSchema, bytes, { readUnknownFields: false }), "graph", fail);
  return node.map(({ name, op, input, attr }) => {
    const shapes = attr.find(({ key }) => key === "_output_shapes")?.value?.value;
    return { name, op, inputs: input, shape: shapes?.case === "list" && shapes.value.shape.length > 0 ? shapeOf(shapes.value.shape[0]) : undefined };
  });
}

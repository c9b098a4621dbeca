/**
 * Event files of TensorBoard: append-only records of what a training measures. Every record is handed to the operating system at once, so a
 * program that is killed loses none; a loss of power costs at most what came after the last flush to the disk.
 */

import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { cannotWrite, errorCode, flushFolder } from "../../base/atomicWrite.js";
import { NablaError, ValueError } from "../../base/errors.js";
import { isOptions, optionsOf, show } from "../../base/options.js";
import type { Shape } from "../../base/shape.js";
import { type Numbers, valuesOf } from "../../metrics/values.js";
import { type AnyModule, Module } from "../../nn/module.js";
import { Tensor } from "../../tensor/tensor.js";
import { bucketsOf } from "./histogram.js";
import { pngsOf } from "./images.js";
import { modelGraph, type ModelGraphOptions } from "./modelGraph.js";
import { prCurveOf } from "./prCurve.js";
import { encodeRecord } from "./records.js";
import { create, eventSchema, sessionStart, toBinary } from "./schema.js";
import { graphBytes, type Hparam, hparamsSummaries, histogramSummary, imageSummary, prCurveSummary, scalarSummary, type SummaryInit, textSummary } from "./summaries.js";

export interface EventWriterOptions {
  /** Seconds between flushes to the disk, at the next event; 0: after each event. @default 120 */
  readonly flushSeconds?: number;
  /** For a run that goes on: what earlier files of the folder hold from this step on is void. @default none */
  readonly purgeStep?: number;
  /** Added to the name of the file. @default "" */
  readonly filenameSuffix?: string;
  /** When the file begins, seconds since 1970. @default now */
  readonly wallTime?: number;
}

export interface EventOptions {
  /** When it happened, seconds since 1970. @default now */
  readonly wallTime?: number;
}

export interface HistogramEventOptions extends EventOptions {
  /** Buckets of equal width from the lowest to the highest value. @default 30 */
  readonly bins?: number;
}

export interface PrCurveEventOptions extends EventOptions {
  /** Thresholds of equal distance from 0 to 1. @default 127 */
  readonly numThresholds?: number;
}

export interface GraphEventOptions extends EventOptions, ModelGraphOptions {}

/**
 * Writes a new event file in `folder`, which is made with its parents where it is missing: PyTorch's `SummaryWriter`. One folder is one run; TensorBoard shows
 * all runs below the folder it is given, so `new EventWriter("runs/a")` and `new EventWriter("runs/b")` can be compared with
 * `tensorboard --logdir runs`. Slashes in tags make groups: "loss/train".
 *
 * Numbers are written at once; what reads tensors returns a promise, and reads their values as they are when it is called.
 * @throws DataError when the folder cannot be written; ValueError for a tag that is empty or a step that is no whole number of at least 0.
 *
 * @example
 * const writer = new EventWriter(`${folder}/run`);
 * for (let step = 0; step < 3; step++) writer.addScalar("loss", 1 / (step + 1), step);
 * await writer.addHistogram("weights", model.parameters()[0], 2);
 * await writer.close();
 * const values: number[] = [];
 * for await (const event of readEvents(`${folder}/run`)) if (event.kind === "scalar") values.push(event.value);
 * values // → [1, 0.5, 0.33333]
 */
export class EventWriter {
  /** Of the event file; absolute. */
  readonly path: string;
  readonly #flushMs: number;
  #file: number | null;
  /** Bytes of whole records. */
  #size = 0;
  #flushed = performance.now();
  #hparamsAdded = false;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(folder: string, options: EventWriterOptions = {}) {
    const { flushSeconds = 120, purgeStep, filenameSuffix = "", wallTime } = optionsOf("EventWriter", options);
    if (typeof folder !== "string" || folder === "") throw new ValueError(`EventWriter: expected the path of a folder, got ${show(folder)}.`);
    if (!(flushSeconds >= 0)) throw new ValueError(`EventWriter: flushSeconds must be 0 or more, got ${show(flushSeconds)}.`);
    if (typeof filenameSuffix !== "string" || /[/\\\0]/.test(filenameSuffix)) throw new ValueError(`EventWriter: filenameSuffix must be part of a file's name, got ${show(filenameSuffix)}.`);
    if (purgeStep !== undefined) checkStep("EventWriter", "purgeStep", purgeStep);
    const time = timeOf("EventWriter", wallTime);
    this.#flushMs = 1000 * flushSeconds;
    const opened = openNew(resolve(folder), time, filenameSuffix);
    this.path = opened.path;
    this.#file = opened.file;
    this.#write({ wallTime: time, what: { case: "fileVersion", value: "brain.Event:2" } });
    if (purgeStep !== undefined) this.#write({ wallTime: time, step: BigInt(purgeStep), what: { case: "sessionLog", value: { status: sessionStart } } });
    this.#flush();
  }

  /**
   * A number over steps, such as a loss; kept as float32. NaN and infinities are kept too.
   *
   * @example
   * const writer = new EventWriter(`${folder}/scalars`);
   * writer.addScalar("loss/train", 0.5, 1);
   * writer.addScalar("loss/train", await x.mean().item(), 2);
   */
  addScalar(tag: string, value: number, step: number, options: EventOptions = {}): void {
    const { wallTime } = optionsOf("addScalar", options);
    if (typeof value !== "number") throw new ValueError(`addScalar: expected a number for ${show(tag)}, got ${show(value)}; read it first: await loss.item().`);
    this.#add("addScalar", tag, step, wallTime)(scalarSummary(tag, value));
  }

  /**
   * Images [C, H, W] or [N, C, H, W] of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha) channels, as PNG: uint8 from 0 to 255, or floats from 0 to 1,
   * what is outside being cut off. Those of one batch are shown side by side.
   * @throws ShapeError, DTypeError for other tensors.
   *
   * @example
   * const writer = new EventWriter(`${folder}/images`);
   * await writer.addImage("input", rand([3, 8, 8]), 0);
   * await writer.addImage("batch", x, 0);
   * await writer.close();
   */
  async addImage(tag: string, image: Tensor, step: number, options: EventOptions = {}): Promise<void> {
    const { wallTime } = optionsOf("addImage", options);
    if (!(image instanceof Tensor)) throw new ValueError(`addImage: expected a tensor [C, H, W] or [N, C, H, W] for ${show(tag)}, got ${show(image)}.`);
    const write = this.#add("addImage", tag, step, wallTime);
    await this.#pend(async () => write(imageSummary(tag, await pngsOf(`addImage: ${show(tag)}`, image))));
  }

  /**
   * How values are distributed, over steps: weights, gradients, activations. Tensors of any shape, or numbers.
   * @throws ValueError where a value is not finite.
   *
   * @example
   * const writer = new EventWriter(`${folder}/histograms`);
   * for (const [name, t] of model.namedParameters()) await writer.addHistogram(name, t, 0);
   * await writer.addHistogram("some", [1, 2, 2, NaN], 0) // → throws ValueError: addHistogram: "some": element 3 is NaN
   */
  async addHistogram(tag: string, values: Numbers, step: number, options: HistogramEventOptions = {}): Promise<void> {
    const { wallTime, bins = 30 } = optionsOf("addHistogram", options);
    checkCount("addHistogram", "bins", bins, 1);
    const write = this.#add("addHistogram", tag, step, wallTime);
    await this.#pend(async () => write(histogramSummary(tag, bucketsOf(`addHistogram: ${show(tag)}`, (await valuesOf(values)).data, bins))));
  }

  /**
   * A text, shown as Markdown.
   *
   * @example
   * const writer = new EventWriter(`${folder}/text`);
   * writer.addText("notes", "Learning rate **0.1**, as in the lecture.", 0);
   * await writer.close();
   */
  addText(tag: string, text: string, step: number, options: EventOptions = {}): void {
    const { wallTime } = optionsOf("addText", options);
    if (typeof text !== "string") throw new ValueError(`addText: expected a string for ${show(tag)}, got ${show(text)}.`);
    this.#add("addText", tag, step, wallTime)(textSummary(tag, text));
  }

  /**
   * The hyperparameters of this run, and the metrics that they led to: a row in TensorBoard's table of all runs. The metrics are written as scalars too,
   * so give them names of their own, such as "hparam/accuracy". Once in a run.
   *
   * @example
   * const writer = new EventWriter(`${folder}/table`);
   * writer.addHparams({ lr: 0.1, optimizer: "SGD", augment: true }, { "hparam/accuracy": 0.93 });
   * await writer.close();
   */
  addHparams(hparams: Readonly<Record<string, Hparam>>, metrics: Readonly<Record<string, number>>, options: EventOptions = {}): void {
    const time = timeOf("addHparams", optionsOf("addHparams", options).wallTime);
    if (!isOptions(hparams) || !isOptions(metrics)) throw new ValueError("addHparams: expected hyperparameters and metrics by name, such as { lr: 0.1 } and { accuracy: 0.9 }.");
    for (const [name, value] of Object.entries(hparams)) {
      if (!["number", "string", "boolean"].includes(typeof value)) throw new ValueError(`addHparams: ${name} must be a number, a string, true or false, got ${show(value)}.`);
    }
    for (const [name, value] of Object.entries(metrics)) {
      checkTag("addHparams", name);
      if (typeof value !== "number") throw new ValueError(`addHparams: the metric ${name} must be a number, got ${show(value)}.`);
    }
    if (this.#hparamsAdded) throw new ValueError("addHparams: this run has its hyperparameters already; open a writer in another folder for another run.");
    const measured = Object.entries(metrics);
    const summaries = [...hparamsSummaries(new Map(Object.entries(hparams)), Object.keys(metrics), time), ...measured.map(([tag, value]) => scalarSummary(tag, value))];
    for (const value of summaries) this.#write({ wallTime: time, what: { case: "summary", value: { value: [value] } } });
    this.#hparamsAdded = true;
  }

  /**
   * A precision–recall curve of labels [N], 0 or 1, and scores [N], probabilities.
   * @throws ShapeError if the shapes differ; ValueError for other labels or scores.
   *
   * @example
   * const writer = new EventWriter(`${folder}/curves`);
   * await writer.addPrCurve("cats", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0);
   * await writer.close();
   */
  async addPrCurve(tag: string, labels: Numbers, scores: Numbers, step: number, options: PrCurveEventOptions = {}): Promise<void> {
    const { wallTime, numThresholds = 127 } = optionsOf("addPrCurve", options);
    checkCount("addPrCurve", "numThresholds", numThresholds, 2);
    const write = this.#add("addPrCurve", tag, step, wallTime);
    await this.#pend(async () => {
      const [known, scored] = await Promise.all([valuesOf(labels), valuesOf(scores)]);
      write(prCurveSummary(tag, prCurveOf(`addPrCurve: ${show(tag)}`, known, scored, numThresholds)));
    });
  }

  /**
   * The graph of a model: modules, their operations and parameters, the shapes between them. The model runs once on zeros, in evaluation mode.
   * @param inputShape shape of one sample, without the batch axis, such as [3, 32, 32]; an array of shapes if the model takes several inputs
   * @throws ShapeError when the model does not take such an input.
   *
   * @example
   * const writer = new EventWriter(`${folder}/graph`);
   * writer.addGraph(model, [1, 8, 8]);
   * await writer.close();
   */
  addGraph(model: AnyModule, inputShape: Shape | readonly Shape[], options: GraphEventOptions = {}): void {
    const { wallTime, dtype } = optionsOf("addGraph", options);
    if (!(model instanceof Module)) throw new ValueError(`addGraph: expected a module, got ${show(model)}.`);
    const isShape = (shape: unknown): boolean => Array.isArray(shape) && shape.every((n) => typeof n === "number");
    if (!isShape(inputShape) && !(Array.isArray(inputShape) && inputShape.every(isShape))) throw new ValueError(`addGraph: expected the shape of one sample, such as [3, 32, 32], got ${show(inputShape)}.`);
    const time = timeOf("addGraph", wallTime);
    this.#write({ wallTime: time, what: { case: "graphDef", value: graphBytes(modelGraph(model, inputShape, { dtype })) } });
  }

  /** Waits for what is being read, and brings all to the disk. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#pending);
    if (this.#file !== null) this.#flush();
  }

  /** `flush`, and the end: the writer takes nothing more. May be called again. */
  async close(): Promise<void> {
    await this.flush();
    if (this.#file === null) return;
    const file = this.#file;
    this.#file = null;
    closeSync(file);
  }

  /** Checks now, writes when there is something to write. */
  #add(caller: string, tag: string, step: number, wallTime: number | undefined): (value: SummaryInit) => void {
    checkTag(caller, tag);
    checkStep(caller, "the step", step);
    const time = timeOf(caller, wallTime);
    this.#opened();
    return (value) => this.#write({ wallTime: time, step: BigInt(step), what: { case: "summary", value: { value: [value] } } });
  }

  async #pend(work: () => Promise<void>): Promise<void> {
    const promise = work();
    this.#pending.add(promise);
    try {
      await promise;
    } finally {
      this.#pending.delete(promise);
    }
  }

  #opened(): number {
    if (this.#file === null) throw new NablaError(`EventWriter: ${this.path} is closed; open a new writer.`);
    return this.#file;
  }

  #write(event: MessageInitShape<typeof eventSchema>): void {
    const file = this.#opened();
    const record = encodeRecord(toBinary(eventSchema, create(eventSchema, event)));
    try {
      for (let written = 0; written < record.length; ) written += writeSync(file, record, written);
    } catch (error) {
      // Half a record would make all that follow unreadable.
      ftruncateSync(file, this.#size);
      throw cannotWrite(this.path, error);
    }
    this.#size += record.length;
    if (performance.now() - this.#flushed >= this.#flushMs) this.#flush();
  }

  #flush(): void {
    try {
      fsyncSync(this.#opened());
    } catch (error) {
      throw error instanceof NablaError ? error : cannotWrite(this.path, error);
    }
    this.#flushed = performance.now();
  }
}

/** A file of a name that no other has; names sort by time. */
function openNew(folder: string, seconds: number, suffix: string): { path: string; file: number } {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  const host = hostname().replaceAll(/[^\w.-]/g, "_");
  for (let n = 0; ; n++) {
    const path = join(folder, `events.out.tfevents.${String(Math.floor(seconds)).padStart(10, "0")}.${host}.${process.pid}.${n}${suffix}`);
    try {
      const file = openSync(path, "ax");
      flushFolder(folder);
      return { path, file };
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw cannotWrite(path, error);
    }
  }
}

function checkTag(caller: string, tag: string): void {
  if (typeof tag !== "string" || tag === "") throw new ValueError(`${caller}: a tag is a string such as "loss/train", got ${show(tag)}.`);
}

function checkStep(caller: string, what: string, step: number): void {
  if (!Number.isSafeInteger(step) || step < 0) throw new ValueError(`${caller}: ${what} must be a whole number of at least 0, got ${show(step)}.`);
}

const most = 100_000;

function checkCount(caller: string, what: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value > most) throw new ValueError(`${caller}: ${what} must be a whole number from ${least} to ${most}, got ${show(value)}.`);
}

function timeOf(caller: string, wallTime: number | undefined): number {
  if (wallTime === undefined) return Date.now() / 1000;
  if (!(Number.isFinite(wallTime) && wallTime >= 0)) throw new ValueError(`${caller}: wallTime must be seconds since 1970, got ${show(wallTime)}.`);
  return wallTime;
}

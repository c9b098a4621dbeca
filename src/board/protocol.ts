/**
 * Protocol of the board: what the server tells the page, as JSON. Numbers that JSON does not know (NaN, ±∞) are null. Times are
 * seconds since 1970, steps and epochs count from 1, shares are fractions.
 *
 *     GET   /api/runs                              RunList
 *     GET   /api/stream                            server-sent events, see StreamEvents
 *     GET   /api/series?run=…&run=…&tag=…&x=…      SeriesAnswer; also points=, from=, to=, means=1
 *     GET   /api/runs/ID                           RunDetail
 *     PATCH /api/runs/ID                           RunNotes in, RunSummary out
 *     GET   /api/runs/ID/histograms?tag=…          HistogramSeries
 *     GET   /api/runs/ID/images?tag=…              ImageSeries;  …/image?tag=…&step=…&index=… is one PNG
 *     GET   /api/runs/ID/model                     ModelGraph
 *     GET   /api/runs/ID/predictions               PredictionsOverview
 *     GET   /api/runs/ID/predictions/items?…       PredictionPage;  …/predictions/image?index=… is one PNG
 *     GET   /api/runs/ID/inspection                Inspection
 *     GET   /api/runs/ID/inspection/maps?sample=…&layer=…   one PNG, the maps of a layer side by side; without layer=, the
 *                                                  picture of the sample. sample= is its place in Inspection.samples, from 0
 *     GET   /api/runs/ID/export.html               the run as one file that works offline
 *
 * ID is the path of the run's folder below the root ("./" for the root itself), encoded as one segment (encodeURIComponent). An error is a status of 4xx or
 * 5xx with a Problem.
 */

import type { ModuleGraph, ModuleNode } from "../nn/moduleGraph.js";

export interface Problem {
  /** One sentence or two: what, where, what to do. */
  readonly error: string;
}

/**
 * "running": a living process of this machine holds its lock, or one of another machine wrote within the last minutes. "interrupted":
 * its process is gone, and the training can be resumed.
 */
export type RunState = "running" | "finished" | "stopped" | "interrupted" | "failed";

/** What people write beside a run; kept in board.json in its folder. */
export interface RunNotes {
  readonly tags: readonly string[];
  readonly group: string;
  readonly note: string;
}

/** Values of one curve of epochs. */
export interface MetricSummary {
  readonly last: number | null;
  readonly best: number | null;
  /** The epoch of the best value. */
  readonly bestEpoch: number | null;
  /** Whether more is better. */
  readonly higherIsBetter: boolean;
}

export interface RunSummary {
  /** Path of its folder below the root, with slashes. "./" for the root itself ("." alone would be lost in an address). */
  readonly id: string;
  /** Last part of the path. */
  readonly name: string;
  /** "training": a folder with run.json; "lab": that of a lab; "events": event files of any program. */
  readonly kind: "training" | "lab" | "events";
  readonly state: RunState;
  /** Why it failed or stopped, where that is known; or why its state is not sure. */
  readonly reason: string | null;
  readonly created: number;
  /** When it last wrote something. */
  readonly updated: number;
  /** Seconds of training so far. */
  readonly seconds: number;
  readonly epochsDone: number;
  /** Null where it is not known. */
  readonly epochs: number | null;
  readonly config: Readonly<Record<string, string | number | boolean | null>>;
  readonly notes: RunNotes;
  /** By the name of the curve, such as "valAccuracy". */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  /** The metric by which the run is judged, such as "valAccuracy"; null without any. */
  readonly monitor: string | null;
  /** At most 40 values of that metric, evenly over the epochs. */
  readonly spark: readonly (number | null)[];
  /** Which views have something to show. */
  readonly has: { readonly predictions: boolean; readonly model: boolean; readonly inspection: boolean; readonly histograms: boolean; readonly images: boolean };
}

/** A file or folder that is not shown, or not whole. */
export interface Omission {
  /** Below the root, with slashes. */
  readonly path: string;
  /** One sentence. */
  readonly reason: string;
}

export interface RunList {
  /** The folder that the board watches, as it was given. */
  readonly root: string;
  readonly runs: readonly RunSummary[];
  readonly omissions: readonly Omission[];
}

/** Server-sent events by name; the data of each is one line of JSON. */
export interface StreamEvents {
  /** A run appeared or changed; pages fetch the series that they show again (at most once a second a run). */
  run: RunSummary;
  removed: { readonly id: string };
  omissions: readonly Omission[];
}

export interface TagInfo {
  readonly tag: string;
  /** How many points or entries there are. */
  readonly total: number;
}

export interface RunDetail {
  readonly summary: RunSummary;
  /** Of run.json, for people: labels with their values, such as ["backend", "native (avx512), 2 threads"]. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /**
   * Curves. By epoch: "trainLoss", "valLoss", "trainAccuracy", "lr", "imagesPerSecond", "seconds", "phases/data", "phases/forward",
   * "phases/backward", "phases/optimizer", "phases/validation" (seconds), "memory/tensors", "memory/process" (bytes), "dead/<path>".
   * By step: "step/loss", "step/lr". Of event files of other programs: their run and tag.
   */
  readonly scalars: readonly TagInfo[];
  /** "weights/<path>", "gradients/<path>", "activations/<path>". */
  readonly histograms: readonly TagInfo[];
  /** "filters/<path>", and those of other programs. */
  readonly images: readonly TagInfo[];
  readonly omissions: readonly Omission[];
}

export type SeriesX = "step" | "epoch" | "time";

/** A curve, thinned to the points asked for: of each stretch its lowest and highest value stay. */
export interface Series {
  readonly run: string;
  readonly tag: string;
  /** Points before thinning, within the range asked for. */
  readonly total: number;
  /** By the x asked for; "time" is seconds since the run began. Rising. */
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** Where it is thinned, and means=1 asked for them: of each point the mean of all from behind the one before it up to it. Smoothing goes by these. */
  readonly means?: readonly (number | null)[] | null;
  /** The best value of the whole curve, for metrics that have one. */
  readonly best: { readonly x: number; readonly y: number } | null;
  /** For a validation loss: x from where on it rises for good while the training loss falls. */
  readonly overfitsFrom: number | null;
}

export interface SeriesAnswer {
  readonly series: readonly Series[];
}

export interface HistogramSeries {
  readonly tag: string;
  /** One entry for each time it was written, at most 120, evenly chosen. Buckets are [left, right, count]. */
  readonly entries: readonly { readonly step: number; readonly buckets: readonly (readonly [number, number, number])[] }[];
}

export interface ImageSeries {
  readonly tag: string;
  readonly entries: readonly { readonly step: number; readonly images: number; readonly width: number; readonly height: number }[];
}

/** A module of the graph, as src/nn/moduleGraph.ts says. */
export type ModelNode = ModuleNode;

/** model.json. */
export interface ModelGraph extends ModuleGraph {
  readonly format: 1;
}

export interface ClassReport {
  readonly name: string;
  /** Samples of the class. */
  readonly count: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly averagePrecision: number | null;
  /** Precision over recall, at most 200 points, recall rising; empty where the class has no samples. */
  readonly curve: readonly (readonly [recall: number, precision: number])[];
}

/** How many samples of a class were taken for another, or for itself. */
export type ConfusionCell = readonly [label: number, predicted: number, samples: number];

export interface PredictionsOverview {
  readonly epoch: number;
  readonly samples: number;
  readonly accuracy: number;
  readonly classes: readonly ClassReport[];
  /** Counts, [true class][predicted class]; null for more than 200 classes. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** The same without its zeros, by true class, then by predicted class. */
  readonly confused: readonly ConfusionCell[];
  /** Whether pictures of the samples were kept. */
  readonly images: boolean;
}

export interface PredictionItem {
  /** In the data set. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** The five likeliest classes, likeliest first. */
  readonly top: readonly { readonly label: number; readonly probability: number }[];
  /** −log of the probability of the right class. */
  readonly loss: number;
  readonly hasImage: boolean;
}

/** Query: which=wrong|right|all, label=, predicted=, index= (that sample alone), sort=confidence|loss|index, offset=, limit= (at most 200). */
export interface PredictionPage {
  readonly total: number;
  readonly items: readonly PredictionItem[];
}

/** Numbers that tell how the entries of a tensor are spread. */
export interface Spread {
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly std: number | null;
  /** Share of zeros. */
  readonly zeros: number;
}

/** One operation of the computational graph of a sample's loss. */
export interface GraphOperation {
  readonly id: number;
  /** "input", "parameter" or the name of the operation. */
  readonly op: string;
  /** Of parameters, such as "conv1.weight"; the module within which an operation ran. */
  readonly name: string;
  readonly inputs: readonly number[];
  readonly shape: readonly number[];
  readonly value: Spread;
  /** Of the loss with respect to it; null where none flows. */
  readonly gradient: Spread | null;
  /** How many operations it stands for, where a long graph has those of a module as one; the rest is that of the last of them. */
  readonly operations?: number;
}

export interface InspectedSample {
  /** In the validation data. */
  readonly index: number;
  readonly label: number | null;
  readonly loss: number;
  /** The five likeliest, likeliest first. */
  readonly top: readonly { readonly label: number; readonly probability: number }[];
  readonly graph: readonly GraphOperation[];
}

/** inspection.json: some samples, followed through the network as it was after an epoch. */
export interface Inspection {
  readonly format: 1;
  readonly epoch: number;
  readonly classes: readonly string[] | null;
  readonly samples: readonly InspectedSample[];
  /** Layers whose maps were kept, with [C, H, W] or [C]; the maps lie in inspection.safetensors. */
  readonly layers: readonly { readonly path: string; readonly shape: readonly number[] }[];
}

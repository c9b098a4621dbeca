/** What the page and the worker say to each other. Every answer names the run that it belongs to, so that late ones are told apart. */

import type { Config } from "./config.js";
import type { Neuron } from "./network.js";
import type { PointTable } from "./table.js";

/** A weight (with the unit below that it comes from) or the bias of a unit. */
export interface ParameterPlace extends Neuron {
  /** The unit of the layer below; null: the bias. */
  readonly from: number | null;
}

/** Batches for each picture that the page gets; null: as many as there is time for. */
export type Pace = number | null;

export type Request =
  | { readonly type: "build"; readonly run: number; readonly config: Config; readonly table: PointTable | null; readonly shown: Neuron | null }
  | { readonly type: "play"; readonly pace: Pace }
  | { readonly type: "pause" }
  | { readonly type: "step" }
  | { readonly type: "epoch" }
  /** The neuron whose map is shown large; null: the output. */
  | { readonly type: "show"; readonly neuron: Neuron | null }
  | { readonly type: "edit"; readonly place: ParameterPlace; readonly value: number }
  /** The last frame is on the screen: another may come. */
  | { readonly type: "drawn" };

/** Points as they are drawn. */
export interface DrawnPoints {
  /** [N, 2] */
  readonly x: Float32Array;
  readonly y: Int32Array;
  /** 1 for points that are trained on. */
  readonly train: Uint8Array;
  readonly classes: readonly string[];
  /** What the coordinates are called. */
  readonly names: readonly [string, string];
  /** The stretch of the plane that is drawn. */
  readonly plane: Plane;
}

export interface Plane {
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

/** Loss and share of wrong points at the end of an epoch; 0: before training. */
export interface Scores {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly testLoss: number;
  readonly trainError: number;
  readonly testError: number;
}

export interface LargeMap {
  readonly neuron: Neuron | null;
  /** Values in each direction. */
  readonly side: number;
  /** Row by row from the top, −1 … 1: parts of `most`. */
  readonly values: Float32Array<ArrayBuffer>;
  readonly most: number;
  /** For more than two classes: the class that wins at each place; the values then say by how much, as a probability. */
  readonly winners: Uint8Array<ArrayBuffer> | null;
}

/** What one batch did. */
export interface StepReport {
  readonly step: number;
  readonly points: number;
  /** Loss of the batch, without the penalty. */
  readonly loss: number;
  readonly penalty: number;
  /** Loss of the same batch after the step. */
  readonly lossAfter: number;
  readonly layers: readonly {
    readonly gradient: number;
    /** Length of all weights and biases before. */
    readonly length: number;
    readonly place: ParameterPlace;
    readonly before: number;
    readonly after: number;
  }[];
}

export interface Frame {
  readonly step: number;
  /** Epochs that are complete. */
  readonly epoch: number;
  /** Batches of the present one that are done, of how many. */
  readonly batch: number;
  readonly batches: number;
  readonly playing: boolean;
  /** As of now, in the middle of an epoch too. */
  readonly now: Scores;
  /** Epochs that ended since the last frame. */
  readonly ended: readonly Scores[];
  /** Weights and biases, layer by layer as in `parameterIndex`. */
  readonly parameters: Float32Array<ArrayBuffer>;
  /** The map of every neuron, inputs first: `unitSide`² bytes each, 128 for zero, 1 and 255 for the neuron's largest value. */
  readonly units: Uint8Array<ArrayBuffer>;
  readonly unitSide: number;
  readonly map: LargeMap;
  readonly report: StepReport | null;
}

export type Answer =
  | { readonly type: "built"; readonly run: number; readonly points: DrawnPoints }
  | { readonly type: "frame"; readonly run: number; readonly frame: Frame }
  /** Training stopped; what is shown is the state before. */
  | { readonly type: "failure"; readonly run: number; readonly message: string };

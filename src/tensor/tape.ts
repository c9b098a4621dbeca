/** Tape: which operation made which tensor, so that backward can walk the operations in reverse. */

import { ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import type { Tensor } from "./tensor.js";

/** A gradient that is computed only if somebody needs it; null: this input has no gradient. */
export type Gradient = (() => Tensor) | null;

/** What the tape knows of an operation: its name and its vector–Jacobian product. */
export interface TapeOperation {
  readonly name: string;
  /** Gradients with respect to the inputs, in order, given the gradient of the output. */
  backward(dy: Tensor, node: TapeNode): readonly Gradient[];
  /** For a fused operation: its result once more, from its definition in primitive operations, recorded on the tape. */
  readonly recompose?: (node: TapeNode) => Tensor;
  /** True if backward reads neither input nor output values, so writing to them in place does no harm. */
  readonly valueFree: boolean;
}

let count = 0;

/** Number of the latest node: nodes made later have larger ones. */
export function latestNode(): number {
  return count;
}

/** One application of an operation. */
export class TapeNode {
  /** Nodes are numbered in the order of their making. */
  readonly number = ++count;
  /** Set during a walk over the graph: the walk that last saw the node. */
  mark = 0;
  /** Null once backward has used the node up. */
  inputs: readonly Tensor[] | null;
  private readonly versions: number[] | null;
  private readonly outputVersion: number;

  constructor(
    readonly operation: TapeOperation,
    inputs: readonly Tensor[],
    readonly output: Tensor,
    readonly attributes: unknown,
    readonly saved: readonly Tensor[],
  ) {
    this.inputs = inputs;
    this.outputVersion = output.storage.version;
    this.versions = operation.valueFree ? null : inputs.map((t) => t.storage.version);
  }

  /** Index of the first input written in place since the operation ran, −1 if the output was, null if all are as they were. */
  changed(): number | null {
    if (this.versions === null || this.inputs === null) return null;
    for (let i = 0; i < this.versions.length; i++) if (this.inputs[i].storage.version !== this.versions[i]) return i;
    return this.output.storage.version === this.outputVersion ? null : -1;
  }
}

let enabled = true;

/**
 * Whether operations are recorded, so that gradients can be asked for: true outside `noGrad`.
 *
 * @example
 * isGradEnabled()               // → true
 * noGrad(() => isGradEnabled()) // → false
 */
export function isGradEnabled(): boolean {
  return enabled;
}

/** Runs `body` with the tape on or off; afterwards it is as before. */
export function withGrad<T>(on: boolean, body: () => T): T {
  if (typeof body !== "function") throw new ValueError(`noGrad: expected a function to run, got ${show(body)}.`);
  const before = enabled;
  enabled = on;
  try {
    return body();
  } finally {
    enabled = before;
  }
}

/**
 * Runs a synchronous `body` without recording: its results require no gradient, and nothing is kept for backward.
 *
 * @example
 * const prediction = noGrad(() => model.forward(x));
 * prediction.requiresGrad // → false
 */
export function noGrad<T>(body: () => T): T {
  return withGrad(false, body);
}

/** Padding with x's own values: mirrored at the border, repeated from it, or from the other side. */

import { ShapeError, ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { selectAlong } from "./alongAxis.js";
import { tensor } from "./create.js";

/** What stands around x: "reflect" … 2 1 | 0 1 2 … without the border twice, "replicate" 0 0 | 0 1 2, "circular" 8 9 | 0 1 2. */
export type PadMode = "reflect" | "replicate" | "circular";

const sources: Readonly<Record<PadMode, (at: number, size: number) => number>> = {
  reflect: (at, size) => (at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at),
  replicate: (at, size) => Math.min(size - 1, Math.max(0, at)),
  circular: (at, size) => (at + size) % size,
};

/**
 * x with its own values around it. `amounts`: one [before, after] for each of the last axes, as for `pad`.
 * @throws ShapeError for more pairs than axes, a negative amount, or one that the axis has no values for: at least its size ("reflect"), or
 * more than its size ("circular"); ValueError for an unknown mode.
 *
 * @example
 * padWith(tensor([1, 2, 3]), [[2, 1]], "reflect")   // → [3, 2, 1, 2, 3, 2]
 * padWith(tensor([1, 2, 3]), [[2, 1]], "replicate") // → [1, 1, 1, 2, 3, 3]
 * padWith(tensor([1, 2, 3]), [[2, 1]], "circular")  // → [2, 3, 1, 2, 3, 1]
 */
export function padWith(x: Tensor, amounts: readonly (readonly [number, number])[], mode: PadMode): Tensor {
  checkPadMode("pad", mode);
  if (amounts.length > x.ndim || amounts.some((pair) => pair.some((n) => !Number.isSafeInteger(n) || n < 0))) {
    throw new ShapeError(`pad: ${show(amounts)} does not fit ${formatShape(x.shape)}; give at most one [before, after] ≥ 0 per axis.`);
  }
  let y = x;
  amounts.forEach(([before, after], i) => {
    if (before === 0 && after === 0) return;
    const axis = x.ndim - amounts.length + i;
    const size = x.shape[axis];
    const most = { reflect: size - 1, replicate: size === 0 ? 0 : Infinity, circular: size }[mode];
    if (Math.max(before, after) > most) {
      throw new ShapeError(`pad: axis ${axis} of ${formatShape(x.shape)} has no ${Math.max(before, after)} values to ${mode}; pad at most ${Math.max(0, most)}, or with zeros.`);
    }
    const index = Int32Array.from({ length: before + size + after }, (_, k) => sources[mode](k - before, size));
    y = selectAlong(y, axis, tensor(index, { backend: x.backend }));
  });
  return y;
}

/** @throws ValueError for anything that is no mode. */
export function checkPadMode(op: string, mode: PadMode): void {
  const modes = Object.keys(sources);
  if (!modes.includes(mode)) throw new ValueError(`${op}: unknown padding mode ${show(mode)}; choose ${modes.join(", ")}.`);
}

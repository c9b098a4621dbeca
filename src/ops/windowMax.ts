/**
 * Maxima of windows of any form. Where a maximum stands in its plane (the last axes of [N, C, …], flattened) is found by looking the
 * windows up in a table; the value is then picked from there, which is also how its gradient gets there.
 */

import { type Shape, sizeOf } from "../base/shape.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add } from "./arithmetic.js";
import { arange, tensor } from "./create.js";
import { gather } from "./gatherScatter.js";
import { indexSelect } from "./indexing.js";
import { argmax } from "./reduce.js";
import { reshape } from "./views.js";

/** For every place of a window along one axis, the positions that it covers: at least one. */
export type AxisWindows = readonly (readonly number[])[];

/** Flat position in its plane (int32, [N, C, …]) of the first largest value of each window; NaN is largest. */
export function maxIndices(x: Tensor, axes: readonly AxisWindows[]): Tensor {
  const [n, c, ...spatial] = x.shape;
  const counts = axes.map((windows) => windows.length);
  const table = windowTable(axes, spatial);
  return noGrad(() => {
    const options = { dtype: "int32", backend: x.backend } as const;
    const places = tensor(table, options);
    const [windows, size] = [sizeOf(counts), table.length / sizeOf(counts)];
    const seen = indexSelect(reshape(x, [n * c, sizeOf(spatial)]), 1, places);
    const winner = argmax(reshape(seen, [n * c, windows, size]), 2);
    const inTable = add(winner, arange(0, windows * size, size, options));
    return reshape(indexSelect(places, 0, reshape(inTable, [-1])), [n, c, ...counts]);
  });
}

/** The positions of each window, one window after the other, in row-major order; all of one length, the first position repeated. */
function windowTable(axes: readonly AxisWindows[], spatial: Shape): Int32Array {
  let windows: readonly (readonly number[])[] = [[0]];
  axes.forEach((axis, i) => {
    const longest = Math.max(...axis.map((w) => w.length));
    const filled = axis.map((w) => Array.from({ length: longest }, (_, k) => w[k] ?? w[0]));
    windows = windows.flatMap((outer) => filled.map((inner) => outer.flatMap((o) => inner.map((at) => o * spatial[i] + at))));
  });
  return Int32Array.from(windows.flat());
}

/** The values of x [N, C, …] at flat positions in its planes, in the shape of `indices` [N, C, …]. */
export function pickFromPlanes(x: Tensor, indices: Tensor): Tensor {
  return reshape(gather(planes(x), 2, planes(indices)), indices.shape);
}

/** [N, C, …] with the last axes made one. */
export function planes(x: Tensor): Tensor {
  const [n, c, ...spatial] = x.shape;
  return reshape(x, [n, c, sizeOf(spatial)]);
}

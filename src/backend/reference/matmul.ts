/** Matrix product over batches: out[…, i, j] = Σₖ a[…, i, k]·b[…, k, j] (+ bias[…, i, j]). */

import type { Elements } from "./elements.js";
import { positions } from "./elements.js";

/** `e` without its last two axes. */
const batchOf = (e: Elements): Elements => ({ ...e, shape: e.shape.slice(0, -2), strides: e.strides.slice(0, -2) });

export function matmul(a: Elements, b: Elements, out: Elements, bias: Elements | null): void {
  const [rows, inner] = a.shape.slice(-2);
  const columns = b.shape[b.shape.length - 1];
  const [aRow, aColumn] = a.strides.slice(-2);
  const [bRow, bColumn] = b.strides.slice(-2);
  const [outRow, outColumn] = out.strides.slice(-2);
  const integer = out.dtype === "int32";
  const fromA = positions(batchOf(a));
  const fromB = positions(batchOf(b));
  const fromBias = bias && positions(bias);
  const to = positions(batchOf(out));
  for (let batch = 0; batch < to.length; batch++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = bias && fromBias ? bias.data[fromBias[(batch * rows + i) * columns + j]] : 0;
        for (let k = 0; k < inner; k++) {
          const x = a.data[fromA[batch] + i * aRow + k * aColumn];
          const y = b.data[fromB[batch] + k * bRow + j * bColumn];
          sum += integer ? Math.imul(x, y) : x * y;
        }
        out.data[to[batch] + i * outRow + j * outColumn] = sum;
      }
    }
  }
}

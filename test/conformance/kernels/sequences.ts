/** Layer norm, LSTM cells and attention. */

import type { View } from "../../../src/backend/backend.js";
import type { Case } from "./bench.js";

const floats = ["float32", "float64"] as const;

function* layerNormCases(): Iterable<Case> {
  for (const dtype of floats) {
    for (const shape of [[1, 1], [5, 7], [3, 4, 33], [300, 130], [2, 5000]]) {
      for (const affine of [true, false]) {
        yield {
          name: `layerNorm ${dtype} [${shape}]${affine ? "" : ", no weights"}`, tolerance: 2e-4,
          run: (b) => {
            const rows = shape.slice(0, -1);
            const width = shape.slice(-1);
            const [weight, bias] = affine ? [b.random(dtype, width), b.random(dtype, width)] : [null, null];
            const x = b.random(dtype, shape);
            const [mean, rstd, y] = [b.empty(dtype, rows), b.empty(dtype, rows), b.empty(dtype, shape)];
            b.backend.layerNorm(x, weight, bias, mean, rstd, y, 1e-3);
            const sums: (View | null)[] = affine ? [b.empty(dtype, width), b.empty(dtype, width)] : [null, null];
            const dx = b.empty(dtype, shape);
            b.backend.layerNormGrad(b.random(dtype, shape), x, weight, mean, rstd, dx, sums[0], sums[1]);
            return [mean, rstd, y, dx, ...sums.filter((view) => view !== null)];
          },
        };
      }
    }
  }
}

function* lstmCases(): Iterable<Case> {
  for (const dtype of floats) {
    for (const [samples, units] of [[1, 1], [3, 5], [32, 70]]) {
      yield {
        name: `lstmCell ${dtype} ${samples}×${units}`,
        run: (b) => {
          const gates = b.random(dtype, [samples, 4 * units]);
          const before = b.random(dtype, [samples, units]);
          const [c, h] = [b.empty(dtype, [samples, units]), b.empty(dtype, [samples, units])];
          b.backend.lstmCell(gates, before, c, h);
          const dc = b.random(dtype, [samples, units]);
          const dGates = b.empty(dtype, [samples, 4 * units]);
          b.backend.lstmCellGrad(b.random(dtype, [samples, units]), dc, gates, before, c, dGates);
          return [gates, c, h, dc, dGates];
        },
      };
    }
  }
}

function* attentionCases(): Iterable<Case> {
  const sizes = [
    { n: 1, heads: 1, queries: 1, keys: 1, width: 1, values: 1 }, { n: 2, heads: 3, queries: 5, keys: 7, width: 4, values: 3 },
    { n: 2, heads: 2, queries: 130, keys: 130, width: 16, values: 16 }, { n: 1, heads: 2, queries: 9, keys: 4, width: 3, values: 5 },
  ];
  for (const dtype of floats) {
    for (const { n, heads, queries, keys, width, values } of sizes) {
      for (const [what, causal, masked] of [["plain", false, false], ["causal", true, false], ["masked", false, true]] as const) {
        yield {
          name: `attention ${dtype} ${[n, heads, queries, keys, width, values].join("×")}, ${what}`, tolerance: 5e-5,
          run: (b) => {
            const heads4 = { order: [0, 2, 1, 3] };
            const [q, k] = [b.random(dtype, [n, heads, queries, width], heads4), b.random(dtype, [n, heads, keys, width])];
            const v = b.random(dtype, [n, heads, keys, values], heads4);
            const mask = masked ? b.random(dtype, [n, heads, queries, keys], { broadcast: [0, 1] }) : null;
            const [out, logSum] = [b.empty(dtype, [n, heads, queries, values], heads4), b.empty(dtype, [n, heads, queries])];
            const params = { scale: 0.3, causal };
            b.backend.attention(q, k, v, mask, out, logSum, params);
            const [dq, dk, dv] = [q, k, v].map((view, i) => b.empty(dtype, view.shape, i === 1 ? {} : heads4));
            b.backend.attentionGrad(b.random(dtype, out.shape), q, k, v, mask, out, logSum, dq, dk, dv, params);
            return [out, logSum, dq, dk, dv];
          },
        };
      }
    }
  }
}

export const sequenceCases: readonly Case[] = [...layerNormCases(), ...lstmCases(), ...attentionCases()];

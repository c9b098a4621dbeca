/** Softmax, cross-entropy, batch normalisation and optimiser steps. */

import type { View } from "../../../src/backend/backend.js";
import { hwnc } from "../views.js";
import type { Bench, Case } from "./bench.js";

const floats = ["float32", "float64"] as const;

function* softmaxCases(): Iterable<Case> {
  for (const dtype of floats) {
    for (const shape of [[1, 1], [5, 10], [3, 4, 7], [200, 33], [2, 1000]]) {
      for (const log of [false, true]) {
        yield {
          name: `${log ? "log " : ""}softmax ${dtype} [${shape}]`,
          run: (b) => {
            const y = b.empty(dtype, shape);
            b.backend.softmax(b.uniform(dtype, shape, -20, 20), y, log);
            const dx = b.empty(dtype, shape);
            b.backend.softmaxGrad(b.random(dtype, shape), y, dx, log);
            return [y, dx];
          },
        };
      }
    }
    for (const [n, c] of [[1, 2], [7, 10], [64, 5], [9, 1000]]) {
      for (const [smoothing, ignore] of [[0, -100], [0.1, 1], [0.3, -100]]) {
        yield {
          name: `crossEntropy ${dtype} ${n}×${c}, smoothing ${smoothing}, ignore ${ignore}`,
          run: (b) => {
            const logits = b.uniform(dtype, [n, c], -10, 10);
            const target = b.integers("int32", [n], c);
            const loss = b.empty(dtype, [n]);
            const probabilities = b.empty(dtype, [n, c]);
            const bad = b.backend.crossEntropy(logits, target, loss, probabilities, smoothing, ignore);
            const out = b.empty(dtype, [n, c]);
            b.backend.crossEntropyGrad(b.random(dtype, [n]), probabilities, target, out, smoothing, ignore);
            const shared = b.empty(dtype, [n, c]);
            const dLoss = b.values(dtype, [n], new Array<number>(n).fill(0.25), { broadcast: [0] });
            b.backend.crossEntropyGrad(dLoss, probabilities, target, shared, smoothing, ignore);
            return [bad, loss, probabilities, out, shared];
          },
        };
      }
    }
  }
  for (const labels of [[0, 3, 1], [0, 1, -1], [-100, 2, 9]]) {
    yield {
      name: `crossEntropy names the first bad label of [${labels}]`,
      run: (b) => [
        b.backend.crossEntropy(
          b.random("float32", [3, 3]), b.values("int32", [3], labels), b.empty("float32", [3]), b.empty("float32", [3, 3]), 0, -100,
        ),
      ],
    };
  }
}

function* normCases(): Iterable<Case> {
  for (const dtype of floats) {
    for (const shape of [[4, 3, 5, 6], [9, 20, 2, 2], [6, 5], [3, 70, 4, 1]]) {
      const layouts = shape.length === 4 ? [{}, hwnc, { order: [0, 2, 3, 1] }] : [{}, { order: [1, 0] }];
      for (const layout of layouts) {
        for (const affine of [true, false]) {
          yield {
            name: `batchNorm ${dtype} [${shape}] ${JSON.stringify(layout)}${affine ? " with weights" : ""}`,
            tolerance: 2e-5,
            run: (b) => runNorm(b, dtype, shape, layout, affine),
          };
        }
      }
    }
  }
}

function runNorm(b: Bench, dtype: "float32" | "float64", shape: number[], layout: object, affine: boolean): View[] {
  const channels = [shape[1]];
  const x = b.uniform(dtype, shape, 3, 8, layout);
  const weight = affine ? b.random(dtype, channels) : null;
  const bias = affine ? b.random(dtype, channels) : null;
  const [mean, variance, dWeight, dBias] = [0, 1, 2, 3].map(() => b.empty(dtype, channels));
  const [out, evaluated, dx] = [0, 1, 2].map(() => b.empty(dtype, shape, layout));
  b.backend.batchNorm(x, weight, bias, mean, variance, out, 1e-5);
  b.backend.batchNormGrad(b.random(dtype, shape, layout), x, weight, mean, variance, dx, dWeight, dBias, 1e-5);
  b.backend.batchNormEval(x, weight, bias, b.random(dtype, channels), b.uniform(dtype, channels, 0.5, 2), evaluated, 1e-3);
  return [mean, variance, out, dx, dWeight, dBias, evaluated];
}

const sizes = [[3], [5, 7], [20_011], [1]];

function* optimizerCases(): Iterable<Case> {
  for (const dtype of floats) {
    const draw = (b: Bench): View[] => sizes.map((shape) => b.random(dtype, shape));
    for (const [momentum, dampening, weightDecay, nesterov] of [
      [0, 0, 0, false], [0, 0, 0.1, false], [0.9, 0, 0, false], [0.9, 0.2, 0.01, false], [0.8, 0, 0.01, true],
    ] as const) {
      yield {
        name: `sgd ${dtype} momentum ${momentum}, dampening ${dampening}, decay ${weightDecay}, nesterov ${nesterov}`,
        run: (b) => {
          const parameters = draw(b);
          const buffers = momentum === 0 ? null : draw(b);
          const options = { lr: 0.1, momentum, dampening, weightDecay, nesterov };
          b.backend.sgd(parameters, draw(b), buffers, { ...options, first: true });
          b.backend.sgd(parameters, draw(b), buffers, { ...options, first: false });
          return [...parameters, ...(buffers ?? [])];
        },
      };
    }
    for (const [weightDecay, decoupled] of [[0, false], [0.1, false], [0.1, true]] as const) {
      yield {
        name: `adam ${dtype} decay ${weightDecay}${decoupled ? " decoupled" : ""}`,
        run: (b) => {
          const parameters = draw(b);
          const m = draw(b);
          const v = sizes.map((shape) => b.uniform(dtype, shape, 0.1, 2));
          const corrections = { correction1: 0.19, correction2: 0.0199 };
          const options = { lr: 0.01, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay, decoupled, ...corrections };
          b.backend.adam(parameters, draw(b), m, v, options);
          return [...parameters, ...m, ...v];
        },
      };
    }
  }
}

export const trainingCases: readonly Case[] = [...softmaxCases(), ...normCases(), ...optimizerCases()];

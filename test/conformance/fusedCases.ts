/** Kernel cases: convolution, pooling, softmax and cross-entropy, batch normalisation, optimiser steps. */

import type { Conv2dParams, Pool2dParams, View } from "../../src/backend/backend.js";
import type { FloatDType } from "../../src/base/dtype.js";
import type { CaseIO, KernelCase } from "./kernelCases.js";
import { hwnc } from "./views.js";
import type { Layout } from "./views.js";

const floatTypes: readonly FloatDType[] = ["float32", "float64"];
const both = (make: (dtype: FloatDType) => KernelCase[]): KernelCase[] => floatTypes.flatMap(make);

/** Name, [N, C, H, W], O, kernel, parameters. */
const convolutions: readonly (readonly [string, readonly [number, number, number, number], number, readonly [number, number], Conv2dParams])[] = [
  ["5×5, padding 2", [3, 3, 8, 8], 5, [5, 5], { stride: [1, 1], padding: [2, 2], dilation: [1, 1], groups: 1 }],
  ["3×2, stride 2 and 1, dilation", [2, 4, 9, 8], 6, [3, 2], { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2 }],
  ["depthwise", [2, 4, 6, 7], 4, [3, 3], { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 4 }],
  ["1×1", [4, 7, 5, 5], 9, [1, 1], { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }],
  ["wider", [8, 16, 12, 12], 24, [3, 3], { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 }],
];

const positions = (size: number, axis: 0 | 1, kernel: readonly number[], p: Conv2dParams): number =>
  Math.floor((size + 2 * p.padding[axis] - p.dilation[axis] * (kernel[axis] - 1) - 1) / p.stride[axis]) + 1;

const convolutionCases = both((dtype) => convolutions.flatMap(([name, [N, C, H, W], O, kernel, params]): KernelCase[] => {
  const weight = [O, C / params.groups, ...kernel];
  const OH = positions(H, 0, kernel, params);
  const OW = positions(W, 1, kernel, params);
  const out = [N, O, OH, OW];
  const pooled = [N, O, Math.floor(OH / 2), Math.floor(OW / 2)];
  return [
    {
      name: `conv2d ${dtype}, ${name}`, needs: ["conv2d"], tolerance: 5e-5,
      run(io) {
        for (const layout of [undefined, hwnc]) {
          io.backend.conv2d!(io.input(dtype, [N, C, H, W], layout), io.input(dtype, weight), io.input(dtype, [O]), io.output(dtype, out, hwnc), params);
        }
        io.backend.conv2d!(
          io.input(dtype, [N, C, H, W]), io.input(dtype, weight), null, io.output(dtype, out), params, { relu: true, maxPool: false },
        );
        io.backend.conv2d!(
          io.input(dtype, [N, C, H, W], hwnc), io.input(dtype, weight), io.input(dtype, [O]), io.output(dtype, pooled, hwnc), params,
          { relu: true, maxPool: true }, io.output("uint8", pooled, hwnc),
        );
      },
    },
    {
      name: `conv2d gradients ${dtype}, ${name}`, needs: ["conv2dInputGrad", "conv2dWeightGrad"], tolerance: 4e-4,
      run(io) {
        for (const layout of [undefined, hwnc]) {
          const dy = io.input(dtype, out, layout);
          io.backend.conv2dInputGrad!(dy, io.input(dtype, weight), io.output(dtype, [N, C, H, W], layout), params);
          io.backend.conv2dWeightGrad!(io.input(dtype, [N, C, H, W], layout), dy, io.output(dtype, weight), io.output(dtype, [O]), params);
          io.backend.conv2dWeightGrad!(io.input(dtype, [N, C, H, W], layout), dy, io.output(dtype, weight), null, params);
        }
      },
    },
    {
      name: `convEpilogueGrad ${dtype}, ${name}`, needs: ["conv2d", "convEpilogueGrad"], tolerance: 5e-5,
      run(io) {
        const x = io.input(dtype, [N, C, H, W], hwnc);
        for (const maxPool of [true, false]) {
          const epilogue = { relu: true, maxPool };
          const y = io.output(dtype, maxPool ? pooled : out, hwnc);
          const argmax = maxPool ? io.output("uint8", pooled, hwnc) : undefined;
          io.backend.conv2d!(x, io.input(dtype, weight), null, y, params, epilogue, argmax);
          for (const layout of [undefined, hwnc]) {
            io.backend.convEpilogueGrad!(io.input(dtype, y.shape, layout), y, argmax ?? null, io.output(dtype, out, hwnc), epilogue);
          }
        }
      },
    },
  ];
}));

/** Name, [N, C, H, W], window. */
const windows: readonly (readonly [string, readonly [number, number, number, number], Pool2dParams])[] = [
  ["2×2", [3, 5, 6, 8], { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }],
  ["floor rule", [2, 3, 7, 5], { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }],
  ["overlapping, padded", [2, 3, 8, 9], { kernel: [3, 3], stride: [2, 1], padding: [1, 1] }],
  ["gaps between windows", [2, 3, 9, 9], { kernel: [2, 1], stride: [3, 2], padding: [0, 0] }],
  ["large", [16, 20, 16, 16], { kernel: [3, 2], stride: [2, 2], padding: [1, 0] }],
];

const poolingCases = both((dtype) => windows.flatMap(([name, shape, params]) =>
  ([["NCHW", undefined], ["HWNC", hwnc], ["NHWC", { order: [0, 2, 3, 1] }]] as const).flatMap(([layoutName, layout]): KernelCase[] => {
    const [N, C, H, W] = shape;
    const size = (extent: number, axis: 0 | 1): number =>
      Math.floor((extent + 2 * params.padding[axis] - params.kernel[axis]) / params.stride[axis]) + 1;
    const out = [N, C, size(H, 0), size(W, 1)];
    return [
      {
        name: `maxPool2d ${dtype} ${layoutName}, ${name}`, needs: ["maxPool2d", "maxPool2dGrad"],
        run(io) {
          const argmax = io.output("uint8", out, layout);
          io.backend.maxPool2d!(io.input(dtype, shape, layout), io.output(dtype, out, layout), argmax, params);
          io.backend.maxPool2dGrad!(io.input(dtype, out, layout), argmax, io.output(dtype, shape, layout), params);
          io.backend.maxPool2dGrad!(io.input(dtype, out), argmax, io.output(dtype, shape, layout), params);
          const ties = io.values(dtype, shape, Array.from({ length: N * C * H * W }, (_, i) => (i % 5 === 3 ? NaN : i % 3)), layout);
          io.backend.maxPool2d!(ties, io.output(dtype, out, layout), io.output("uint8", out, layout), params);
        },
      },
      {
        name: `avgPool2d ${dtype} ${layoutName}, ${name}`, needs: ["avgPool2d", "avgPool2dGrad"],
        run(io) {
          io.backend.avgPool2d!(io.input(dtype, shape, layout), io.output(dtype, out, layout), params);
          io.backend.avgPool2dGrad!(io.input(dtype, out, layout), io.output(dtype, shape, layout), params);
        },
      },
    ];
  }),
));

const softmaxCases = both((dtype) => [
  ...[false, true].map((log): KernelCase => ({
    name: `softmax ${dtype}${log ? ", logarithm" : ""}`, needs: ["softmax", "softmaxGrad"], tolerance: 3e-6,
    run(io) {
      for (const [rows, columns] of [[1, 1], [3, 7], [5, 16], [4, 33], [2, 2500], [300, 200]]) {
        io.backend.softmax!(io.input(dtype, [rows, columns]), io.output(dtype, [rows, columns]), log);
        const y = io.output(dtype, [rows, columns]);
        io.backend.softmax!(io.input(dtype, [rows, columns]), y, log);
        io.backend.softmaxGrad!(io.input(dtype, [rows, columns]), y, io.output(dtype, [rows, columns]), log);
      }
      io.backend.softmax!(io.values(dtype, [2, 3], [1000, 1001, -1000, 0, NaN, 1]), io.output(dtype, [2, 3]), log);
      const same = io.watch(io.input(dtype, [4, 20]));
      io.backend.softmax!(same, same, log);
    },
  })),
  ...[0, 0.1].map((smoothing): KernelCase => ({
    name: `crossEntropy ${dtype}, smoothing ${smoothing}`, needs: ["crossEntropy", "crossEntropyGrad"], tolerance: 3e-6,
    run(io) {
      for (const [N, C] of [[1, 2], [9, 10], [40, 1000]]) {
        const target = io.values("int32", [N], Array.from({ length: N }, (_, i) => (i % 4 === 3 ? -100 : (i * 7) % C)));
        const p = io.output(dtype, [N, C]);
        io.backend.crossEntropy!(io.input(dtype, [N, C]), target, io.output(dtype, [N]), p, smoothing, -100);
        io.backend.crossEntropyGrad!(io.input(dtype, [N]), p, target, io.output(dtype, [N, C]), smoothing, -100);
        io.backend.crossEntropyGrad!(io.input(dtype, [N], { broadcast: [0] }), p, target, io.output(dtype, [N, C]), smoothing, -100);
      }
    },
  })),
]);

/** Name, shape, layout of x. */
const normalizations: readonly (readonly [string, readonly number[], Layout?])[] = [
  ["[N, C]", [9, 5]], ["NCHW", [3, 5, 4, 6]], ["HWNC", [3, 5, 4, 6], hwnc], ["NHWC", [3, 5, 4, 6], { order: [0, 2, 3, 1] }],
  ["gaps", [3, 5, 4, 6], { step: 2 }], ["mixed", [3, 5, 4, 6], { order: [2, 1, 0, 3] }], ["large NCHW", [16, 6, 32, 32]],
  ["large HWNC", [16, 70, 10, 10], hwnc],
];

const normalizationCases = both((dtype) => normalizations.map(([name, shape, layout]): KernelCase => ({
  name: `batchNorm ${dtype}, ${name}`, needs: ["batchNorm", "batchNormEval", "batchNormGrad"], tolerance: 1e-5,
  run(io) {
    const C = shape[1];
    const k = io.backend;
    const x = io.input(dtype, shape, layout);
    const weight = io.input(dtype, [C]);
    const mean = io.output(dtype, [C]);
    const variance = io.output(dtype, [C]);
    k.batchNorm!(x, weight, io.input(dtype, [C]), mean, variance, io.output(dtype, shape, layout), 1e-5);
    k.batchNorm!(x, null, null, io.output(dtype, [C]), io.output(dtype, [C]), io.output(dtype, shape), 1e-5);
    k.batchNormEval!(x, weight, null, mean, variance, io.output(dtype, shape, layout), 1e-3);
    k.batchNormGrad!(
      io.input(dtype, shape, layout), x, weight, mean, variance, io.output(dtype, shape, layout), io.output(dtype, [C]), io.output(dtype, [C]), 1e-5,
    );
    k.batchNormGrad!(io.input(dtype, shape), x, null, mean, variance, io.output(dtype, shape), io.output(dtype, [C]), io.output(dtype, [C]), 1e-5);
  },
})));

const sizes = [[3, 5], [1], [0], [150, 300], [17, 3]];
const tensors = (io: CaseIO, dtype: FloatDType): View[] => sizes.map((shape) => io.input(dtype, shape));
const watched = (io: CaseIO, views: View[]): View[] => views.map((view) => io.watch(view));
const sgd = { lr: 0.1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, first: false };
const adam = { lr: 0.01, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0, decoupled: false, correction1: 0.19, correction2: 0.0199 };

const optimizerCases = both((dtype) => [
  {
    name: `sgd ${dtype}`, needs: ["sgd"],
    run(io) {
      const k = io.backend;
      k.sgd!(watched(io, tensors(io, dtype)), tensors(io, dtype), null, sgd);
      k.sgd!(watched(io, tensors(io, dtype)), tensors(io, dtype), null, { ...sgd, weightDecay: 0.2 });
      for (const nesterov of [false, true]) {
        for (const first of [false, true]) {
          const options = { ...sgd, momentum: 0.9, dampening: nesterov ? 0 : 0.3, weightDecay: 0.01, nesterov, first };
          k.sgd!(watched(io, tensors(io, dtype)), tensors(io, dtype), watched(io, tensors(io, dtype)), options);
        }
      }
    },
  },
  {
    name: `adam ${dtype}`, needs: ["adam"],
    run(io) {
      for (const options of [adam, { ...adam, weightDecay: 0.1 }, { ...adam, weightDecay: 0.1, decoupled: true }]) {
        const v = tensors(io, dtype);
        for (const view of v) io.backend.unary("square", view, view);
        io.backend.adam!(watched(io, tensors(io, dtype)), tensors(io, dtype), watched(io, tensors(io, dtype)), watched(io, v), options);
      }
    },
  },
]);

export const fusedCases: readonly KernelCase[] = [
  ...convolutionCases, ...poolingCases, ...softmaxCases, ...normalizationCases, ...optimizerCases,
];

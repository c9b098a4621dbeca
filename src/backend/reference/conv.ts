/**
 * Convolution (cross-correlation, as networks use it) and its gradients. All three walk the same set of terms
 * y[n, o, i, j] += x[n, c, i·s − p + k·d, j·s − p + l·d] · w[o, c, k, l] with indices inside x; padding is zero.
 */

import type { Conv2dParams, ConvEpilogue } from "../backend.js";
import { index4, positions, rounded } from "./elements.js";
import type { Elements } from "./elements.js";
import { fill } from "./elementwise.js";

/** Calls `visit` for each term: input channel c counts within x, `weightChannel` within the group. */
function forEachTerm(
  x: Elements, weight: Elements, y: Elements, { stride, padding, dilation, groups }: Conv2dParams,
  visit: (xAt: number, weightAt: number, yAt: number) => void,
): void {
  const [images, , height, width] = x.shape;
  const [filters, groupChannels, kernelHeight, kernelWidth] = weight.shape;
  const [, , outHeight, outWidth] = y.shape;
  const groupFilters = filters / groups;
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < filters; o++) {
      const firstChannel = Math.floor(o / groupFilters) * groupChannels;
      for (let i = 0; i < outHeight; i++) {
        for (let j = 0; j < outWidth; j++) {
          const yAt = index4(y, n, o, i, j);
          for (let k = 0; k < kernelHeight; k++) {
            const row = i * stride[0] - padding[0] + k * dilation[0];
            if (row < 0 || row >= height) continue;
            for (let l = 0; l < kernelWidth; l++) {
              const column = j * stride[1] - padding[1] + l * dilation[1];
              if (column < 0 || column >= width) continue;
              for (let c = 0; c < groupChannels; c++) {
                visit(index4(x, n, firstChannel + c, row, column), index4(weight, o, c, k, l), yAt);
              }
            }
          }
        }
      }
    }
  }
}

/** A double accumulator over the places of `e`'s storage that `e` uses. */
function accumulator(e: Elements): { sums: Float64Array; store(): void } {
  const sums = new Float64Array(e.data.length);
  const store = (): void => {
    for (const position of positions(e)) e.data[position] = sums[position];
  };
  return { sums, store };
}

/** Dense row-major elements of the given shape and of `like`'s type. */
function scratch(shape: readonly number[], like: Elements): Elements {
  const [, b, c, d] = shape;
  const size = shape.reduce((a, s) => a * s, 1);
  const data = like.dtype === "float32" ? new Float32Array(size) : new Float64Array(size);
  return { data, dtype: like.dtype, shape, strides: [b * c * d, c * d, d, 1], offset: 0 };
}

export function conv2d(
  x: Elements, weight: Elements, bias: Elements | null, out: Elements, params: Conv2dParams,
  { relu, maxPool }: ConvEpilogue, argmax: Elements | null,
): void {
  const y = maxPool ? scratch(unpooledShape(x, weight, params), out) : out;
  const { sums, store } = accumulator(y);
  forEachTerm(x, weight, y, params, (xAt, weightAt, yAt) => {
    sums[yAt] += x.data[xAt] * weight.data[weightAt];
  });
  for (let o = 0; o < y.shape[1]; o++) {
    const shift = bias ? bias.data[bias.offset + o * bias.strides[0]] : 0;
    const channel = { ...y, offset: y.offset + o * y.strides[1], shape: y.shape.with(1, 1) };
    for (const position of positions(channel)) {
      const value = rounded(y, sums[position] + shift);
      sums[position] = relu && value <= 0 ? 0 : value;
    }
  }
  store();
  if (maxPool) maxPool2x2(y, out, argmax);
}

function unpooledShape(x: Elements, weight: Elements, { stride, padding, dilation }: Conv2dParams): number[] {
  const size = (axis: 0 | 1): number => {
    const extent = dilation[axis] * (weight.shape[2 + axis] - 1) + 1;
    return Math.floor((x.shape[2 + axis] + 2 * padding[axis] - extent) / stride[axis]) + 1;
  };
  return [x.shape[0], weight.shape[0], size(0), size(1)];
}

/** 2×2 windows of stride 2; the first maximum in row-major order wins, and NaN is a maximum. */
function maxPool2x2(y: Elements, out: Elements, argmax: Elements | null): void {
  const [images, channels, height, width] = out.shape;
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < channels; o++) {
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const window = [0, 1, 2, 3].map((p) => y.data[index4(y, n, o, 2 * i + (p >> 1), 2 * j + (p & 1))]);
          const max = Math.max(...window);
          out.data[index4(out, n, o, i, j)] = max;
          if (argmax) argmax.data[index4(argmax, n, o, i, j)] = window.findIndex((value) => Object.is(value, max) || value === max);
        }
      }
    }
  }
}

/** dL/dx: each term sends dy·w back to x. */
export function conv2dInputGrad(dy: Elements, weight: Elements, out: Elements, params: Conv2dParams): void {
  const { sums, store } = accumulator(out);
  forEachTerm(out, weight, dy, params, (xAt, weightAt, dyAt) => {
    sums[xAt] += dy.data[dyAt] * weight.data[weightAt];
  });
  store();
}

/** dL/dw: each term sends dy·x back to w; dL/dbias sums dy over images and places. */
export function conv2dWeightGrad(
  x: Elements, dy: Elements, out: Elements, dBias: Elements | null, params: Conv2dParams,
): void {
  const { sums, store } = accumulator(out);
  forEachTerm(x, out, dy, params, (xAt, weightAt, dyAt) => {
    sums[weightAt] += dy.data[dyAt] * x.data[xAt];
  });
  store();
  if (dBias === null) return;
  for (let o = 0; o < dy.shape[1]; o++) {
    const channel = { ...dy, offset: dy.offset + o * dy.strides[1], shape: dy.shape.with(1, 1) };
    const total = positions(channel).reduce((sum, position) => sum + dy.data[position], 0);
    dBias.data[dBias.offset + o * dBias.strides[0]] = total;
  }
}

/** Backward of the epilogue: dy goes to the place of each window's maximum (or stays), where y > 0 if there was a ReLU. */
export function convEpilogueGrad(
  dy: Elements, y: Elements, argmax: Elements | null, out: Elements, { relu, maxPool }: ConvEpilogue,
): void {
  fill(out, 0);
  const [images, channels, height, width] = dy.shape;
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < channels; o++) {
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          if (relu && !(y.data[index4(y, n, o, i, j)] > 0)) continue;
          const place = argmax ? argmax.data[index4(argmax, n, o, i, j)] : 0;
          const scale = maxPool ? 2 : 1;
          const to = index4(out, n, o, scale * i + (place >> 1), scale * j + (place & 1));
          out.data[to] = dy.data[index4(dy, n, o, i, j)];
        }
      }
    }
  }
}

/** What all pooling asks of its options, for one, two or three spatial axes. */

import { ShapeError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import { type Axes, checkImage, checkOptions, type PerAxis, perAxis, windowPositions } from "./windows.js";

/** Options of pooling; P: number of spatial axes. */
export interface PoolOptions<P extends PerAxis> {
  /** Size of the window. */
  readonly kernel: P;
  /** Default: the kernel, so that windows do not overlap. */
  readonly stride?: P;
  /** Border on each side, at most half the kernel: −∞ for the maximum, zeros for the mean. Default 0. */
  readonly padding?: P;
  /** A last window that hangs over the end counts too, with what it has inside. Default false. */
  readonly ceilMode?: boolean;
}

export interface MaxPoolOptions<P extends PerAxis> extends PoolOptions<P> {
  /** Distance between the places of a window. Default 1. */
  readonly dilation?: P;
}

export interface AvgPoolOptions<P extends PerAxis> extends PoolOptions<P> {
  /** Whether the zeros of the padding count in the mean. Default true. */
  readonly countIncludePad?: boolean;
}

/** The options, with a number for every axis. */
export interface PoolGeometry<P extends PerAxis = PerAxis> {
  readonly kernel: Axes<P>;
  readonly stride: Axes<P>;
  readonly padding: Axes<P>;
  readonly dilation: Axes<P>;
  readonly ceil: boolean;
}

/**
 * @throws ValueError for an option out of its range; ShapeError for padding of more than half the window.
 */
export function poolGeometry<P extends PerAxis>(op: string, rank: number, options: MaxPoolOptions<P>): PoolGeometry<P> {
  checkOptions(op, options, "{ kernel: 2 }");
  const { kernel, stride = kernel, padding, dilation, ceilMode = false } = options;
  const geometry: PoolGeometry<P> = {
    kernel: perAxis(op, "kernel", kernel, rank, 1),
    stride: perAxis(op, "stride", stride, rank, 1),
    padding: perAxis(op, "padding", padding ?? (0 as P), rank, 0),
    dilation: perAxis(op, "dilation", dilation ?? (1 as P), rank, 1),
    ceil: ceilMode,
  };
  geometry.padding.forEach((n, axis) => {
    if (2 * n > geometry.kernel[axis]) {
      throw new ShapeError(`${op}: padding ${n} is more than half of the window ${geometry.kernel[axis]}; a window could lie outside the image.`);
    }
  });
  return geometry;
}

/**
 * Shape of the result.
 * @throws ShapeError unless `shape` is [N, C, …] and a window fits.
 */
export function pooledShape(op: string, shape: Shape, { kernel, stride, padding, dilation, ceil }: PoolGeometry): number[] {
  checkImage(op, shape, kernel.length);
  const positions = windowPositions(op, shape, (i) => ({ kernel: kernel[i], stride: stride[i], padding: padding[i], dilation: dilation[i], ceil }));
  return [shape[0], shape[1], ...positions];
}

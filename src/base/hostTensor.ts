/** Tensors outside any backend: what files and data sets hold. */

import type { DType, TypedArray } from "./dtype.js";
import type { Shape } from "./shape.js";

/** A tensor on the host: contiguous, row-major. Bools are bytes 0 and 1. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TypedArray;
}

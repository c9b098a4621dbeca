/** Tensors inside of event files: little-endian bytes, or texts. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { sizeOf, type Shape } from "../../base/shape.js";
import { dataTypes, type TensorMessage, type TensorShapeMessage } from "./schema.js";

export type TensorInit = MessageInitShape<GenMessage<TensorMessage>>;

export const shapeInit = (shape: Shape): MessageInitShape<GenMessage<TensorShapeMessage>> => ({ dim: shape.map((size) => ({ size: BigInt(size) })) });

/** A float32 or float64 tensor. */
export function numbersInit(values: Float32Array | Float64Array, shape: Shape): TensorInit {
  const bytes = new Uint8Array(values.byteLength);
  const view = new DataView(bytes.buffer);
  const wide = values instanceof Float64Array;
  values.forEach((value, i) => (wide ? view.setFloat64(8 * i, value, true) : view.setFloat32(4 * i, value, true)));
  return { dtype: wide ? dataTypes.float64 : dataTypes.float32, tensorShape: shapeInit(shape), tensorContent: bytes };
}

/** Strings are bytes: of a text its UTF-8, or of an image its file. */
export function stringsInit(values: readonly (string | Uint8Array)[], shape: Shape): TensorInit {
  const encoder = new TextEncoder();
  return { dtype: dataTypes.string, tensorShape: shapeInit(shape), stringVal: values.map((value) => (typeof value === "string" ? encoder.encode(value) : value)) };
}

export const shapeOf = (shape: TensorShapeMessage | undefined): number[] => (shape?.dim ?? []).map(({ size }) => Number(size));

/** The numbers of a float32, float64 or int32 tensor; undefined if it is of another type, or holds not as many as its shape says. */
export function numbersOf(t: TensorMessage): number[] | undefined {
  const size = sizeOf(shapeOf(t.tensorShape));
  const { tensorContent: bytes } = t;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (width: number, listed: readonly number[], at: (offset: number) => number): number[] | undefined => {
    if (bytes.length > 0) return bytes.length === width * size ? Array.from({ length: size }, (_, i) => at(width * i)) : undefined;
    // One value that is listed stands for all.
    if (listed.length === 1 && size <= maxRepeated) return Array.from({ length: size }, () => listed[0]);
    return listed.length === size ? [...listed] : undefined;
  };
  if (t.dtype === dataTypes.float32) return read(4, t.floatVal, (offset) => view.getFloat32(offset, true));
  if (t.dtype === dataTypes.float64) return read(8, t.doubleVal, (offset) => view.getFloat64(offset, true));
  return t.dtype === dataTypes.int32 ? read(4, t.intVal, (offset) => view.getInt32(offset, true)) : undefined;
}

/** No curve and no histogram has more; a damaged shape may claim any number. */
const maxRepeated = 1 << 20;

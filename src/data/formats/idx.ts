/**
 * IDX, the format of MNIST and its successors: two zero bytes, a type code, the number of axes, each axis' size (32 bits, big-endian),
 * then the values. Only unsigned bytes are read. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", yann.lecun.com/exdb/mnist.
 */

import { checkValue, instanceOf, integer, text } from "../../base/options.js";
import { damaged } from "./damaged.js";

/** Unsigned bytes of a shape, sharing memory with the file they were parsed from. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The type code of unsigned bytes. */
const unsignedByte = 0x08;

/**
 * Parses an IDX file of `axes` axes. Allocates nothing: sizes in the header are believed only as far as the file goes.
 * @param file its name, for messages.
 * @throws DataError that names the byte offset of the first thing wrong.
 *
 * @example
 * const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1);
 * data.parseIdx("labels", bytes, 1) // → { shape: [3], data: [7, 2, 1] }
 */
export function parseIdx(file: string, bytes: Uint8Array, axes: number): IdxArray {
  checkValue("parseIdx", "file", file, text);
  checkValue("parseIdx", "bytes", bytes, instanceOf(Uint8Array));
  checkValue("parseIdx", "axes", axes, integer(0, 255));
  const header = 4 + 4 * axes;
  if (bytes.length < header) throw damaged(file, `byte ${bytes.length}`, `an IDX header of ${header} bytes`, "the end of the file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint16(0) !== 0) throw damaged(file, "byte 0", "two zero bytes (IDX)", hex(view.getUint16(0), 4));
  if (bytes[2] !== unsignedByte) throw damaged(file, "byte 2", "type code 0x08 (unsigned bytes)", hex(bytes[2], 2));
  if (bytes[3] !== axes) throw damaged(file, "byte 3", `${axes} axes`, String(bytes[3]));
  const shape: number[] = [];
  let size = 1;
  for (let axis = 0; axis < axes; axis++) {
    const length = view.getUint32(4 + 4 * axis);
    if (length === 0) throw damaged(file, `byte ${4 + 4 * axis}`, `a size of axis ${axis} from 1 on`, "0");
    shape.push(length);
    size *= length;
  }
  const rest = bytes.length - header;
  if (rest !== size) throw damaged(file, `byte ${header}`, `${size} values (shape [${shape.join(", ")}])`, `${rest} until the end of the file`);
  return { shape, data: bytes.subarray(header) };
}

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, "0")}`;

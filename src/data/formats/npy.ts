/**
 * .npy and .npz, NumPy's files of arrays. A .npy file is a magic string, a version, a Python dictionary with type, order and shape, and the numbers; a
 * .npz file is a zip archive of them. Format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import type { Unzipped } from "fflate";
import { type DType, hostArray, type TypedArray } from "../../base/dtype.js";
import { DataError } from "../../base/errors.js";
import { anything, checkValue, instanceOf, isOptions, numbers as numberKind, optionsOf, text as textKind } from "../../base/options.js";
import type { HostTensor } from "../../base/hostTensor.js";
import { formatShape, sizeOf } from "../../base/shape.js";
import { checkSpec } from "../../ops/checks.js";

/** How the elements of one type are read, and what they become. */
interface ElementType {
  readonly bytes: number;
  readonly dtype: DType;
  readonly read: (view: DataView, offset: number, littleEndian: boolean) => number | bigint;
}

/** By the type's letter and size. Types without a tensor type of their own become one that holds their values, or are refused where it does not. */
const elementTypes: Readonly<Record<string, ElementType>> = {
  b1: { bytes: 1, dtype: "bool", read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  u1: { bytes: 1, dtype: "uint8", read: (view, at) => view.getUint8(at) },
  i1: { bytes: 1, dtype: "int32", read: (view, at) => view.getInt8(at) },
  u2: { bytes: 2, dtype: "int32", read: (view, at, little) => view.getUint16(at, little) },
  i2: { bytes: 2, dtype: "int32", read: (view, at, little) => view.getInt16(at, little) },
  u4: { bytes: 4, dtype: "int32", read: (view, at, little) => view.getUint32(at, little) },
  i4: { bytes: 4, dtype: "int32", read: (view, at, little) => view.getInt32(at, little) },
  u8: { bytes: 8, dtype: "int32", read: (view, at, little) => view.getBigUint64(at, little) },
  i8: { bytes: 8, dtype: "int32", read: (view, at, little) => view.getBigInt64(at, little) },
  f2: { bytes: 2, dtype: "float32", read: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
  f4: { bytes: 4, dtype: "float32", read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, dtype: "float64", read: (view, at, little) => view.getFloat64(at, little) },
};

/** The number in 16 bits: sign, 5 bits of exponent, 10 of fraction (IEEE 754). */
function halfToNumber(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** A longer header is refused. */
const mostHeaderBytes = 1_000_000;

function damagedArray(file: string, where: string, expected: string, got: string): DataError {
  return new DataError(`${file}: at ${where}, expected ${expected}, got ${got}. Save the array again with numpy.save, as numbers or booleans.`);
}

interface Header {
  /** `<f4`. */
  readonly type: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly end: number;
}

function parseHeader(file: string, bytes: Uint8Array): Header {
  const wrong = magic.findIndex((byte, i) => bytes[i] !== byte);
  if (wrong >= 0) throw damagedArray(file, `byte ${wrong}`, "the mark of a .npy file (\\x93NUMPY)", bytes.length > wrong ? `0x${bytes[wrong].toString(16)}` : "the end of the file");
  const version = bytes[6];
  if (version !== 1 && version !== 2 && version !== 3) throw damagedArray(file, "byte 6", "version 1, 2 or 3", String(version ?? "the end of the file"));
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw damagedArray(file, `byte ${bytes.length}`, `${start} bytes of header`, "the end of the file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const end = start + length;
  if (length > mostHeaderBytes || end > bytes.length) throw damagedArray(file, "byte 8", `a header of at most ${Math.min(mostHeaderBytes, bytes.length - start)} bytes`, String(length));
  const text = new TextDecoder("latin1").decode(bytes.subarray(start, end));
  const dictionary = /^\{\s*'descr':\s*(?<descr>'[^']*'|\[.*\]),\s*'fortran_order':\s*(?<order>True|False),\s*'shape':\s*\((?<shape>[\d\s,]*)\),?\s*\}\s*$/.exec(text);
  if (dictionary?.groups === undefined) throw damagedArray(file, `byte ${start}`, "{'descr': …, 'fortran_order': …, 'shape': …}", JSON.stringify(text.slice(0, 80)));
  const { descr, order, shape } = dictionary.groups;
  const sizes = shape.split(",").map((size) => size.trim()).filter((size) => size !== "").map(Number);
  if (!sizes.every(Number.isSafeInteger)) throw damagedArray(file, `byte ${start}`, "sizes below 2^53", shape);
  return { type: descr.replaceAll("'", ""), fortran: order === "True", shape: sizes, end };
}

function checkFile(caller: string, file: string, bytes: Uint8Array): void {
  checkValue(caller, "file", file, textKind);
  checkValue(caller, "bytes", bytes, instanceOf(Uint8Array));
}

export interface ReadNpyOptions {
  /** The type of the tensor. Default: bool, uint8, float32 and float64 as stored, float16 as float32, other integers as int32. */
  readonly dtype?: DType;
}

/**
 * Parses a .npy file. Booleans, integers of 1 to 8 bytes and floats of 2 to 8 bytes are read, of either byte order, row by row or column by column
 * (Fortran). Allocates no more than the file holds.
 * @param file its name, for messages.
 * @throws DataError that names the byte where the file is wrong, a type that is no number, or a number that the tensor's type cannot hold.
 *
 * @example
 * const bytes = data.encodeNpy({ dtype: "float32", shape: [2], data: Float32Array.of(1.5, 2) });
 * data.parseNpy("x.npy", bytes)                 // → { dtype: "float32", shape: [2], data: [1.5, 2] }
 * data.parseNpy("x.npy", bytes.subarray(0, 90)) // → throws DataError: x.npy: at byte 8, expected a header
 */
export function parseNpy(file: string, bytes: Uint8Array, options: ReadNpyOptions = {}): HostTensor {
  checkFile("parseNpy", file, bytes);
  optionsOf("parseNpy", options, { dtype: anything });
  const { type, fortran, shape, end } = parseHeader(file, bytes);
  const element = /^[<>|=]/.test(type) ? elementTypes[type.slice(1)] : undefined;
  if (element === undefined) {
    throw damagedArray(file, "the header's descr", `booleans, integers or floats (${Object.keys(elementTypes).join(", ")})`, JSON.stringify(type));
  }
  const size = sizeOf(shape);
  const rest = bytes.length - end;
  if (size * element.bytes !== rest) {
    throw damagedArray(file, `byte ${end}`, `${size * element.bytes} bytes for shape ${formatShape(shape)} of ${type}`, `${rest} until the end of the file`);
  }
  const dtype = options.dtype ?? element.dtype;
  checkSpec("parseNpy", shape, dtype);
  const data = hostArray(dtype, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset + end, rest);
  const littleEndian = type[0] !== ">";
  const place = fortran ? fortranPlaces(shape) : undefined;
  for (let i = 0; i < size; i++) {
    const value = element.read(view, i * element.bytes, littleEndian);
    const number = Number(value);
    const at = place === undefined ? i : place(i);
    data[at] = number;
    if (!holds(dtype, data[at], value)) {
      throw new DataError(
        `${file}: element ${i} is ${value}, which ${dtype} cannot hold exactly. Read it with { dtype: "float64" }, or save it as another type.`,
      );
    }
  }
  return { dtype, shape, data };
}

/** Whether `stored` is the value of the file; floats may be rounded to fewer digits. */
function holds(dtype: DType, stored: number, value: number | bigint): boolean {
  if (typeof value === "bigint") return BigInt(Number.isInteger(stored) ? stored : 0) === value || dtype === "float32";
  return dtype === "float32" || dtype === "float64" || stored === value;
}

/** The row-major place of element i of a column-major array. */
function fortranPlaces(shape: readonly number[]): (i: number) => number {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return (i) => {
    let [rest, place] = [i, 0];
    for (const [axis, size] of shape.entries()) {
      place += (rest % size) * strides[axis];
      rest = Math.floor(rest / size);
    }
    return place;
  };
}

const descriptions: Readonly<Record<DType, string>> = { bool: "|b1", uint8: "|u1", int32: "<i4", float32: "<f4", float64: "<f8" };

/**
 * The bytes of a .npy file.
 *
 * @example
 * data.encodeNpy({ dtype: "uint8", shape: [3], data: Uint8Array.of(1, 2, 3) }).length // → 131
 */
export function encodeNpy(array: HostTensor): Uint8Array {
  const has = (value: unknown): boolean => isOptions(value) && "data" in value && ArrayBuffer.isView(value.data) && numberKind.has(value.data);
  checkValue("encodeNpy", "the array", array, { what: "{ dtype, shape, data } with data in a typed array", has });
  const { dtype, shape, data } = array;
  checkSpec("encodeNpy", shape, dtype);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Spaces and a line break bring the header to a multiple of 64 bytes.
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`);
  const numbers = littleEndianBytes(data);
  const bytes = new Uint8Array(10 + length + numbers.length);
  bytes.set([...magic, 1, 0, length & 255, length >> 8]);
  bytes.set(header, 10);
  bytes.set(numbers, 10 + length);
  return bytes;
}

const hostIsLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function littleEndianBytes(data: TypedArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (hostIsLittleEndian || data.BYTES_PER_ELEMENT === 1) return bytes;
  const swapped = bytes.slice();
  for (let i = 0; i < swapped.length; i += data.BYTES_PER_ELEMENT) swapped.subarray(i, i + data.BYTES_PER_ELEMENT).reverse();
  return swapped;
}

/** A deflated file grows by this factor at most (RFC 1951). */
const mostGrowth = 1032;

/**
 * The arrays of a .npz archive, on the host.
 * @throws DataError for a damaged archive, and as `parseNpy` for its members.
 *
 * @example
 * data.parseNpz("set.npz", Uint8Array.of(1, 2, 3)) // → throws DataError: set.npz: expected a zip archive of .npy files (3 bytes)
 */
export async function parseNpz(file: string, bytes: Uint8Array, options: ReadNpyOptions = {}): Promise<Record<string, HostTensor>> {
  checkFile("parseNpz", file, bytes);
  const { unzipSync } = await import("fflate");
  let members: Unzipped;
  try {
    members = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (size > bytes.length || originalSize > mostGrowth * (size + 1)) throw new Error(`member ${name} claims ${originalSize} bytes, packed in ${size}`);
        return true;
      },
    });
  } catch (error) {
    throw new DataError(
      `${file}: expected a zip archive of .npy files (${bytes.length} bytes): ${error instanceof Error ? error.message : String(error)}. ` +
        `It is damaged, cut or of another kind; save it again with numpy.savez.`,
      { cause: error },
    );
  }
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name.replace(/\.npy$/, ""), parseNpy(`${file}: ${name}`, member, options)]),
  );
}

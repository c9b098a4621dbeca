/**
 * Safetensors: named tensors in one file that holds data and nothing executable.
 *
 * Layout: 8 bytes little-endian header length n, n bytes of JSON, then the data. The JSON maps each name to
 * `{"dtype", "shape", "data_offsets": [begin, end]}`, offsets counted from the start of the data; `__metadata__` maps
 * strings to strings. Tensors lie in order of falling element size and then of name, without gaps, and the header is
 * padded with spaces to 8 bytes, so every tensor is aligned and equal content gives equal bytes.
 *
 * Format: https://github.com/huggingface/safetensors#format
 */

import { dtypeBytes, hostArray, type DType } from "../base/dtype.js";
import { DataError, ValueError } from "../base/errors.js";
import type { HostTensor } from "../base/hostTensor.js";
import { formatShape, sizeOf } from "../base/shape.js";
import { findDuplicateKey } from "./jsonKeys.js";

export type { HostTensor };

export interface SafetensorsFile {
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: Record<string, string>;
}

/** The format's own limit for the header; a longer one is refused before it is parsed. */
const maxHeaderBytes = 100_000_000;

const formatNames: Readonly<Record<DType, string>> = {
  float64: "F64",
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

/** File order of the types we write: the format's own, largest elements first. */
const writeOrder: readonly DType[] = ["float64", "float32", "int32", "uint8", "bool"];

/** How a stored type reads: bytes of one stored element, and the host type it becomes. */
interface StoredType {
  readonly bytes: number;
  readonly dtype: DType;
  /** For types that we have no array for: the value of the element at byte `offset`. */
  readonly convert?: (view: DataView, offset: number) => number;
}

const storedTypes: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ["F64", { bytes: 8, dtype: "float64" }],
  ["F32", { bytes: 4, dtype: "float32" }],
  ["I32", { bytes: 4, dtype: "int32" }],
  ["U8", { bytes: 1, dtype: "uint8" }],
  ["BOOL", { bytes: 1, dtype: "bool" }],
  ["F16", { bytes: 2, dtype: "float32", convert: (view, offset) => halfToNumber(view.getUint16(offset, true)) }],
  ["BF16", { bytes: 2, dtype: "float32", convert: (view, offset) => bfloat16ToNumber(view.getUint16(offset, true)) }],
  ["I64", { bytes: 8, dtype: "int32", convert: (view, offset) => Number(view.getBigInt64(offset, true)) }],
]);

/**
 * The bytes of a safetensors file.
 * @throws ValueError when data and shape disagree, or a name is `__metadata__`.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = [...tensors].sort(
    ([nameA, a], [nameB, b]) => writeOrder.indexOf(a.dtype) - writeOrder.indexOf(b.dtype) || compareUtf8(nameA, nameB),
  );
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set("__metadata__", metadata);
  let end = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    if (name === "__metadata__") {
      throw new ValueError('encodeSafetensors: a tensor cannot be named "__metadata__"; the format keeps that name.');
    }
    if (data.length !== sizeOf(shape) || data.BYTES_PER_ELEMENT !== dtypeBytes[dtype]) {
      throw new ValueError(
        `encodeSafetensors: tensor "${name}" of type ${dtype} and shape ${formatShape(shape)} needs ${sizeOf(shape)} ` +
          `elements, but its ${data.constructor.name} holds ${data.length}.`,
      );
    }
    const begin = end;
    end += data.byteLength;
    header.set(name, { dtype: formatNames[dtype], shape, data_offsets: [begin, end] });
  }

  const json = new TextEncoder().encode(jsonObject(header));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end).fill(0x20, 8 + json.length, 8 + headerBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, 8);
  let position = 8 + headerBytes;
  for (const [, { data }] of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

/**
 * Reads a safetensors file. Float16 and bfloat16 become float32; int64 becomes int32 if every value fits.
 * The tensors own their memory.
 * @param origin what errors call the bytes, normally the path.
 * @throws DataError naming `origin`, the tensor, and what is wrong.
 */
export function decodeSafetensors(bytes: Uint8Array, origin: string): SafetensorsFile {
  const { header, data } = splitFile(bytes, origin);
  const tensors = new Map<string, HostTensor>();
  const spans: Span[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = readMetadata(entry, origin);
      continue;
    }
    const { stored, shape, span } = readEntry(name, entry, data.length, origin);
    spans.push(span);
    tensors.set(name, readTensor(stored, shape, data.subarray(span.begin, span.end), `${origin}: tensor "${name}"`));
  }
  checkTiling(spans, data.length, origin);
  return { tensors, metadata };
}

interface Span {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/** What files often are that were taken for this format, and what to do. */
function otherFormat(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 8)).trimStart();
  if (start.startsWith("PK\x03\x04")) return "is a zip archive, as torch.save writes; write it with safetensors.torch.save_file";
  if (start.startsWith("<")) return "is a web page or other markup; check the address that it came from";
  return undefined;
}

function splitFile(bytes: Uint8Array, origin: string): { header: Record<string, unknown>; data: Uint8Array } {
  const fail = (problem: string): never => {
    throw new DataError(`${origin} is not a whole safetensors file: ${problem}. Copy or download it again.`);
  };
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes, and the header length alone takes 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const other = length > maxHeaderBytes ? otherFormat(bytes) : undefined;
  if (other !== undefined) throw new DataError(`${origin} is not a safetensors file: it ${other}.`);
  if (length > maxHeaderBytes) fail(`its header claims ${length} bytes, more than the format's limit of ${maxHeaderBytes}`);
  const headerEnd = 8 + Number(length);
  if (headerEnd > bytes.length) fail(`its header claims ${length} bytes, but only ${bytes.length - 8} follow`);

  let text = "";
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, headerEnd));
    header = JSON.parse(text);
  } catch (error) {
    fail(`its header is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isRecord(header) || !text.startsWith("{")) return fail("its header is not a JSON object");
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) fail(`its header names ${JSON.stringify(duplicate)} twice`);
  return { header, data: bytes.subarray(headerEnd) };
}

function readMetadata(entry: unknown, origin: string): Record<string, string> {
  const problem = `${origin}: "__metadata__" in its header must map strings to strings`;
  if (!isRecord(entry)) throw new DataError(`${problem}, but is ${JSON.stringify(entry)}.`);
  const pairs = Object.entries(entry).map(([key, value]): [string, string] => {
    if (typeof value !== "string") throw new DataError(`${problem}, but "${key}" holds ${JSON.stringify(value)}.`);
    return [key, value];
  });
  return Object.fromEntries(pairs);
}

function readEntry(name: string, entry: unknown, dataBytes: number, origin: string): { stored: StoredType; shape: number[]; span: Span } {
  const fail = (problem: string): never => {
    throw new DataError(`${origin}: tensor "${name}" ${problem}. The file is damaged or of another format version.`);
  };
  if (!isRecord(entry)) return fail("has no description in the header");
  const { dtype, shape, data_offsets: offsets } = entry;
  const stored = typeof dtype === "string" ? storedTypes.get(dtype) : undefined;
  if (stored === undefined) {
    throw new DataError(
      `${origin}: tensor "${name}" has type ${JSON.stringify(dtype)}; readable are ${[...storedTypes.keys()].join(", ")}. ` +
        `Convert it where it was made.`,
    );
  }
  if (!isNaturals(shape)) return fail(`has shape ${JSON.stringify(shape)}, not a list of sizes`);
  if (!isNaturals(offsets) || offsets.length !== 2) return fail(`has data_offsets ${JSON.stringify(offsets)}, not [begin, end]`);
  const [begin, end] = offsets;
  if (begin > end || end > dataBytes) return fail(`lies at bytes ${begin} to ${end} of the data, which has ${dataBytes} bytes`);
  const expected = sizeOf(shape) * stored.bytes;
  if (end - begin !== expected) {
    return fail(`of type ${dtype} and shape ${formatShape(shape)} needs ${expected} bytes, but the header gives it ${end - begin}`);
  }
  return { stored, shape, span: { name, begin, end } };
}

/** Spans must cover the data from first to last byte, each byte once. */
function checkTiling(spans: Span[], dataBytes: number, origin: string): void {
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of spans) {
    if (begin !== covered) {
      const problem = begin < covered ? "overlaps the tensor before it" : `leaves bytes ${covered} to ${begin} without an owner`;
      throw new DataError(`${origin}: tensor "${name}" at bytes ${begin} to ${end} of the data ${problem}. The file is damaged.`);
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new DataError(`${origin}: its header describes ${covered} bytes of data, but ${dataBytes} are there. The file is damaged.`);
  }
}

function readTensor(stored: StoredType, shape: number[], bytes: Uint8Array, what: string): HostTensor {
  const data = hostArray(stored.dtype, sizeOf(shape));
  if (stored.convert === undefined) {
    new Uint8Array(data.buffer).set(bytes);
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < data.length; i++) {
      const value = stored.convert(view, i * stored.bytes);
      data[i] = value;
      if (stored.dtype === "int32" && data[i] !== value) {
        throw new DataError(`${what}: the 64-bit integer ${value} at position ${i} does not fit into int32.`);
      }
    }
  }
  if (stored.dtype === "bool") {
    const bad = data.findIndex((value) => value > 1);
    if (bad >= 0) throw new DataError(`${what}: position ${bad} holds ${data[bad]}, but a bool is 0 or 1.`);
  }
  return { dtype: stored.dtype, shape, data };
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const bits32 = new Uint32Array(1);
const float32 = new Float32Array(bits32.buffer);

/** The upper half of a binary32. */
function bfloat16ToNumber(bits: number): number {
  bits32[0] = bits << 16;
  return float32[0];
}

/** JSON of a map: unlike an object's, its keys keep their order even when they look like numbers. */
function jsonObject(map: ReadonlyMap<string, unknown>): string {
  return `{${[...map].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
}

/** Order of the UTF-8 bytes; JavaScript's own order of strings is by UTF-16 unit. */
function compareUtf8(a: string, b: string): number {
  const encoder = new TextEncoder();
  const bytesA = encoder.encode(a);
  const bytesB = encoder.encode(b);
  const length = Math.min(bytesA.length, bytesB.length);
  for (let i = 0; i < length; i++) if (bytesA[i] !== bytesB[i]) return bytesA[i] - bytesB[i];
  return bytesA.length - bytesB.length;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNaturals(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

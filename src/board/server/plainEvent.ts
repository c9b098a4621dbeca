/**
 * The commonest events, one number or one histogram, read without building their messages: of a training's records nearly all are such. Of a histogram
 * only is said that it is one; its buckets are read when somebody looks.
 */

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { plugins as pluginNames } from "../../interop/tfevents/summaries.js";

/** Filled anew for each event. */
export interface PlainEvent {
  wallTime: number;
  step: number;
  tag: string;
  /** Of a scalar. */
  value: number;
}

const fields = { tag: 1, simpleValue: 2, histogram: 5, tensor: 8, metadata: 9 } as const;

/**
 * @param plugins by tag, which writers may name only the first time; those that are named are added
 * @returns null for any other event, or what is none; `into` then holds nothing of use
 */
export function readPlainEvent(data: Uint8Array, into: PlainEvent, plugins: Map<string, string>): "scalar" | "histogram" | null {
  if (readLoggedScalar(data, into, plugins)) return "scalar";
  into.wallTime = into.step = 0;
  into.tag = "";
  let kind: "scalar" | "histogram" | null = null;
  try {
    const reader = new BinaryReader(data);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === 1 && type === WireType.Bit64) into.wallTime = reader.double();
      else if (field === 2 && type === WireType.Varint) into.step = Number(reader.int64());
      else if (field === 5 && type === WireType.LengthDelimited && kind === null) {
        const end = reader.uint32() + reader.pos;
        kind = readSummary(reader, end, into, plugins);
        if (kind === null || reader.pos !== end) return null;
      } else return null;
    }
    return Number.isSafeInteger(into.step) ? kind : null;
  } catch {
    return null;
  }
}

/** A summary of one value. */
function readSummary(reader: BinaryReader, end: number, into: PlainEvent, plugins: Map<string, string>): "scalar" | "histogram" | null {
  const [field, type] = reader.tag();
  if (field !== 1 || type !== WireType.LengthDelimited || reader.uint32() + reader.pos !== end) return null;
  let value: "none" | "number" | "histogram" | "tensor" = "none";
  let plugin = "";
  while (reader.pos < end) {
    const [inner, innerType] = reader.tag();
    if (inner === fields.tag && innerType === WireType.LengthDelimited) into.tag = reader.string();
    else if (inner === fields.simpleValue && innerType === WireType.Bit32 && value === "none") {
      into.value = reader.float();
      value = "number";
    } else if ((inner === fields.histogram || inner === fields.tensor) && innerType === WireType.LengthDelimited && value === "none") {
      reader.skip(innerType);
      value = inner === fields.histogram ? "histogram" : "tensor";
    } else if (inner === fields.metadata && innerType === WireType.LengthDelimited) plugin = pluginIn(reader.bytes());
    else return null;
  }
  if (plugin === "") plugin = plugins.get(into.tag) ?? "";
  else plugins.set(into.tag, plugin);
  if (value === "number" && (plugin === "" || plugin === pluginNames.scalars)) return "scalar";
  return value === "histogram" || (value === "tensor" && plugin === pluginNames.histograms) ? "histogram" : null;
}

/** The name in a summary's metadata; "" for none. */
function pluginIn(metadata: Uint8Array): string {
  const reader = new BinaryReader(metadata);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field !== 1 || type !== WireType.LengthDelimited) {
      reader.skip(type, field);
      continue;
    }
    const plugin = new BinaryReader(reader.bytes());
    while (plugin.pos < plugin.len) {
      const [inner, innerType] = plugin.tag();
      if (inner === 1 && innerType === WireType.LengthDelimited) return plugin.string();
      plugin.skip(innerType, inner);
    }
  }
  return "";
}

/** Bytes of a number, to be read as one. */
const scratch = new Uint8Array(8);
const numberIn = new DataView(scratch.buffer);
/** Tags that were read lately, by their bytes: a curve has the same one a hundred thousand times. */
const tags: ({ readonly bytes: Uint8Array; readonly text: string } | undefined)[] = new Array(64);

/**
 * The one shape in which nearly all writers log a number: time, step, and a summary of a tag and a number, in this order. Byte by byte, so that long logs are
 * there soon. @returns whether it was that; if not, nothing is said of the event
 */
function readLoggedScalar(data: Uint8Array, into: PlainEvent, plugins: ReadonlyMap<string, string>): boolean {
  const end = data.length;
  // Lengths of one byte: the event has less than 128.
  if (end > 127 || data[0] !== 0x09 || data[9] !== 0x10) return false;
  let at = 10;
  let step = 0;
  // Four bytes of seven bits: larger steps are rare.
  for (let shift = 0; ; shift += 7) {
    if (shift > 21) return false;
    const byte = data[at++];
    step |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (data[at] !== 0x2a || data[at + 1] !== end - at - 2 || data[at + 2] !== 0x0a || data[at + 3] !== end - at - 4 || data[at + 4] !== 0x0a) return false;
  const from = at + 6;
  const to = from + data[at + 5];
  if (to !== end - 5 || data[to] !== 0x15) return false;
  const tag = tagAt(data, from, to);
  if (tag === null) return false;
  const plugin = plugins.get(tag);
  if (plugin !== undefined && plugin !== "" && plugin !== pluginNames.scalars) return false;
  for (let i = 0; i < 8; i++) scratch[i] = data[1 + i];
  into.wallTime = numberIn.getFloat64(0, true);
  for (let i = 0; i < 4; i++) scratch[i] = data[to + 1 + i];
  into.value = numberIn.getFloat32(0, true);
  into.step = step;
  into.tag = tag;
  return true;
}

/** Null where it has other letters than ASCII. */
function tagAt(data: Uint8Array, from: number, to: number): string | null {
  const length = to - from;
  const place = length === 0 ? 0 : (length + 7 * data[from] + 31 * data[to - 1]) & 63;
  const known = tags[place];
  if (known !== undefined && known.bytes.length === length) {
    let i = 0;
    while (i < length && known.bytes[i] === data[from + i]) i++;
    if (i === length) return known.text;
  }
  for (let i = from; i < to; i++) if (data[i] > 127) return null;
  const bytes = data.slice(from, to);
  const text = String.fromCharCode(...bytes);
  tags[place] = { bytes, text };
  return text;
}

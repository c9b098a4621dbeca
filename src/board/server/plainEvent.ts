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

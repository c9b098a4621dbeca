/** The commonest event, one with a single plain number, read without building its message: of a training's records nearly all are such. */

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Filled anew for each event. */
export interface ScalarEvent {
  wallTime: number;
  step: number;
  tag: string;
  value: number;
}

/** @returns false for any other event, or what is none; `into` then holds nothing of use */
export function readScalarEvent(data: Uint8Array, into: ScalarEvent): boolean {
  into.wallTime = into.step = 0;
  let summary: Uint8Array | null = null;
  try {
    const reader = new BinaryReader(data);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === 1 && type === WireType.Bit64) into.wallTime = reader.double();
      else if (field === 2 && type === WireType.Varint) into.step = Number(reader.int64());
      else if (field === 5 && type === WireType.LengthDelimited && summary === null) summary = reader.bytes();
      else return false;
    }
    return summary !== null && readSummary(summary, into);
  } catch {
    return false;
  }
}

function readSummary(data: Uint8Array, into: ScalarEvent): boolean {
  const reader = new BinaryReader(data);
  const [field, type] = reader.tag();
  if (field !== 1 || type !== WireType.LengthDelimited) return false;
  const value = new BinaryReader(reader.bytes());
  if (reader.pos !== reader.len) return false;
  let found = false;
  while (value.pos < value.len) {
    const [inner, innerType] = value.tag();
    if (inner === 1 && innerType === WireType.LengthDelimited) into.tag = value.string();
    else if (inner === 2 && innerType === WireType.Bit32) {
      into.value = value.float();
      found = true;
    } else return false;
  }
  return found;
}

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
  into.tag = "";
  let found = false;
  try {
    const reader = new BinaryReader(data);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === 1 && type === WireType.Bit64) into.wallTime = reader.double();
      else if (field === 2 && type === WireType.Varint) into.step = Number(reader.int64());
      else if (field === 5 && type === WireType.LengthDelimited && !found) {
        const end = reader.uint32() + reader.pos;
        found = readSummary(reader, end, into);
        if (!found || reader.pos !== end) return false;
      } else return false;
    }
    return found && Number.isSafeInteger(into.step);
  } catch {
    return false;
  }
}

/** A summary of one value that has a tag and a plain number, and nothing else. */
function readSummary(reader: BinaryReader, end: number, into: ScalarEvent): boolean {
  const [field, type] = reader.tag();
  if (field !== 1 || type !== WireType.LengthDelimited || reader.uint32() + reader.pos !== end) return false;
  let found = false;
  while (reader.pos < end) {
    const [inner, innerType] = reader.tag();
    if (inner === 1 && innerType === WireType.LengthDelimited) into.tag = reader.string();
    else if (inner === 2 && innerType === WireType.Bit32) {
      into.value = reader.float();
      found = true;
    } else return false;
  }
  return found;
}

/**
 * Records: the frame of event files. Each is 8 bytes length, 4 bytes masked CRC-32C of these 8, the data, 4 bytes masked CRC-32C of the
 * data; all little-endian. A file is only ever appended to, so a writer that is killed leaves whole records and one that is cut short.
 */

import type { FileHandle } from "node:fs/promises";
import { DataError } from "../../base/errors.js";
import { maskedCrc32c } from "./crc32c.js";

const headerBytes = 12;
const footerBytes = 4;
/** Longer records are taken for damage: protobuf's own limit for a message is 2 GiB. */
const maxBytes = 2 ** 31 - 1;

export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(headerBytes + data.length + footerBytes);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, headerBytes);
  view.setUint32(headerBytes + data.length, maskedCrc32c(data), true);
  return record;
}

export interface EventRecord {
  /** Where it begins in the file. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/**
 * The records of a file as long as it is when reading begins; a last one that is cut short is left out.
 * @param origin what errors call the file
 * @throws DataError where a check sum is wrong.
 */
export async function* readRecords(file: FileHandle, origin: string): AsyncGenerator<EventRecord, void, undefined> {
  const { size } = await file.stat();
  const read = windowed(file, origin);
  for (let offset = 0; offset + headerBytes + footerBytes <= size; ) {
    const header = await read(offset, headerBytes);
    const view = new DataView(header.buffer, header.byteOffset, headerBytes);
    const length = Number(view.getBigUint64(0, true));
    if (view.getUint32(8, true) !== maskedCrc32c(header.subarray(0, 8))) throw damaged(origin, offset, "the check sum of its length is wrong");
    if (length > maxBytes) throw damaged(origin, offset, `it claims ${length} bytes, more than the format's limit of ${maxBytes}`);
    if (length > size - offset - headerBytes - footerBytes) return;
    const body = await read(offset + headerBytes, length + footerBytes);
    const data = body.slice(0, length);
    const stored = new DataView(body.buffer, body.byteOffset + length, footerBytes).getUint32(0, true);
    if (stored !== maskedCrc32c(data)) throw damaged(origin, offset, "the check sum of its data is wrong");
    yield { offset, data };
    offset += headerBytes + length + footerBytes;
  }
}

/** The error for the record at byte `offset`. */
export function damaged(origin: string, offset: number, problem: string): DataError {
  return new DataError(`${origin}: the record at byte ${offset} is damaged: ${problem}. What lies before it can be read; copy the file again for the rest.`);
}

const windowBytes = 1 << 16;

/** Reads of a few bytes, forwards, from a buffer. What one returns is valid until the next. */
function windowed(file: FileHandle, origin: string): (offset: number, length: number) => Promise<Uint8Array> {
  let begin = 0;
  let bytes = new Uint8Array(0);
  return async (offset, length) => {
    if (offset < begin || offset + length > begin + bytes.length) {
      const buffer = new Uint8Array(Math.max(length, windowBytes));
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      if (filled < length) throw new DataError(`${origin} became shorter while it was read: it ends at byte ${offset + filled}. Read it again.`);
      begin = offset;
      bytes = buffer.subarray(0, filled);
    }
    return bytes.subarray(offset - begin, offset - begin + length);
  };
}

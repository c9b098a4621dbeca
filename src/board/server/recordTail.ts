/** Tail of an event file: each visit reads the whole records that are new. One that is cut short waits for its end; after a damaged one nothing more is read. */

import type { FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { DataError } from "../../base/errors.js";
import { maskedCrc32c } from "../../interop/tfevents/crc32c.js";
import { bytesAt, openInside } from "./openInside.js";

const headerBytes = 12;
const footerBytes = 4;
const chunkBytes = 1 << 18;
/** Buffers that nobody reads into now: memory outside of JavaScript's heap is given back late. */
const spare: Uint8Array[] = [];
/** So many bytes before the place that was reached must be as they were. */
const markBytes = 64;
/** Longer records, such as graphs of large models, are passed over. */
const maxBytes = 64 * 2 ** 20;

export interface RecordSink {
  /** The file is another one than before: what was read is void. */
  restart(): void;
  /** @param data valid during the call */
  record(data: Uint8Array, offset: number): void;
}

export class RecordTail {
  readonly #root: string;
  readonly #path: string;
  #offset = 0;
  #inode = 0;
  #mark: Buffer = Buffer.alloc(0);
  /** Which file it was when last visited, its size and time. */
  #stamp = "";
  /** Bytes of a last record that is not whole, when last visited. */
  unfinished = 0;
  /** What is wrong with the file from some byte on. */
  damage: string | null = null;

  constructor(root: string, path: string) {
    this.#root = root;
    this.#path = path;
  }

  /** Bytes that were read for good. */
  get position(): number {
    return this.#offset;
  }

  /** @throws what `openInside` throws. */
  async read(sink: RecordSink): Promise<void> {
    const file = await openInside(this.#root, this.#path);
    try {
      const { size, ino, mtimeMs } = await file.stat();
      if (this.#offset > 0 && (ino !== this.#inode || size < this.#offset || !this.#mark.equals(await bytesAt(file, this.#offset - this.#mark.length, this.#mark.length)))) {
        this.#offset = 0;
        sink.restart();
      }
      this.#inode = ino;
      // What was damaged may have been written anew.
      const stamp = `${ino}:${size}:${mtimeMs}`;
      if (stamp !== this.#stamp) this.damage = null;
      this.#stamp = stamp;
      if (this.damage === null && this.#offset < size) {
        const buffer = spare.pop() ?? new Uint8Array(chunkBytes);
        try {
          await this.#records(file, size, buffer, sink);
        } finally {
          spare.push(buffer);
        }
      }
      const length = Math.min(markBytes, this.#offset);
      this.#mark = await bytesAt(file, this.#offset - length, length);
      this.unfinished = this.damage === null ? Math.max(0, size - this.#offset) : 0;
    } finally {
      await file.close();
    }
  }

  async #records(file: FileHandle, size: number, buffer: Uint8Array, sink: RecordSink): Promise<void> {
    while (this.#offset + headerBytes + footerBytes <= size) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - this.#offset), this.#offset);
      const used = this.#whole(buffer.subarray(0, bytesRead), sink);
      if (this.damage !== null) return;
      this.#offset += used;
      if (used > 0) continue;
      // One record larger than the buffer, or one that is not whole.
      if (bytesRead < headerBytes) return;
      const length = lengthOf(new DataView(buffer.buffer), 0);
      const whole = headerBytes + length + footerBytes;
      if (this.#offset + whole > size) return;
      if (length > maxBytes) {
        this.#offset += whole;
        continue;
      }
      const large = new Uint8Array(whole);
      for (let filled = 0; filled < whole; ) {
        const part = await file.read(large, filled, whole - filled, this.#offset + filled);
        if (part.bytesRead === 0) return;
        filled += part.bytesRead;
      }
      this.#whole(large, sink);
      if (this.damage !== null) return;
      this.#offset += whole;
    }
  }

  /** @returns the bytes of the whole records, each of which went to the sink */
  #whole(bytes: Uint8Array, sink: RecordSink): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (at + headerBytes + footerBytes <= bytes.length) {
      if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes, at, at + 8)) return this.#damaged(at, "the check sum of its length is wrong");
      const length = lengthOf(view, at);
      const end = at + headerBytes + length;
      if (end + footerBytes > bytes.length) return at;
      if (view.getUint32(end, true) !== maskedCrc32c(bytes, at + headerBytes, end)) return this.#damaged(at, "the check sum of its data is wrong");
      sink.record(bytes.subarray(at + headerBytes, end), this.#offset + at);
      at = end + footerBytes;
    }
    return at;
  }

  #damaged(at: number, problem: string): number {
    this.damage = `is damaged at byte ${this.#offset + at}: ${problem}; what lies before is shown`;
    return at;
  }
}

const lengthOf = (view: DataView, at: number): number => view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);

/** The data of the record at `offset`, which was read before. @throws what `openInside` throws; DataError where it is gone. */
export async function recordAt(root: string, path: string, offset: number): Promise<Uint8Array> {
  const file = await openInside(root, path);
  try {
    const changed = (): DataError => new DataError(`${basename(path)} changed at byte ${offset}; ask again.`);
    const header = await bytesAt(file, offset, headerBytes);
    if (header.length < headerBytes || header.readUInt32LE(8) !== maskedCrc32c(header, 0, 8)) throw changed();
    const length = lengthOf(new DataView(header.buffer, header.byteOffset), 0);
    if (length > maxBytes) throw changed();
    const data = await bytesAt(file, offset + headerBytes, length + footerBytes);
    if (data.length < length + footerBytes || data.readUInt32LE(length) !== maskedCrc32c(data, 0, length)) throw changed();
    return data.subarray(0, length);
  } finally {
    await file.close();
  }
}

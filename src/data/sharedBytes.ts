/** Memory for pixels that the threads that prepare batches use without a copy. */

/** Zeros in shared memory; in memory of this thread in web pages that are not isolated, which have none to share (nor such threads). */
export function sharedBytes(length: number): Uint8Array {
  return typeof SharedArrayBuffer === "function" ? new Uint8Array(new SharedArrayBuffer(length)) : new Uint8Array(length);
}

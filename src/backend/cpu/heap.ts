/**
 * Heap: hands out 64-byte-aligned pieces of a growing address range, first fit, and joins neighbours that come back. Large
 * and few blocks are expected: tensors are pooled above it.
 */

const alignment = 64;

interface Block {
  start: number;
  end: number;
}

export class Heap {
  /** Free blocks by address; no two touch. */
  readonly #free: Block[] = [];
  #end: number;
  readonly #grow: (bytes: number) => number;

  /**
   * @param start the first address, a multiple of 64.
   * @param grow makes at least so many bytes available behind the current end and returns how many it made; throws when
   *   there are no more.
   */
  constructor(start: number, grow: (bytes: number) => number) {
    this.#end = start;
    this.#grow = grow;
  }

  allocate(bytes: number): number {
    const size = roundUp(bytes);
    const index = this.#free.findIndex(({ start, end }) => end - start >= size);
    if (index < 0) {
      this.#extend(size);
      return this.allocate(bytes);
    }
    const block = this.#free[index];
    const address = block.start;
    block.start += size;
    if (block.start === block.end) this.#free.splice(index, 1);
    return address;
  }

  /** Gives back what `allocate(bytes)` returned. */
  release(address: number, bytes: number): void {
    this.#insert({ start: address, end: address + roundUp(bytes) });
  }

  #extend(size: number): void {
    const last = this.#free.at(-1);
    const rest = last !== undefined && last.end === this.#end ? last.end - last.start : 0;
    const made = this.#grow(size - rest);
    this.#insert({ start: this.#end, end: this.#end + made });
    this.#end += made;
  }

  #insert(block: Block): void {
    let at = this.#free.length;
    while (at > 0 && this.#free[at - 1].start > block.start) at--;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    const joinsBefore = before !== undefined && before.end === block.start;
    const joinsAfter = after !== undefined && after.start === block.end;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      this.#free.splice(at, 1);
    } else if (joinsBefore) {
      before.end = block.end;
    } else if (joinsAfter) {
      after.start = block.start;
    } else {
      this.#free.splice(at, 0, block);
    }
  }
}

function roundUp(bytes: number): number {
  return Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
}

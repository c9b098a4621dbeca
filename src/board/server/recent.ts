/** What was read lately, kept up to a number of bytes: the newest is kept in any case, the longest unused goes first. */

export class Recent<Value> {
  readonly #entries = new Map<string, { readonly value: Promise<Value>; readonly bytes: number }>();
  readonly #limit: number;
  #bytes = 0;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value of `key`, made where it is not there. One that fails is not kept. */
  get(key: string, bytes: number, make: () => Promise<Value>): Promise<Value> {
    const found = this.#entries.get(key);
    const entry = found ?? { value: make(), bytes };
    if (found === undefined) {
      this.#bytes += bytes;
      entry.value.catch(() => this.#drop(key, entry));
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const [oldest, each] of this.#entries) {
      if (this.#bytes <= this.#limit || each === entry) break;
      this.#drop(oldest, each);
    }
    return entry.value;
  }

  #drop(key: string, entry: { readonly bytes: number }): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

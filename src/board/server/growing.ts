/** Lists of numbers that grow: typed arrays with some room at the end, so that a million points take little more than their bytes. */

type NumberArray = Float64Array | Float32Array | Uint32Array;

export class Growing<Numbers extends NumberArray> {
  #values: Numbers;
  #length = 0;
  readonly #make: (length: number) => Numbers;

  constructor(make: (length: number) => Numbers) {
    this.#make = make;
    this.#values = make(0);
  }

  static float64(): Growing<Float64Array> {
    return new Growing((length) => new Float64Array(length));
  }

  static uint32(): Growing<Uint32Array> {
    return new Growing((length) => new Uint32Array(length));
  }

  static float32(): Growing<Float32Array> {
    return new Growing((length) => new Float32Array(length));
  }

  get length(): number {
    return this.#length;
  }

  /** The room that it takes. */
  get bytes(): number {
    return this.#values.byteLength;
  }

  at(i: number): number {
    return this.#values[i];
  }

  set(i: number, value: number): void {
    this.#values[i] = value;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#resize(Math.max(16, Math.ceil(1.5 * this.#length)));
    this.#values[this.#length++] = value;
  }

  /** Cuts off or fills up with NaN, of which whole numbers make 0. */
  resize(length: number): void {
    while (this.#length < length) this.push(NaN);
    this.#length = length;
  }

  /** Puts the values from `begin` on in another order. @param order of each place, where its value lay */
  reorder(begin: number, order: ArrayLike<number>): void {
    const before = this.#values.slice(begin, this.#length);
    for (let i = 0; i < order.length; i++) this.#values[begin + i] = before[order[i] - begin];
  }

  /** Gives back the room at the end. */
  trim(): void {
    if (this.#length < this.#values.length) this.#resize(this.#length);
  }

  /** All values; valid until the list changes. */
  view(): Numbers {
    return this.#values.subarray(0, this.#length) as Numbers;
  }

  #resize(length: number): void {
    const larger = this.#make(length);
    larger.set(this.view());
    this.#values = larger;
  }
}

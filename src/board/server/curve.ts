/** A curve as points (step, seconds, value) in the order in which they were written, which is that of their steps unless two programs wrote at once. */

import { Growing } from "./growing.js";
import { firstAtLeast } from "./rising.js";

/** A curve made ready: steps rise, each there once. */
export interface Points {
  readonly step: ArrayLike<number>;
  /** Since the origin of the curve. */
  readonly seconds: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly length: number;
  /** Steps that were there more than once; the point that was written last counts. */
  readonly repeated: number;
}

export class Curve {
  /** Four bytes each, as long as they are whole numbers of four bytes. */
  #steps: Growing<Uint32Array> | Growing<Float64Array> = Growing.uint32();
  #wide = false;
  /** Since `origin`: float32 keeps milliseconds for hours, and tenths for weeks. */
  readonly #seconds = Growing.float32();
  readonly #values = Growing.float32();
  /** Of the seconds, since 1970. */
  readonly origin: number;
  #rising = true;
  #ordered: Points | null = null;

  constructor(origin: number) {
    this.origin = origin;
  }

  get length(): number {
    return this.#steps.length;
  }

  get bytes(): number {
    return this.#steps.bytes + this.#seconds.bytes + this.#values.bytes;
  }

  push(step: number, wallTime: number, value: number): void {
    const { length } = this.#steps;
    if (length > 0 && step <= this.#steps.at(length - 1)) this.#rising = false;
    this.#ordered = null;
    if (!this.#wide && step >>> 0 !== step) this.#widen();
    this.#steps.push(step);
    this.#seconds.push(wallTime - this.origin);
    this.#values.push(value);
  }

  /** A run went on from `step`: what was written for it and later ones is void. */
  purge(step: number): void {
    const steps = this.#steps.view();
    this.#ordered = null;
    // In order, the void ones lie at the end.
    let kept = this.#rising ? firstAtLeast(steps, step) : 0;
    for (let i = kept; !this.#rising && i < steps.length; i++) {
      if (steps[i] >= step) continue;
      this.#steps.set(kept, steps[i]);
      this.#seconds.set(kept, this.#seconds.at(i));
      this.#values.set(kept, this.#values.at(i));
      kept++;
    }
    for (const list of [this.#steps, this.#seconds, this.#values]) list.resize(kept);
  }

  #widen(): void {
    this.#wide = true;
    const wide = Growing.float64();
    for (const step of this.#steps.view()) wide.push(step);
    this.#steps = wide;
  }

  trim(): void {
    for (const list of [this.#steps, this.#seconds, this.#values]) list.trim();
  }

  /** Valid until the curve grows. */
  points(): Points {
    const [step, seconds, value] = [this.#steps.view(), this.#seconds.view(), this.#values.view()];
    if (this.#rising) return { step, seconds, value, length: step.length, repeated: 0 };
    if (this.#ordered !== null) return this.#ordered;
    const order = Array.from(step, (_, i) => i).sort((a, b) => step[a] - step[b] || a - b);
    const last = order.filter((i, at) => at === order.length - 1 || step[order[at + 1]] !== step[i]);
    const pick = (list: ArrayLike<number>): Float64Array => Float64Array.from(last, (i) => list[i]);
    return (this.#ordered = { step: pick(step), seconds: pick(seconds), value: pick(value), length: last.length, repeated: step.length - last.length });
  }
}

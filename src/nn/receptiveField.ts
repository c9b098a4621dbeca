/**
 * Receptive fields: how much of the input one value sees. Layers that look through windows say so; between them the tape is followed, so
 * that shortcuts and joined branches count with the widest of what meets there.
 */

import type { Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { isWindowed } from "./cost.js";
import type { AnyModule } from "./module.js";

/** Per spatial axis: entries of the input that one value sees, and how many of them two neighbours are apart. */
interface Field {
  readonly size: readonly number[];
  readonly jump: readonly number[];
}

/** The fields of all tensors that came of one input [1, C, …], recorded with the tape on. */
export class ReceptiveFields {
  readonly #known = new Map<Tensor, Field | null>();
  readonly #spatial: Shape;
  #windowed = false;

  constructor(input: Tensor) {
    this.#spatial = input.shape.slice(2);
    const ones = this.#spatial.map(() => 1);
    this.#known.set(input, ones.length === 0 ? null : { size: ones, jump: ones });
  }

  /** Whether a window was seen: without one, a single spatial axis may as well be features. */
  get meaningful(): boolean {
    return this.#windowed || this.#spatial.length > 1;
  }

  /** Entries of the input that a value of `t` sees, padding included; null if `t` does not come of an image. */
  sizeOf(t: Tensor): readonly number[] | null {
    return this.#fieldOf(t)?.size ?? null;
  }

  /** Notes what came out of a layer. */
  through(module: AnyModule, inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    if (!isWindowed(module) || inputs.length === 0) return;
    const windows = module.windows(inputs[0].shape, outputs[0].shape);
    const before = this.#widest(inputs);
    if (windows === null || before === null) return;
    let field: Field | null = null;
    if (windows === "whole") {
      field = { ...before, size: before.size.map((n, i) => Math.max(n, this.#spatial[i])) };
    } else if (windows.kernel.length === this.#spatial.length) {
      // A window of extent e over values `jump` apart adds (e − 1)·jump; a stride s multiplies the jump by s.
      const { kernel, stride, dilation } = windows;
      this.#windowed = true;
      field = {
        size: before.size.map((n, i) => n + (dilation?.[i] ?? 1) * (kernel[i] - 1) * before.jump[i]),
        jump: before.jump.map((n, i) => n * stride[i]),
      };
    }
    for (const t of outputs) this.#known.set(t, field);
  }

  /** Follows the tape from `t` to what is known, without recursion: a sequence may be thousands of operations long. */
  #fieldOf(t: Tensor): Field | null {
    const open = [t];
    while (open.length > 0) {
      const last = open[open.length - 1];
      const inputs = last.node?.inputs ?? [];
      const unknown = this.#known.has(last) ? [] : inputs.filter((input) => !this.#known.has(input));
      if (unknown.length > 0) {
        open.push(...unknown);
        continue;
      }
      open.pop();
      if (!this.#known.has(last)) this.#known.set(last, this.#widestKnown(inputs));
    }
    return this.#known.get(t)!;
  }

  #widest(tensors: readonly Tensor[]): Field | null {
    for (const t of tensors) this.#fieldOf(t);
    return this.#widestKnown(tensors);
  }

  #widestKnown(tensors: readonly Tensor[]): Field | null {
    const fields = tensors.map((t) => this.#known.get(t) ?? null).filter((field) => field !== null);
    if (fields.length === 0) return null;
    const most = (key: keyof Field): number[] => this.#spatial.map((_, i) => Math.max(...fields.map((field) => field[key][i])));
    return { size: most("size"), jump: most("jump") };
  }
}

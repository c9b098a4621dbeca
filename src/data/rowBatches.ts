/** Batches of tensors: rows copied from the host into a ring of two sets of tensors that are filled again and again. */

import { hostArray } from "../base/dtype.js";
import { sizeOf } from "../base/shape.js";
import { zeros } from "../ops/create.js";
import { keep } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Pass, PassPlan, Preparation } from "./preparation.js";
import type { RowField, TensorDataset, TensorFields } from "./tensorDataset.js";

/** Batches alive at once. */
const ringSize = 2;

type Slot = Readonly<Record<string, Tensor>>;

export class RowBatches implements Preparation<Slot> {
  readonly #dataset: TensorDataset<TensorFields>;
  readonly #fields: readonly (readonly [name: string, field: RowField])[];
  readonly #rings = new Map<number, Slot[]>();

  constructor(dataset: TensorDataset<TensorFields>) {
    this.#dataset = dataset;
    this.#fields = Object.entries(dataset.fields);
  }

  begin({ indicesOf }: PassPlan): Pass<Slot> {
    return {
      fetch: async (k) => {
        const indices = indicesOf(k);
        const slot = this.#slot(indices.length, k);
        for (const [name, { dtype, shape }] of this.#fields) {
          const values = hostArray(dtype, indices.length * sizeOf(shape));
          this.#dataset.gather(name, indices, values);
          slot[name].copyFrom(values);
        }
        return slot;
      },
      end: () => {},
    };
  }

  close(): void {}

  /** The tensors for batch k of n samples; made once, outside the memory of any step. */
  #slot(n: number, k: number): Slot {
    let ring = this.#rings.get(n);
    if (ring === undefined) this.#rings.set(n, (ring = []));
    return (ring[k % ringSize] ??= Object.fromEntries(
      this.#fields.map(([name, { dtype, shape }]) => [name, keep(zeros([n, ...shape], { dtype }))]),
    ));
  }
}

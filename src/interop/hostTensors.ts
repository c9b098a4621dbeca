/** Between named tensors on the device and their copies on the host. */

import type { HostTensor } from "./safetensors.js";
import { tensor } from "../ops/create.js";
import type { Tensor } from "../tensor/tensor.js";

/** Copies to the host, in the same order. */
export async function toHost(tensors: ReadonlyMap<string, Tensor>): Promise<Map<string, HostTensor>> {
  const copies = new Map<string, HostTensor>();
  for (const [name, t] of tensors) copies.set(name, { dtype: t.dtype, shape: t.shape, data: await t.data() });
  return copies;
}

/** New tensors on the default device. */
export function toDevice(tensors: ReadonlyMap<string, HostTensor>): Map<string, Tensor> {
  return new Map(Array.from(tensors, ([name, { dtype, shape, data }]) => [name, tensor(data, { dtype, shape })]));
}

/** Files of NumPy as tensors, and tensors as such files. */

import { atomicWriteAsync } from "../../base/atomicWrite.js";
import { ValueError } from "../../base/errors.js";
import { checkValue, isOptions } from "../../base/options.js";
import type { HostTensor } from "../../base/hostTensor.js";
import { tensor } from "../../ops/create.js";
import { Tensor } from "../../tensor/tensor.js";
import { readBytes } from "../cache.js";
import { encodeNpy, parseNpy, parseNpz, type ReadNpyOptions } from "./npy.js";

const toTensor = ({ dtype, shape, data }: HostTensor): Tensor => tensor(data, { dtype, shape });

/**
 * Reads a .npy file as a tensor.
 * @throws DataError as `parseNpy`, and when the file cannot be read.
 *
 * @example
 * await data.writeNpy(`${folder}/x.npy`, tensor([[1, 2], [3, 4]]));
 * await data.readNpy(`${folder}/x.npy`) // → [[1, 2], [3, 4]]
 */
export async function readNpy(file: string, options: ReadNpyOptions = {}): Promise<Tensor> {
  return toTensor(parseNpy(file, await readBytes(file), options));
}

/**
 * Writes a tensor as a .npy file.
 * @throws DataError when it cannot be written; the old file is then unharmed.
 *
 * @example
 * await data.writeNpy(`${folder}/labels.npy`, tensor([1, 0], { dtype: "int32" }));
 */
export async function writeNpy(file: string, array: Tensor): Promise<void> {
  await atomicWriteAsync(file, encodeNpy(await hostTensorOf("writeNpy", array)));
}

async function hostTensorOf(name: string, array: Tensor): Promise<HostTensor> {
  if (!(array instanceof Tensor)) throw new ValueError(`${name}: expected a tensor, got ${array === null ? "null" : typeof array}.`);
  return { dtype: array.dtype, shape: array.shape, data: await array.data() };
}

/**
 * Reads a .npz archive, stored or deflated: its arrays by name.
 * @throws DataError for a damaged archive, and as `parseNpy` for its members.
 *
 * @example
 * await data.writeNpz(`${folder}/set.npz`, { x: tensor([[1, 2]]), y: tensor([1], { dtype: "int32" }) });
 * const { x, y } = await data.readNpz(`${folder}/set.npz`);
 * x // → [[1, 2]]
 */
export async function readNpz(file: string, options: ReadNpyOptions = {}): Promise<Record<string, Tensor>> {
  const arrays = await parseNpz(file, await readBytes(file), options);
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, toTensor(array)]));
}

/**
 * Writes tensors by name as a .npz archive, deflated.
 * @throws DataError when it cannot be written; the old file is then unharmed.
 *
 * @example
 * await data.writeNpz(`${folder}/set.npz`, { x: zeros([2, 3]), y: ones([2]) });
 */
export async function writeNpz(file: string, arrays: Readonly<Record<string, Tensor>>): Promise<void> {
  checkValue("writeNpz", "the arrays", arrays, { what: "tensors by name", has: isOptions });
  const { zipSync } = await import("fflate");
  const members: Record<string, Uint8Array> = {};
  for (const [name, array] of Object.entries(arrays)) members[`${name}.npy`] = encodeNpy(await hostTensorOf("writeNpz", array));
  await atomicWriteAsync(file, zipSync(members));
}

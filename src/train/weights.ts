/** Weights as bytes: safetensors, as PyTorch programs write and read them. A page downloads and fetches them; in Node they are files. */

import { ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import { toDevice, toHost } from "../interop/hostTensors.js";
import { decodeSafetensors, encodeSafetensors } from "../interop/safetensors.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * The bytes of a safetensors file of named tensors, such as `model.stateDict()`: in Node and in browsers, where a page can offer them as a
 * download, keep or send them. `saveWeights` writes them to a file.
 * @throws ValueError unless `tensors` is a Map from names to tensors.
 *
 * @example
 * const bytes = await encodeWeights(model.stateDict());
 * const copy = models.mlp({ input: [1, 8, 8], classes: 3, hidden: [4] });
 * copy.loadStateDict(parseWeights("model.safetensors", bytes));
 * sub(copy.forward(x), model.forward(x)).abs().max() // → 0
 */
export async function encodeWeights(tensors: ReadonlyMap<string, Tensor>): Promise<Uint8Array<ArrayBuffer>> {
  if (!(tensors instanceof Map)) throw new ValueError(`encodeWeights: expected named tensors, as in encodeWeights(model.stateDict()), got ${show(tensors)}.`);
  for (const [name, t] of tensors) {
    if (typeof name !== "string" || !(t instanceof Tensor)) throw new ValueError(`encodeWeights: expected tensors by name, got ${show(t)} under ${show(name)}.`);
  }
  return encodeSafetensors(await toHost(tensors));
}

/**
 * The tensors in the bytes of a safetensors file, for `model.loadStateDict`: in Node and in browsers, where they come from `fetch`. `loadWeights`
 * reads them from a file. Float16 and bfloat16 become float32; int64 becomes int32 if every value fits.
 * @param file its name, for messages.
 * @throws DataError if the bytes are no whole safetensors file, saying where.
 *
 * @example
 * const bytes = await encodeWeights(new Map([["a", zeros([2, 3])], ["b", ones([4])]]));
 * parseWeights("two.safetensors", bytes).get("a")?.shape  // → [2, 3]
 * parseWeights("two.safetensors", bytes.subarray(0, 99))  // → throws DataError: two.safetensors is not a whole safetensors file
 */
export function parseWeights(file: string, bytes: Uint8Array): Map<string, Tensor> {
  if (typeof file !== "string" || !(bytes instanceof Uint8Array)) {
    throw new ValueError(`parseWeights: expected a file's name and its bytes, as in parseWeights("model.safetensors", new Uint8Array(await response.arrayBuffer())), got ${show(file)} and ${show(bytes)}.`);
  }
  return toDevice(decodeSafetensors(bytes, file).tensors);
}

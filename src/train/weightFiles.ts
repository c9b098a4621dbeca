/** Weights in files: the bytes of `encodeWeights` on the disk. */

import { readFileSync } from "node:fs";
import { atomicWrite, errorCode } from "../base/atomicWrite.js";
import { DataError, ValueError } from "../base/errors.js";
import type { Tensor } from "../tensor/tensor.js";
import { encodeWeights, parseWeights } from "./weights.js";

/**
 * Writes named tensors, such as `model.stateDict()`, to a safetensors file: whole or not at all. In browsers there is `encodeWeights`.
 * @throws DataError if the file cannot be written; ValueError if the tensors are no Map.
 *
 * @example
 * await saveWeights(`${folder}/model.safetensors`, model.stateDict());
 * const copy = models.mlp({ input: [1, 8, 8], classes: 3, hidden: [4] });
 * copy.loadStateDict(loadWeights(`${folder}/model.safetensors`));
 * sub(copy.forward(x), model.forward(x)).abs().max() // → 0
 */
export async function saveWeights(path: string, tensors: ReadonlyMap<string, Tensor>): Promise<void> {
  if (typeof path !== "string" || !(tensors instanceof Map)) {
    throw new ValueError("saveWeights: expected a path and then named tensors, as in saveWeights(path, model.stateDict()).");
  }
  atomicWrite(path, await encodeWeights(tensors));
}

/**
 * Reads the tensors of a safetensors file, for `model.loadStateDict`. In browsers there is `parseWeights`.
 * @throws DataError if the file is missing or damaged, saying where.
 *
 * @example
 * await saveWeights(`${folder}/two.safetensors`, new Map([["a", zeros([2, 3])], ["b", ones([4])]]));
 * loadWeights(`${folder}/two.safetensors`).get("a")?.shape // → [2, 3]
 */
export function loadWeights(path: string): Map<string, Tensor> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const cause = errorCode(error) === "ENOENT" ? "there is no such file" : error instanceof Error ? error.message : String(error);
    throw new DataError(`loadWeights: cannot read ${path}: ${cause}. Give the path of a safetensors file.`);
  }
  return parseWeights(path, bytes);
}

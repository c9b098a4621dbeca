/** Safetensors files on disk, from and to tensors: weights that PyTorch's safetensors package reads and writes, too. */

import { readFile } from "node:fs/promises";
import { atomicWrite, errorCode } from "../base/atomicWrite.js";
import { DataError } from "../base/errors.js";
import type { Tensor } from "../tensor/tensor.js";
import { toDevice, toHost } from "./hostTensors.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

/**
 * The tensors of a file by name, fit for `model.loadStateDict`. Float16 and bfloat16 become float32, int64 int32.
 * @throws DataError when the file is missing or damaged.
 *
 * @example
 * model.loadStateDict(await loadSafetensors("runs/first/best.safetensors"));
 */
export async function loadSafetensors(path: string): Promise<Map<string, Tensor>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const cause = errorCode(error) === "ENOENT" ? "there is no such file" : error instanceof Error ? error.message : String(error);
    throw new DataError(`cannot read ${path}: ${cause}.`, { cause: error });
  }
  return toDevice(decodeSafetensors(bytes, path).tensors);
}

/**
 * Writes tensors by name, for example `model.stateDict()`; the file appears whole or not at all.
 * @param metadata strings kept with them @default {}
 * @throws DataError when the file cannot be written.
 *
 * @example
 * await saveSafetensors("weights.safetensors", model.stateDict());
 */
export async function saveSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  atomicWrite(path, encodeSafetensors(await toHost(tensors), metadata));
}

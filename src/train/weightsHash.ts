/** A fingerprint of named tensors: equal exactly when names, types, shapes and every bit of the values are. */

import { createHash } from "node:crypto";
import type { HostTensor } from "../interop/safetensors.js";

/** SHA-256 (hex) over the tensors in the order of the map: of each its name, type and shape as JSON, and its bytes. */
export function sha256OfTensors(tensors: ReadonlyMap<string, HostTensor>): string {
  const hash = createHash("sha256");
  for (const [name, { dtype, shape, data }] of tensors) {
    hash.update(JSON.stringify([name, dtype, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

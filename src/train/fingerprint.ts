/** A fingerprint of a data set: equal exactly when pixels and labels are. */

import { createHash } from "node:crypto";
import type { Splits } from "../data/imageDataset.js";
import type { DataFingerprint } from "./runInfo.js";

export function fingerprint({ train, validation, source }: Splits): DataFingerprint {
  const hash = createHash("sha256");
  for (const { images, labels } of [train, validation]) {
    hash.update(images);
    hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  return { source, trainImages: train.length, validationImages: validation.length, sha256: hash.digest("hex") };
}

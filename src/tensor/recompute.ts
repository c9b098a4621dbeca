/**
 * Recomputation: a function runs again for its derivatives. State that it wrote the first time, such as running statistics, is not
 * written again.
 */

import { latestStorage, type Storage } from "./storage.js";

/** Storages up to this number were there before the recomputation under way; −1 outside. */
let before = -1;

/** Runs `body` as a recomputation: kept tensors that were there before stay as they are. */
export function withoutWriting<T>(body: () => T): T {
  const outer = before;
  before = latestStorage();
  try {
    return body();
  } finally {
    before = outer;
  }
}

/** Whether `storage` holds state that this recomputation must leave alone: a parameter, a buffer, a kept tensor from before it. */
export function isWritten(storage: Storage): boolean {
  return storage.number <= before && storage.keeps > 0;
}

/**
 * Checkpoint: everything that a training needs to go on to the same bits, in one safetensors file, and therefore replaced
 * in one rename: weights and position can never disagree. Tensors are `model.<name>`, `optimizer.<name>` and
 * `listeners.<listener>.<name>`; the rest is JSON in the file's metadata, with a checksum over all of it.
 */

import { DataError } from "../base/errors.js";
import { decodeSafetensors, encodeSafetensors, type HostTensor } from "../interop/safetensors.js";
import { createHash } from "node:crypto";
import type { TrainerState, TrainerPosition } from "./state.js";
import { sha256OfTensors } from "./weightsHash.js";

const format = "nabla-checkpoint-2";

const modelPrefix = "model.";
const optimizerPrefix = "optimizer.";
const listenersPrefix = "listeners.";

/** The bytes of a checkpoint file. */
export function encodeCheckpoint({ model, optimizer, listeners, position }: TrainerState): Uint8Array {
  const tensors = new Map<string, HostTensor>();
  for (const [name, t] of model) tensors.set(modelPrefix + name, t);
  for (const [name, t] of optimizer.tensors) tensors.set(optimizerPrefix + name, t);
  for (const [listener, kept] of listeners) for (const [name, t] of kept) tensors.set(`${listenersPrefix}${listener}.${name}`, t);
  const state = JSON.stringify({ position, scalars: optimizer.scalars, order: [...tensors.keys()] });
  return encodeSafetensors(tensors, { format, state, sha256: checksum(tensors, state) });
}

/**
 * Reads a checkpoint file; `origin` is its path.
 * @throws DataError when the file is damaged or not a checkpoint.
 */
export function decodeCheckpoint(bytes: Uint8Array, origin: string): TrainerState {
  const { tensors, metadata } = decodeSafetensors(bytes, origin);
  if (metadata.format !== format || metadata.state === undefined) {
    throw new DataError(`${origin} is no checkpoint of this version: its format is ${metadata.format ?? "not named"}, expected ${format}.`);
  }
  const { position, scalars, order } = parseState(metadata.state, origin);
  const ordered = new Map(order.flatMap((name) => {
    const t = tensors.get(name);
    return t === undefined ? [] : [[name, t] as const];
  }));
  if (ordered.size !== tensors.size || checksum(ordered, metadata.state) !== metadata.sha256) {
    throw new DataError(`${origin} is damaged: its contents do not match the checksum that was written with them.`);
  }
  const part = (prefix: string): Map<string, HostTensor> =>
    new Map([...ordered].flatMap(([name, t]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), t] as const] : [])));
  return { model: part(modelPrefix), optimizer: { tensors: part(optimizerPrefix), scalars }, listeners: byListener(part(listenersPrefix)), position };
}

/** Listeners' names have no full stop: what comes before the first is the listener. */
function byListener(tensors: ReadonlyMap<string, HostTensor>): Map<string, Map<string, HostTensor>> {
  const listeners = new Map<string, Map<string, HostTensor>>();
  for (const [name, t] of tensors) {
    const dot = name.indexOf(".");
    const kept = listeners.get(name.slice(0, dot)) ?? new Map<string, HostTensor>();
    listeners.set(name.slice(0, dot), kept.set(name.slice(dot + 1), t));
  }
  return listeners;
}

interface StoredState {
  readonly position: TrainerPosition;
  readonly scalars: Readonly<Record<string, number>>;
  /** Names of the tensors in the state dictionaries' order, which the file format does not keep. */
  readonly order: readonly string[];
}

/** The checksum that follows vouches for the inside of this JSON: only we write it. */
function parseState(text: string, origin: string): StoredState {
  try {
    const state: StoredState = JSON.parse(text);
    if (Array.isArray(state.order)) return state;
  } catch {
    // falls through
  }
  throw new DataError(`${origin} is damaged: its training state cannot be read.`);
}

function checksum(tensors: ReadonlyMap<string, HostTensor>, state: string): string {
  return createHash("sha256").update(sha256OfTensors(tensors)).update(state).digest("hex");
}

/** `model.json`: the network of a run as a tree of modules. */

import { z } from "zod";
import { DataError } from "../../base/errors.js";
import type { ModelGraph, ModelNode } from "../protocol.js";
import { parseJson } from "./parseJson.js";

const shape = z.array(z.number()).max(16).nullable();
const text = z.string().max(10_000);
const count = z.number().min(0);
const node = z.object({
  path: text,
  type: text,
  text,
  inputShape: shape,
  outputShape: shape,
  parameters: count,
  multiplyAdds: count,
  outputBytes: count,
  receptiveField: shape,
  get children(): z.ZodType<ModelNode[]> {
    return z.array(node);
  },
});
const schema = z.object({ format: z.literal(1), inputShape: z.array(z.number()).max(16), root: node, edges: z.array(z.tuple([text, text])) });

/** @throws DataError for a file that is not as it should be */
export function parseModel(bytes: Uint8Array, name: string): ModelGraph {
  try {
    return parseJson(bytes, name, schema);
  } catch (error) {
    // A tree that is deeper than any network.
    if (error instanceof RangeError) throw new DataError(`${name} is damaged: its modules lie too deep in each other.`);
    throw error;
  }
}

/** Inspection of a run: samples followed through its network, and the maps of its layers. */

import { z } from "zod";
import { DataError } from "../../base/errors.js";
import { encodePng } from "../../base/png.js";
import type { HostTensor, SafetensorsFile } from "../../interop/safetensors.js";
import type { Inspection } from "../protocol.js";
import { parseJson } from "./parseJson.js";
import { pixelsOf, tiled } from "./pixels.js";

const number = z.number().nullable();
const naturals = z.array(z.int().min(0)).max(16);
const text = z.string().max(10_000);
const spread = z.object({ min: number, max: number, mean: number, std: number, zeros: z.number() });
const schema = z.object({
  format: z.literal(1),
  epoch: z.number(),
  classes: z.array(text).nullable(),
  samples: z.array(
    z.object({
      index: z.number(),
      label: number,
      loss: z.number(),
      top: z.array(z.object({ label: z.number(), probability: z.number() })),
      graph: z.array(z.object({ id: z.number(), op: text, name: text, inputs: z.array(z.number()), shape: naturals, value: spread, gradient: spread.nullable(), operations: z.int().min(2).optional() })),
    }),
  ),
  layers: z.array(z.object({ path: text, shape: naturals })),
}) satisfies z.ZodType<Inspection>;

/** @throws DataError for a file that is not as it should be */
export const parseInspection = (bytes: Uint8Array, name: string): Inspection => parseJson(bytes, name, schema);

/** A layer's maps for a sample, or the sample itself, as PNG; null where they were not kept. */
export function mapsOf({ tensors }: SafetensorsFile, sample: number, layer: string | null): Uint8Array | null {
  const t = tensors.get(layer === null ? `sample/${sample}` : `maps/${sample}/${layer}`);
  if (t === undefined) return null;
  const [channels, height, width] = planesOf(t);
  if (channels * height * width === 0) return null;
  return encodePng(layer === null ? pixelsOf(t.data as Uint8Array, channels, height, width) : tiled(t.data as Uint8Array, channels, height, width));
}

/** Numbers of a layer without places, [C], are maps of one pixel. */
function planesOf({ data, shape }: HostTensor): readonly number[] {
  if (!(data instanceof Uint8Array) || (shape.length !== 3 && shape.length !== 1)) throw new DataError("inspection.safetensors: a map is not of type uint8 [C, H, W]; the file is damaged or of another version.");
  return shape.length === 3 ? shape : [shape[0], 1, 1];
}

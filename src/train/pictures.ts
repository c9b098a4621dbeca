/** Pictures of samples for a board, where the data set is one of images: as they are stored, in 256 shades, none larger than need be. */

import { ImageDataset } from "../data/imageDataset.js";
import { ImageFolder } from "../data/imageFolder.js";
import type { HostTensor } from "../interop/safetensors.js";
import type { Batches } from "./batches.js";
import { shrink } from "./shrink.js";

/** Pixels a side, at most. */
const mostSide = 96;

export interface Pictures {
  /** Whether each has to be decoded from its file. */
  readonly slow: boolean;
  /** Bytes of one, at most. */
  readonly bytes: number;
  /** uint8 [C, H, W]. */
  get(index: number): Promise<HostTensor>;
}

/** Undefined where the data set has none. */
export function picturesOf({ dataset }: Batches): Pictures | undefined {
  if (!(dataset instanceof ImageDataset) && !(dataset instanceof ImageFolder)) return undefined;
  const [channels, height, width] = dataset.shape;
  return {
    slow: dataset instanceof ImageFolder,
    bytes: channels * Math.min(height, mostSide) * Math.min(width, mostSide),
    async get(index) {
      const { x } = await dataset.get(index);
      if (dataset.maxValue === 255 && Math.max(height, width) <= mostSide) return x;
      const { shape, data } = shrink(x.data, dataset.shape, mostSide);
      return { dtype: "uint8", shape, data: Uint8Array.from(data, (value) => Math.round((255 / dataset.maxValue) * value)) };
    },
  };
}

/** `inspection.json` and `inspection.safetensors`: some samples of different classes, followed through the network as it was after its best epoch. */

import { join } from "node:path";
import { atomicWrite } from "../base/atomicWrite.js";
import { encodeSafetensors, type HostTensor } from "../interop/safetensors.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Batches } from "./batches.js";
import { classNames } from "./classification.js";
import { evenly } from "./evenly.js";
import type { FollowedSamples } from "./followedSamples.js";
import { type InspectedSample, inspectSample, type LayerMap } from "./inspectSample.js";
import { picturesOf } from "./pictures.js";
import type { Recording } from "./recording.js";
import type { Shrunk } from "./shrink.js";
import type { Spread } from "./spread.js";
import type { Trainer } from "./trainer.js";

const sampleCount = 8;
/** Of all maps together. */
const mostBytes = 16 * 2 ** 20;

export function inspectionRecording(folder: string, { model, loss }: Trainer, samples: FollowedSamples): Recording {
  let source: Batches;
  return {
    name: "the samples followed through the network",
    fitStart({ training, validation }) {
      source = validation ?? training;
    },
    async epochEnd({ epoch, best }) {
      if (!best || samples.count === 0) return;
      const known = new Map<Tensor, Spread>();
      const inspected: (InspectedSample & { readonly index: number })[] = [];
      const maps: (readonly LayerMap[])[] = [];
      let names: readonly string[] | null = null;
      const chosen = mixed(samples.labels, samples.count);
      for (const i of chosen) {
        const { sample, layers, classes } = await inspectSample(model, loss, () => samples.batch(i, i + 1), known);
        inspected.push({ index: samples.indices[i], ...sample });
        maps.push(layers);
        names = classNames(source, classes);
      }
      const pictures = picturesOf(source);
      const tensors = new Map<string, HostTensor>();
      for (const [k, i] of chosen.entries()) if (pictures !== undefined) tensors.set(`sample/${k}`, await pictures.get(samples.indices[i]));
      const channels = channelsFor(maps.flat());
      for (const [k, layers] of maps.entries()) for (const { path, maps: map } of layers) tensors.set(`maps/${k}/${path}`, shades(map, channels));
      // The maps first: whoever reads the list finds them all.
      atomicWrite(join(folder, "inspection.safetensors"), encodeSafetensors(tensors, { format: "1", epoch: String(epoch) }));
      const layers = maps[0].map(({ path, shape }) => ({ path, shape }));
      atomicWrite(join(folder, "inspection.json"), `${JSON.stringify({ format: 1, epoch, classes: names, samples: inspected, layers })}\n`);
    },
  };
}

/** One of each class, then a second one of each…; of many classes, and without classes, evenly chosen ones. */
function mixed(labels: readonly number[] | undefined, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  if (labels === undefined) return evenly(all, sampleCount);
  const turn = all.map((i) => labels.slice(0, i).filter((label) => label === labels[i]).length);
  const inTurn = all.sort((a, b) => turn[a] - turn[b] || labels[a] - labels[b]);
  return evenly(inTurn.slice(0, Math.max(sampleCount, turn.filter((each) => each === 0).length)), sampleCount);
}

/** So many channels of each map that all fit. */
function channelsFor(maps: readonly LayerMap[]): number {
  const bytes = (channels: number): number => maps.reduce((sum, { maps: { shape: [c, h, w] } }) => sum + Math.min(c, channels) * h * w, 0);
  let channels = 64;
  while (channels > 1 && bytes(channels) > mostBytes) channels /= 2;
  return channels;
}

/** 255 is the largest absolute value; where there are negative values, 128 is zero. */
function shades({ shape: [all, height, width], data }: Shrunk, channels: number): HostTensor {
  const count = Math.min(all, channels);
  const shown = data.subarray(0, count * height * width);
  let low = 0;
  let high = 0;
  for (let i = 0; i < shown.length; i++) {
    if (shown[i] < low) low = shown[i];
    if (shown[i] > high) high = shown[i];
  }
  const most = Math.max(high, -low) || 1;
  const [zero, scale] = low < 0 ? [128, 127 / most] : [0, 255 / most];
  const shaded = new Uint8Array(shown.length);
  for (let i = 0; i < shown.length; i++) shaded[i] = Math.round(zero + scale * shown[i]);
  return { dtype: "uint8", shape: [count, height, width], data: shaded };
}

/**
 * How the outputs of each layer are distributed over the samples that are followed, and, of layers with a threshold such as ReLU, which share of the units is dead: 0 for all
 * of these samples. A unit of a convolutional layer is a channel.
 */

import type { TypedArray } from "../base/dtype.js";
import { dtypeBytes, isFloat } from "../base/dtype.js";
import { ReLU } from "../nn/activation.js";
import type { AnyModule, TensorModule } from "../nn/module.js";
import { ReLU6 } from "../nn/piecewiseActivation.js";
import { undisturbed } from "../nn/undisturbed.js";
import { abs } from "../ops/elementwise.js";
import { max } from "../ops/reduce.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { addHistogram } from "./eventFiles.js";
import type { EventRuns } from "./eventRuns.js";
import type { FollowedSamples } from "./followedSamples.js";
import type { Recording } from "./recording.js";
import { someOf } from "./someOf.js";

/** Memory for the outputs of all layers at once. */
const mostBytes = 128 * 2 ** 20;
/** Values of a layer that a histogram is made of; of more, evenly chosen ones. */
const mostValues = 1 << 15;

/** @param report gets the shares of dead units by layer */
export function layerRecording(model: TensorModule, events: EventRuns, samples: FollowedSamples, report: (dead: Readonly<Record<string, number>>) => void): Recording {
  /** How many samples fit into the memory; found out with the first. */
  let most = 0;
  return {
    name: "the activations",
    async epochEnd({ epoch }) {
      if (samples.count === 0) return;
      if (most === 0) most = Math.max(1, Math.floor(mostBytes / bytesOf(model, samples)));
      const looks = await lookAt(model, samples, Math.min(most, samples.count));
      const to = events.writer("train");
      const dead: Record<string, number> = {};
      for (const { path, values, largest } of looks) {
        await addHistogram(to, `activations/${path}`, values, epoch);
        if (largest === undefined) continue;
        dead[path] = largest.filter((value) => value === 0).length / largest.length;
        to.addScalar(`dead/${path}`, dead[path], epoch);
      }
      report(dead);
    },
  };
}

/** What the outputs of all layers take for one sample. */
function bytesOf(model: TensorModule, samples: FollowedSamples): number {
  let bytes = 1;
  step(() => forward(model, samples.batch(0, 1).x, (_path, _layer, output) => (bytes += output.size * dtypeBytes[output.dtype])));
  return bytes;
}

interface Look {
  readonly path: string;
  readonly values: TypedArray;
  /** The largest absolute value of each unit, of a layer with a threshold. */
  readonly largest: TypedArray | undefined;
}

function lookAt(model: TensorModule, samples: FollowedSamples, count: number): Promise<Look[]> {
  return step(async () => {
    const seen = new Map<string, { values: Tensor; largest: Tensor | undefined }>();
    forward(model, samples.batch(0, count).x, (path, layer, output) => {
      if (!seen.has(path)) seen.set(path, { values: someOf(output, mostValues), largest: hasThreshold(layer) ? noGrad(() => largestOfUnits(output)) : undefined });
    });
    const looks: Look[] = [];
    for (const [path, { values, largest }] of seen) looks.push({ path, values: await values.data(), largest: await largest?.data() });
    return looks;
  });
}

/** Runs the model, and shows the floats that come out of each module without children. */
function forward(model: TensorModule, x: Tensor, show: (path: string, layer: AnyModule, output: Tensor) => void): void {
  undisturbed(model, () =>
    noGrad(() =>
      model.withForwardHook(
        (path, layer, output) => {
          if (layer.children().next().done === true && isFloat(output.dtype) && output.size > 0) show(path, layer, output);
        },
        () => model.forward(x),
      ),
    ),
  );
}

const hasThreshold = (layer: AnyModule): boolean => layer instanceof ReLU || layer instanceof ReLU6;

function largestOfUnits(output: Tensor): Tensor {
  const axes = output.ndim > 3 ? output.shape.map((_, axis) => axis).filter((axis) => axis !== 1) : 0;
  return max(abs(output), { axis: axes });
}

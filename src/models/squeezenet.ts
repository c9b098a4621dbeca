/** SqueezeNet: AlexNet's accuracy with a fiftieth of its weights, by fire modules. Iandola et al. 2016. */

import { ShapeError, ValueError } from "../base/errors.js";
import { anything, integer, number, optionsOf, show } from "../base/options.js";
import { ReLU } from "../nn/activation.js";
import { AdaptiveAvgPool2d } from "../nn/adaptivePool.js";
import { Conv2d } from "../nn/conv.js";
import { Dropout } from "../nn/dropout.js";
import { constant, kaimingUniform, normalInit } from "../nn/init.js";
import { Module } from "../nn/module.js";
import { MaxPool2d } from "../nn/pool.js";
import { Sequential } from "../nn/sequential.js";
import { relu } from "../ops/activations.js";
import { flip } from "../ops/rearrange.js";
import { concat } from "../ops/slice.js";
import { flatten } from "../ops/views.js";
import type { Tensor } from "../tensor/tensor.js";

/** Squeezes the channels by a 1 × 1 convolution, then expands them by a 1 × 1 and a 3 × 3 one side by side. */
class Fire extends Module {
  readonly squeeze: Conv2d;
  readonly expand1x1: Conv2d;
  readonly expand3x3: Conv2d;

  /** @param to channels of each of the two expansions */
  constructor(from: number, squeezed: number, to: number) {
    super();
    this.squeeze = new Conv2d(from, squeezed, 1);
    this.expand1x1 = new Conv2d(squeezed, to, 1);
    this.expand3x3 = new Conv2d(squeezed, to, 3, { padding: 1 });
  }

  forward(x: Tensor): Tensor {
    const y = relu(this.squeeze.forward(x));
    return concat([relu(this.expand1x1.forward(y)), relu(this.expand3x3.forward(y))], 1);
  }
}

export interface SqueezeNetOptions {
  /** "1.0": the paper's, and its Caffe model's. "1.1": as accurate with 2.4 times fewer operations. Default "1.1". */
  readonly version?: "1.0" | "1.1";
  /** Default 1000. */
  readonly classes?: number;
  /** Dropout before the classifier. Default 0.5. */
  readonly dropout?: number;
  /** Zeros around the maps that the classifier sees: 1 in the Caffe model, whose weights expect them; 0 in torchvision. Default 0. */
  readonly classifierPadding?: number;
}

/**
 * A convolution of stride 2, eight fire modules with pools between them, a convolution to the classes, global average. Names as in torchvision. Made by `squeezenet`.
 *
 * @example
 * const net = models.squeezenet({ version: "1.1", classes: 10 });
 * net instanceof models.SqueezeNet // → true
 */
export class SqueezeNet extends Module {
  /** [N, 3, H, W] → [N, 512, H', W'], about a sixteenth of the size. */
  readonly features: Sequential;
  /** [N, 512, H', W'] → [N, classes, 1, 1]. */
  readonly classifier: Sequential;

  constructor(options: SqueezeNetOptions = {}) {
    const { version = "1.1", classes = 1000, dropout = 0.5, classifierPadding = 0 } = optionsOf("SqueezeNet", options, { version: anything, classes: integer(1), dropout: number(0, 1), classifierPadding: integer(0) });
    super();
    if (version !== "1.0" && version !== "1.1") throw new ValueError(`squeezenet: version must be "1.0" or "1.1", got ${show(version)}.`);
    const old = version === "1.0";
    const pool = (): MaxPool2d => new MaxPool2d(3, { stride: 2, ceilMode: true });
    this.features = new Sequential(
      old ? new Conv2d(3, 96, 7, { stride: 2 }) : new Conv2d(3, 64, 3, { stride: 2 }),
      new ReLU(),
      pool(),
      new Fire(old ? 96 : 64, 16, 64),
      new Fire(128, 16, 64),
      ...(old ? [] : [pool()]),
      new Fire(128, 32, 128),
      ...(old ? [pool()] : []),
      new Fire(256, 32, 128),
      ...(old ? [] : [pool()]),
      new Fire(256, 48, 192),
      new Fire(384, 48, 192),
      new Fire(384, 64, 256),
      ...(old ? [pool()] : []),
      new Fire(512, 64, 256),
    );
    const last = new Conv2d(512, classes, 1, { padding: classifierPadding });
    this.classifier = new Sequential(new Dropout(dropout), last, new ReLU(), new AdaptiveAvgPool2d(1));
    for (const [, module] of this.namedModules()) {
      if (!(module instanceof Conv2d)) continue;
      if (module === last) normalInit(module.weight, 0, 0.01);
      else kaimingUniform(module.weight);
      constant(module.bias!, 0);
    }
  }

  forward(x: Tensor): Tensor {
    return flatten(this.classifier.forward(this.features.forward(x)));
  }
}

/**
 * SqueezeNet. x: [N, 3, H, W], H and W about 227 → logits [N, classes]. With 1000 classes 1.0 has 1,248,424
 * parameters and 1.1 has 1,235,496; torchvision's weights load unchanged. `features` gives the maps [N, 512, H', W'] before the classifier.
 * Iandola et al. 2016, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters"; weights start as in torchvision.
 * @throws ValueError for a version that is none; forward: ShapeError for images that are too small.
 *
 * @example
 * const net = models.squeezenet({ version: "1.1", classes: 10 });
 * net.forward(zeros([2, 3, 64, 64])).shape          // → [2, 10]
 * net.features.forward(zeros([2, 3, 64, 64])).shape // → [2, 512, 3, 3]
 */
export function squeezenet(options: SqueezeNetOptions = {}): SqueezeNet {
  return new SqueezeNet(options);
}

/** The places of the fire modules 2 to 9 in version 1.0. */
const firePlaces = [3, 4, 5, 7, 8, 9, 10, 12];
const fireParts = { squeeze1x1: "squeeze", expand1x1: "expand1x1", expand3x3: "expand3x3" };

/** Names of the Caffe model's layers, and ours. */
const caffeLayers: ReadonlyMap<string, string> = new Map([
  ["conv1", "features.0"],
  ...firePlaces.flatMap((place, i) => Object.entries(fireParts).map(([theirs, ours]) => [`fire${i + 2}/${theirs}`, `features.${place}.${ours}`] as const)),
  ["conv10", "classifier.1"],
]);

/**
 * Weights of the authors' Caffe model, such as `fire2/squeeze1x1.weight`, under the names of `squeezenet({ version: "1.0", classifierPadding: 1 })`.
 * That model takes images blue, green, red; the first layer is turned round, so that the network takes red, green, blue like all others:
 * 0 … 255, less the means 123, 117 and 104.
 * @throws ShapeError for a name that is none of that model's.
 *
 * @example
 * const state = models.squeezenetFromCaffe(new Map([["fire9/squeeze1x1.bias", zeros([64])]]));
 * [...state.keys()] // → ["features.12.squeeze.bias"]
 */
export function squeezenetFromCaffe(weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  if (!(weights instanceof Map)) throw new ValueError("squeezenetFromCaffe: expected a Map from names to tensors, as loadWeights() gives it.");
  return new Map(
    Array.from(weights, ([name, t]) => {
      const stop = name.lastIndexOf(".");
      const [layer, kind] = [caffeLayers.get(name.slice(0, stop)), name.slice(stop + 1)];
      if (layer === undefined || (kind !== "weight" && kind !== "bias")) {
        throw new ShapeError(`squeezenetFromCaffe: ${name} is no weight of SqueezeNet 1.0; expected names such as conv1.weight and fire2/expand3x3.bias.`);
      }
      return [`${layer}.${kind}`, name === "conv1.weight" ? flip(t, 1) : t];
    }),
  );
}

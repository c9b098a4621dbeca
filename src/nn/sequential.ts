/** Layers one after another. Neighbours that one kernel can do together run as one. */

import { ValueError } from "../base/errors.js";
import type { Tensor } from "../tensor/tensor.js";
import { ReLU } from "./activation.js";
import { Conv2d } from "./conv.js";
import { isHooked } from "./hooks.js";
import { type AnyModule, Module, type TensorModule } from "./module.js";
import { placed } from "./place.js";
import { MaxPool2d } from "./pool.js";

/**
 * Applies its layers in order. In `stateDict` they are named 0, 1, 2, … as in PyTorch.
 * A Conv2d followed by ReLU, and perhaps by MaxPool2d(2), runs as one kernel that never writes what lies between.
 * @throws ValueError if an argument is no module; forward: the layer's error, with its place in front.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
 * model.forward(zeros([32, 784])).shape // → [32, 10]
 * model.forward(zeros([32, 500]))       // → throws ShapeError: at 0 (Linear): linear: input [32, 500]
 */
export class Sequential extends Module {
  readonly layers: readonly TensorModule[];

  constructor(...layers: TensorModule[]) {
    super();
    const wrong = layers.findIndex((layer) => !(layer instanceof Module));
    if (wrong >= 0) {
      const got = Array.isArray(layers[wrong]) ? "an array; spread it (...layers)" : `${typeof layers[wrong]}; write new in front of a layer's class`;
      throw new ValueError(`Sequential: argument ${wrong} must be a module, got ${got}.`);
    }
    this.layers = layers;
  }

  override *children(): globalThis.Generator<[string, AnyModule], void, undefined> {
    for (let i = 0; i < this.layers.length; i++) yield [String(i), this.layers[i]];
  }

  forward(x: Tensor): Tensor {
    const { layers } = this;
    let y = x;
    for (let i = 0; i < layers.length; i++) {
      const layer = layers[i];
      if (layer instanceof Conv2d && layers[i + 1] instanceof ReLU && !isHooked(layer) && !isHooked(layers[i + 1])) {
        const pool = layers[i + 2];
        const maxPool = pool instanceof MaxPool2d && pool.fusible && !isHooked(pool);
        y = fused(layer, y, maxPool);
        i += maxPool ? 2 : 1;
      } else {
        y = layer.forward(y);
      }
    }
    return y;
  }
}

function fused(conv: Conv2d, x: Tensor, maxPool: boolean): Tensor {
  try {
    return conv.forwardWith(x, { relu: true, maxPool });
  } catch (error) {
    throw placed(error, conv);
  }
}

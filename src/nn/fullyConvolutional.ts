/**
 * Linear layers as convolutions, and back. A linear layer over a C × H × W image is a convolution whose filters are as large as the image;
 * on a larger image it gives a map, as if the network had been moved over it. Long, Shelhamer & Darrell 2015.
 */

import type { FloatDType } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import { formatShape, sameShape, type Shape, sizeOf } from "../base/shape.js";
import { eye, zeros } from "../ops/create.js";
import { flatten, reshape, transpose } from "../ops/views.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import { LogSoftmax, Softmax } from "./activation.js";
import { Conv2d } from "./conv.js";
import { Flatten, Linear } from "./linear.js";
import type { AnyModule, TensorModule } from "./module.js";
import { Sequential } from "./sequential.js";

/** [channels, height, width]. */
export type ImageShape = readonly [number, number, number];

function checkLayer(caller: string, layer: unknown, Layer: abstract new (...options: never[]) => AnyModule): void {
  if (!(layer instanceof Layer)) throw new ValueError(`${caller}: expected a ${Layer.name}, got ${show(layer)}.`);
}

function checkImageShape(caller: string, shape: unknown): void {
  if (Array.isArray(shape) && shape.length === 3 && shape.every((n) => Number.isInteger(n) && n >= 1)) return;
  throw new ShapeError(`${caller}: expected the shape of an image, [C, H, W], got ${show(shape)}.`);
}

/**
 * The convolution that gives on an image [C, H, W] what `layer` gives on its C·H·W values, with a copy of the weights.
 * @throws ShapeError unless the layer takes so many values.
 *
 * @example
 * const layer = new nn.Linear(50 * 4 * 4, 10);
 * const conv = nn.linearToConv(layer, [50, 4, 4]); // → Conv2d(50, 10, kernel=4)
 * conv.forward(zeros([1, 50, 4, 9])).shape         // → [1, 10, 1, 6]
 */
export function linearToConv(layer: Linear, inputShape: ImageShape): Conv2d {
  checkLayer("linearToConv", layer, Linear);
  checkImageShape("linearToConv", inputShape);
  const [channels, height, width] = inputShape;
  if (sizeOf(inputShape) !== layer.inFeatures) {
    throw new ShapeError(`linearToConv: an image of ${formatShape(inputShape)} has ${sizeOf(inputShape)} values, but the layer takes ${layer.inFeatures}.`);
  }
  const { weight, bias } = layer;
  const conv = new Conv2d(channels, layer.outFeatures, [height, width], { bias: bias !== null, dtype: weight.dtype as FloatDType });
  noGrad(() => conv.weight.copyFrom(reshape(weight, conv.weight.shape)));
  if (bias !== null) conv.bias!.copyFrom(bias);
  return conv;
}

/**
 * The linear layer from the C·H·W values of an image to the values of the convolution's output: its matrix is sparse, and repeats the filters
 * in every place.
 * @throws ShapeError if the filter does not fit the image.
 *
 * @example
 * const linear = nn.convToLinear(new nn.Conv2d(1, 2, 3), [1, 5, 4]); // → Linear(20, 12)
 */
export function convToLinear(conv: Conv2d, inputShape: ImageShape): Linear {
  checkLayer("convToLinear", conv, Conv2d);
  checkImageShape("convToLinear", inputShape);
  const { inChannels, outChannels, kernel, stride, padding, dilation, groups, paddingMode, weight, bias } = conv;
  const dtype = weight.dtype as FloatDType;
  const filters = new Conv2d(inChannels, outChannels, kernel, { stride, padding, dilation, groups, paddingMode, bias: false, dtype });
  filters.weight = weight;
  return step(() =>
    noGrad(() => {
      // Row i of the answer to the images that are 1 in place i alone.
      const size = sizeOf(inputShape);
      const answers = filters.forward(reshape(eye(size, { dtype }), [size, ...inputShape]));
      const [, , height, width] = answers.shape;
      const linear = new Linear(size, outChannels * height * width, { bias: bias !== null, dtype });
      linear.weight.copyFrom(transpose(flatten(answers)));
      if (bias !== null) linear.bias!.copyFrom(reshape(reshape(bias, [outChannels, 1, 1]).expand(outChannels, height, width), [-1]));
      return linear;
    }),
  );
}

/**
 * The same network without a fixed input size: Flatten goes, and every Linear after it becomes a convolution, the first with filters as large
 * as the image that was flattened, the others 1 × 1; Softmax runs over channels. On images of `inputShape` it gives [N, classes, 1, 1], on
 * larger ones a map. Layers that need no change are shared with the model, converted ones are copies.
 * @throws ValueError for a layer after Flatten that has no counterpart for maps; ShapeError if the model does not take images of `inputShape`.
 *
 * @example
 * const model = new nn.Sequential(new nn.Conv2d(1, 8, 5), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(8 * 14 * 14, 26));
 * const map = nn.toFullyConvolutional(model, [1, 32, 32]);
 * map.forward(zeros([1, 1, 32, 32])).shape  // → [1, 26, 1, 1]
 * map.forward(zeros([1, 1, 32, 100])).shape // → [1, 26, 1, 35]
 */
export function toFullyConvolutional(model: Sequential, inputShape: ImageShape): Sequential {
  checkLayer("toFullyConvolutional", model, Sequential);
  checkImageShape("toFullyConvolutional", inputShape);
  const modes = Array.from(model.namedModules(), ([, module]) => ({ module, training: module.training }));
  model.eval();
  try {
    return new Sequential(...converted(model, inputShape));
  } finally {
    for (const { module, training } of modes) module.training = training;
  }
}

function converted(model: Sequential, inputShape: ImageShape): TensorModule[] {
  const layers: TensorModule[] = [];
  /** Shape of an image between the layers; after Flatten that of the flattened image, as the next linear layer sees it. */
  let shape: Shape = inputShape;
  let flat = false;
  const outputOf = (layer: TensorModule): Shape => {
    const { dtype } = model.parameters()[0] ?? { dtype: "float32" };
    return step(() => noGrad(() => layer.forward(zeros([1, ...shape], { dtype })).shape.slice(1)));
  };
  const convert = (layer: TensorModule): void => {
    if (layer instanceof Sequential) {
      layer.layers.forEach(convert);
    } else if (layer instanceof Flatten && shape.length === 3) {
      flat = true;
    } else if (flat && layer instanceof Linear) {
      layers.push(linearToConv(layer, shape as ImageShape));
      shape = [layer.outFeatures, 1, 1];
    } else if (flat && (layer instanceof Softmax || layer instanceof LogSoftmax)) {
      layers.push(layer instanceof Softmax ? new Softmax(1) : new LogSoftmax(1));
    } else {
      if (flat && !keepsShape(layer)) {
        throw new ValueError(`toFullyConvolutional: ${layer.describe()} after Flatten has no counterpart for maps; leave it out, or put it before Flatten.`);
      }
      layers.push(layer);
      if (!flat) shape = outputOf(layer);
    }
  };
  const keepsShape = (layer: TensorModule): boolean => {
    try {
      return sameShape(outputOf(layer), shape);
    } catch (error) {
      if (error instanceof ShapeError) return false;
      throw error;
    }
  };
  convert(model);
  return layers;
}

/** The course ConvNet: three times convolution 5 × 5, ReLU and max-pool, then two fully connected layers. */

import { ShapeError } from "../base/errors.js";
import { flag, integer, type Kinds, listOf, number, optionsOf } from "../base/options.js";
import { ReLU } from "../nn/activation.js";
import { BatchNorm2d } from "../nn/batchNorm.js";
import { Conv2d } from "../nn/conv.js";
import { Dropout } from "../nn/dropout.js";
import { Flatten, Linear } from "../nn/linear.js";
import type { Module } from "../nn/module.js";
import { MaxPool2d } from "../nn/pool.js";
import { Sequential } from "../nn/sequential.js";

export interface ConvNetOptions {
  /** Channels, height and width of the images. Default [3, 32, 32]. */
  readonly input?: readonly [number, number, number];
  /** Default 10. */
  readonly classes?: number;
  /** Filters of the three convolutions. Default [32, 64, 64]. */
  readonly filters?: readonly [number, number, number];
  /** Units of the hidden fully connected layer. Default 1000. */
  readonly hidden?: number;
  /** Dropout before the last layer. Default 0: none. */
  readonly dropout?: number;
  /** Batch normalisation after each convolution. Default false. */
  readonly batchNorm?: boolean;
}

const kinds: Kinds<ConvNetOptions> = {
  input: listOf(integer(1), 3), classes: integer(1), filters: listOf(integer(1), 3), hidden: integer(1), dropout: number(0, 1), batchNorm: flag,
};

/**
 * x: [N, 3, 32, 32] → logits [N, 10]; 1,191,170 parameters. Images of other sizes are halved three times, rounding down.
 * @throws ShapeError if the images are smaller than 8 × 8.
 *
 * @example
 * const model = models.convnet({ input: [1, 28, 28], filters: [8, 16, 16], hidden: 64 });
 * model.forward(zeros([2, 1, 28, 28])).shape // → [2, 10]
 */
export function convnet(options: ConvNetOptions = {}): Sequential {
  const { input: [channels, height, width] = [3, 32, 32], classes = 10, filters = [32, 64, 64], hidden = 1000, dropout = 0, batchNorm = false } = optionsOf("convnet", options, kinds);
  if (height < 8 || width < 8) throw new ShapeError(`convnet: images of ${height} × ${width} are too small to be halved three times; they must be at least 8 × 8.`);
  const layers: Module[] = [];
  let from = channels;
  for (const to of filters) {
    layers.push(new Conv2d(from, to, 5, { padding: 2 }));
    if (batchNorm) layers.push(new BatchNorm2d(to));
    layers.push(new ReLU(), new MaxPool2d(2));
    from = to;
  }
  const eighth = (n: number): number => Math.floor(n / 8);
  layers.push(new Flatten(), new Linear(from * eighth(height) * eighth(width), hidden), new ReLU());
  if (dropout > 0) layers.push(new Dropout(dropout));
  layers.push(new Linear(hidden, classes));
  return new Sequential(...layers);
}

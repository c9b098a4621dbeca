/** Residual networks of basic blocks: what a block learns is added to its input. He et al. 2016, "Deep residual learning". */

import { integer, oneOf, optionsOf } from "../base/options.js";
import { relu } from "../ops/activations.js";
import { add } from "../ops/arithmetic.js";
import { mean } from "../ops/reduce.js";
import type { Tensor } from "../tensor/tensor.js";
import { BatchNorm2d } from "../nn/batchNorm.js";
import { Conv2d } from "../nn/conv.js";
import { fans, normalInit } from "../nn/init.js";
import { Linear } from "../nn/linear.js";
import { Module } from "../nn/module.js";
import { MaxPool2d } from "../nn/pool.js";
import { Sequential } from "../nn/sequential.js";

/** Two 3 × 3 convolutions beside a shortcut, which is a 1 × 1 convolution where the shape changes. */
class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | null;

  constructor(from: number, to: number, stride: number) {
    super();
    this.conv1 = new Conv2d(from, to, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(to);
    this.conv2 = new Conv2d(to, to, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(to);
    this.downsample =
      stride === 1 && from === to ? null : new Sequential(new Conv2d(from, to, 1, { stride, bias: false }), new BatchNorm2d(to));
  }

  forward(x: Tensor): Tensor {
    const shortcut = this.downsample === null ? x : this.downsample.forward(x);
    const y = relu(this.bn1.forward(this.conv1.forward(x)));
    return relu(add(this.bn2.forward(this.conv2.forward(y)), shortcut));
  }
}

export interface ResNetOptions {
  /** Default 10. */
  readonly classes?: number;
  /** Channels of the images. Default 3. */
  readonly channels?: number;
  /**
   * How the network begins. "cifar" (default): a 3 × 3 convolution, for images of about 32 × 32. "imagenet": a 7 × 7 convolution of stride 2 and
   * a max-pool, for images of about 224 × 224.
   */
  readonly stem?: "cifar" | "imagenet";
}

/** Stem, four stages of basic blocks with 64, 128, 256 and 512 channels, global average, linear classifier. Names as in torchvision. */
class ResNet extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly maxpool: MaxPool2d | null;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly fc: Linear;

  constructor(blocks: readonly [number, number, number, number], options: ResNetOptions) {
    super();
    const kinds = { classes: integer(1), channels: integer(1), stem: oneOf("cifar", "imagenet") };
    const { classes = 10, channels = 3, stem = "cifar" } = optionsOf("resnet", options, kinds);
    const small = stem === "cifar";
    this.conv1 = small
      ? new Conv2d(channels, 64, 3, { padding: 1, bias: false })
      : new Conv2d(channels, 64, 7, { stride: 2, padding: 3, bias: false });
    this.bn1 = new BatchNorm2d(64);
    this.maxpool = small ? null : new MaxPool2d(3, { stride: 2, padding: 1 });
    const stage = (from: number, to: number, count: number): Sequential =>
      new Sequential(...Array.from({ length: count }, (_, i) => new BasicBlock(i === 0 ? from : to, to, i === 0 && from !== to ? 2 : 1)));
    this.layer1 = stage(64, 64, blocks[0]);
    this.layer2 = stage(64, 128, blocks[1]);
    this.layer3 = stage(128, 256, blocks[2]);
    this.layer4 = stage(256, 512, blocks[3]);
    this.fc = new Linear(512, classes);
    for (const [, module] of this.namedModules()) {
      if (module instanceof Conv2d) normalInit(module.weight, 0, Math.sqrt(2 / fans(module.weight).fanOut));
    }
  }

  forward(x: Tensor): Tensor {
    let y = relu(this.bn1.forward(this.conv1.forward(x)));
    if (this.maxpool !== null) y = this.maxpool.forward(y);
    for (const stage of [this.layer1, this.layer2, this.layer3, this.layer4]) y = stage.forward(y);
    return this.fc.forward(mean(y, { axis: [2, 3] }));
  }
}

/**
 * ResNet-18. x: [N, 3, H, W] → logits [N, classes]. With ten classes and the CIFAR stem it has 11,173,962 parameters; with 1000 and the
 * ImageNet stem, 11,689,512. He et al. 2016, table 1; weights start as there (Kaiming, fan out).
 *
 * @example
 * const net = models.resnet18({ classes: 10 });
 * net.forward(zeros([2, 3, 32, 32])).shape                       // → [2, 10]
 * net.parameters().reduce((count, p) => count + p.size, 0)       // → 11173962
 */
export function resnet18(options: ResNetOptions = {}): Module {
  return new ResNet([2, 2, 2, 2], options);
}

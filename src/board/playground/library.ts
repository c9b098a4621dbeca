/** What the playground uses of the library, for browsers: less to load than all of it. */

import "../../platform/browser.js";
// The methods of tensors; bundlers leave out what is not imported by name.
import "../../ops/methods.js";
import "../../autograd/backward.js";
import * as init from "../../nn/init.js";
import { GELU, Identity, l1Penalty, l2Penalty, LeakyReLU, Linear, ReLU, Sequential, Sigmoid, SiLU, Softplus, Tanh } from "../../nn/index.js";
import { blobs, circles, DataLoader, moons, spirals, split as splitSet, TensorDataset, xor } from "../../data/inMemory.js";
import { Adagrad, Adam, AdamW, RMSprop, SGD } from "../../optim/index.js";

export { setThreads } from "../../backend/select.js";
export { binaryCrossEntropyWithLogits, crossEntropy } from "../../nn/losses/index.js";
export { argmax, concat, gt, manualSeed, mean, ne, split, stdMean, tensor } from "../../ops/index.js";
export { step } from "../../tensor/step.js";
export { noGrad } from "../../tensor/tape.js";

export const data = { blobs, circles, DataLoader, moons, spirals, split: splitSet, TensorDataset, xor };
export const nn = { GELU, Identity, init, l1Penalty, l2Penalty, LeakyReLU, Linear, ReLU, Sequential, Sigmoid, SiLU, Softplus, Tanh };
export const optim = { Adagrad, Adam, AdamW, RMSprop, SGD };

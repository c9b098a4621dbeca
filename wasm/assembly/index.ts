/** The kernels by the names that src/backend/cpu calls: each takes the address of its arguments and returns a status. */

export { argReduce, cumsum, cumulativeArg, linearRecurrence } from "./argReduce";
export { attention, attentionGrad } from "./attention";
export { batchNorm, batchNormGrad } from "./batchNorm";
export { binary } from "./binary";
export { compare } from "./compare";
export { conv2d } from "./conv2d";
export { convEpilogueGrad } from "./convEpilogue";
export { conv2dInputGrad, conv2dWeightGrad } from "./convGrad";
export { copy, fill, where } from "./copy";
export { gatherElements, scatterElements } from "./elements";
export { gather, scatterAdd } from "./indexing";
export { layerNorm, layerNormGrad } from "./layerNorm";
export { lstmCell, lstmCellGrad } from "./lstm";
export { matmul } from "./matmul";
export { adam, sgd } from "./optimizer";
export { work } from "./pool";
export { avgPool2d, avgPool2dGrad, maxPool2d, maxPool2dGrad } from "./pooling";
export { random } from "./random";
export { reduce } from "./reduce";
export { crossEntropy, crossEntropyGrad, softmax, softmaxGrad } from "./softmax";
export { argsort } from "./sort";
export { unary } from "./unary";

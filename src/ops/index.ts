/** Every operation by its name. */

import "./methods.js";

export * from "./activations.js";
export {
  adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, adaptiveMaxPool1d, adaptiveMaxPool1dWithIndices, adaptiveMaxPool2d, adaptiveMaxPool2dWithIndices,
  adaptiveMaxPool3d, adaptiveMaxPool3dWithIndices, type AdaptivePoolOptions,
} from "./adaptivePool.js";
export { add, div, lerp, maximum, minimum, mul, type Operand, pow, sub } from "./arithmetic.js";
export { type AttentionOptions, attentionWeights, scaledDotProductAttention } from "./attention.js";
export { batchNormEval, batchNormTrain } from "./batchNorm.js";
export { bilinear } from "./bilinear.js";
export { cast, clone, contiguous } from "./cast.js";
export { eq, ge, gt, le, logicalAnd, logicalOr, lt, ne, where } from "./compare.js";
export { conv2d, type Conv2dOptions } from "./conv.js";
export { conv1d } from "./conv1d.js";
export { conv3d } from "./conv3d.js";
export type { ConvOptions } from "./convShape.js";
export { convTranspose1d, convTranspose2d, convTranspose3d, type ConvTransposeOptions } from "./convTranspose.js";
export * from "./create.js";
export {
  abs, ceil, clamp, cos, exp, expm1, floor, isfinite, isnan, log, log1p, logicalNot, neg, reciprocal, round, rsqrt, sign, sin, sqrt, square,
} from "./elementwise.js";
export { gather, indexCopy, indexFill, scatter, scatterAdd, scatterReduce, type ScatterReduceOptions, take, type TakeOptions } from "./gatherScatter.js";
export { cummax, cummin, cumprod, cumsum, linearRecurrence, logcumsumexp } from "./cumulative.js";
export { indexAdd, indexSelect, oneHot } from "./indexing.js";
export { groupNorm, instanceNorm, layerNorm, type NormOptions, rmsNorm } from "./layerNorm.js";
export { lstm, type LstmOptions } from "./lstm.js";
export * as linalg from "./linalg/index.js";
export { lstmCell } from "./lstmCell.js";
export { linear, matmul } from "./matmul.js";
export { addmm, type AddProductOptions, baddbmm, bmm, dot, kron, mv, outer, tensordot } from "./products.js";
export {
  atLeastNd, flip, meshgrid, type MeshgridOptions, movedim, repeat, repeatInterleave, roll, rot90, tile,
} from "./rearrange.js";
export {
  all, allclose, any, type CloseOptions, countNonzero, isclose, isinf, logicalXor, maskedFill, maskedSelect, nanmean, nansum, nanToNum,
  type NanToNumOptions, nonzero,
} from "./logic.js";
export {
  cdist, type CdistOptions, cosineSimilarity, type CosineSimilarityOptions, norm, normalize, type NormalizeOptions,
  norm as vectorNorm, pairwiseDistance, type PairwiseDistanceOptions, type VectorNormOptions,
} from "./norm.js";
export {
  bincount, type BincountOptions, type Distinct, histogram, type HistogramOptions, median, type MedianOptions, mode, type ModeOptions,
  quantile, type QuantileOptions, unique,
} from "./statistics.js";
export { floorDivide, frac, remainder, trunc } from "./division.js";
export { erf, exp2, log10, log2, logaddexp } from "./exponentials.js";
export {
  hardshrink, hardsigmoid, hardswish, hardtanh, type HardtanhOptions, maxout, type MaxoutOptions, prelu, relu6, softshrink, threshold,
} from "./piecewise.js";
export { celu, glu, logSigmoid, mish, selu, softsign, tanhshrink } from "./smoothActivations.js";
export { acos, acosh, asin, asinh, atan, atan2, atanh, cosh, hypot, sinh, tan } from "./trigonometry.js";
export { diag, diagonal, type DiagonalOptions, type DiagOptions, trace, tril, triu } from "./diagonal.js";
export { einsum } from "./einsum.js";
export { fold, type FoldOptions, unfold, type UnfoldOptions, windows, type WindowsOptions } from "./slidingWindows.js";
export { type ComputeDefinition, defineOp, type Operation, operations, type OutputSpec, type ViewDefinition } from "./operation.js";
export {
  filterKernel, type FilterKernelOptions, type FilterName, imageFilter, type ImageFilterOptions,
} from "./imageFilters.js";
export { interpolate, type InterpolateOptions, type InterpolationMode } from "./interpolate.js";
export { localResponseNorm, type LocalResponseNormOptions } from "./localResponseNorm.js";
export { lpPool1d, lpPool2d, type LpPoolOptions } from "./lpPool.js";
export {
  convOutputSize, type ConvSizeOptions, convTransposeOutputSize, type ConvTransposeSizeOptions, poolOutputSize, type PoolSizeOptions, type SizeRule,
} from "./outputSize.js";
export type { PadMode } from "./padWith.js";
export { pixelShuffle, type PixelShuffleOptions, pixelUnshuffle } from "./pixelShuffle.js";
export { avgPool2d, maxPool2d, maxPool2dWithIndices } from "./pool.js";
export { avgPool1d, maxPool1d, maxPool1dWithIndices } from "./pool1d.js";
export { avgPool3d, maxPool3d, maxPool3dWithIndices } from "./pool3d.js";
export type { AvgPoolOptions, MaxPoolOptions, PoolOptions } from "./poolShape.js";
export { maxUnpool1d, maxUnpool2d, maxUnpool3d, type MaxUnpoolOptions } from "./unpool.js";
export { type PositionOptions, rotaryEmbedding, type RotaryOptions, sinusoidalPositions } from "./positions.js";
export { defaultGenerator, dropout, initialSeed, manualSeed, rand, randn, type RandomOptions } from "./random.js";
export {
  bernoulli, categorical, type GeneratorOptions, gumbelSoftmax, type GumbelSoftmaxOptions, multinomial, type MultinomialOptions, randint, randperm, shuffle,
} from "./randomIntegers.js";
export { exponential, gumbel, normal, truncatedNormal, type TruncatedNormalOptions, uniform } from "./randomReals.js";
export { gru, gruCell, type GruOptions, rnn, type RnnOptions, type SequenceOptions } from "./rnn.js";
export { argmax, argmin, logsumexp, max, mean, min, prod, type ReduceOptions, std, stdMean, sum, variance, type VarianceOptions, varMean } from "./reduce.js";
export type { ErrorSample, InputSpec, Sample } from "./samples.js";
export { concat, pad, type PadOptions, type Range, slice, stack } from "./slice.js";
export { chunk, narrow, select, split, unbind } from "./split.js";
export { logSoftmax, softmax } from "./softmax.js";
export {
  argsort, bucketize, type ExtremeOptions, maxWithIndex, minWithIndex, searchsorted, type SearchOptions, sort, type SortOptions, topk,
  type TopkOptions, type ValuesAndIndices,
} from "./sort.js";
export { expand, flatten, permute, reshape, squeeze, transpose, unsqueeze } from "./views.js";
export type { Padding, Pair, PerAxis, Single, Triple } from "./windows.js";

/** Layers, losses and initialisers. */

export * from "./activation.js";
export * from "./piecewiseActivation.js";
export * from "./smoothActivation.js";
export { Bilinear, type BilinearOptions } from "./bilinear.js";
export {
  AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, type AdaptiveSize,
  GlobalAvgPool1d, GlobalAvgPool2d, GlobalAvgPool3d, GlobalMaxPool1d, GlobalMaxPool2d, GlobalMaxPool3d,
} from "./adaptivePool.js";
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from "./batchNorm.js";
export { Conv1d, type Conv1dLayerOptions, Conv2d, type Conv2dLayerOptions, Conv3d, type Conv3dLayerOptions } from "./conv.js";
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, type ConvTransposeLayerOptions } from "./convTranspose.js";
export { type Costed, type Windowed, type Windows } from "./cost.js";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, type DropoutOptions, GaussianNoise, type RandomLayerOptions } from "./dropout.js";
export { Embedding, EmbeddingBag, type EmbeddingBagOptions, type EmbeddingOptions } from "./embedding.js";
export { convToLinear, type ImageShape, linearToConv, toFullyConvolutional } from "./fullyConvolutional.js";
export * as init from "./init.js";
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, type InstanceNormOptions } from "./instanceNorm.js";
export { GroupNorm, type GroupNormOptions, LayerNorm, type LayerNormOptions, RMSNorm, type RMSNormOptions } from "./layerNorm.js";
export { LocalResponseNorm } from "./localResponseNorm.js";
export { Flatten, Identity, Linear, type LinearOptions, Unflatten } from "./linear.js";
export * from "./losses/index.js";
export * from "./losses/layers.js";
export { elasticNet, type ElasticNetOptions, l1Penalty, l2Penalty, maxNorm, type Weights } from "./regularizers.js";
export type { ForwardHook, ForwardPreHook, FullBackwardHook, Gradients, HookHandle, InputsOf, OutputOf } from "./hooks.js";
export { type AnyModule, type ForwardObserver, Module, parameter, type TensorModule } from "./module.js";
export {
  AvgPool1d, AvgPool2d, AvgPool3d, type AvgPoolLayerOptions, LPPool1d, LPPool2d, type LpPoolLayerOptions, MaxPool1d, MaxPool2d, MaxPool3d,
  type MaxPoolLayerOptions,
} from "./pool.js";
export { SeparableConv2d, type SeparableConv2dOptions } from "./separableConv.js";
export { Sequential } from "./sequential.js";
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, type MaxUnpoolLayerOptions } from "./unpool.js";
export { PixelShuffle, PixelUnshuffle, Upsample } from "./upsample.js";
export { ConvLSTM, ConvLSTMCell, type ConvLSTMCellOptions, type ConvLSTMOptions, type ConvLSTMState } from "./convLstm.js";
export { GRU } from "./gru.js";
export { LSTM, type LSTMState } from "./lstm.js";
export type { RecurrentOptions, SequenceInput } from "./recurrent.js";
export { type CellOptions, GRUCell, LSTMCell, RNNCell, type RNNCellOptions } from "./recurrentCell.js";
export { RNN, type RNNOptions } from "./rnn.js";
export { type AttentionInput, KeyValueCache, type KeyValueCacheOptions, MultiheadAttention, type MultiheadAttentionOptions } from "./multiheadAttention.js";
export { LearnedPositionalEncoding, PositionalEncoding, type PositionalEncodingOptions, type PositionInput } from "./positionalEncoding.js";
export {
  type DecoderInput, type EncoderInput, Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer,
  type TransformerInput, type TransformerLayerOptions, type TransformerOptions, type TransformerStackOptions,
} from "./transformer.js";
export { evalWithDropout, mcDropout, type McDropoutOptions, type McDropoutResult } from "./mcDropout.js";
export { lsuv, type LsuvLayer, type LsuvOptions } from "./lsuv.js";

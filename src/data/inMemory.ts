/** The part of `data` that needs no files: all there is of it in browsers. */

export { type Collate, padSequences, type PadSequencesOptions, stackSamples, type StackOptions } from "./collate.js";
export { ImageDataset, type ImageDatasetInit, type ImageShape, type Splits } from "./imageDataset.js";
export { Dataset, type FieldValue, type Sample, type SampleSource } from "./dataset.js";
export { type Cifar100Labels, parseCifar, parseCifar100 } from "./formats/cifar.js";
export { type Column, type CsvOptions, type Missing, parseCsv, Table, type TableDatasetOptions } from "./formats/csv.js";
export { parseDigits } from "./formats/digits.js";
export { encodeNpy, parseNpy, parseNpz, type ReadNpyOptions } from "./formats/npy.js";
export {
  textWindows,
  type TextWindowsOptions,
  type TokenKind,
  Vocabulary,
  type VocabularyOptions,
  type WordVocabularyOptions,
} from "./formats/text.js";
export type { ResizeFit } from "./formats/image.js";
export { ImageFolder } from "./imageFolder.js";
export { type IdxArray, parseIdx } from "./formats/idx.js";
export { type Batch, DataLoader, type DataLoaderOptions } from "./loader.js";
export { channelStatistics, type Normalization, type NormalizationKind, normalizationKinds, normalizationOf } from "./normalize.js";
export type { Sampling } from "./samplers.js";
export { type Fold, kFold, split, type SplitOptions, type Splittable, TestSet, type TestUse } from "./splits.js";
export {
  blobs,
  type BlobsOptions,
  circles,
  type CirclesOptions,
  doubleMoon,
  type DoubleMoonOptions,
  moons,
  type PointSet,
  regressionLine,
  type RegressionLineOptions,
  spirals,
  type SpiralsOptions,
  type SyntheticOptions,
  xor,
} from "./synthetic.js";
export { type RowField, TensorDataset, type TensorDatasetOptions, type TensorFields } from "./tensorDataset.js";
export { type AugmentOptions, augment, augmentationWarnings } from "./transforms/offline.js";
export { gaussianBlur, type GaussianBlurOptions, gaussianNoise, type GaussianNoiseOptions } from "./transforms/blur.js";
export { colorJitter, type ColorJitterOptions, randomGrayscale } from "./transforms/colour.js";
export { centerCrop, type CenterCropOptions, randomCrop, type RandomCropOptions } from "./transforms/crop.js";
export { type CropsOptions, fiveCrop, tenCrop } from "./transforms/crops.js";
export { cutout, type CutoutOptions, type HoleFill, randomErasing, type RandomErasingOptions } from "./transforms/erase.js";
export { type FlipOptions, randomHorizontalFlip, randomVerticalFlip } from "./transforms/flip.js";
export { cutmix, type Mix, type MixOptions, mixup } from "./transforms/mix.js";
export type { Interval } from "./transforms/options.js";
export { randAugment, type RandAugmentOptions, trivialAugment } from "./transforms/randAugment.js";
export { randomResizedCrop, type RandomResizedCropOptions, resize, type ResizeOptions } from "./transforms/resample.js";
export {
  randomAutocontrast,
  randomEqualize,
  randomPosterize,
  randomSharpness,
  randomSolarize,
  type ToneOptions,
} from "./transforms/tone.js";
export type { ImageBatch, Transform } from "./transforms/transform.js";
export {
  type Interpolation,
  randomAffine,
  type RandomAffineOptions,
  randomPerspective,
  type RandomPerspectiveOptions,
  randomRotation,
  type RandomRotationOptions,
  type WarpOptions,
} from "./transforms/warp.js";
export { ZcaWhitening, type ZcaWhiteningOptions } from "./whitening.js";

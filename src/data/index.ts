/** `data`: data sets of images, tensors and text, and loaders that turn them into batches. */

export { cacheFolder } from "./cache.js";
export { type CharactersOptions, drawCharacters } from "./characters/characters.js";
export { ImageDataset, type ImageDatasetInit, type ImageShape, type Splits } from "./imageDataset.js";
export { Dataset, type FieldValue, type Sample, type SampleSource } from "./dataset.js";
export type { DownloadProgress } from "./download.js";
export { parseCifar, readCifarArchive, readCifarFolder } from "./formats/cifar.js";
export { parseDigits, readDigits } from "./formats/digits.js";
export { type IdxArray, parseIdx, readIdx, readIdxImages } from "./formats/idx.js";
export { type Batch, DataLoader, type DataLoaderOptions } from "./loader.js";
export { channelStatistics, type Normalization, type NormalizationKind, normalizationKinds, normalizationOf } from "./normalize.js";
export { listSources, load, type LoadOptions, type LookupOptions, type Prepared, prepare, type PrepareOptions, type SourceListing } from "./prepare.js";
export { dataNames } from "./sources.js";
export { type Fold, kFold, split, type SplitOptions, type Splittable, TestSet, type TestUse } from "./splits.js";
export { type RowField, TensorDataset, type TensorDatasetOptions, type TensorFields } from "./tensorDataset.js";
export {
  type ImageBatch,
  randomCrop,
  type RandomCropOptions,
  randomHorizontalFlip,
  type RandomHorizontalFlipOptions,
  type Transform,
} from "./transforms.js";

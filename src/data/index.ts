/** `data`: data sets of images, tensors and text, and loaders that turn them into batches. */

export * from "./inMemory.js";
export { cacheFolder } from "./cache.js";
export { type CharactersOptions, drawCharacters } from "./characters/characters.js";
export { drawSentence, type Sentence, type SentenceLetter, type SentenceOptions } from "./characters/sentence.js";
export type { DownloadProgress } from "./download.js";
export { readCifarArchive, readCifarFolder } from "./formats/readCifar.js";
export { readCsv } from "./formats/readCsv.js";
export { readDigits } from "./formats/readDigits.js";
export { readNpy, readNpz, writeNpy, writeNpz } from "./formats/readNpy.js";
export { readText } from "./formats/readText.js";
export { readImage, type ReadImageOptions, writePng } from "./formats/readImage.js";
export { imageFolder, type ImageFolderOptions } from "./readImageFolder.js";
export { readIdx, readIdxImages } from "./formats/readIdx.js";
export { listSources, load, type LoadOptions, type LookupOptions, type Prepared, prepare, type PrepareOptions, type SourceListing } from "./prepare.js";
export { dataNames } from "./sources.js";

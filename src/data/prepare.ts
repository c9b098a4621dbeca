/** From a name to a data set: look in the folders given, then in the cache, then download. */

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../base/errors.js";
import { callback, integer, type Kinds, optionsOf, text } from "../base/options.js";
import { cacheFolder as defaultCacheFolder, onDisk } from "./cache.js";
import { drawCharacters } from "./characters/characters.js";
import { missingFontPackages, requireFontPackages } from "./characters/fonts.js";
import type { Splits } from "./imageDataset.js";
import { download, type DownloadProgress } from "./download.js";
import { charactersName, checkDataName, type Source, sourceOf, sources } from "./sources.js";

export interface LookupOptions {
  /** A root with a folder for each set, or one set's own folder. Without it, NABLA_DATA and then the cache are searched. */
  readonly dataDir?: string;
  /** @default NABLA_CACHE, else nabla in XDG_CACHE_HOME, else ~/.cache/nabla */
  readonly cacheDir?: string;
}

export interface LoadOptions extends LookupOptions {
  /** What the characters set is drawn from. @default 0 */
  readonly seed?: number;
  /** Drawings of each letter and training family, characters only. @default 20 */
  readonly drawings?: number;
  /** Drawings of each letter and validation family, characters only. @default 10 */
  readonly validationDrawings?: number;
  /** Share of the letters drawn, 0 … 1, characters only. */
  readonly onDraw?: (done: number) => void;
}

export interface PrepareOptions extends LookupOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
}

const lookupKinds: Kinds<LookupOptions> = { dataDir: text, cacheDir: text };
const loadKinds: Kinds<LoadOptions> = { ...lookupKinds, seed: integer(0), drawings: integer(1), validationDrawings: integer(1), onDraw: callback };

/** What `prepare` found or brought. */
export interface Prepared {
  readonly path: string;
  readonly downloaded: boolean;
}

/**
 * Reads a set that is already here; draws the characters. Downloads nothing.
 * @throws UsageError for an unknown name, DataError for files that are missing (it says what brings them) or damaged.
 *
 * @example
 * const { train, validation } = await data.load("digits", { dataDir: folder });
 * [train.length, validation.length]          // → [8, 2]
 * data.load("fashion", { dataDir: folder })  // → throws DataError: fashion: the data are not here.
 */
export async function load(name: string, options: LoadOptions = {}): Promise<Splits> {
  checkDataName(name);
  const { seed, drawings, validationDrawings, onDraw } = optionsOf("load", options, loadKinds);
  if (name === charactersName) return drawCharacters({ seed, drawings, validationDrawings, onProgress: onDraw });
  const source = sourceOf(name);
  const path = pathOf(source, options);
  return { name, ...(await onDisk(path, () => source.read(path))), source: path };
}

/** @throws DataError when the set `name` is not here, with what brings it */
export function requireData(name: string, options: LookupOptions): void {
  if (name === charactersName) requireFontPackages();
  else pathOf(sourceOf(name), options);
}

/**
 * Makes sure that a set is here and whole: reads it where it is found, else downloads the official files into the cache and reads them there.
 * @throws UsageError, DataError as `load`, and DataError when the download fails.
 *
 * @example
 * const { downloaded } = await data.prepare("digits", { dataDir: folder }); // → false
 */
export async function prepare(name: string, options: PrepareOptions = {}): Promise<Prepared> {
  checkDataName(name);
  optionsOf("prepare", options, { ...lookupKinds, onProgress: callback });
  if (name === charactersName) return { path: (await drawCharacters({ drawings: 1, validationDrawings: 1 })).source, downloaded: false };
  return prepareSource(sourceOf(name), options);
}

/** `prepare` for a source that need not be in the catalogue. */
export async function prepareSource(source: Source, options: PrepareOptions): Promise<Prepared> {
  const found = locate(source, options);
  if ("path" in found) {
    await onDisk(found.path, () => source.read(found.path));
    return { path: found.path, downloaded: false };
  }
  if (options.dataDir !== undefined || found.hints.length > 0) throw missing(source, options, found.hints);
  const folder = join(cacheOf(options), source.folders[0]);
  for (const { name: file, ...rest } of source.files) {
    const path = join(folder, file);
    if (!existsSync(path)) await download({ ...rest, path, onProgress: options.onProgress });
  }
  if (source.unpack !== undefined) {
    await source.unpack(folder);
    for (const { name: file } of source.files) await rm(join(folder, file), { force: true });
  }
  return { ...(await prepareSource({ ...source, files: [] }, options)), downloaded: true };
}

/** A line of `nabla data list`. */
export interface SourceListing {
  readonly name: string;
  readonly description: string;
  /** Where it is now: a path, `drawn at run time`, or null. */
  readonly found: string | null;
  /** What there is to do before it can be used, or null. */
  readonly hint: string | null;
  /** Size of the official files, in bytes. */
  readonly bytes: number;
  readonly urls: readonly string[];
  readonly licence: string;
  readonly citation: string;
}

/**
 * All data sets, and which of them are here.
 *
 * @example
 * const sources = data.listSources({ cacheDir: folder });
 * sources.map(({ name }) => name) // → ["characters", "cifar10", "cifar100", "cifar100-coarse", "mnist", "fashion", "digits"]
 */
export function listSources(options: LookupOptions = {}): SourceListing[] {
  optionsOf("listSources", options, lookupKinds);
  const fonts = missingFontPackages();
  const characters: SourceListing = {
    name: charactersName,
    description: "Characters: the capital letters in many typefaces, 32×32 RGB, 26 classes; validation faces are unseen",
    found: fonts.length === 0 ? "drawn at run time" : null,
    hint: fonts.length === 0 ? null : `npm install --save-dev ${fonts.join(" ")}`,
    bytes: 0,
    urls: ["https://fontsource.org"],
    licence: "SIL OFL 1.1 or Apache 2.0, by family",
    citation: "the font designers; each package holds its licence",
  };
  const rest = sources.map((source): SourceListing => {
    const { name, description, files, licence, citation } = source;
    const found = locate(source, options);
    const here = "path" in found;
    return {
      name,
      description,
      found: here ? found.path : null,
      hint: here ? null : found.hints.length > 0 ? found.hints.join("; ") : `npx nabla data prepare ${name}`,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      urls: files.flatMap((file) => file.urls),
      licence,
      citation,
    };
  });
  return [characters, ...rest];
}

const cacheOf = ({ cacheDir }: LookupOptions): string => cacheDir ?? defaultCacheFolder();

/** Folders given by the user, each a root of sets or a set's own. */
function givenRoots({ dataDir }: LookupOptions): string[] {
  const root = dataDir ?? process.env.NABLA_DATA;
  return root === undefined || root === "" ? [] : [root];
}

/** Where a set is, or how what lies in the given folders can be made usable. */
function locate(source: Source, options: LookupOptions): { readonly path: string } | { readonly hints: string[] } {
  const cache = cacheOf(options);
  const hints: string[] = [];
  for (const root of givenRoots(options)) {
    for (const folder of [...source.folders.map((name) => join(root, name)), root]) {
      const found = source.find(folder, cache);
      if (found === undefined) continue;
      if ("path" in found) return found;
      hints.push(found.hint);
    }
  }
  // A --data-dir without the set is a mistake to report, unless its files are meant to be unpacked into the cache.
  if (options.dataDir !== undefined && hints.length === 0) return { hints };
  for (const name of source.folders) {
    const found = source.find(join(cache, name), cache);
    if (found !== undefined && "path" in found) return found;
  }
  return { hints };
}

/** Where a set is. @throws DataError when it is not here, with what brings it */
function pathOf(source: Source, options: LookupOptions): string {
  const found = locate(source, options);
  if (!("path" in found)) throw missing(source, options, found.hints);
  return found.path;
}

function missing(source: Source, options: LookupOptions, hints: readonly string[]): DataError {
  const { name, files, folders } = source;
  const searched = options.dataDir === undefined ? [...givenRoots(options), cacheOf(options)] : [options.dataDir];
  const looked = searched.map((root) => (existsSync(root) ? root : `${root} (there is no such folder)`));
  const remedies = [
    ...hints,
    `run npx nabla data prepare ${name} to download it (${Math.ceil(files.reduce((sum, file) => sum + file.bytes, 0) / 1e6)} MB)`,
    `or give --data-dir DIR (or NABLA_DATA) with ${files.map((file) => file.name).join(", ")} in DIR or DIR/${folders[0]}`,
  ];
  return new DataError(`${name}: the data are not here. Looked in ${looked.join(" and ")}. What brings them:\n  ${remedies.join("\n  ")}`);
}

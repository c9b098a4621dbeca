/** Folders of real data that labs read file by file: where they are looked for, and what brings them. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { DataError, nearest } from "../base/errors.js";
import { LabError } from "./errors.js";
import { cacheFolder } from "../data/cache.js";
import { listSources, type LookupOptions, requireData } from "../data/prepare.js";
import { dataNames } from "../data/sources.js";

/** What is in each folder, and where it may be had. */
const folders: Readonly<Record<string, { readonly holds: string; readonly from: string }>> = {
  photos: { holds: "photographs such as cat.jpg, bridge.jpg and bell_pepper.jpg", from: "any photographs of yours, under these names, will do" },
  tabular: { holds: "tables such as iris.csv and breast_cancer.csv", from: "https://github.com/scikit-learn/scikit-learn, folder sklearn/datasets/data" },
  text: { holds: "tinyshakespeare.txt and names.txt", from: "https://github.com/karpathy/char-rnn and https://github.com/karpathy/makemore" },
  translation: { holds: "tatoeba.eng-fra.txt, or the files of Multi30k", from: "https://tatoeba.org and https://github.com/multi30k/dataset" },
  graph: { holds: "the Cora citations (cora.*.txt, cora.split.json) and karate.gml", from: "https://github.com/tkipf/gcn" },
  segmentation: { holds: "nuclei128-*-ubyte.gz, nuclei under the microscope with masks", from: "https://bbbc.broadinstitute.org/BBBC038, halved to 128 × 128" },
  weights: { holds: "published weights as .safetensors", from: "https://pytorch.org/vision, converted" },
  fonts: { holds: "typefaces as .ttf", from: "https://fonts.google.com" },
};

/** Where checkouts of this repository have real data, relative to the working folder. */
const besideRepository = "../shared/data";

/** The root under which a lab looks: the one given, else NABLA_DATA, else `../shared/data` where that exists. */
export function dataRoot(given?: string): string | undefined {
  if (given !== undefined) return resolve(given);
  if (process.env.NABLA_DATA) return resolve(process.env.NABLA_DATA);
  return existsSync(besideRepository) ? resolve(besideRepository) : undefined;
}

/** The folder `name` in the root or the cache; undefined when it is in neither. @throws LabError for a name that is none */
export function findFolder(name: string, root: string | undefined): string | undefined {
  if (!Object.hasOwn(folders, name)) {
    const names = Object.keys(folders);
    throw new LabError(`there is no data folder ${JSON.stringify(name)}; did you mean ${nearest(name, names)}? There are ${names.join(", ")}.`);
  }
  const roots = root === undefined ? [cacheFolder()] : [root, cacheFolder()];
  return roots.map((each) => join(each, name)).find((path) => existsSync(path));
}

/** What `data.load` needs to be told: the root given, or the one beside the repository when the set is there. */
export function setLookup(name: string, given: string | undefined): LookupOptions {
  if (given !== undefined || process.env.NABLA_DATA) return { dataDir: given };
  const beside = dataRoot();
  return beside !== undefined && isHere(name, { dataDir: beside }) ? { dataDir: beside } : {};
}

const isHere = (name: string, lookup: LookupOptions): boolean => listSources(lookup).some((source) => source.name === name && source.found !== null);

/** Whether what a lab needs, a data set or a folder, is here. @throws LabError for a name that is neither */
export const needIsHere = (name: string, given: string | undefined): boolean =>
  dataNames.includes(name) ? isHere(name, setLookup(name, given)) : findFolder(name, dataRoot(given)) !== undefined;

/** The folder `name`. @throws DataError when it is not here, with what brings it */
export function requireFolder(name: string, root: string | undefined): string {
  const path = findFolder(name, root);
  if (path !== undefined) return path;
  const looked = [root, cacheFolder()].filter((each) => each !== undefined).join(" and ");
  const { holds, from } = folders[name];
  throw new DataError(
    `the data folder ${name} is not here. Looked in ${looked}. What brings it:\n` +
      `  --data-dir DIR, or NABLA_DATA=DIR, with a folder DIR/${name} that holds ${holds} (${from})`,
  );
}

/** @throws DataError when a data set or folder that a lab needs is not here, with what brings it */
export function requireNeed(name: string, given: string | undefined): void {
  if (needIsHere(name, given)) return;
  if (dataNames.includes(name)) requireData(name, setLookup(name, given));
  else requireFolder(name, dataRoot(given));
}

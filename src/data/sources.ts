/** The catalogue: what each data set is, where it officially comes from, and how its files are recognised and read. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { atomicWriteAsync } from "../base/atomicWrite.js";
import { DataError, nearest, UsageError } from "../base/errors.js";
import { show } from "../base/options.js";
import { makeFolder } from "./cache.js";
import type { Splits } from "./imageDataset.js";
import type { Checksum } from "./download.js";
import { cifar100Layout, cifar10Layout, type CifarLayout } from "./formats/cifar.js";
import { readCifarMembers, readCifarSet, readCifarTarball } from "./formats/readCifar.js";
import { readDigits } from "./formats/readDigits.js";
import { readIdxImages } from "./formats/readIdx.js";
import { split } from "./splits.js";

/** A file as its publisher offers it. */
export interface SourceFile {
  readonly name: string;
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly checksum: Checksum;
}

export interface Source {
  /** Name on the command line. */
  readonly name: string;
  readonly description: string;
  /** Names of its folder in a root of data; the first is its folder in the cache. */
  readonly folders: readonly string[];
  readonly files: readonly SourceFile[];
  readonly licence: string;
  readonly citation: string;
  /**
   * Whether the set lies in `folder`: the path of what was found, or undefined. `hint` is set when something is there that can be
   * made usable: a sentence that says how.
   */
  find(folder: string, cacheFolder: string): { readonly path: string } | { readonly hint: string } | undefined;
  /** Reads what `find` found. */
  read(path: string): Promise<Omit<Splits, "name" | "source">>;
  /** Makes downloaded files in `folder` ready for `find`, when they are not so as they are. */
  unpack?(folder: string): Promise<void>;
}

const md5 = (hex: string): Checksum => ({ algorithm: "md5", hex });

/** A set in the layout of CIFAR: one archive with a folder of files. `stem` names archive and cache folder. */
function cifarSource(
  stem: string,
  layout: CifarLayout,
  about: Pick<Source, "description" | "folders">,
  sums: Pick<SourceFile, "bytes" | "checksum">,
): Source {
  const archive = `${stem}-binary.tar.gz`;
  return {
    name: layout.name,
    ...about,
    files: [{ name: archive, urls: [`https://www.cs.toronto.edu/~kriz/${archive}`], ...sums }],
    licence: "no formal licence; free to use, cite the author",
    citation: "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
    find(folder, cacheFolder) {
      for (const path of [join(folder, layout.folder), folder]) {
        if (existsSync(join(path, layout.trainFiles[0]))) return { path };
      }
      const path = join(folder, archive);
      if (existsSync(path)) return { path };
      const xz = join(folder, `${stem}-binary.tar.xz`);
      if (!existsSync(xz)) return undefined;
      const target = join(cacheFolder, stem);
      return { hint: `${xz} is compressed with xz, which Node cannot read; unpack it once with\n  mkdir -p ${target} && tar -xJf ${xz} -C ${target}` };
    },
    async read(path) {
      const { train, test } = path.endsWith(".tar.gz") ? await readCifarTarball(layout, path) : await readCifarSet(layout, path);
      return { train, validation: test };
    },
    async unpack(folder) {
      const members = await readCifarMembers(layout, join(folder, archive));
      const target = join(folder, layout.folder);
      await makeFolder(target);
      // `find` looks for the first training file: written last, it stands for a complete folder.
      for (const [file, bytes] of [...members].toReversed()) await atomicWriteAsync(join(target, file), bytes);
    },
  };
}

const cifar10 = cifarSource(
  "cifar-10",
  cifar10Layout,
  { description: "CIFAR-10: 50,000 + 10,000 photos, 32×32 RGB, 10 classes", folders: ["cifar-10", "cifar10"] },
  { bytes: 170_052_171, checksum: md5("c32a1d4ab5d03f1284b67883e8d87530") },
);

/** Both labelings come from one archive, and share its folder. */
const cifar100Sums = { bytes: 168_513_733, checksum: md5("03b5dce01913d631647c71ecec9e9cb8") };
const cifar100Folders = ["cifar-100", "cifar100"];

const cifar100 = cifarSource(
  "cifar-100",
  cifar100Layout("fine"),
  { description: "CIFAR-100: 50,000 + 10,000 photos, 32×32 RGB, 100 classes", folders: cifar100Folders },
  cifar100Sums,
);

const cifar100Coarse = cifarSource(
  "cifar-100",
  cifar100Layout("coarse"),
  { description: "CIFAR-100 with coarse labels: the same photos in 20 groups of classes", folders: cifar100Folders },
  cifar100Sums,
);

/** Sums of the four IDX files of a set: training images and labels, test images and labels. */
interface IdxSums {
  readonly bytes: readonly [number, number, number, number];
  readonly md5: readonly [string, string, string, string];
}

const idxNames = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] as const;

/** A set in the four-file layout of MNIST. */
function idxSource(
  about: Pick<Source, "name" | "description" | "folders" | "licence" | "citation">,
  mirrors: readonly string[],
  sums: IdxSums,
  classes: readonly string[],
): Source {
  const inFolder = (folder: string): (string | undefined)[] =>
    idxNames.map((name) => [`${name}.gz`, name].map((file) => join(folder, file)).find(existsSync));
  return {
    ...about,
    files: idxNames.map((name, i) => ({
      name: `${name}.gz`,
      urls: mirrors.map((mirror) => `${mirror}${name}.gz`),
      bytes: sums.bytes[i],
      checksum: md5(sums.md5[i]),
    })),
    find(folder) {
      const missing = inFolder(folder).flatMap((file, i) => (file === undefined ? [`${idxNames[i]}.gz`] : []));
      if (missing.length === 0) return { path: folder };
      return missing.length === idxNames.length ? undefined : { hint: `${folder} lacks ${missing.join(", ")}; add what is missing` };
    },
    async read(folder) {
      const [trainImages, trainLabels, testImages, testLabels] = inFolder(folder).map((file, i) => file ?? join(folder, `${idxNames[i]}.gz`));
      return {
        train: await readIdxImages(`${about.name} train`, trainImages, trainLabels, classes),
        validation: await readIdxImages(`${about.name} test`, testImages, testLabels, classes),
      };
    },
  };
}

const mnist = idxSource(
  {
    name: "mnist",
    description: "MNIST: 60,000 + 10,000 handwritten digits, 28×28 grey, 10 classes",
    folders: ["mnist"],
    licence: "no formal licence (often given as CC BY-SA 3.0); cite the authors",
    citation: "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document recognition, 1998",
  },
  ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
  {
    bytes: [9_912_422, 28_881, 1_648_877, 4_542],
    md5: [
      "f68b3c2dcbeaaa9fbdd348bbdeb94873",
      "d53e105ee54ea40749a09fcbcd1e9432",
      "9fb629c4189551a2d022fa330f9573f3",
      "ec29112dd5afa0611ce80d1b7f02629c",
    ],
  },
  Array.from({ length: 10 }, (_, digit) => String(digit)),
);

const fashion = idxSource(
  {
    name: "fashion",
    description: "Fashion-MNIST: 60,000 + 10,000 articles of clothing, 28×28 grey, 10 classes",
    folders: ["fashion-mnist", "fashion-mnist-25k", "fashion"],
    licence: "MIT",
    citation: "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms, 2017",
  },
  ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
  {
    bytes: [26_421_880, 29_515, 4_422_102, 5_148],
    md5: [
      "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
      "25c81989df183df01b3e8a0aad5dffbe",
      "bef4ecab320f06d8554ea6380940ec79",
      "bb300cfdad3c16e7a12a480ee83cd310",
    ],
  },
  ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
);

/** A fifth of each class is held out, always the same: a fixed split, not one of the run's choices. */
const shares = [0.8, 0.2];

const digits: Source = {
  name: "digits",
  description: "Digits: 1,797 handwritten digits, 8×8 of 0 to 16, 10 classes, a fifth of each held out",
  folders: ["digits", "tabular"],
  files: [
    {
      name: "digits.csv.gz",
      urls: ["https://raw.githubusercontent.com/scikit-learn/scikit-learn/main/sklearn/datasets/data/digits.csv.gz"],
      bytes: 57_523,
      checksum: { algorithm: "sha256", hex: "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22" },
    },
  ],
  licence: "CC BY 4.0 (UCI optdigits), BSD-3 (scikit-learn)",
  citation: "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998",
  find(folder) {
    const path = ["digits.csv.gz", "digits.csv"].map((file) => join(folder, file)).find(existsSync);
    return path === undefined ? undefined : { path };
  },
  async read(path) {
    const [train, validation] = split(await readDigits(path), shares, { stratify: true });
    return { train, validation };
  },
};

/** The sets that come as files; the characters set is drawn instead. */
export const sources: readonly Source[] = [cifar10, cifar100, cifar100Coarse, mnist, fashion, digits];

export const charactersName = "characters";

/** Every name that `--data` takes. */
export const dataNames: readonly string[] = [charactersName, ...sources.map(({ name }) => name)];

/** @throws UsageError for a name that is none of `dataNames`; it proposes the nearest. */
export function checkDataName(name: string): void {
  if (dataNames.includes(name)) return;
  throw new UsageError(`unknown data set ${show(name)}; did you mean ${nearest(show(name), dataNames)}? There are ${dataNames.join(", ")}.`);
}

/** The source of a set that comes as files. @throws DataError for characters, UsageError for an unknown name. */
export function sourceOf(name: string): Source {
  checkDataName(name);
  const source = sources.find((candidate) => candidate.name === name);
  if (source === undefined) throw new DataError(`${name} is drawn at run time and has no files.`);
  return source;
}

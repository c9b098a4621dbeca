import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { create } from "tar";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { UsageError } from "../base/errors.js";
import { cifar10Layout } from "./formats/cifar.js";
import { listSources, load, prepare, prepareSource } from "./prepare.js";
import { type Source, sourceOf } from "./sources.js";

const { folder: cifarFolder, testFile: cifarTestFile, trainFiles: cifarTrainFiles } = cifar10Layout;

let root = "";
let cacheDir = "";
let server: Server;
/** What the server offers, by name. */
const offered = new Map<string, Uint8Array>();
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    const body = offered.get(basename(request.url ?? ""));
    if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-prepare-"));
  cacheDir = join(root, "cache");
  vi.stubEnv("NABLA_DATA", "");
  offered.clear();
  requests = 0;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

/** The source of a set with its files served here. */
function served(name: string): Source {
  const source = sourceOf(name);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const files = source.files.map((file) => {
    const body = offered.get(file.name) ?? new Uint8Array(0);
    return {
      name: file.name,
      urls: [url + file.name],
      bytes: body.length,
      checksum: { algorithm: "md5" as const, hex: createHash("md5").update(body).digest("hex") },
    };
  });
  return { ...source, files };
}

function idx(...shape: number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + shape.reduce((a, b) => a * b, 1));
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  return bytes;
}

function mnistFiles(): [string, Uint8Array][] {
  return [
    ["train-images-idx3-ubyte.gz", gzipSync(idx(6, 28, 28))],
    ["train-labels-idx1-ubyte.gz", gzipSync(idx(6))],
    ["t10k-images-idx3-ubyte.gz", gzipSync(idx(2, 28, 28))],
    ["t10k-labels-idx1-ubyte.gz", gzipSync(idx(2))],
  ];
}

async function writeAll(folder: string, files: Iterable<[string, Uint8Array]>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
}

/** A folder cifar-10-batches-bin of two records a file in `folder`. */
async function writeCifar(folder: string): Promise<void> {
  await writeAll(join(folder, cifarFolder), [...cifarTrainFiles, cifarTestFile].map((file) => [file, new Uint8Array(2 * 3073)]));
}

test("a root with a folder for each set and a set's own folder both serve", async () => {
  await writeAll(join(root, "data", "mnist"), mnistFiles());
  const fromRoot = await load("mnist", { dataDir: join(root, "data"), cacheDir });
  expect([fromRoot.train.length, fromRoot.validation.length]).toEqual([6, 2]);
  expect(fromRoot.source).toBe(join(root, "data", "mnist"));
  expect((await load("mnist", { dataDir: join(root, "data", "mnist"), cacheDir })).source).toBe(join(root, "data", "mnist"));
  vi.stubEnv("NABLA_DATA", join(root, "data"));
  expect((await load("mnist", { cacheDir })).train.length).toBe(6);
});

test("missing data name the folders looked in, the command and the files that help", async () => {
  await expect(load("mnist", { cacheDir })).rejects.toThrow(/mnist: the data are not here.*nabla data prepare mnist.*--data-dir.*train-images-idx3-ubyte\.gz.*mnist/s);
  const dataDir = join(root, "nowhere");
  await expect(load("cifar10", { dataDir, cacheDir })).rejects.toThrow(/nowhere \(there is no such folder\)/);
  await writeAll(join(root, "data", "mnist"), mnistFiles().slice(0, 3));
  await expect(load("mnist", { dataDir: join(root, "data"), cacheDir })).rejects.toThrow(/lacks t10k-labels-idx1-ubyte\.gz/);
});

test("an unknown set is a usage error that proposes the nearest", async () => {
  await expect(load("cifar")).rejects.toThrow(UsageError);
  await expect(prepare("mnits")).rejects.toThrow(/unknown data set "mnits"; did you mean mnist\?/);
});

test("prepare downloads the official files into the cache, once", async () => {
  for (const [name, bytes] of mnistFiles()) offered.set(name, bytes);
  const files = new Set<string>();
  const first = await prepareSource(served("mnist"), { cacheDir, onProgress: ({ file }) => void files.add(file) });
  expect(first).toEqual({ path: join(cacheDir, "mnist"), downloaded: true });
  expect(files.size).toBe(4);
  expect(await prepareSource(served("mnist"), { cacheDir })).toEqual({ ...first, downloaded: false });
  expect(requests).toBe(4);
  expect((await load("mnist", { cacheDir })).train.length).toBe(6);
});

test("a download that stopped between two files goes on with the rest", async () => {
  for (const [name, bytes] of mnistFiles()) offered.set(name, bytes);
  const source = served("mnist");
  for (const [name] of mnistFiles().slice(2)) offered.delete(name);
  await expect(prepareSource(source, { cacheDir })).rejects.toThrow(/t10k-images-idx3-ubyte\.gz could not be downloaded.*404/s);
  for (const [name, bytes] of mnistFiles()) offered.set(name, bytes);
  requests = 0;
  await prepareSource(source, { cacheDir });
  expect(requests).toBe(2);
});

test("the CIFAR-10 archive is unpacked into the cache and then removed", async () => {
  await writeCifar(join(root, "made"));
  const archive = join(root, "made", "cifar-10-binary.tar.gz");
  await create({ gzip: true, file: archive, cwd: join(root, "made") }, [cifarFolder]);
  offered.set("cifar-10-binary.tar.gz", await readFile(archive));
  const { path } = await prepareSource(served("cifar10"), { cacheDir });
  expect(path).toBe(join(cacheDir, "cifar-10", cifarFolder));
  expect((await readdir(path)).toSorted()).toEqual([...cifarTrainFiles, cifarTestFile].toSorted());
  expect(existsSync(join(cacheDir, "cifar-10", "cifar-10-binary.tar.gz"))).toBe(false);
  expect((await load("cifar10", { cacheDir })).train.length).toBe(10);
});

test("CIFAR-10 is found as a folder, as its parent, and as the archive", async () => {
  const data = join(root, "data");
  await writeCifar(join(data, "cifar-10"));
  for (const dataDir of [data, join(data, "cifar-10"), join(data, "cifar-10", cifarFolder)]) {
    expect((await load("cifar10", { dataDir, cacheDir })).validation.length).toBe(2);
  }
  await mkdir(join(root, "packed"));
  await create({ gzip: true, file: join(root, "packed", "cifar-10-binary.tar.gz"), cwd: join(data, "cifar-10") }, [cifarFolder]);
  expect((await load("cifar10", { dataDir: join(root, "packed"), cacheDir })).train.length).toBe(10);
});

test("an xz archive comes with the command that unpacks it into the cache, and then the cache serves", async () => {
  const dataDir = join(root, "data");
  await writeAll(join(dataDir, "cifar-10"), [["cifar-10-binary.tar.xz", new Uint8Array(9)]]);
  const target = join(cacheDir, "cifar-10");
  await expect(load("cifar10", { dataDir, cacheDir })).rejects.toThrow(
    `mkdir -p ${target} && tar -xJf ${join(dataDir, "cifar-10", "cifar-10-binary.tar.xz")} -C ${target}`,
  );
  await writeCifar(join(root, "made"));
  await cp(join(root, "made"), target, { recursive: true });
  expect((await load("cifar10", { dataDir, cacheDir })).train.length).toBe(10);
});

test("damaged files are errors of the set, not of the program", async () => {
  await writeAll(join(root, "data", "mnist"), mnistFiles());
  await writeFile(join(root, "data", "mnist", "t10k-images-idx3-ubyte.gz"), "no gzip");
  await expect(load("mnist", { dataDir: join(root, "data"), cacheDir })).rejects.toThrow(/t10k-images-idx3-ubyte\.gz: at byte/);
  await writeCifar(root);
  await rm(join(root, cifarFolder, "data_batch_4.bin"));
  await expect(load("cifar10", { dataDir: root, cacheDir })).rejects.toThrow(/data_batch_4\.bin.*ENOENT/);
});

test("the list says what each set is, where it is and what brings it", async () => {
  await writeAll(join(root, "data", "mnist"), mnistFiles());
  const list = listSources({ dataDir: join(root, "data"), cacheDir });
  expect(list.map(({ name }) => name)).toEqual(["characters", "cifar10", "cifar100", "cifar100-coarse", "mnist", "fashion", "digits"]);
  expect(list.find(({ name }) => name === "mnist")).toMatchObject({ found: join(root, "data", "mnist"), hint: null, bytes: 11594722 });
  expect(list.find(({ name }) => name === "cifar10")).toMatchObject({ found: null, hint: "npx nabla data prepare cifar10" });
});

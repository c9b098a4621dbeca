/** A folder with a tiny file of each format that the library reads. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";

const folders: string[] = [];

/** Makes one more such folder. */
export function sampleFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), "nabla-example-"));
  folders.push(folder);
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);

  const cifar = "cifar-10-batches-bin";
  mkdirSync(join(folder, cifar));
  for (const name of ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"]) {
    write(join(cifar, `${name}.bin`), new Uint8Array(1 + 3 * 32 * 32));
  }
  create({ cwd: folder, file: join(folder, "cifar-10-binary.tar.gz"), gzip: true, sync: true }, [cifar]);

  const big = (n: number): number[] => [0, 0, 0, n];
  write("train-images-idx3-ubyte", Uint8Array.from([0, 0, 8, 3, ...big(2), ...big(28), ...big(28), ...new Uint8Array(2 * 28 * 28)]));
  write("train-labels-idx1-ubyte", Uint8Array.from([0, 0, 8, 1, ...big(2), 7, 2]));

  const png = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEElEQVQI12NYkOAARAwQCgAkjgUBFv3zNwAAAABJRU5ErkJggg==";
  for (const pet of ["cat", "dog"]) {
    mkdirSync(join(folder, "pets", pet), { recursive: true });
    for (const name of ["1.png", "2.png"]) write(join("pets", pet, name), Buffer.from(png, "base64"));
  }

  const digit = (label: number): string => [...new Array<number>(64).fill(label), label].join(",");
  write("digits.csv", Array.from({ length: 10 }, (_, i) => digit(i % 2)).join("\n"));
  return folder;
}

/** Removes all that were made. */
export function removeSampleFiles(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

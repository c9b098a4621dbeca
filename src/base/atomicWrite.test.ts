import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataError } from "./errors.js";
import { atomicWrite, atomicWriteAsync, cannotWrite } from "./atomicWrite.js";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "nabla-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Both forms, the first as a promise too. */
const forms = [["atomicWrite", async (path: string, content: string | Uint8Array) => atomicWrite(path, content)], ["atomicWriteAsync", atomicWriteAsync]] as const;

test.each(forms)("%s writes and replaces, and leaves no temporary file", async (_, write) => {
  const path = join(folder, "a.bin");
  await write(path, "one");
  expect(readFileSync(path, "utf8")).toBe("one");
  await write(path, Uint8Array.of(1, 2, 3));
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  expect(readdirSync(folder)).toEqual(["a.bin"]);
});

test.each(forms)("%s names a missing folder", async (_, write) => {
  const error = await write(join(folder, "none", "a"), "x").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DataError);
  expect(String(error)).toMatch(/cannot write .*none.a: its folder does not exist/);
});

test.each(forms)("when %s cannot give the new file its name, nothing is left behind", async (_, write) => {
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a", "inside"), "");
  await expect(write(join(folder, "a"), "x")).rejects.toThrow(/cannot write/);
  expect(readdirSync(folder)).toEqual(["a"]);
});

test.each([
  ["EACCES", /permission is denied; choose a folder that you may write/],
  ["ENOSPC", /the disk is full; free some space/],
  ["EROFS", /the file system is read-only/],
])("%s in words", (code, message) => {
  expect(cannotWrite("/a/b", Object.assign(new Error(code), { code })).message).toMatch(message);
});

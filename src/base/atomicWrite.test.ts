import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataError } from "./errors.js";
import { atomicWrite, cannotWrite } from "./atomicWrite.js";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "nabla-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("writes and replaces, and leaves no temporary file", () => {
  const path = join(folder, "a.bin");
  atomicWrite(path, "one");
  expect(readFileSync(path, "utf8")).toBe("one");
  atomicWrite(path, Uint8Array.of(1, 2, 3));
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  expect(readdirSync(folder)).toEqual(["a.bin"]);
});

test("a missing folder is named", () => {
  const write = () => atomicWrite(join(folder, "none", "a"), "x");
  expect(write).toThrow(DataError);
  expect(write).toThrow(/cannot write .*none.a: its folder does not exist/);
});

test("when the new file cannot take its name, nothing is left behind", () => {
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a", "inside"), "");
  expect(() => atomicWrite(join(folder, "a"), "x")).toThrow(/cannot write/);
  expect(readdirSync(folder)).toEqual(["a"]);
});

test.each([
  ["EACCES", /permission is denied; choose a folder that you may write/],
  ["ENOSPC", /the disk is full; free some space/],
  ["EROFS", /the file system is read-only/],
])("%s in words", (code, message) => {
  expect(cannotWrite("/a/b", Object.assign(new Error(code), { code })).message).toMatch(message);
});

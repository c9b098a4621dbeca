import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataError } from "../base/errors.js";
import { lockName, lockRun } from "./runLock.js";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "nabla-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const owner = (fields: object): string => JSON.stringify({ pid: 1, host: hostname(), started: "0", ...fields });

test("one holder at a time, and free again after release", () => {
  const release = lockRun(folder);
  expect(() => lockRun(folder)).toThrow(DataError);
  expect(() => lockRun(folder)).toThrow(new RegExp(`is being written by process ${process.pid}`));
  release();
  expect(readdirSync(folder)).toEqual([]);
  lockRun(folder)();
});

test("a living process of another program holds it", () => {
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  writeFileSync(join(folder, lockName), owner({ pid: child.pid, started }));
  expect(() => lockRun(folder)).toThrow(new RegExp(`process ${child.pid}`));
  child.kill("SIGKILL");
});

test("the lock of a dead process is taken over", () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(join(folder, lockName), owner({ pid }));
  const release = lockRun(folder);
  expect(JSON.parse(readFileSync(join(folder, lockName), "utf8")).pid).toBe(process.pid);
  release();
  expect(readdirSync(folder)).toEqual([]);
});

test("a process id that was given to another process since does not hold it", () => {
  writeFileSync(join(folder, lockName), owner({ pid: process.pid, started: "not this one" }));
  lockRun(folder)();
});

test("a damaged lock protects nothing", () => {
  writeFileSync(join(folder, lockName), '{"pid": 1');
  lockRun(folder)();
});

test("a lock of another machine is respected, and the remedy told", () => {
  writeFileSync(join(folder, lockName), owner({ host: "elsewhere" }));
  expect(() => lockRun(folder)).toThrow(/on machine elsewhere.*delete .*run\.lock/s);
});

test("releasing does not remove a lock that another process took since", () => {
  const release = lockRun(folder);
  writeFileSync(join(folder, lockName), owner({ pid: 1 }));
  release();
  expect(existsSync(join(folder, lockName))).toBe(true);
});

test("a missing folder is named", () => {
  expect(() => lockRun(join(folder, "none"))).toThrow(/cannot write .*none.*: its folder does not exist/);
});

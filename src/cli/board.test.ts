/** `nabla board`: what it prints, how it ends, and what it says where it cannot begin. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runProgram } from "./program.js";

let folder: string;
let blocker: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-board-"));
});
afterEach(async () => {
  await new Promise((resolve) => (blocker === undefined ? resolve(null) : blocker.close(resolve)));
  blocker = undefined;
  rmSync(folder, { recursive: true });
});

interface Started {
  readonly text: string;
  readonly url: string;
  /** Ends it by Ctrl-C. @returns the exit code */
  stop(): Promise<number>;
}

async function start(...args: string[]): Promise<Started> {
  let text = "";
  const write = (part: string): unknown => (text += part);
  const ended = runProgram(["board", ...args], { stdout: { write }, stderr: { write } });
  await expect.poll(() => text, { timeout: 20_000 }).toMatch(/Ctrl-C/);
  const url = /http:\S+/.exec(text)?.[0] ?? "";
  return {
    text,
    url,
    stop() {
      process.emit("SIGINT");
      return ended;
    },
  };
}

async function failure(...args: string[]): Promise<[code: number, text: string]> {
  let text = "";
  const write = (part: string): unknown => (text += part);
  return [await runProgram(["board", ...args], { stdout: { write }, stderr: { write } }), text.trim()];
}

test("prints its address in one calm block, answers, and ends with Ctrl-C", async () => {
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a", "metrics.jsonl"), "");
  const board = await start(folder, "--port", "0");
  expect(board.text).toBe(`nabla board  ${board.url}\n  1 run in ${folder}; new ones appear by themselves\n  Ctrl-C ends it\n`);
  const page = await fetch(board.url);
  expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/<div id="app">/)]);
  expect(await board.stop()).toBe(0);
  await expect(fetch(board.url)).rejects.toThrow();
});

test("says how others reach it where it is open to them", async () => {
  const board = await start(folder, "--host", "0.0.0.0", "--port", "0");
  expect(board.text).toMatch(/^nabla board {2}http:\/\/localhost:\d+\/\?token=\S{32}\n {2}no runs yet in .*\n {2}open to other machines: whoever has this address sees the runs/);
  expect(await board.stop()).toBe(0);
});

test("what cannot be: folders, ports, addresses", async () => {
  blocker = createServer();
  await new Promise((resolve) => blocker?.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = blocker.address() as AddressInfo;
  writeFileSync(join(folder, "file"), "");
  expect(await failure(join(folder, "none"))).toEqual([1, `there is no folder ${join(folder, "none")}; name the one in which your runs are, or begin a run: npx nabla train convnet`]);
  expect(await failure(join(folder, "file"))).toEqual([1, `${join(folder, "file")} is a file; give the folder in which the runs are.`]);
  expect(await failure(folder, "--port", String(port))).toEqual([2, `port ${port} is taken by another program; give another one with --port, or none: the next free one is then used.`]);
  expect(await failure(folder, "--port", "99999")).toEqual([2, '--port: expected a whole number from 0 to 65535, got "99999"; the nearest is 65535.']);
  expect(await failure(folder, "--host", "192.0.2.7")).toEqual([2, "--host 192.0.2.7: this machine has no such address; 127.0.0.1 is for this machine alone, 0.0.0.0 for all that reach it."]);
  expect((await failure(folder, "--prot", "1"))[1]).toMatch(/did you mean --port/);
});

/** Run folders written by hand, for tests of the board's server. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import type { RunList, RunSummary } from "../../src/board/protocol.js";
import { type Board, type BoardOptions, startBoard } from "../../src/board/server/board.js";

/** One line of metrics.jsonl. */
export const epochLine = (epoch: number, more: object = {}): string =>
  `${JSON.stringify({ event: "epoch", epoch, lr: 0.1, trainLoss: 1 / epoch, valLoss: 1 / epoch + 0.1, trainAccuracy: 1 - 0.5 / epoch, valAccuracy: 0.9 - 0.5 / epoch, seconds: 2, imagesPerSecond: 1000, ...more })}\n`;

export const runJson = (more: object = {}): string =>
  JSON.stringify({ format: 1, config: { model: "convnet", lr: 0.1, batch: 10, epochs: 3, "model.batchNorm": true }, seed: 4, created: "2026-01-02T03:04:05.000Z", versions: { nabla: "0.1.0" }, git: null, backend: null, data: { source: "x", trainImages: 100, validationImages: 10, sha256: "" }, ...more });

/** Writes a run of some epochs below `root`. @returns its folder */
export function writeRun(root: string, id: string, { epochs = 3, record = {} }: { readonly epochs?: number; readonly record?: object } = {}): string {
  const folder = join(root, id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "run.json"), runJson(record));
  writeFileSync(join(folder, "metrics.jsonl"), Array.from({ length: epochs }, (_, i) => epochLine(i + 1)).join(""));
  return folder;
}

/** The lock of this process, or of one on another machine. */
export const lockText = (host = hostname()): string => JSON.stringify({ pid: process.pid, host, started: startTime() });

function startTime(): string {
  const stat = process.platform === "linux" ? process.getBuiltinModule("node:fs").readFileSync("/proc/self/stat", "utf8") : "";
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

export interface TestBoard extends Board {
  /** Faults of the server itself; there must be none. */
  readonly faults: readonly unknown[];
  /** GET of a path below /api/: status and JSON. */
  get<T>(path: string): Promise<{ status: number; body: T & { error?: string } }>;
  list(): Promise<RunList>;
  run(id: string): Promise<RunSummary | undefined>;
  /** Waits until the list of runs is as `wanted`. */
  until(wanted: (list: RunList) => boolean): Promise<void>;
}

/** A folder of its own for each test, and boards that end with it. */
export function boardTests(): { readonly root: () => string; readonly start: (options?: Partial<BoardOptions>) => Promise<TestBoard> } {
  let folder = "";
  const open: Board[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "nabla-board-"));
    mkdirSync(join(folder, "runs"));
    mkdirSync(join(folder, "page"));
    writeFileSync(join(folder, "page", "index.html"), "<!doctype html><title>page</title>");
    mkdirSync(join(folder, "page", "assets"));
    writeFileSync(join(folder, "page", "assets", "main-abc.js"), `export const text = ${JSON.stringify("x".repeat(5000))};`);
  });
  afterEach(async () => {
    for (const board of open.splice(0)) await board.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    root: () => join(folder, "runs"),
    async start(options = {}) {
      const faults: unknown[] = [];
      const board = await startBoard({ root: join(folder, "runs"), port: 0, page: join(folder, "page"), onFault: (error) => faults.push(error), ...options });
      open.push(board);
      const headers: Record<string, string> = board.token === null ? {} : { authorization: `Bearer ${board.token}` };
      const get = async <T>(path: string): Promise<{ status: number; body: T & { error?: string } }> => {
        const answer = await fetch(`http://127.0.0.1:${board.port}/api/${path}`, { headers });
        return { status: answer.status, body: (await answer.json()) as T & { error?: string } };
      };
      const list = async (): Promise<RunList> => (await get<RunList>("runs")).body;
      return Object.assign(board, {
        faults,
        get,
        list,
        run: async (id: string) => (await list()).runs.find((each) => each.id === id),
        until: (wanted: (found: RunList) => boolean) =>
          vi.waitFor(async () => {
            const found = await list();
            if (!wanted(found)) throw new Error(`not yet: ${JSON.stringify(found)}`);
          }, { timeout: 40_000, interval: 100 }),
      });
    },
  };
}

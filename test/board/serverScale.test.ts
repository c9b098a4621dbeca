/** The board's server with a thousand runs of ten thousand points: what it takes of memory, and of time while nothing happens. */

import { spawn } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { EventWriter } from "../../src/index.js";
import { epochLine, runJson } from "./runFolders.js";

const runs = 1000;
const steps = 5000;

/** A process of its own, whose memory is the server's alone: opens the board, asks for all curves of all runs, and tells what it took. */
const program = (server: string, root: string, page: string): string => `
  import { startBoard } from ${JSON.stringify(server)};
  const board = await startBoard({ root: ${JSON.stringify(root)}, port: 0, page: ${JSON.stringify(page)}, onFault: (error) => { throw error; } });
  const summaries = () => board.store.summaries();
  while (summaries().length < ${runs} || summaries().some(({ epochsDone }) => epochsDone === 0)) await new Promise((resolve) => setTimeout(resolve, 50));
  let [points, peak] = [0, 0];
  for (const { id } of summaries()) {
    const { events } = await board.store.data(board.store.get(id));
    for (const { curve } of events.curves().values()) points += curve.points().length;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ points, megabytes: peak / 2 ** 20, idleShare: (user + system) / 4e6 }));
  await board.close();
`;

test("a thousand runs of ten thousand points stay under 300 MB, and cost little while nothing happens", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-thousand-"));
  try {
    const writer = new EventWriter(join(folder, "events"), { wallTime: 1e9 });
    for (let step = 1; step <= steps; step++) {
      writer.addScalar("step/loss", 1 / step, step, { wallTime: 1e9 + step });
      writer.addScalar("step/lr", 0.1, step, { wallTime: 1e9 + step });
    }
    await writer.close();
    const root = join(folder, "runs");
    for (let i = 0; i < runs; i++) {
      const run = join(root, `sweep ${i % 10}`, `run ${i}`);
      mkdirSync(join(run, "events", "steps"), { recursive: true });
      writeFileSync(join(run, "run.json"), runJson());
      writeFileSync(join(run, "metrics.jsonl"), [1, 2, 3].map((epoch) => epochLine(epoch)).join(""));
      linkSync(writer.path, join(run, "events", "steps", "events.out.tfevents.1"));
    }
    mkdirSync(join(folder, "page"));
    const server = fileURLToPath(new URL("../../dist/board/server/board.js", import.meta.url));
    const child = spawn(process.execPath, ["--input-type=module", "-e", program(server, root, join(folder, "page"))], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (part) => (text += String(part)));
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    const { points, megabytes, idleShare } = JSON.parse(text) as { points: number; megabytes: number; idleShare: number };
    console.log(`${points} points: ${megabytes.toFixed(0)} MB; idle ${(100 * idleShare).toFixed(1)} % of a core`);
    expect(points).toBe(2 * runs * steps);
    expect(megabytes).toBeLessThan(300);
    expect(idleShare).toBeLessThan(0.2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 300_000);

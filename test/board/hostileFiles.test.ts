/** The board's server while files are cut, replaced, locked away, linked in circles and written by several programs: it stays up, and says what it left out. */

import { spawn } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { HistogramSeries, Omission, Series, SeriesAnswer } from "../../src/board/protocol.js";
import { EventWriter } from "../../src/index.js";
import { lockRun } from "../../src/train/runLock.js";
import { sure, writePredictions } from "./predictionsFile.js";
import { boardTests, epochLine, runJson, type TestBoard, writeRun } from "./runFolders.js";

const { root, start } = boardTests();
const id = encodeURIComponent;

const curve = async (board: TestBoard, run: string, tag: string): Promise<Series | undefined> => (await board.get<SeriesAnswer>(`series?run=${id(run)}&tag=${id(tag)}&x=epoch`)).body.series[0];
const of = (list: readonly Omission[], path: string): string | undefined => list.find((each) => each.path === path)?.reason;

/** An event file of a curve "loss" with the values, and a histogram of them. @returns its bytes */
async function eventBytes(values: readonly number[]): Promise<Buffer> {
  const folder = join(root(), "..", `made ${values.join(" ")}`);
  const writer = new EventWriter(folder, { wallTime: 100 });
  for (const [step, value] of values.entries()) {
    writer.addScalar("loss", value, step, { wallTime: 100 + step });
    await writer.addHistogram("weights", [value, value + 1], step, { bins: 1 });
  }
  await writer.close();
  return readFileSync(writer.path);
}

describe("while the board watches", () => {
  test("a log is cut shorter, emptied, written over, put aside for a new one, and removed", async () => {
    const folder = writeRun(root(), "a", { epochs: 6 });
    const log = join(folder, "metrics.jsonl");
    const board = await start();
    const epochs = async (): Promise<readonly number[] | undefined> => (await curve(board, "a", "valLoss"))?.x;
    expect(await epochs()).toEqual([1, 2, 3, 4, 5, 6]);
    truncateSync(log, epochLine(1).length + epochLine(2).length + 10);
    expect(await epochs()).toEqual([1, 2]);
    expect(of((await board.list()).omissions, "a/metrics.jsonl")).toBe("its last line is half-written and left out.");
    truncateSync(log, 0);
    expect(await epochs()).toBeUndefined();
    appendFileSync(log, [1, 2, 3].map((epoch) => epochLine(epoch)).join(""));
    expect(await epochs()).toEqual([1, 2, 3]);
    // As long as before, and longer: only what is in it tells.
    writeFileSync(log, [4, 5, 6].map((epoch) => epochLine(epoch)).join("").padEnd(statSync(log).size + 1, "\n"));
    expect(await epochs()).toEqual([4, 5, 6]);
    renameSync(log, `${log}.1`);
    writeFileSync(log, [7, 8].map((epoch) => epochLine(epoch)).join(""));
    expect(await epochs()).toEqual([7, 8]);
    rmSync(log);
    expect(await epochs()).toBeUndefined();
    expect(await board.run("a")).toMatchObject({ epochsDone: 0 });
    expect(board.faults).toEqual([]);
  });

  test("an event file is cut shorter, written over, damaged and mended, put aside for a new one, and removed", async () => {
    mkdirSync(join(root(), "a"));
    const path = join(root(), "a", "events.out.tfevents.1");
    const [five, other] = [await eventBytes([1, 2, 3, 4, 5]), await eventBytes([10, 20, 30, 40, 50, 60])];
    writeFileSync(path, five);
    const board = await start();
    const values = async (): Promise<readonly (number | null)[] | undefined> => (await curve(board, "a", "loss"))?.y;
    const lefts = async (): Promise<readonly number[]> => (await board.get<HistogramSeries>("runs/a/histograms?tag=weights")).body.entries.map(({ buckets: [[left]] }) => left);
    expect([await values(), await lefts()]).toEqual([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]);
    truncateSync(path, Math.floor(five.length / 2));
    const half = (await values())!.length;
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(5);
    // The rest comes; then another file stands in the same place, longer than what was read.
    appendFileSync(path, five.subarray(Math.floor(five.length / 2)));
    expect(await values()).toEqual([1, 2, 3, 4, 5]);
    writeFileSync(path, other);
    expect([await values(), await lefts()]).toEqual([[10, 20, 30, 40, 50, 60], [10, 20, 30, 40, 50, 60]]);
    const damaged = await eventBytes([7, 8, 9]);
    damaged[20] ^= 1;
    writeFileSync(path, damaged);
    expect(await values()).toBeUndefined();
    await board.until(({ omissions }) => of(omissions, "a/events.out.tfevents.1")?.startsWith("is damaged at byte 0") === true);
    writeFileSync(path, five);
    expect(await values()).toEqual([1, 2, 3, 4, 5]);
    await board.until(({ omissions }) => omissions.length === 0);
    renameSync(path, join(root(), "aside"));
    writeFileSync(path, other.subarray(0, -1));
    expect((await values())![0]).toBe(10);
    rmSync(path);
    writeFileSync(join(root(), "a", "run.json"), runJson());
    expect(await values()).toBeUndefined();
    expect(board.faults).toEqual([]);
  });

  test("a histogram is asked for whose place holds something else by now", async () => {
    mkdirSync(join(root(), "a"));
    const path = join(root(), "a", "events.out.tfevents.1");
    writeFileSync(path, await eventBytes([1, 2, 3]));
    const board = await start();
    const run = board.store.get("a")!;
    const { events } = await board.store.data(run);
    const { index, places } = events.places("histogram").get("weights")!;
    for (const bytes of [Buffer.alloc(4000, 7), Buffer.alloc(0)]) {
      writeFileSync(path, bytes);
      await expect(index.eventsAt(places[1])).rejects.toThrow(/^events\.out\.tfevents\.1 changed at byte \d+; ask again\.$/);
    }
  });

  test("the folder of all runs is deleted and made again at once, with runs of the same names", async () => {
    writeRun(root(), "a", { epochs: 5 });
    writeRun(root(), "gone");
    const board = await start();
    expect((await curve(board, "a", "valLoss"))?.x).toHaveLength(5);
    rmSync(root(), { recursive: true });
    writeRun(root(), "a", { epochs: 2, record: { seed: 77 } });
    writeRun(root(), "new");
    await board.until(({ runs }) => runs.length === 2 && runs.every((run) => run.id !== "gone") && runs.some((run) => run.id === "a" && run.epochsDone === 2));
    expect((await curve(board, "a", "valLoss"))?.x).toEqual([1, 2]);
    // A file, and a link to elsewhere, in its place.
    const elsewhere = join(root(), "..", "elsewhere");
    writeRun(elsewhere, "secret");
    rmSync(root(), { recursive: true });
    writeFileSync(root(), "x");
    await board.until(({ runs, omissions }) => runs.length === 0 && of(omissions, ".") === "is a file where a folder belongs.");
    rmSync(root());
    symlinkSync(elsewhere, root());
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect((await board.list()).runs.filter(({ epochsDone }) => epochsDone > 0)).toEqual([]);
    rmSync(root());
    mkdirSync(root());
    writeRun(root(), "back");
    await board.until(({ runs }) => runs[0]?.id === "back");
    expect(board.faults).toEqual([]);
  }, 120_000);
});

describe("two processes on one run", () => {
  test("both write its log at the same time: each epoch is there once, and it is said", async () => {
    const folder = writeRun(root(), "a", { epochs: 0 });
    const board = await start();
    const program = `
      const { appendFileSync } = require("node:fs");
      let epoch = 0;
      const next = () => {
        epoch++;
        appendFileSync(process.argv[1], JSON.stringify({ event: "epoch", epoch, valLoss: Number(process.argv[2]) }) + "\\n");
        if (epoch < 200) setTimeout(next, 1);
      };
      next();
    `;
    const ended = [1, 2].map((own) => new Promise((resolve) => spawn(process.execPath, ["-e", program, join(folder, "metrics.jsonl"), String(own)], { stdio: "inherit" }).on("close", resolve)));
    const growing = await Promise.race([Promise.all(ended), board.until(({ runs }) => runs[0].epochsDone > 0)]);
    expect(growing === undefined || Array.isArray(growing)).toBe(true);
    expect(await Promise.all(ended)).toEqual([0, 0]);
    const { x, y } = (await curve(board, "a", "valLoss"))!;
    expect(x).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    for (const value of y) expect([1, 2]).toContain(value);
    await board.until(({ omissions }) => of(omissions, "a/metrics.jsonl") === "200 epochs are there more than once, as when two programs write at once; the later line counts.");
  });

  test("the lock lets one of them in; the board follows who holds it, and a dead holder's counts for nothing", async () => {
    const folder = writeRun(root(), "a", { epochs: 1 });
    const board = await start();
    expect(await board.run("a")).toMatchObject({ state: "interrupted" });
    // A holder as runLock.ts describes it, in a process that can be killed.
    const program = `
      const { readFileSync, writeFileSync } = require("node:fs");
      const stat = readFileSync("/proc/self/stat", "utf8");
      writeFileSync(process.argv[1], JSON.stringify({ pid: process.pid, host: require("node:os").hostname(), started: stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] }));
      console.log("held");
      setInterval(() => {}, 1000);
    `;
    const holder = spawn(process.execPath, ["-e", program, join(folder, "run.lock")], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    expect(() => lockRun(folder)).toThrow(`run ${folder} is being written by process ${holder.pid}.`);
    await board.until(({ runs }) => runs[0].state === "running");
    const gone = new Promise((resolve) => holder.once("close", resolve));
    holder.kill("SIGKILL");
    await gone;
    await board.until(({ runs }) => runs[0].state === "interrupted");
    const release = lockRun(folder);
    await board.until(({ runs }) => runs[0].state === "running");
    expect(readdirSync(folder).filter((name) => name.startsWith("run.lock"))).toEqual(["run.lock"]);
    release();
    await board.until(({ runs }) => runs[0].state === "interrupted");
  }, 120_000);
});

/** Runs a task without the rights of the superuser. Where the tests run as another user anyway, that one's rights are as they should be. */
async function asNobody<T>(task: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await task();
  const groups = process.getgroups!();
  process.setgroups!([]);
  process.setegid!(65534);
  process.seteuid!(65534);
  try {
    return await task();
  } finally {
    process.seteuid!(0);
    process.setegid!(0);
    process.setgroups!(groups);
  }
}

describe.skipIf(process.platform === "win32")("without permission", () => {
  test("each file and folder that may not be read is named; all others are shown", async () => {
    chmodSync(join(root(), ".."), 0o755);
    for (const name of ["fine", "files", "events", "list only", "pass only", "shut"]) {
      const folder = writeRun(root(), name);
      const writer = new EventWriter(join(folder, "events", "steps"), { wallTime: 100 });
      writer.addScalar("step/loss", 1, 1);
      await writer.close();
    }
    const at = (...parts: readonly string[]): string => join(root(), ...parts);
    writePredictions(at("files"), { epoch: 1, classes: ["a", "b"], samples: [sure(0, 1, 0.9, 2)] });
    writeFileSync(at("files", "run.lock"), "{}");
    const hidden = ["run.json", "metrics.jsonl", "board.json", "model.json", "predictions.safetensors", "inspection.json", "run.lock"];
    for (const name of hidden) {
      appendFileSync(at("files", name), "");
      chmodSync(at("files", name), 0);
    }
    const [eventFile] = readdirSync(at("files", "events", "steps"));
    chmodSync(at("files", "events", "steps", eventFile), 0);
    chmodSync(at("events", "events"), 0);
    chmodSync(at("list only"), 0o444);
    chmodSync(at("pass only"), 0o111);
    chmodSync(at("shut"), 0);
    await asNobody(async () => {
      const board = await start();
      const { runs } = await board.list();
      expect(runs.map((run) => run.id).sort()).toEqual(["events", "files", "fine", "list only"]);
      for (const run of runs) expect((await board.get(`runs/${id(run.id)}`)).status).toBe(200);
      const { omissions } = await board.list();
      const denied = omissions.filter(({ reason }) => reason.startsWith("may not be read: permission is denied")).map(({ path }) => path);
      expect(denied).toEqual(expect.arrayContaining(["files/run.json", "files/metrics.jsonl", "files/board.json", "files/run.lock", `files/events/steps/${eventFile}`, "events/events", "list only/run.json", "list only/metrics.jsonl", "pass only", "shut"]));
      expect(omissions.map(({ path }) => path).filter((path) => path.startsWith("fine"))).toEqual([]);
      for (const what of ["model", "predictions", "inspection"]) expect(await board.get(`runs/files/${what}`)).toMatchObject({ status: 422, body: { error: expect.stringMatching(/may not be read: permission is denied\.$/) } });
      expect((await fetch(`${board.url}api/runs/files/export.html`)).status).toBe(200);
      // Notes cannot be kept here.
      const patch = await fetch(`${board.url}api/runs/fine`, { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ tags: [], group: "", note: "x" }) });
      expect([patch.status, ((await patch.json()) as { error: string }).error]).toEqual([409, expect.stringMatching(/^The notes were not kept: /)]);
      expect(board.faults).toEqual([]);
    });
    for (const name of ["list only", "pass only", "shut"]) chmodSync(at(name), 0o755);
    chmodSync(at("events", "events"), 0o755);
  }, 120_000);

  test("a root that may not be read ends the start with a sentence", async () => {
    chmodSync(join(root(), ".."), 0o755);
    chmodSync(root(), 0);
    await asNobody(async () => expect(start()).rejects.toThrow(/cannot be read \(permission is denied\); check the path and its permissions\.$/));
  });
});

describe.skipIf(process.platform === "win32")("links and names", () => {
  test("links in circles, to nowhere and out of the folder are named, whichever file they stand for", async () => {
    const outside = join(root(), "..", "outside");
    writeRun(join(root(), ".."), "outside");
    writeFileSync(join(outside, "events.out.tfevents.9"), await eventBytes([5]));
    const folder = writeRun(root(), "a");
    mkdirSync(join(folder, "events", "steps"), { recursive: true });
    const links: Readonly<Record<string, string>> = {
      "run.json": "run.json",
      "board.json": "model.json",
      "model.json": "board.json",
      "inspection.json": "nowhere",
      "predictions.safetensors": join(outside, "run.json"),
      "events/steps/events.out.tfevents.1": "events.out.tfevents.1",
      "events/steps/events.out.tfevents.2": "nowhere",
      "events/steps/events.out.tfevents.3": join(outside, "events.out.tfevents.9"),
    };
    for (const [name, to] of Object.entries(links)) {
      rmSync(join(folder, name), { force: true });
      symlinkSync(to, join(folder, name));
    }
    symlinkSync("..", join(folder, "up"));
    symlinkSync("circle", join(root(), "circle"));
    symlinkSync(outside, join(root(), "way out"));
    const board = await start();
    expect((await board.get("runs/a")).status).toBe(200);
    const { runs, omissions } = await board.list();
    expect(runs.map((run) => run.id)).toEqual(["a"]);
    const [circle, nowhere, leaves] = ["is a link that leads to itself.", "is a link that leads nowhere.", expect.stringMatching(/^is a link that leaves the folder that the board shows/) as string];
    expect(Object.fromEntries(omissions.map(({ path, reason }) => [path, reason]))).toEqual({
      "a/run.json": circle,
      "a/board.json": circle,
      "a/model.json": circle,
      "a/inspection.json": nowhere,
      "a/predictions.safetensors": leaves,
      "a/events/steps/events.out.tfevents.1": circle,
      "a/events/steps/events.out.tfevents.2": nowhere,
      "a/events/steps/events.out.tfevents.3": leaves,
      "way out": leaves,
    });
    expect(await curve(board, "a", "loss")).toBeUndefined();
    for (const what of ["model", "predictions", "inspection"]) expect((await board.get(`runs/a/${what}`)).status).toBeGreaterThanOrEqual(404);
    expect(board.faults).toEqual([]);
  });

  test("names as long as the system takes them", async () => {
    const long = "ü".repeat(127);
    const deep = Array.from({ length: 6 }, (_, i) => `${i}${"n".repeat(254)}`).join("/");
    for (const name of [long, deep]) writeRun(root(), name);
    writeFileSync(join(root(), long, "metrics.jsonl"), epochLine(1, { ["m".repeat(100_000)]: 1 }));
    const board = await start();
    expect((await board.list()).runs.map((run) => run.id).sort()).toEqual([deep, long].sort());
    for (const name of [long, deep]) {
      expect((await curve(board, name, "valLoss"))?.run).toBe(name);
      const patch = await fetch(`${board.url}api/runs/${id(name)}`, { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ tags: ["t"], group: "", note: "" }) });
      expect(patch.status).toBe(200);
      expect((await fetch(`${board.url}api/runs/${id(name)}/export.html`)).status).toBe(200);
    }
    expect(board.faults).toEqual([]);
  });
});

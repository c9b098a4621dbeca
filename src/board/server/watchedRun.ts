/**
 * One run folder, followed: what its files say, read again when they change. Its summary stays; curves are kept while somebody looks, and read again from
 * the files when they were given up in between.
 */

import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { errorCode } from "../../base/atomicWrite.js";
import { lockName } from "../../train/runLock.js";
import type { Omission, RunDetail, RunNotes, RunSummary, TagInfo } from "../protocol.js";
import { LineTail } from "./lineTail.js";
import { MetricsTable } from "./metricsTable.js";
import { noNotes, parseNotes } from "./notes.js";
import { readInside, statInside, whyUnreadable } from "./openInside.js";
import { RunEvents } from "./runEvents.js";
import { parseRunRecord, type RunRecord } from "./runRecord.js";
import { type StateFacts, stateOf, type Writer, writerOf } from "./runState.js";
import { summaryOf } from "./summary.js";

/** The files of a run beside its event files. */
export const runFiles = {
  record: "run.json",
  metrics: "metrics.jsonl",
  notes: "board.json",
  model: "model.json",
  predictions: "predictions.safetensors",
  inspection: "inspection.json",
  results: "results.json",
} as const;

export type FileName = keyof typeof runFiles;
const names = Object.keys(runFiles) as FileName[];
/** What may be in memory of a run. */
const levels = { nothing: 0, summary: 1, all: 2 } as const;
type Level = (typeof levels)[keyof typeof levels];
type Stamps = Readonly<Record<FileName, { readonly text: string; readonly time: number } | null>>;

/** What is read of a run, beside its summary. */
export interface RunData {
  readonly table: MetricsTable;
  readonly events: RunEvents;
  readonly record: RunRecord | null;
}

export class WatchedRun {
  readonly id: string;
  readonly folder: string;
  readonly root: string;
  summary: RunSummary;
  /** Paths are those below the root. */
  omissions: readonly Omission[] = [];
  /** When somebody last looked at its curves; those of others are given up first. */
  looked = 0;
  /** A text that changes with the files. */
  #key = "";
  #stamps: Stamps | null = null;
  /** Something could not be read, just now. */
  #failed = false;
  /** That part of it which does not change with the notes. */
  #written = "";
  #facts: Omit<StateFacts, "writer">;
  #writer: Writer = "nobody";
  #record: RunRecord | null = null;
  #notes: RunNotes = noNotes;
  #table!: MetricsTable;
  #log!: LineTail;
  #events!: RunEvents;
  /** What is in memory: nothing, what the summary needs, or the curves of steps too. */
  #level: Level = 0;
  #problems = new Map<string, string>();
  /** Folders of events and the lock, where they may not be read: why. */
  #unreadable: ReadonlyMap<string, string> = new Map();
  /** Whether the summary changed and nobody was told. */
  #news = false;
  /** One after another: a visit, and a request that reads. */
  #queue: Promise<unknown> = Promise.resolve();

  /** @param root resolved by `realpath` @param id path below it with slashes; "./" for the root itself */
  constructor(root: string, id: string) {
    this.root = root;
    this.id = id;
    this.folder = id === "./" ? root : join(root, id);
    this.#clear();
    this.#facts = { record: null, epochsDone: 0, lastWrite: 0, results: false, eventsOnly: false };
    this.summary = this.#summarize(new Set(), 0);
  }

  get name(): string {
    return basename(this.folder);
  }

  /** Bytes of its curves. */
  get bytes(): number {
    return this.#table.bytes + this.#events.bytes;
  }

  /** Reads what is new. @returns whether the summary changed since this was last asked, also by requests in between; "gone" if the folder is not there any more */
  refresh(): Promise<boolean | "gone"> {
    return this.#inTurn(async () => {
      const found = await this.#refresh(levels.summary);
      this.#news = false;
      return found;
    });
  }

  /** Curves, histograms and images, current. They may be used until the next `await`. */
  async data(): Promise<RunData> {
    this.looked = Date.now();
    await this.#inTurn(() => this.#refresh(levels.all));
    return { table: this.#table, events: this.#events, record: this.#record };
  }

  async detail(): Promise<RunDetail> {
    const { table, events, record } = await this.data();
    const scalars = new Map<string, number>(table.names.map((name) => [name, count(table.column(name)!)]));
    for (const [tag, { curve }] of events.curves()) if (!scalars.has(tag)) scalars.set(tag, curve.length);
    const places = (kind: "histogram" | "image"): TagInfo[] => Array.from(events.places(kind), ([tag, { places: list }]) => ({ tag, total: list.length })).sort(byTag);
    return {
      summary: this.summary,
      facts: record?.facts ?? [],
      scalars: Array.from(scalars, ([tag, total]) => ({ tag, total })).sort(byTag),
      histograms: places("histogram"),
      images: places("image"),
      omissions: this.omissions,
    };
  }

  /** Gives up the curves; the summary stays. */
  unload(): void {
    void this.#inTurn(async () => this.#clear());
  }

  #clear(): void {
    this.#table = new MetricsTable();
    this.#log = new LineTail(this.root, join(this.folder, runFiles.metrics));
    this.#events = new RunEvents(this.root);
    this.#level = levels.nothing;
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {});
    return result;
  }

  async #refresh(wanted: Level): Promise<boolean | "gone"> {
    let entries: Dirent[];
    try {
      entries = await readdir(this.folder, { withFileTypes: true });
      this.#problems.delete("");
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === null || errorCode(error) === "ENOTDIR") return "gone";
      this.#problems.set("", reason);
      return this.#tell(this.summary);
    }
    const stamps = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await this.#stamp(runFiles[name], entries)]))) as Stamps;
    const events = await RunEvents.find(this.folder, entries);
    const unreadable = new Map(events.unreadable);
    const writer = writerOf(this.folder, (error) => {
      const reason = whyUnreadable(error);
      if (reason !== null) unreadable.set(lockName, `${reason}, so whether it goes on is not known`);
    });
    const key = JSON.stringify([...names.map((name) => stamps[name]?.text), events.stamp, writer]);
    this.#unreadable = unreadable;
    const known = key === this.#key;
    if (known && (wanted === levels.summary || this.#level === levels.all)) {
      // Time alone may change the state.
      return this.#tell({ ...this.summary, state: stateOf({ ...this.#facts, writer }) });
    }
    this.#failed = false;
    const before = this.#stamps;
    const changed = (name: FileName): boolean => before === null || stamps[name]?.text !== before[name]?.text;
    if (changed("record")) this.#record = await this.#parsed("record", stamps, parseRunRecord, "is no run.json of a version that this board knows");
    if (changed("notes")) this.#notes = (await this.#parsed("notes", stamps, parseNotes, "is damaged; what was noted is not shown")) ?? noNotes;
    if (changed("metrics") || this.#level === levels.nothing || writer !== this.#writer) await this.#readLog(stamps.metrics !== null, writer !== "nobody");
    const eventsOnly = stamps.record === null && stamps.metrics === null;
    // The curves of steps are long, and the summary of a training does without them.
    const level = wanted === levels.all || this.#level === levels.all || eventsOnly ? levels.all : levels.summary;
    await this.#events.read(events.folders, writer !== "nobody" || eventsOnly, level === levels.all ? undefined : (name) => name !== "steps");
    // The clock of another machine may go wrong; a change that is seen here is recent in any case.
    const updated = Math.max(events.updated, ...names.map((name) => (name === "notes" ? 0 : (stamps[name]?.time ?? 0))));
    const written = JSON.stringify([...names.map((name) => name !== "notes" && stamps[name]?.text), events.stamp]);
    const lastWrite = this.#written === "" || this.#written === written ? Math.max(updated, this.#facts.lastWrite) : Math.max(updated, Date.now() / 1000);
    this.#written = written;
    // What could not be read may be readable the next time.
    this.#key = this.#failed ? "" : key;
    this.#stamps = this.#failed ? null : stamps;
    this.#writer = writer;
    this.#level = level;
    const epochs = this.#table.epochs;
    this.#facts = {
      record: this.#record,
      epochsDone: epochs.length === 0 ? 0 : Math.max(0, epochs[epochs.length - 1]),
      lastWrite,
      results: stamps.results !== null,
      eventsOnly,
    };
    return this.#tell(this.#summarize(new Set(names.filter((name) => stamps[name] !== null)), updated));
  }

  #summarize(files: ReadonlySet<FileName>, updated: number): RunSummary {
    const facts = this.#facts;
    return summaryOf({ ...facts, id: this.id, name: this.name, state: stateOf({ ...facts, writer: this.#writer }), notes: this.#notes, table: this.#table, events: this.#events, files, updated });
  }

  /** @returns whether there is something to tell */
  #tell(summary: RunSummary): boolean {
    const place = this.id === "./" ? "" : this.id;
    const at = (name: string): string => [place, name].filter((part) => part !== "").join("/") || ".";
    const omissions = [
      ...[...this.#problems, ...this.#unreadable].map(([name, reason]) => ({ path: at(name), reason: `${reason}.` })),
      ...this.#events.omissions().map(({ path, reason }) => ({ path: at(path), reason })),
    ];
    const same = JSON.stringify([summary, omissions]) === JSON.stringify([this.summary, this.omissions]);
    this.summary = summary;
    this.omissions = omissions;
    this.#news ||= !same;
    return this.#news;
  }

  async #stamp(name: string, entries: readonly Dirent[]): Promise<Stamps[FileName]> {
    try {
      if (!entries.some((entry) => entry.name === name)) {
        this.#problems.delete(name);
        return null;
      }
      const info = await statInside(this.root, join(this.folder, name));
      return { text: `${info.ino}:${info.size}:${info.mtimeMs}`, time: info.mtimeMs / 1000 };
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === null) this.#problems.delete(name);
      else this.#problems.set(name, reason);
      return null;
    }
  }

  async #parsed<T>(key: FileName, stamps: Stamps, parse: (text: string) => T | null, problem: string): Promise<T | null> {
    const name = runFiles[key];
    if (stamps[key] === null) return null;
    try {
      const parsed = parse((await readInside(this.root, join(this.folder, name))).toString("utf8"));
      if (parsed === null) this.#problems.set(name, problem);
      else this.#problems.delete(name);
      return parsed;
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason !== null) this.#problems.set(name, reason);
      this.#failed = true;
      return null;
    }
  }

  async #readLog(there: boolean, writing: boolean): Promise<void> {
    const name = runFiles.metrics;
    if (!there) {
      this.#table.restart();
      return;
    }
    try {
      await this.#log.read(this.#table);
      this.#table.trim();
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason !== null) this.#problems.set(name, reason);
      this.#failed = true;
      return;
    }
    const { damaged, firstDamaged, repeated, left } = this.#table;
    const problems = [
      damaged > 0 && `${damaged === 1 ? `line ${firstDamaged} is` : `${damaged} lines, the first ${firstDamaged}, are`} no record${damaged === 1 ? "" : "s"} and left out`,
      repeated > 0 && `${repeated} epoch${repeated === 1 ? " is" : "s are"} there more than once, as when two programs write at once; the later line counts`,
      left > 0 && "it has more curves than the board keeps; the first are shown",
      this.#log.unfinished > 0 && !writing && "its last line is half-written and left out",
    ].filter((each) => each !== false);
    if (problems.length === 0) this.#problems.delete(name);
    else this.#problems.set(name, problems.join("; "));
  }
}

const byTag = (a: TagInfo, b: TagInfo): number => (a.tag < b.tag ? -1 : 1);
const count = (values: Float64Array): number => values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);

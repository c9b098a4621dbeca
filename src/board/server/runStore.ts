/**
 * Run store: all runs below the root, followed by looking at them now and then, which works on every file system, those of other machines too. Runs that go
 * on are looked at twice a second, the others in turn, all within half a minute; new ones are looked for every two seconds. Both pauses grow with what
 * looking costs, so that it takes only a small share of the time.
 */

import { EventEmitter } from "node:events";
import type { Omission, RunSummary } from "../protocol.js";
import { RunFinder } from "./findRuns.js";
import { type RunData, WatchedRun } from "./watchedRun.js";

const visitMs = 500;
const findMs = 2000;
/** Runs that are looked at at the same time: other machines' files take their time to answer. */
const atOnce = 8;
/** A pause is so many times as long as looking took, but no longer than so many times itself: what took long may have waited for something else. */
const rest = 9;
const longest = 5;
/** Visits until every idle run had its turn. */
const rounds = 60;
/** For so long after its last change a run is looked at as if it went on. */
const lingerMs = 60_000;
/** Bytes of curves in memory; those that nobody looked at for longest go first. */
const curveBytes = 128 * 2 ** 20;
/** A run is told about at most so often. */
const tellMs = 1000;

interface StoreEvents {
  run: [RunSummary];
  removed: [string];
  omissions: [readonly Omission[]];
}

export class RunStore extends EventEmitter<StoreEvents> {
  readonly root: string;
  readonly #runs = new Map<string, WatchedRun>();
  readonly #finder: RunFinder;
  readonly #folderChanged = new Map<string, number>();
  readonly #changed = new Map<string, number>();
  /** When each was last told about, and those that wait. */
  readonly #told = new Map<string, number>();
  readonly #untold = new Set<string>();
  readonly #due = new Set<string>();
  /** Of the curves of each run that are in memory, and of all. */
  readonly #bytes = new Map<string, number>();
  #total = 0;
  #found: readonly Omission[] = [];
  #omissions = "[]";
  #next = 0;
  #closed = false;
  #timers = new Set<NodeJS.Timeout>();

  /** @param root resolved by `realpath` */
  constructor(root: string) {
    super();
    this.setMaxListeners(0);
    this.root = root;
    this.#finder = new RunFinder(root);
  }

  /** Looks for runs and reads them, then follows them. Resolves when all were read, at the latest after `waitMs`; the rest follows. */
  async open({ waitMs = 1500 }: { readonly waitMs?: number } = {}): Promise<void> {
    await this.#find();
    const first = this.#visit().finally(() => {
      this.#repeat(visitMs, () => this.#visit());
      this.#repeat(findMs, () => this.#find());
    });
    await Promise.race([first, new Promise((resolve) => this.#timer(waitMs, () => resolve(undefined)))]);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.removeAllListeners();
  }

  get(id: string): WatchedRun | undefined {
    return this.#runs.get(id);
  }

  summaries(): RunSummary[] {
    return Array.from(this.#runs.values(), ({ summary }) => summary);
  }

  omissions(): Omission[] {
    return [...this.#found, ...Array.from(this.#runs.values()).flatMap(({ omissions }) => omissions)].slice(0, 1000);
  }

  /** The curves of a run, current. */
  async data(run: WatchedRun): Promise<RunData> {
    const data = await run.data();
    this.#account(run);
    return data;
  }

  /** Looks at a run at once, as after its notes were written. */
  async refresh(run: WatchedRun): Promise<void> {
    await this.#visitRun(run);
  }

  #timer(ms: number, task: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      task();
    }, ms);
    this.#timers.add(timer);
  }

  #repeat(ms: number, task: () => Promise<void>): void {
    if (this.#closed) return;
    const again = (pause: number): void => {
      if (this.#closed) return;
      this.#timer(pause, () => {
        const began = performance.now();
        // What goes wrong in a look is told by the run; the next look may be better.
        void task().catch(() => {}).then(() => again(Math.min(longest * ms, Math.max(ms, rest * (performance.now() - began)))));
      });
    };
    again(ms);
  }

  async #find(): Promise<void> {
    const { runs, omissions } = await this.#finder.find();
    this.#found = omissions;
    for (const [id, changed] of runs) {
      if (!this.#runs.has(id)) this.#runs.set(id, new WatchedRun(this.root, id));
      if (this.#folderChanged.get(id) !== changed) this.#due.add(id);
      this.#folderChanged.set(id, changed);
    }
    for (const id of this.#runs.keys()) if (!runs.has(id)) this.#remove(id);
    this.#tellOmissions();
  }

  async #visit(): Promise<void> {
    const all = Array.from(this.#runs.keys());
    const now = Date.now();
    const ids = new Set(this.#due);
    this.#due.clear();
    for (const [id, run] of this.#runs) {
      if (run.summary.state === "running" || now - (this.#changed.get(id) ?? 0) < lingerMs || this.#untold.has(id)) ids.add(id);
    }
    for (let i = Math.ceil(all.length / rounds); i > 0; i--) ids.add(all[this.#next++ % all.length]);
    // The newest first: they are what people wait for.
    const runs = Array.from(ids).flatMap((id) => this.#runs.get(id) ?? []);
    runs.sort((a, b) => (this.#folderChanged.get(b.id) ?? 0) - (this.#folderChanged.get(a.id) ?? 0));
    const visitors = Array.from({ length: atOnce }, async () => {
      for (let run = runs.shift(); run !== undefined && !this.#closed; run = runs.shift()) await this.#visitRun(run);
    });
    await Promise.all(visitors);
    this.#tellOmissions();
  }

  async #visitRun(run: WatchedRun): Promise<void> {
    const changed = await run.refresh();
    this.#account(run);
    if (this.#runs.get(run.id) !== run) return;
    if (changed === "gone") return this.#remove(run.id);
    if (changed) {
      if (this.#told.has(run.id)) this.#changed.set(run.id, Date.now());
      this.#untold.add(run.id);
    }
    if (this.#untold.has(run.id) && Date.now() - (this.#told.get(run.id) ?? 0) >= tellMs) {
      this.#told.set(run.id, Date.now());
      this.#untold.delete(run.id);
      this.emit("run", run.summary);
    }
  }

  #remove(id: string): void {
    this.#runs.delete(id);
    this.#total -= this.#bytes.get(id) ?? 0;
    this.#bytes.delete(id);
    for (const map of [this.#folderChanged, this.#changed, this.#told, this.#untold, this.#due]) map.delete(id);
    this.emit("removed", id);
  }

  #tellOmissions(): void {
    const list = this.omissions();
    const text = JSON.stringify(list);
    if (text === this.#omissions) return;
    this.#omissions = text;
    this.emit("omissions", list);
  }

  /** Counts the bytes of a run, and gives up the curves of others until all are within the budget. */
  #account(run: WatchedRun): void {
    if (this.#runs.get(run.id) !== run) return;
    this.#count(run, run.bytes);
    if (this.#total <= curveBytes) return;
    for (const other of Array.from(this.#runs.values()).sort((a, b) => a.looked - b.looked)) {
      if (this.#total <= 0.75 * curveBytes) return;
      if (other === run || !this.#bytes.has(other.id) || other.summary.state === "running") continue;
      other.unload();
      this.#count(other, 0);
    }
  }

  #count({ id }: WatchedRun, bytes: number): void {
    this.#total += bytes - (this.#bytes.get(id) ?? 0);
    if (bytes === 0) this.#bytes.delete(id);
    else this.#bytes.set(id, bytes);
  }
}

/**
 * The event files of a run: those in its folder, and those below `events`, where a training has three runs of TensorBoard: `train` and `validation`, whose
 * steps are epochs, and `steps`. Their curves get the names that `metrics.jsonl` has for them.
 */

import { type Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Omission } from "../protocol.js";
import type { Curve } from "./curve.js";
import { EventIndex, isEventFile, type Place } from "./eventIndex.js";
import { whyUnreadable } from "./openInside.js";

export interface EventCurve {
  readonly curve: Curve;
  /** What its steps count. */
  readonly unit: "step" | "epoch";
}

export interface Places {
  readonly index: EventIndex;
  /** As the file has it. */
  readonly tag: string;
  readonly places: readonly Place[];
}

const maxDepth = 3;

/** A folder with event files. */
interface EventFolder {
  /** Below `events`; "" for the run's own folder. */
  readonly name: string;
  readonly path: string;
}

export class RunEvents {
  readonly #root: string;
  readonly #indexes = new Map<string, EventIndex>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Reads what is new in the folders whose names are `wanted`. @returns whether there was something */
  async read(folders: readonly EventFolder[], writing: boolean, wanted: (name: string) => boolean = () => true): Promise<boolean> {
    let changed = false;
    for (const name of this.#indexes.keys()) {
      if (folders.some((each) => each.name === name)) continue;
      this.#indexes.delete(name);
      changed = true;
    }
    for (const { name, path } of folders) {
      if (!wanted(name)) continue;
      const index = this.#indexes.get(name) ?? new EventIndex(this.#root, path);
      this.#indexes.set(name, index);
      if (await index.read(writing)) changed = true;
    }
    return changed;
  }

  get bytes(): number {
    return sum(this.#indexes, (index) => index.bytes);
  }

  /** First and last time that was logged; NaN without any. */
  get began(): number {
    return Math.min(...finite(this.#indexes, ({ began }) => began));
  }

  get ended(): number {
    return Math.max(...finite(this.#indexes, ({ ended }) => ended));
  }

  get hparams(): EventIndex["hparams"] {
    for (const { hparams } of this.#indexes.values()) if (hparams.size > 0) return hparams;
    return new Map();
  }

  curves(): Map<string, EventCurve> {
    const all = new Map<string, EventCurve>();
    for (const [name, { curves }] of this.#indexes) {
      const unit = name === "train" || name === "validation" ? "epoch" : "step";
      for (const [tag, curve] of curves) if (curve.length > 0) all.set(curveName(name, tag), { curve, unit });
    }
    return all;
  }

  places(kind: Place["kind"]): Map<string, Places> {
    const all = new Map<string, Places>();
    for (const [name, index] of this.#indexes) {
      for (const [tag, places] of index.places) if (places[0]?.kind === kind) all.set(name === "" || name === "train" ? tag : `${name}/${tag}`, { index, tag, places });
    }
    return all;
  }

  /** Paths are those below the run's folder. */
  omissions(): Omission[] {
    return Array.from(this.#indexes).flatMap(([name, index]) => {
      const place = name === "" ? "" : `events/${name}/`;
      const problems = Array.from(index.problems, ([file, reason]) => ({ path: place + file, reason: `${reason}.` }));
      for (const [tag, curve] of index.curves) {
        const { repeated } = curve.points();
        if (repeated > 0) problems.push({ path: place + tag, reason: `${repeated} of its steps are there more than once, as when two programs write at once; what was written last is shown.` });
      }
      if (index.left) problems.push({ path: place, reason: "has more tags than the board keeps; the first are shown." });
      return problems;
    });
  }

  /**
   * Where event files lie, with the state of all as a text that changes when they do, and folders that cannot be read, by their paths below `folder`.
   * @param inside what is in `folder`
   */
  static async find(folder: string, inside: readonly Dirent[]): Promise<{ folders: EventFolder[]; stamp: string; updated: number; unreadable: ReadonlyMap<string, string> }> {
    const folders: EventFolder[] = [];
    const unreadable = new Map<string, string>();
    const stamps: string[] = [];
    let updated = 0;
    const visit = async (path: string, name: string, depth: number, entries: readonly Dirent[]): Promise<void> => {
      const files = entries.filter((entry) => !entry.isDirectory() && isEventFile(entry.name));
      if (files.length > 0) folders.push({ name, path });
      for (const file of files) {
        const info = await stat(join(path, file.name)).catch(() => null);
        if (info === null) continue;
        stamps.push(`${name}/${file.name}:${info.ino}:${info.size}:${info.mtimeMs}`);
        updated = Math.max(updated, info.mtimeMs / 1000);
      }
      for (const entry of entries) {
        if (!entry.isDirectory() || depth >= maxDepth) continue;
        if (depth === 0 && entry.name !== "events") continue;
        const below = join(path, entry.name);
        const inner = depth === 0 ? "" : name === "" ? entry.name : `${name}/${entry.name}`;
        try {
          await visit(below, inner, depth + 1, await readdir(below, { withFileTypes: true }));
        } catch (error) {
          const reason = whyUnreadable(error);
          if (reason !== null) unreadable.set(inner === "" ? "events" : `events/${inner}`, reason);
        }
      }
    };
    await visit(folder, "", 0, inside);
    return { folders, stamp: stamps.sort().join("\n"), updated, unreadable };
  }
}

/** A curve of a training by its one name, whichever file it is from. */
function curveName(run: string, tag: string): string {
  if (run === "" || run === "steps") return tag;
  if (run === "train" || run === "validation") {
    const metric = /^epoch\/(.+)$/.exec(tag)?.[1];
    if (metric !== undefined) return run === "train" && (metric === "lr" || metric === "seconds") ? metric : `${run === "train" ? "train" : "val"}${metric[0].toUpperCase()}${metric.slice(1)}`;
    if (run === "train") return tag;
  }
  return `${run}/${tag}`;
}

const sum = <T>(map: ReadonlyMap<string, T>, of: (each: T) => number): number => Array.from(map.values()).reduce((total, each) => total + of(each), 0);
const finite = (map: ReadonlyMap<string, EventIndex>, of: (each: EventIndex) => number): number[] => {
  const all = Array.from(map.values(), of).filter(Number.isFinite);
  return all.length === 0 ? [NaN] : all;
};

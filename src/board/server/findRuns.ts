/**
 * Finding runs: every folder below the root that has a run.json, a metrics.jsonl, or event files. Links to folders are not followed; those that lead out of
 * the root are named. A link to a file counts as far as it may be read. Listings are kept as long as their folder does not change, so that looking again costs one question to the system for each folder.
 */

import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Omission } from "../protocol.js";
import { isEventFile } from "./eventIndex.js";
import { isInside, statInside, whyUnreadable } from "./openInside.js";

export interface FoundRuns {
  /** Ids of runs with the time at which their folder last changed. */
  readonly runs: ReadonlyMap<string, number>;
  readonly omissions: readonly Omission[];
}

const maxDepth = 12;
const maxRuns = 20_000;
const maxEntries = 100_000;
/** A folder that changed so recently may change again within one tick of its file system's clock. */
const settledMs = 5000;
const passedOver = new Set(["node_modules", ".git"]);

interface Listing {
  /** NaN where a link may lead elsewhere the next time. */
  readonly changed: number;
  readonly folders: readonly string[];
  readonly isRun: boolean;
  readonly omissions: readonly Omission[];
}

export class RunFinder {
  readonly #root: string;
  readonly #listings = new Map<string, Listing>();

  /** @param root resolved by `realpath` */
  constructor(root: string) {
    this.#root = root;
  }

  async find(): Promise<FoundRuns> {
    const runs = new Map<string, number>();
    const omissions: Omission[] = [];
    const visited = new Set<string>();
    let left = false;
    const visit = async (path: string, depth: number): Promise<void> => {
      visited.add(path);
      const listing = await this.#list(path);
      if (listing === null) return;
      omissions.push(...listing.omissions);
      if (listing.isRun && runs.size >= maxRuns) left = true;
      else if (listing.isRun) runs.set(path === "" ? "./" : path, listing.changed);
      for (const name of listing.folders) {
        // The event files of a run are its own.
        if (listing.isRun && name === "events") continue;
        const inner = path === "" ? name : `${path}/${name}`;
        if (depth < maxDepth) await visit(inner, depth + 1);
        else omissions.push({ path: inner, reason: `lies more than ${maxDepth} folders deep; runs in it are not looked for.` });
      }
    };
    await visit("", 0);
    for (const path of this.#listings.keys()) if (!visited.has(path)) this.#listings.delete(path);
    if (left) omissions.push({ path: ".", reason: `holds more than ${maxRuns} runs; the others are left out.` });
    return { runs, omissions: omissions.slice(0, 1000) };
  }

  /** Null where the folder is gone. */
  async #list(path: string): Promise<Listing | null> {
    const folder = join(this.#root, path);
    try {
      const { mtimeMs } = await stat(folder);
      const known = this.#listings.get(path);
      if (known !== undefined && known.changed === mtimeMs && Date.now() - mtimeMs > settledMs) return known;
      const entries = await readdir(folder, { withFileTypes: true });
      const listing = await this.#sort(path, mtimeMs, entries);
      this.#listings.set(path, listing);
      return listing;
    } catch (error) {
      const reason = whyUnreadable(error);
      return reason === null ? null : { changed: 0, folders: [], isRun: false, omissions: [{ path: path === "" ? "." : path, reason: `${reason}.` }] };
    }
  }

  async #sort(path: string, changed: number, entries: readonly Dirent[]): Promise<Listing> {
    const folders: string[] = [];
    const omissions: Omission[] = [];
    /** What would make the folder a run, but may not be read. Of a run, the run itself names it. */
    const astray: Omission[] = [];
    let isRun = false;
    for (const entry of entries.slice(0, maxEntries)) {
      const { name } = entry;
      // What is no UTF-8 cannot be asked for by its name.
      if (name.includes("\ufffd")) omissions.push({ path: path === "" ? name : `${path}/${name}`, reason: "has a name that is no text (UTF-8); rename it." });
      else if (entry.isDirectory() && !passedOver.has(name)) folders.push(name);
      else if (entry.isSymbolicLink()) {
        const place = path === "" ? name : `${path}/${name}`;
        if (await leaves(this.#root, join(this.#root, place))) omissions.push({ path: place, reason: "is a link that leaves the folder that the board shows; it is not followed." });
      }
      if (entry.isDirectory() || isRun || !(name === "run.json" || name === "metrics.jsonl" || isEventFile(name))) continue;
      const reason = entry.isFile() ? null : await whyNoFile(this.#root, join(this.#root, path, name));
      if (reason === null) isRun = true;
      else astray.push({ path: path === "" ? name : `${path}/${name}`, reason: `${reason}.` });
    }
    if (!isRun && astray.length > 0) return { changed: Number.NaN, folders: folders.sort(), isRun, omissions: [...omissions, ...astray] };
    if (entries.length > maxEntries) omissions.push({ path: path === "" ? "." : path, reason: `has more than ${maxEntries} entries; the others are left out.` });
    return { changed, folders: folders.sort(), isRun, omissions };
  }
}

/** Why a link, or a pipe, is no file of the root; null where it is one. */
async function whyNoFile(root: string, path: string): Promise<string | null> {
  try {
    await statInside(root, path);
    return null;
  } catch (error) {
    return whyUnreadable(error) ?? "is a link that leads nowhere";
  }
}

/** Whether a link leads to a folder outside of `root`. Links to files are the matter of the run that they lie in. */
async function leaves(root: string, link: string): Promise<boolean> {
  try {
    const target = await realpath(link);
    return !isInside(root, target) && (await stat(target)).isDirectory();
  } catch {
    return false;
  }
}

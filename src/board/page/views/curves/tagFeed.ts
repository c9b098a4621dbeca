/** Tags of the chosen runs: asked for once a run, and again when it changes, for a training makes new curves as it goes on. */

import { effect, signal } from "@preact/signals";
import type { RunDetail } from "../../../protocol.js";
import { changes, getJson, runPath } from "../../api.js";

/** Milliseconds between two questions about one run, and before another try. */
const rest = 2000;
const retry = 4000;
/** Answers that come one after another are told together: each would fetch the charts anew. */
const gather = 100;

export class TagFeed {
  /** By run; a run is missing as long as its tags are not known. */
  readonly tags = signal<ReadonlyMap<string, readonly string[]>>(new Map());
  readonly problem = signal("");
  #runs: readonly string[] = [];
  readonly #asked = new Map<string, { readonly version: number; readonly at: number }>();
  /** Runs whose question failed. */
  readonly #failed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  readonly #answers = new Map<string, readonly string[]>();
  readonly #stop: () => void;

  constructor() {
    this.#stop = effect(() => this.#ask(changes.value));
  }

  want(runs: readonly string[]): void {
    this.#runs = runs;
    this.#ask(changes.peek());
  }

  close(): void {
    this.#runs = [];
    clearTimeout(this.#timer);
    clearTimeout(this.#gathering);
    this.#stop();
  }

  #ask(versions: ReadonlyMap<string, number>): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    let next = Infinity;
    for (const run of this.#runs) {
      const version = versions.get(run) ?? 0;
      const asked = this.#asked.get(run);
      const failed = this.#failed.has(run);
      if (asked?.version === version && !failed) continue;
      const pause = failed ? retry : rest;
      if (asked !== undefined && now - asked.at < pause) next = Math.min(next, asked.at + pause - now);
      else {
        this.#asked.set(run, { version, at: now });
        this.#failed.delete(run);
        void this.#fetch(run);
      }
    }
    if (next < Infinity) this.#timer = setTimeout(() => this.#ask(changes.peek()), next);
  }

  #publish(): void {
    this.#gathering = undefined;
    const before = this.tags.peek();
    const next = new Map(before);
    for (const [run, tags] of this.#answers) if (before.get(run)?.join("\n") !== tags.join("\n") || !before.has(run)) next.set(run, tags);
    // The same tags are no news.
    if (Array.from(this.#answers.keys()).some((run) => next.get(run) !== before.get(run))) this.tags.value = next;
    this.#answers.clear();
  }

  async #fetch(run: string): Promise<void> {
    try {
      const { scalars } = await getJson<RunDetail>(runPath(run));
      const tags = scalars.map(({ tag }) => tag);
      this.#answers.set(run, tags);
      this.#gathering ??= setTimeout(() => this.#publish(), gather);
      if (this.#failed.size === 0) this.problem.value = "";
    } catch (error) {
      // A run that is gone is asked for no more.
      if (!this.#runs.includes(run)) return;
      this.#failed.add(run);
      this.#ask(changes.peek());
      this.problem.value = error instanceof Error ? error.message : String(error);
    }
  }
}

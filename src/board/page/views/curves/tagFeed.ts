/** Tags of the chosen runs: asked for once a run, and again when it changes, for a training makes new curves as it goes on. */

import { effect, signal } from "@preact/signals";
import type { RunDetail } from "../../../protocol.js";
import { changes, getJson, runPath } from "../../api.js";

/** Milliseconds between two questions about one run. */
const rest = 2000;

export class TagFeed {
  /** By run; a run is missing as long as its tags are not known. */
  readonly tags = signal<ReadonlyMap<string, readonly string[]>>(new Map());
  readonly problem = signal("");
  #runs: readonly string[] = [];
  readonly #asked = new Map<string, { readonly version: number; readonly at: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
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
    this.#stop();
  }

  #ask(versions: ReadonlyMap<string, number>): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    let next = Infinity;
    for (const run of this.#runs) {
      const version = versions.get(run) ?? 0;
      const asked = this.#asked.get(run);
      if (asked?.version === version) continue;
      if (asked !== undefined && now - asked.at < rest) next = Math.min(next, asked.at + rest - now);
      else {
        this.#asked.set(run, { version, at: now });
        void this.#fetch(run);
      }
    }
    if (next < Infinity) this.#timer = setTimeout(() => this.#ask(changes.peek()), next);
  }

  async #fetch(run: string): Promise<void> {
    try {
      const { scalars } = await getJson<RunDetail>(runPath(run));
      const tags = scalars.map(({ tag }) => tag);
      const before = this.tags.peek().get(run);
      // The same tags are no news.
      if (before?.join("\n") !== tags.join("\n") || before === undefined) this.tags.value = new Map(this.tags.peek()).set(run, tags);
      this.problem.value = "";
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error);
    }
  }
}

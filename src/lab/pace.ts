/** Pace: how far a lab is, as a line for a terminal, and the place where a wish to stop is heard. */

import { clock } from "../train/progress.js";
import { LabStopped } from "./errors.js";

/** Longest time that a lab that awaits `progress` keeps the event loop, and with it Ctrl-C, waiting. */
const yieldMs = 50;

/** Shows a line of progress; "" when a part is done. */
export type ShowProgress = (line: string) => void;

export class Pace {
  readonly #signal: AbortSignal;
  readonly #show: ShowProgress;
  readonly #now: () => number;
  #part = "";
  #began = 0;
  #doneAtBegin = 0;
  #yielded: number;

  constructor(signal: AbortSignal, show: ShowProgress, now: () => number = () => performance.now()) {
    this.#signal = signal;
    this.#show = show;
    this.#now = now;
    this.#yielded = now();
  }

  /** @throws LabStopped when the signal is raised */
  check(): void {
    if (this.#signal.aborted) throw new LabStopped("stopped.");
  }

  /** `show`, and a place to stop at. Resolves in the next turn of the event loop when the last one is long ago. @throws as `check` */
  progress(done: number, total: number, text: string): Promise<void> {
    this.check();
    this.show(done, total, text);
    const now = this.#now();
    if (now - this.#yielded < yieldMs) return Promise.resolve();
    this.#yielded = now;
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Shows how far the part `text` is. */
  show(done: number, total: number, text: string): void {
    const now = this.#now();
    if (text !== this.#part || done < this.#doneAtBegin) {
      this.#part = text;
      this.#began = now;
      this.#doneAtBegin = done;
    }
    const rate = (done - this.#doneAtBegin) / (now - this.#began);
    this.#show(progressLine(text, done, total, rate > 0 ? (total - done) / rate / 1000 : undefined));
  }
}

/** `seed 2  ━━━━━━━───── 41 %  ETA 0:21`. */
export function progressLine(text: string, done: number, total: number, secondsLeft: number | undefined): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
  const filled = Math.round(20 * share);
  const eta = secondsLeft === undefined || share === 1 ? "" : `  ETA ${clock(secondsLeft)}`;
  return `${text}  ${"━".repeat(filled)}${"─".repeat(20 - filled)} ${Math.floor(100 * share)} %${eta}`;
}

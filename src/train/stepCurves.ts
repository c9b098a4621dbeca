/**
 * Loss and learning rate by step, in event files. Points wait in memory for half a second, and are written together: one by one, between steps that have the
 * processor's caches for themselves, each would take ten times as long.
 */

import type { EventRuns } from "./eventRuns.js";
import type { StepEnd } from "./events.js";

/** Points of a curve, at most; steps that follow one another faster than the second are passed over: writing them would take longer than they do. */
const mostPoints = 20_000;
const leastMs = 0.5;
const waitMs = 500;

interface Point {
  readonly step: number;
  readonly loss: number;
  readonly lr: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

export class StepCurves {
  readonly #events: EventRuns;
  #everySteps = 1;
  #points: Point[] = [];
  #last = -Infinity;
  #written = -Infinity;

  constructor(events: EventRuns) {
    this.#events = events;
  }

  /** A training of so many steps begins, or goes on. */
  begin(steps: number): void {
    this.#everySteps = Math.max(1, Math.ceil(steps / mostPoints));
    this.#points = [];
  }

  add({ globalStep: step, loss, lr }: StepEnd): void {
    if (step % this.#everySteps !== 0) return;
    const now = performance.now();
    if (now - this.#last < leastMs) return;
    this.#last = now;
    this.#points.push({ step, loss, lr, wallTime: Date.now() / 1000 });
    if (now - this.#written > waitMs) this.write();
  }

  /** Writes what waits. */
  write(): void {
    this.#written = performance.now();
    if (this.#points.length === 0) return;
    const to = this.#events.writer("steps");
    for (const { step, loss, lr, wallTime } of this.#points) {
      to.addScalar("step/loss", loss, step, { wallTime });
      to.addScalar("step/lr", lr, step, { wallTime });
    }
    this.#points = [];
  }
}

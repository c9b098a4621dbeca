/** The page's part: what the worker said last, as signals, and the requests to it. */

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Config } from "./config.js";
import { type Columns, columnsOf, type Neuron } from "./network.js";
import type { Answer, DrawnPoints, Frame, Pace, ParameterPlace, Request, Scores } from "./protocol.js";
import type { PointTable } from "./table.js";

/** More points of a curve than a screen shows are thinned out. */
const mostScores = 2000;

export class Session {
  readonly config = signal<Config | null>(null);
  readonly table = signal<PointTable | null>(null);
  readonly points = signal<DrawnPoints | null>(null);
  readonly frame = signal<Frame | null>(null);
  /** At the ends of epochs, thinned out where there are many. */
  readonly scores = signal<readonly Scores[]>([]);
  readonly failure = signal("");
  readonly playing = signal(false);
  /** Weights were set by hand in this run. */
  readonly edited = signal(false);
  readonly columns: ReadonlySignal<Columns> = computed(() => {
    const points = this.points.value;
    return points === null || this.built.value === null ? [] : columnsOf(this.built.value, points.classes.length);
  });
  /** The configuration of the run that is shown. */
  readonly built = signal<Config | null>(null);
  #pace: Pace;
  #shown: Neuron | null = null;
  #run = 0;
  /** The last run that could be built. */
  #builtRun = 0;
  /** The points of a run whose first picture is still to come. */
  #begun: DrawnPoints | null = null;
  #every = 1;
  #worker: Worker;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#worker = this.#begin();
  }

  /** Starts anew from the seed; goes on playing if it was. */
  build(config: Config): void {
    const play = this.playing.value;
    this.#run++;
    batch(() => {
      this.config.value = config;
      this.failure.value = "";
      this.edited.value = false;
      if (config.data === "csv" && this.table.value === null) {
        this.playing.value = false;
        this.#clear();
      }
    });
    if (config.data === "csv" && this.table.value === null) return this.#ask({ type: "pause" });
    this.#ask({ type: "build", run: this.#run, config, table: config.data === "csv" ? this.table.value : null, shown: this.#shown });
    if (play) this.play();
  }

  play(): void {
    this.playing.value = true;
    this.failure.value = "";
    this.#ask({ type: "play", pace: this.#pace });
  }

  pause(): void {
    this.playing.value = false;
    this.#ask({ type: "pause" });
  }

  step(): void {
    this.playing.value = false;
    this.failure.value = "";
    this.#ask({ type: "step" });
  }

  epoch(): void {
    this.playing.value = false;
    this.failure.value = "";
    this.#ask({ type: "epoch" });
  }

  show(neuron: Neuron | null): void {
    this.#shown = neuron;
    this.#ask({ type: "show", neuron });
  }

  edit(place: ParameterPlace, value: number): void {
    this.edited.value = true;
    this.#ask({ type: "edit", place, value });
  }

  setPace(pace: Pace): void {
    this.#pace = pace;
    if (this.playing.value) this.play();
  }

  close(): void {
    this.#worker.terminate();
  }

  #ask(request: Request): void {
    this.#worker.postMessage(request);
  }

  #begin(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "playground" });
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => this.#hear(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      batch(() => {
        this.playing.value = false;
        this.failure.value = `The thread that trains could not go on: ${event.message || "its program could not be loaded"}. Load the page again.`;
      });
    });
    return worker;
  }

  #hear(answer: Answer): void {
    if (answer.run !== this.#run) {
      if (answer.type === "frame") this.#ask({ type: "drawn" });
      return;
    }
    batch(() => {
      if (answer.type === "failure") {
        this.playing.value = false;
        this.failure.value = answer.message;
        if (this.#builtRun !== this.#run) this.#clear();
      } else if (answer.type === "built") {
        this.#builtRun = answer.run;
        this.#begun = answer.points;
      } else {
        if (this.#begun !== null) {
          // With the first picture of the run: nothing flickers in between.
          this.points.value = this.#begun;
          this.built.value = this.config.value;
          this.scores.value = [];
          this.#every = 1;
          this.#begun = null;
        }
        this.frame.value = answer.frame;
        this.#record(answer.frame.ended);
        // Once the screen has it. A hidden page draws nothing, and the training waits.
        requestAnimationFrame(() => this.#ask({ type: "drawn" }));
      }
    });
  }

  /** Nothing to show. */
  #clear(): void {
    this.points.value = null;
    this.frame.value = null;
    this.scores.value = [];
  }

  #record(ended: readonly Scores[]): void {
    if (ended.length === 0) return;
    let all = [...this.scores.value, ...ended.filter(({ epoch }) => epoch % this.#every === 0)];
    while (all.length > mostScores) {
      this.#every *= 2;
      all = all.filter(({ epoch }) => epoch % this.#every === 0);
    }
    this.scores.value = all;
  }
}

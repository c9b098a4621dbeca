/**
 * The worker's part: trains when it is told to, in slices short enough that it soon hears the next request, and sends pictures of the network, at
 * most 30 a second and never one before the last is on the screen.
 */

import { NablaError } from "../../base/errors.js";
import type { Experiment } from "./experiment.js";
import { hasNeuron, type Neuron } from "./network.js";
import type { Answer, Pace, Request, Scores, StepReport } from "./protocol.js";

export interface RunnerInit {
  readonly build: (request: Extract<Request, { readonly type: "build" }>) => Promise<Experiment> | Experiment;
  readonly post: (answer: Answer, transfer: Transferable[]) => void;
}

const frameMs = 33;
/** A slice of training at full speed, and the longest of a set pace. */
const fullSliceMs = 25;
const longestSliceMs = 100;
/** A picture may take this share of the time. */
const pictureShare = 0.4;
/** A page that has not drawn for so long is hidden: training waits for it. */
const hiddenMs = 2000;
const hiddenCheckMs = 200;

export class Runner {
  readonly #build: RunnerInit["build"];
  readonly #post: RunnerInit["post"];
  #experiment: Experiment | null = null;
  #run = 0;
  #shown: Neuron | null = null;
  #playing = false;
  #pace: Pace = null;
  /** The page has drawn the last picture. */
  #drawn = true;
  /** Something has changed since the last picture. */
  #changed = false;
  #ended: Scores[] = [];
  #report: StepReport | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastPicture = 0;
  #nextPicture = 0;
  /** Why there is no network. */
  #reason = "There is no network yet.";
  #queue: Promise<void> = Promise.resolve();

  constructor({ build, post }: RunnerInit) {
    this.#build = build;
    this.#post = post;
  }

  /** Requests are worked off one after the other. */
  handle(request: Request): Promise<void> {
    return this.#enqueue(() => this.#answer(request));
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work).catch((error: unknown) => this.#fail(error));
    return this.#queue;
  }

  #fail(error: unknown): void {
    this.#pause();
    this.#post({ type: "failure", run: this.#run, message: error instanceof Error ? error.message : String(error) }, []);
  }

  async #answer(request: Request): Promise<void> {
    if (request.type === "build") return this.#start(request);
    if (request.type === "drawn") {
      this.#drawn = true;
      if (this.#changed && !this.#playing) await this.#picture();
      return;
    }
    const experiment = this.#experiment;
    if (experiment === null) {
      // Whoever waits for training hears why there is none.
      if (request.type === "play" || request.type === "step" || request.type === "epoch") this.#fail(new NablaError(this.#reason));
      return;
    }
    switch (request.type) {
      case "play":
        this.#playing = true;
        this.#pace = request.pace;
        this.#changed = true;
        return this.#schedule(0);
      case "pause":
        this.#pause();
        break;
      case "step":
        this.#pause();
        await this.#train(async () => void (this.#report = await experiment.explain()));
        break;
      case "epoch": {
        this.#pause();
        const { epoch } = experiment;
        await this.#train(async () => {
          while (experiment.epoch === epoch) await this.#batch(experiment);
        });
        break;
      }
      case "show":
        this.#shown = request.neuron;
        break;
      case "edit":
        if (hasNeuron(experiment.columns, request.place)) await experiment.edit(request.place, request.value);
        break;
    }
    this.#changed = true;
    if (this.#drawn && !this.#playing) await this.#picture();
  }

  async #start(request: Extract<Request, { readonly type: "build" }>): Promise<void> {
    this.#pause();
    this.#experiment = null;
    this.#run = request.run;
    this.#shown = request.shown;
    this.#report = null;
    const experiment = await this.#made(request);
    this.#experiment = experiment;
    this.#post({ type: "built", run: this.#run, points: experiment.points }, []);
    this.#ended = [await experiment.scores()];
    this.#drawn = true;
    await this.#picture();
  }

  async #made(request: Extract<Request, { readonly type: "build" }>): Promise<Experiment> {
    try {
      return await this.#build(request);
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  #pause(): void {
    this.#playing = false;
    clearTimeout(this.#timer);
  }

  /** Trains; what goes wrong stops it and is told, and the network is shown as it then is. */
  async #train(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      const { steps, batches } = this.#experiment!;
      if (this.#report?.step === steps && steps % batches === 0) this.#ended.push(await this.#experiment!.scores());
    } catch (error) {
      this.#fail(error);
    }
    this.#changed = true;
  }

  async #batch(experiment: Experiment): Promise<void> {
    await experiment.train();
    if (experiment.steps % experiment.batches === 0) this.#ended.push(await experiment.scores());
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#enqueue(() => this.#tick()), delayMs);
  }

  async #tick(): Promise<void> {
    const experiment = this.#experiment;
    if (!this.#playing || experiment === null) return;
    const began = performance.now();
    if (!this.#drawn && began > this.#lastPicture + hiddenMs) return this.#schedule(hiddenCheckMs);
    const longest = this.#pace === null ? fullSliceMs : longestSliceMs;
    await this.#train(async () => {
      for (let done = 0; done !== this.#pace && performance.now() - began < longest; done++) await this.#batch(experiment);
    });
    if (this.#drawn && (!this.#playing || performance.now() >= this.#nextPicture)) await this.#picture();
    if (!this.#playing) return;
    this.#schedule(this.#pace === null ? 0 : Math.max(0, began + frameMs - performance.now()));
  }

  async #picture(): Promise<void> {
    const experiment = this.#experiment!;
    const began = performance.now();
    const { units, unitSide } = await experiment.unitMaps();
    const shown = this.#shown !== null && hasNeuron(experiment.columns, this.#shown) ? this.#shown : null;
    const map = await experiment.largeMap(shown);
    const parameters = await experiment.parameters();
    const now = await experiment.scores();
    const { steps: step, batches, epoch } = experiment;
    const report = this.#report?.step === step ? this.#report : null;
    const frame = { step, epoch, batch: step % batches, batches, playing: this.#playing, now, ended: this.#ended, parameters, units, unitSide, map, report };
    this.#ended = [];
    this.#changed = false;
    this.#drawn = false;
    this.#post({ type: "frame", run: this.#run, frame }, [units.buffer, parameters.buffer, map.values.buffer, ...(map.winners === null ? [] : [map.winners.buffer])]);
    this.#lastPicture = performance.now();
    const took = this.#lastPicture - began;
    this.#nextPicture = began + Math.max(frameMs - 1, took / pictureShare);
  }
}

/**
 * Trainer: the five-line training loop, plus events, metrics, validation after each epoch, and a state from which it
 * continues to the same bits. It touches no file and no terminal; listeners do.
 */

import "../autograd/backward.js"; // gives tensors their backward()
import { anything, isOptions, type Kinds, listOf, needed, optionsOf, positive, show, text } from "../base/options.js";
import type { TensorModule } from "../nn/module.js";
import { checkModule } from "../nn/module.js";
import { clipGradNorm } from "../optim/clipGradients.js";
import { constant, type Schedule } from "../optim/schedules/index.js";
import { defaultGenerator } from "../ops/random.js";
import { memoryStats } from "../tensor/stats.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import type { OptimizerState } from "../optim/optimizer.js";
import type { Generator, GeneratorState } from "../base/generator.js";
import { ValueError } from "../base/errors.js";
import { isBetter, type Metric, type MetricInfo } from "../metrics/metric.js";
import { type Batches, checkBatches } from "./batches.js";
import { countIn, evaluate, type Loss, lossFunction, type LossLike } from "./evaluate.js";
import { emit, type EpochRecord, type EvaluatedBatch, type FitEnd, type Listener, type ListenerMemory, measured, type TrainerEvents } from "./events.js";
import { toDevice, toHost } from "../interop/hostTensors.js";
import { checkOptimizer, checkParameters } from "./parameters.js";
import { abortSignal, metricList } from "./options.js";
import { PhaseClock } from "./phases.js";
import { classifierMetrics, lossInfo, type Metrics, RunningMetrics } from "./runningMetrics.js";
import { DivergenceError, explainLoss, findNonFinite } from "./nonFinite.js";
import type { TrainerState } from "./state.js";

/** The part of an optimiser that the loop needs; every `Optimizer` has it. */
export interface TrainerOptimizer {
  /** Learning rate of the first group. */
  readonly lr: number;
  readonly groups: readonly { readonly params: readonly Tensor[]; readonly options: { lr: number } }[];
  zeroGrad(): void;
  step(): void;
  stateDict(): OptimizerState;
  loadStateDict(state: OptimizerState): void;
}

export interface TrainerOptions {
  readonly model: TensorModule;
  readonly optimizer: TrainerOptimizer;
  /** A function such as `crossEntropy`, or a layer such as `new nn.CrossEntropyLoss({ labelSmoothing: 0.1 })`. */
  readonly loss: LossLike;
  /**
   * What is measured beside the loss, while training and on validation data; [] for a task that is no classification, or metrics of its own.
   * @default metrics.Accuracy, and of more than five classes metrics.TopKAccuracy, "top5"
   */
  readonly metrics?: readonly Metric[];
  /** Name of the metric by which an epoch is the best so far, or "loss". @default the first metric, or "loss" without any */
  readonly monitor?: string;
  /** Learning rate of each epoch, or step, from the optimiser's own (of each parameter group). @default constant() */
  readonly schedule?: Schedule;
  /** Largest norm of all gradients together, see `optim.clipGradNorm`. @default no limit */
  readonly clipGradNorm?: number;
  /** @default [] */
  readonly listeners?: readonly Listener[];
}

const kinds: Kinds<TrainerOptions> = {
  model: anything, optimizer: anything, loss: needed(anything), metrics: metricList, monitor: text,
  schedule: { what: "a schedule, such as cosine()", has: (value) => isOptions(value) && "lrAt" in value && typeof value.lrAt === "function" },
  clipGradNorm: positive, listeners: listOf({ what: "a listener, such as progress()", has: isOptions }),
};

export interface FitOptions {
  /** Epochs of the whole training; after `restore`, those done before count. */
  readonly epochs: number;
  /** Raised to stop after the step under way. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a model: the loop over epochs and batches, validation after each epoch, a learning rate that follows `schedule`, events for
 * `listeners`, and a state to resume from.
 *
 * @example
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy });
 * const { status, history } = await trainer.fit(loader, validationLoader, { epochs: 2 });
 * status                                                               // → finished
 * history.map(({ epoch, validation }) => [epoch, validation?.samples]) // → [[1, 6], [2, 6]]
 * history[1].train.loss < history[0].train.loss                        // → true
 */
export class Trainer {
  readonly model: TensorModule;
  readonly optimizer: TrainerOptimizer;
  /** Mean loss of a batch. */
  readonly loss: Loss;
  /** By which an epoch is the best so far. */
  readonly monitor: MetricInfo;
  readonly #schedule: Schedule;
  readonly #baseLrs: readonly number[];
  readonly #maxNorm: number | undefined;
  #listeners: readonly Listener[];
  /** What listeners kept in the state that was restored. */
  #kept: TrainerState["listeners"] = new Map();

  #fitting = false;
  #checked = false;
  /** Why the training shall end before its last epoch. */
  #stopReason: string | undefined;
  #epochsDone = 0;
  #stepsDone = 0;
  #globalStep = 0;
  #history: EpochRecord[] = [];
  readonly #running: RunningMetrics;
  /** Seconds spent in the epoch under way before `#clockStart`. */
  #seconds = 0;
  #clockStart = performance.now();
  readonly #phases = new PhaseClock();
  /** The most that tensors took in the epoch under way. */
  #tensorBytes = 0;

  constructor(options: TrainerOptions) {
    const {
      model, optimizer, loss, metrics = classifierMetrics(), monitor, schedule = constant(), clipGradNorm: maxNorm, listeners = [],
    } = optionsOf("Trainer", options, kinds);
    checkModule("Trainer", model);
    checkOptimizer("Trainer", optimizer);
    this.model = model;
    this.optimizer = optimizer;
    this.loss = lossFunction(loss);
    this.#running = new RunningMetrics(metrics);
    this.monitor = [...metrics, lossInfo].find(({ name }) => monitor === undefined || name === monitor) ?? unknownMonitor(monitor, metrics);
    this.#schedule = schedule;
    this.#baseLrs = optimizer.groups.map(({ options }) => options.lr);
    this.#maxNorm = maxNorm;
    this.#listeners = listeners;
  }

  /** Adds a listener, after those that are there; one that is added after `restore` gets back what it had kept. */
  listen(listener: Listener): void {
    for (const [name, handler] of Object.entries(optionsOf("Trainer.listen", listener))) {
      if (handler === undefined || typeof handler === "function" || (name === "memory" && isOptions(handler))) continue;
      throw new ValueError(`Trainer.listen: ${name} must be a function of the event, got ${show(handler)}.`);
    }
    this.#listeners = [...this.#listeners, listener];
    const kept = listener.memory && this.#kept.get(listener.memory.name);
    if (kept !== undefined) listener.memory!.restore(kept);
  }

  /** Ends the training under way after the epoch, or before the first. For listeners; `fitEnd` tells the reason. */
  stop(reason: string): void {
    this.#stopReason = reason;
  }

  /** The epochs done so far. */
  get history(): readonly EpochRecord[] {
    return this.#history;
  }

  /**
   * Trains until `epochs` epochs are done, a listener calls `stop`, or the signal is raised, with validation after each epoch if given.
   * @throws DivergenceError when the loss is no finite number, naming the step and the layer; ValueError for `epochs` < 1, or while
   * another `fit` of this trainer is under way.
   */
  async fit(training: Batches, validation: Batches | null | undefined, options: FitOptions): Promise<FitEnd> {
    optionsOf("fit", options, { epochs: anything, signal: abortSignal });
    checkBatches("fit", training);
    if (this.#fitting) throw new ValueError("fit: this trainer is at work already; await the first fit before the next.");
    this.#fitting = true;
    try {
      return await this.#fit(training, validation ?? null, options);
    } catch (error) {
      await this.#fail(error);
      throw error;
    } finally {
      this.#fitting = false;
    }
  }

  async #fit(training: Batches, validation: Batches | null, { epochs, signal }: FitOptions): Promise<FitEnd> {
    if (!Number.isInteger(epochs) || epochs < 1) throw new ValueError(`fit: epochs must be a whole number of at least 1, got ${epochs}.`);
    const { length: steps, dataset } = training;
    this.#clockStart = performance.now();
    this.#stopReason = undefined;
    const { metrics } = this.#running;
    await this.#emit("fitStart", {
      epochs,
      steps,
      samples: dataset.length,
      epochsDone: this.#epochsDone,
      stepsDone: this.#stepsDone,
      metrics,
      history: this.#history,
      training,
      validation,
    });
    this.model.train();
    let status: FitEnd["status"] = "finished";
    while (this.#epochsDone < epochs && this.#stopReason === undefined) {
      if (!(await this.#epoch(training, validation, epochs, signal))) {
        status = "stopped";
        break;
      }
    }
    const end: FitEnd = { status, history: this.#history, ...(this.#stopReason !== undefined && { reason: this.#stopReason }) };
    await this.#emit("fitEnd", end);
    return end;
  }

  /** Loss and metrics over a data set, in evaluation mode. */
  async evaluate(batches: Batches): Promise<Metrics> {
    const { metrics } = this.#running;
    const values = await evaluate(this.model, this.loss, batches, { metrics });
    if (values === null) throw new ValueError("evaluate: ended without a signal.");
    return values;
  }

  /** True when the epoch is whole, false when the signal stopped it. */
  async #epoch(training: Batches, validation: Batches | null, epochs: number, signal: AbortSignal | undefined): Promise<boolean> {
    const index = this.#epochsDone;
    const epoch = index + 1;
    const perStep = this.#schedule.per === "step";
    const totalSteps = epochs * training.length;
    this.#setRates(perStep ? this.#globalStep - this.#stepsDone : index, perStep ? totalSteps : epochs);
    const { lr } = this.optimizer;
    const stopped = (): boolean => signal?.aborted === true;
    this.#clockStart = performance.now();
    await this.#emit("epochStart", { epoch, epochs, lr });

    if (stopped()) return false;
    const phases = this.#phases;
    phases.start();
    for await (const { x, y } of training.epoch(index, { start: this.#stepsDone })) {
      phases.lap("data");
      if (perStep) this.#setRates(this.#globalStep, totalSteps);
      const loss = await this.#step(x, y);
      this.#stepsDone += 1;
      this.#globalStep += 1;
      const running = this.#running;
      await this.#emit("step", {
        epoch,
        step: this.#stepsDone,
        globalStep: this.#globalStep,
        lr: this.optimizer.lr,
        loss,
        samples: y.shape[0] ?? 1,
        get running() {
          return running.value;
        },
      });
      if (stopped()) return false;
      phases.start();
    }
    const train = this.#running.value;
    const trainSeconds = this.#elapsed();

    let onValidation: Metrics | null = null;
    if (validation !== null) {
      const onStep = (step: number, batch: EvaluatedBatch): void | Promise<void> => this.#emit("evaluate", { epoch, step, steps: validation.length, ...batch });
      phases.start();
      onValidation = await evaluate(this.model, this.loss, validation, { onStep, signal, metrics: this.#running.metrics });
      phases.lap("validation");
      if (onValidation === null) return false;
      if (!Number.isFinite(onValidation.loss)) {
        const parameter = await findNonFinite(new Map(this.model.namedParameters()));
        const cause = parameter === undefined ? "although all weights are finite" : `because ${parameter.name} holds ${parameter.value}`;
        throw this.#divergence(`after the epoch's last step the validation loss is ${onValidation.loss}, ${cause}.`);
      }
    }

    const memory = { tensors: this.#tensorBytes, process: processBytes() };
    const record = { epoch, lr, train, validation: onValidation, seconds: this.#elapsed(), trainSeconds, phases: phases.seconds, memory };
    const { monitor } = this;
    const best = this.#history.every((earlier) => isBetter(monitor, measured(record, monitor.name), measured(earlier, monitor.name)));
    this.#history = [...this.#history, record];
    this.#epochsDone = epoch;
    this.#stepsDone = 0;
    this.#seconds = 0;
    this.#clockStart = performance.now();
    phases.reset();
    this.#tensorBytes = 0;
    this.#running.reset();
    await this.#emit("epochEnd", { ...record, epochs, best });
    return true;
  }

  /** Sets the learning rate of each group by the schedule. What it watches is in the history, so a resumed run sees the same. */
  #setRates(at: number, total: number): void {
    const { watches } = this.#schedule;
    const metrics = watches && this.#history.map((record) => measured(record, watches));
    if (metrics?.some((value) => value === undefined) === true) throw new ValueError(`schedule: it watches the ${watches}, which is not among the metrics of this trainer.`);
    this.optimizer.groups.forEach(({ options }, i) => {
      const lr = this.#schedule.lrAt(at, this.#baseLrs[i], total, metrics);
      if (!(lr >= 0)) throw new ValueError(`schedule: expected a learning rate of 0 or more at ${this.#schedule.per ?? "epoch"} ${at} of ${total}, got ${lr}.`);
      options.lr = lr;
    });
  }

  /**
   * Forward, backward, update. The loss is read before the update, so that a bad one leaves the weights that caused it
   * for the diagnosis.
   */
  async #step(x: Tensor, y: Tensor): Promise<number> {
    const { model, optimizer } = this;
    const phases = this.#phases;
    const loss = await step(async () => {
      const output = model.forward(x);
      const mean = this.loss(output, y);
      const value = await mean.item();
      phases.lap("forward");
      if (!Number.isFinite(value)) return value;
      optimizer.zeroGrad();
      mean.backward();
      phases.lap("backward");
      this.#tensorBytes = Math.max(this.#tensorBytes, memoryStats(mean.backend).bytesInUse);
      if (!this.#checked) checkParameters(model, optimizer);
      this.#checked = true;
      if (this.#maxNorm !== undefined) clipGradNorm(model.parameters(), { maxNorm: this.#maxNorm });
      optimizer.step();
      phases.lap("optimizer");
      await countIn(this.#running, value, output, y);
      return value;
    });
    if (!Number.isFinite(loss)) throw this.#divergence(await explainLoss(model, x, loss), 1);
    return loss;
  }

  /**
   * Everything that a later `restore` needs, copied to the host. Listeners may call it between steps.
   * @throws DivergenceError when weights are no longer finite: such a state is not worth keeping.
   */
  async state(): Promise<TrainerState> {
    const parameter = await findNonFinite(new Map(this.model.namedParameters()));
    if (parameter !== undefined) throw this.#divergence(`the update left ${parameter.value} in ${parameter.name}.`);
    const { tensors, scalars } = this.optimizer.stateDict();
    return {
      model: await toHost(this.model.stateDict()),
      optimizer: { tensors: await toHost(tensors), scalars },
      listeners: new Map(this.#memories().map((memory) => [memory.name, memory.save()])),
      position: {
        epochsDone: this.#epochsDone,
        stepsDone: this.#stepsDone,
        globalStep: this.#globalStep,
        running: this.#running.state,
        seconds: this.#elapsed(),
        phases: this.#phases.seconds,
        tensorBytes: this.#tensorBytes,
        history: this.#history,
        generators: Object.fromEntries(Array.from(this.#generators(), ([name, generator]) => [name, generator.state])),
      },
    };
  }

  /**
   * Goes back to a state. Model and optimiser must have been built as they were for it.
   * @throws ShapeError when the state does not fit the model.
   */
  restore({ model, optimizer, listeners, position }: TrainerState): void {
    step(() => {
      this.model.loadStateDict(toDevice(model));
      this.optimizer.loadStateDict({ tensors: toDevice(optimizer.tensors), scalars: { ...optimizer.scalars } });
    });
    this.#epochsDone = position.epochsDone;
    this.#stepsDone = position.stepsDone;
    this.#globalStep = position.globalStep;
    this.#running.state = position.running;
    this.#seconds = position.seconds;
    this.#phases.reset(position.phases);
    this.#tensorBytes = position.tensorBytes ?? 0;
    this.#history = [...position.history];
    this.#kept = listeners;
    for (const memory of this.#memories()) memory.restore(listeners.get(memory.name) ?? new Map());
    const generators = new Map<string, GeneratorState>(Object.entries(position.generators));
    for (const [name, generator] of this.#generators()) generator.state = generators.get(name) ?? generator.state;
  }

  #memories(): ListenerMemory[] {
    return this.#listeners.flatMap(({ memory }) => memory ?? []);
  }

  /** Every random stream that a step may draw from. The loader's needs no saving: an epoch's order follows from its number. */
  *#generators(): Iterable<[string, Generator]> {
    yield ["default", defaultGenerator()];
    for (const [path, generator] of this.model.namedGenerators()) yield [`model.${path}`, generator];
  }

  #elapsed(): number {
    return this.#seconds + (performance.now() - this.#clockStart) / 1000;
  }

  /** @param ahead 1 for the step under way, 0 for the last one done. */
  #divergence(cause: string, ahead: 0 | 1 = 0): DivergenceError {
    const inEpoch = this.#stepsDone + ahead > 0;
    return new DivergenceError({ epoch: this.#epochsDone + (inEpoch ? 1 : 0), step: this.#globalStep + ahead }, cause);
  }

  /** Tells listeners why; what goes wrong with them now is no news. */
  async #fail(error: unknown): Promise<void> {
    for (const listener of this.#listeners) {
      try {
        await listener.fitFail?.({ error });
      } catch {
        // the first error counts
      }
    }
  }

  #emit<Name extends keyof TrainerEvents>(name: Name, event: TrainerEvents[Name]): void | Promise<void> {
    return emit(this.#listeners, name, event);
  }
}

/** What the process takes; null where nobody says. */
function processBytes(): number | null {
  return typeof process === "undefined" ? null : (process.memoryUsage?.rss() ?? null);
}

function unknownMonitor(monitor: string | undefined, metrics: readonly MetricInfo[]): never {
  throw new ValueError(`Trainer: there is no metric "${monitor}" to monitor; choose one of ${[...metrics, lossInfo].map(({ name }) => name).join(", ")}.`);
}

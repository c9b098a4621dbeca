/**
 * Terminal progress. On a terminal, a bar with curves below it, rewritten in place while an epoch runs, and a line that stays for each epoch; the
 * curves stay at the end. Elsewhere (a file, a pipe, CI) only the lines of the epochs. Redrawn at most ten times a second, in one write, so it
 * neither flickers nor costs.
 */

import { callback, flag, type Kinds, optionsOf } from "../base/options.js";
import { formatMetric, type MetricInfo } from "../metrics/metric.js";
import { memoryStats } from "../tensor/stats.js";
import type { EpochEnd, EpochRecord, FitStart, Listener, StepEnd } from "./events.js";
import { liveView } from "./liveView.js";
import { LossTrace } from "./lossTrace.js";
import { lossInfo, type Metrics } from "./runningMetrics.js";
import { type ProgressStream, TerminalBlock } from "./terminalBlock.js";

export interface ProgressOptions {
  /** Where to draw. @default process.stdout */
  readonly stream?: ProgressStream;
  /** Milliseconds now. @default performance.now */
  readonly now?: () => number;
  /** Live view only, nothing that stays: for a terminal beside machine-readable output. @default false */
  readonly liveOnly?: boolean;
}

const kinds: Kinds<ProgressOptions> = {
  stream: { what: "a stream, such as process.stderr", has: (value) => typeof value === "object" && value !== null && "write" in value && typeof value.write === "function" },
  now: callback,
  liveOnly: flag,
};

const redrawMs = 100;

/**
 * A listener that shows epoch, steps, loss, the first metric, images a second and the time that remains of the whole training; on a terminal
 * also the curves so far, learning rate and memory. The variables CI (plain lines) and NO_COLOR of the environment are heeded.
 *
 * @example
 * let text = "";
 * const stream = { write: (line: string) => (text += line) }; // default: process.stdout
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy, listeners: [progress({ stream })] });
 * await trainer.fit(loader, null, { epochs: 2 });
 * text.startsWith("epoch 1/2  train loss") // → true
 */
export function progress(options: ProgressOptions = {}): Listener {
  const { stream = process.stdout, now = () => performance.now(), liveOnly = false } = optionsOf("progress", options, kinds);
  const live = stream.isTTY === true && !isSet("CI");
  const coloured = !isSet("NO_COLOR");
  const block = new TerminalBlock(stream);
  let fit: FitStart | undefined;
  let history: readonly EpochRecord[] = [];
  let losses = new LossTrace();
  let epochBegan = 0;
  /** Steps of this epoch that an earlier process did. */
  let stepsBefore = 0;
  let lastDraw = -Infinity;
  /** Seconds of a whole epoch, by the last one. */
  let epochSeconds: number | undefined;
  let lastStep: StepEnd | undefined;

  const columns = (): number => stream.columns ?? 80;
  const curves = (of: FitStart): string[] => {
    const done = history.length;
    const state = {
      epochs: of.epochs, history, losses: losses.points, metrics: of.metrics,
      progress: lastStep !== undefined && lastStep.epoch > done ? done + lastStep.step / of.steps : done,
      lr: lastStep?.lr ?? history.at(-1)?.lr ?? NaN,
      memory: { tensors: memoryStats().bytesInUse, process: process.memoryUsage.rss() },
    };
    return liveView(state, { columns: columns(), rows: stream.rows ?? 24, colours: coloured });
  };
  const draw = (line: () => string): void => {
    const time = now();
    if (fit === undefined || time - lastDraw < redrawMs) return;
    lastDraw = time;
    // The last column stays free: a full line would wrap on some terminals.
    block.draw([line().slice(0, columns() - 1), ...curves(fit)]);
  };

  return {
    fitStart(event) {
      fit = event;
      history = event.history;
      losses = new LossTrace();
      for (const { epoch, train } of history) losses.add(epoch, train.loss);
      stepsBefore = event.stepsDone;
      lastStep = undefined;
    },
    epochStart() {
      epochBegan = now();
    },
    step(event) {
      lastStep = event;
      if (!live || fit === undefined) return;
      const began = fit;
      losses.add(event.epoch - 1 + event.step / began.steps, event.loss);
      const seconds = (now() - epochBegan) / 1000;
      const stepSeconds = seconds / (event.step - stepsBefore);
      const restOfEpoch = (began.steps - event.step) * stepSeconds;
      const later = (began.epochs - event.epoch) * (epochSeconds ?? began.steps * stepSeconds);
      draw(() => stepLine(event, began, stepSeconds, restOfEpoch + later, columns()));
    },
    evaluate({ epoch, step, steps }) {
      if (!live || lastStep === undefined || fit === undefined) return;
      const measured = values(lastStep.running, fit.metrics);
      draw(() => `epoch ${epoch}/${fit!.epochs}  validating ${step}/${steps}  ${measured.join("  ")}`);
    },
    epochEnd(event) {
      const { epochs: _, best: __, ...record } = event;
      epochSeconds = record.seconds;
      stepsBefore = 0;
      history = [...history, record];
      block.settle(liveOnly ? [] : [epochLine(event, fit?.metrics ?? [], live ? columns() : Infinity)]);
      lastDraw = -Infinity;
    },
    fitEnd() {
      const last = live && !liveOnly && fit !== undefined && history.length > 0 ? curves(fit) : [];
      block.settle(last.length === 0 ? [] : [...last, ""]);
    },
  };
}

/** Whether a variable of the environment is there and says no "no". */
const isSet = (name: string): boolean => !["", "0", "false"].includes(process.env[name] ?? "");

/** `epoch 2/5 ━━━━━━━━──────── 61/179  loss 0.4012  accuracy 88.1 %  2710 images/s  ETA 0:21`, the bar as long as fits. */
function stepLine(event: StepEnd, fit: FitStart, stepSeconds: number, remaining: number, columns: number): string {
  const { epoch, step, running } = event;
  const head = `epoch ${epoch}/${fit.epochs} `;
  const count = `${String(step).padStart(String(fit.steps).length)}/${fit.steps}`;
  const rate = Math.round(fit.samples / fit.steps / stepSeconds);
  const fields = [...values(running, fit.metrics), `${rate} images/s`, `ETA ${clock(remaining)}`];
  // What fits: drop the rate first, then the metric, then the loss; the ETA stays.
  while (fields.length > 1 && `${head}${count}  ${fields.join("  ")}`.length >= columns) fields.splice(-2, 1);
  const tail = ` ${count}  ${fields.join("  ")}`;
  const room = Math.min(24, columns - 1 - head.length - tail.length);
  if (room < 4) return head + tail.trimStart();
  const filled = Math.round((room * step) / fit.steps);
  return head + "━".repeat(filled) + "─".repeat(room - filled) + tail;
}

/**
 * `epoch 2/5  train loss 0.3911, accuracy 88.4 %  validation loss 0.2077, accuracy 93.6 % (best)  8.1 s  2840 images/s`, shortened where a terminal
 * is narrow.
 */
function epochLine({ epoch, epochs, train, validation, best, seconds, trainSeconds }: EpochEnd, metrics: readonly MetricInfo[], columns: number): string {
  const head = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  const time = `${seconds.toFixed(1)} s`;
  const mark = best ? " (best)" : "";
  const long = [head, `train ${values(train, metrics).join(", ")}`];
  const short = [head];
  if (validation !== null) {
    long.push(`validation ${values(validation, metrics).join(", ")}${mark}`);
    short.push(`validation ${values(validation, metrics).at(-1)}${mark}`);
  } else short.push(`train ${values(train, metrics).at(-1)}`);
  const lines = [[...long, time, `${Math.round(train.samples / trainSeconds)} images/s`], [...long, time], long, [...short, time], short, [head, values(validation ?? train, metrics).at(-1)!]].map((parts) => parts.join("  "));
  return lines.find((line) => line.length < columns) ?? lines[lines.length - 1];
}

/** The loss and the first metric. */
function values(measured: Metrics, metrics: readonly MetricInfo[]): string[] {
  return [lossInfo, ...metrics.slice(0, 1)].map((metric) => `${metric.name} ${formatMetric(metric, measured[metric.name])}`);
}

/** `m:ss` or `h:mm:ss`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

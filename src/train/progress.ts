/**
 * Terminal progress. On a terminal, one line that is rewritten in place while an epoch runs and stays as the epoch's
 * summary; elsewhere (a file, a pipe, CI) only the summaries. Redrawn at most ten times a second, in one write, so it
 * neither flickers nor costs.
 */

import { formatMetric, type MetricInfo } from "../metrics/metric.js";
import type { EpochEnd, FitStart, Listener, StepEnd } from "./events.js";
import { lossInfo, type Metrics } from "./runningMetrics.js";

/** The part of `process.stdout` or `process.stderr` that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** Where to draw. @default process.stdout */
  readonly stream?: ProgressStream;
  /** Milliseconds now. @default performance.now */
  readonly now?: () => number;
  /** Live line only, no summaries: for a terminal beside machine-readable output. @default false */
  readonly liveOnly?: boolean;
}

const redrawMs = 100;
const returnAndClear = "\r\u001b[2K";

/**
 * A listener that shows epoch, steps, loss, the first metric, images a second and the time that remains of the whole training.
 *
 * @example
 * let text = "";
 * const stream = { write: (line: string) => (text += line) }; // default: process.stdout
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy, listeners: [progress({ stream })] });
 * await trainer.fit(loader, null, { epochs: 2 });
 * text.startsWith("epoch 1/2  train loss") // → true
 */
export function progress({ stream = process.stdout, now = () => performance.now(), liveOnly = false }: ProgressOptions = {}): Listener {
  const live = stream.isTTY === true;
  let fit: FitStart | undefined;
  let epochs = 0;
  let epochBegan = 0;
  /** Steps of this epoch that an earlier process did. */
  let stepsBefore = 0;
  let lastDraw = -Infinity;
  let shown = false;
  /** Seconds of a whole epoch, by the last one. */
  let epochSeconds: number | undefined;
  let lastStep: StepEnd | undefined;

  const draw = (line: () => string): void => {
    const time = now();
    if (time - lastDraw < redrawMs) return;
    lastDraw = time;
    shown = true;
    // The last column stays free: a full line would wrap on some terminals.
    stream.write(returnAndClear + line().slice(0, (stream.columns ?? 80) - 1));
  };
  const settle = (line?: string): void => {
    const clear = shown ? returnAndClear : "";
    shown = false;
    lastDraw = -Infinity;
    if (clear !== "" || line !== undefined) stream.write(line === undefined ? clear : `${clear}${line}\n`);
  };

  return {
    fitStart(event) {
      fit = event;
      epochs = event.epochs;
      stepsBefore = event.stepsDone;
    },
    epochStart() {
      epochBegan = now();
    },
    step(event) {
      lastStep = event;
      if (!live || fit === undefined) return;
      const began = fit;
      const seconds = (now() - epochBegan) / 1000;
      const stepSeconds = seconds / (event.step - stepsBefore);
      const restOfEpoch = (fit.steps - event.step) * stepSeconds;
      const later = (epochs - event.epoch) * (epochSeconds ?? fit.steps * stepSeconds);
      draw(() => stepLine(event, began, stepSeconds, restOfEpoch + later, stream.columns ?? 80));
    },
    evaluate({ epoch, step, steps }) {
      if (!live || lastStep === undefined || fit === undefined) return;
      const measured = values(lastStep.running, fit.metrics);
      draw(() => `epoch ${epoch}/${epochs}  validating ${step}/${steps}  ${measured.join("  ")}`);
    },
    epochEnd(event) {
      epochSeconds = event.seconds;
      stepsBefore = 0;
      settle(liveOnly ? undefined : epochLine(event, fit?.metrics ?? []));
    },
    fitEnd() {
      settle();
    },
  };
}

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

/** `epoch 2/5  train loss 0.3911, accuracy 88.4 %  validation loss 0.2077, accuracy 93.6 % (best)  8.1 s  2840 images/s`. */
function epochLine({ epoch, epochs, train, validation, best, seconds, trainSeconds }: EpochEnd, metrics: readonly MetricInfo[]): string {
  const parts = [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `train ${values(train, metrics).join(", ")}`,
  ];
  if (validation !== null) {
    parts.push(`validation ${values(validation, metrics).join(", ")}${best ? " (best)" : ""}`);
  }
  parts.push(`${seconds.toFixed(1)} s`, `${Math.round(train.samples / trainSeconds)} images/s`);
  return parts.join("  ");
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

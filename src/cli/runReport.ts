/** What a training prints in the end, for programs and for people. */

import { dirname, relative } from "node:path";
import { shellPath } from "../base/shellPath.js";
import { type EpochRecord, measured } from "../train/events.js";
import type { TrainerState } from "../train/state.js";
import { sha256OfTensors } from "../train/weightsHash.js";
import type { TrainConfig } from "./config.js";

/** The last JSON line. It follows from the final checkpoint alone, so a finished run gives the same line again. */
export interface EndRecord {
  readonly event: "end";
  readonly epochs: number;
  readonly trainLoss: number;
  /** Fraction; running mean over the last epoch. */
  readonly trainAccuracy: number;
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  readonly bestValAccuracy: number | null;
  /** Mean, validation included. */
  readonly secondsPerEpoch: number;
  /** Training images a second, validation not counted. */
  readonly imagesPerSecond: number;
  /** The run folder. */
  readonly run: string;
  /** Over names, types, shapes and bytes of all parameters and buffers after the last step. */
  readonly weightsSha256: string;
}

/** @param run absolute path of the run folder */
export function endRecord({ position: { history }, model }: TrainerState, run: string): EndRecord {
  const last = history[history.length - 1];
  const total = (of: (record: EpochRecord) => number): number => history.reduce((sum, record) => sum + of(record), 0);
  return {
    event: "end",
    epochs: history.length,
    trainLoss: last.train.loss,
    trainAccuracy: last.train.accuracy,
    valLoss: last.validation?.loss ?? null,
    valAccuracy: last.validation?.accuracy ?? null,
    bestValAccuracy: last.validation === null ? null : Math.max(...history.map((record) => measured(record, "accuracy"))),
    secondsPerEpoch: total((r) => r.seconds) / history.length,
    imagesPerSecond: total((r) => r.train.samples) / total((r) => r.trainSeconds),
    run,
    weightsSha256: sha256OfTensors(model),
  };
}

/** The same for people, with what to try next. */
export function endText(end: EndRecord, history: readonly EpochRecord[], config: TrainConfig): string {
  const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
  const best = history.find((record) => measured(record, "accuracy") === end.bestValAccuracy);
  const accuracy = end.valAccuracy ?? end.trainAccuracy;
  const bestText = best === undefined || end.bestValAccuracy === null ? "" : `, best ${percent(end.bestValAccuracy)} in epoch ${best.epoch}`;
  const run = displayPath(end.run);
  const next = suggestions(config, run, end.epochs);
  const width = Math.max(...next.map(([command]) => command.length));
  return [
    "",
    `${end.epochs} ${end.epochs === 1 ? "epoch" : "epochs"} done, ${end.secondsPerEpoch.toFixed(1)} s each: validation accuracy ${percent(accuracy)}${bestText}`,
    `run folder: ${run} (weights of the best epoch: best.safetensors)`,
    `look at it: npx nabla board${dirname(run) === "runs" ? "" : ` ${shellPath(run)}`}`,
    "",
    "try next:",
    ...next.map(([command, why]) => `  ${command.padEnd(width)}   ${why}`),
  ].join("\n");
}

function suggestions({ model, data }: TrainConfig, run: string, epochs: number): [command: string, why: string][] {
  const variant = model === "convnet" ? "--model.batchNorm --model.dropout 0.3" : "--model.hidden 512,256";
  return [
    [`npx nabla train --resume ${shellPath(run)} --epochs ${2 * epochs}`, "train on"],
    [`npx nabla train ${model} --data ${data} ${variant}`, "another network"],
    ["npx nabla data list", "other images"],
    [`npx nabla summary ${model}`, "layer by layer"],
  ];
}

/** As a person would type it: relative when it lies below the working folder. */
export function displayPath(path: string): string {
  const short = relative("", path);
  return short === "" || short.startsWith("..") ? path : short;
}

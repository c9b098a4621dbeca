/**
 * All that a run folder keeps of a training, as one listener: checkpoints and metrics, how the training stands, event files, and, of a training that is recorded
 * in full, what a board shows of its network. An epoch is recorded before its checkpoint is written: a run that is killed in between goes through
 * the end of this epoch again.
 */

import { join } from "node:path";
import { DataError } from "../base/errors.js";
import { warn } from "../base/warnings.js";
import { addParameters, addScalars } from "./eventFiles.js";
import { EventRuns } from "./eventRuns.js";
import type { Listener } from "./events.js";
import { filterRecording } from "./filterRecording.js";
import { FollowedSamples } from "./followedSamples.js";
import { inspectionRecording } from "./inspectionRecording.js";
import { layerRecording } from "./layerRecording.js";
import { modelRecording } from "./modelRecording.js";
import { predictionRecording } from "./predictionRecording.js";
import { recorder, type RecorderOptions } from "./recorder.js";
import type { Recording } from "./recording.js";
import { RecordingPace } from "./recordingPace.js";
import { runStatus } from "./runStatus.js";
import { StepCurves } from "./stepCurves.js";

/** "metrics": curves alone; "all": also what a board shows of the network. */
export type RecordLevel = "all" | "metrics";

export const recordLevels = ["all", "metrics"] as const satisfies readonly RecordLevel[];

export interface RunRecordingOptions extends Omit<RecorderOptions, "beside" | "beforeCheckpoint"> {
  /** @default "all" */
  readonly record?: RecordLevel;
}

/** Milliseconds after which event files are brought to the disk. A process that is killed loses none of them in any case, a machine that loses its power these. */
const flushMs = 5000;

/** The listener that keeps the folder `run` up to date while `trainer` trains. */
export function runRecording({ run, trainer, record = "all", ...checkpoints }: RunRecordingOptions): Listener {
  const { model } = trainer;
  const events = new EventRuns(join(run.path, "events"));
  const steps = new StepCurves(events);
  const status = runStatus(run, trainer);
  let beside: object = {};
  const keeper = recorder({ run, trainer, ...checkpoints, beside: () => beside, beforeCheckpoint: () => steps.write() });
  const samples = new FollowedSamples();
  const ofNetwork = (): Recording[] => [
    samples,
    modelRecording(run.path, model, samples),
    { name: "the weights", epochEnd: ({ epoch }) => addParameters(events.writer("train"), model, epoch) },
    filterRecording(model, events),
    layerRecording(model, events, samples, (dead) => (beside = Object.keys(dead).length > 0 ? { dead } : {})),
    inspectionRecording(run.path, trainer, samples),
    predictionRecording(run.path),
  ];
  const recordings = new Set(record === "all" ? ofNetwork() : []);
  let pace = new RecordingPace();
  let flushed = -Infinity;

  /** Runs a handler of every recording. One that this model does not allow is left out from then on; files that cannot be written end the training. */
  const each = async <E>(handler: (recording: Recording) => ((event: E) => void | Promise<void>) | undefined, event: E): Promise<void> => {
    for (const recording of recordings) {
      try {
        await handler(recording)?.call(recording, event);
      } catch (error) {
        if (error instanceof DataError) throw error;
        recordings.delete(recording);
        warn("notRecorded", `the training goes on without a record of ${recording.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };

  return {
    async fitStart(event) {
      await keeper.fitStart?.(event);
      await status.fitStart?.(event);
      await events.begin(event);
      steps.begin(event.epochs * event.steps);
      pace = new RecordingPace();
      await each((recording) => recording.fitStart, event);
    },
    step(event) {
      steps.add(event);
      return keeper.step?.(event);
    },
    evaluate: recordings.size === 0 ? undefined : (event) => each((recording) => recording.evaluate, event),
    async epochEnd(event) {
      let failure: unknown;
      beside = {};
      try {
        steps.write();
        addScalars(events, event);
        if (pace.due(event.seconds, event.epoch === event.epochs)) await pace.timed(() => each((recording) => recording.epochEnd, event));
        if (performance.now() - flushed > flushMs) {
          await events.flush();
          flushed = performance.now();
        }
      } catch (error) {
        failure = error;
      }
      await keeper.epochEnd?.(event);
      if (failure !== undefined) throw failure;
    },
    async fitEnd(event) {
      steps.write();
      await events.close();
      await keeper.fitEnd?.(event);
      await status.fitEnd?.(event);
    },
    async fitFail(event) {
      try {
        await status.fitFail?.(event);
        steps.write();
      } finally {
        await events.close();
      }
    },
  };
}

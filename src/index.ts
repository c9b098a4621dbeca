/** nabla: deep learning in TypeScript, from the chain rule to trained networks. The entry point in Node. */

import "./platform/node.js";

export * from "./everywhere.js";
export * as data from "./data/index.js";
export * from "./lab/index.js";
export { loadWeights, saveWeights } from "./train/weightFiles.js";
export {
  type EventOptions,
  EventWriter,
  type EventWriterOptions,
  type GraphEventOptions,
  type HistogramEventOptions,
  type PrCurveEventOptions,
} from "./interop/tfevents/eventWriter.js";
export { type LoggedAt, type LoggedEvent, type LoggedNode, type LoggedValue, readEvents, type ReadEventsOptions } from "./interop/tfevents/readEvents.js";
export { eventFiles, type EventFilesOptions } from "./train/eventFiles.js";
export { recordRun, type RecordRunOptions } from "./train/recordRun.js";
export { progress } from "./train/progress.js";

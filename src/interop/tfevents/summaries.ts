/** What is logged, as the messages that TensorBoard's plugins read. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import type { DType } from "../../base/dtype.js";
import type { Bucket } from "./histogram.js";
import type { PngImages } from "./images.js";
import type { ModelNode } from "./modelGraph.js";
import { prCurveRows } from "./prCurve.js";
import { create, dataClasses, dataTypes, graphSchema, type HparamsMessage, hparamsSchema, type NodeMessage, prCurveSchema, type SummaryValueMessage, toBinary } from "./schema.js";
import { numbersInit, shapeInit, stringsInit, type TensorInit } from "./tensorProto.js";

export type SummaryInit = MessageInitShape<GenMessage<SummaryValueMessage>>;

/** Names under which plugins find their data. */
export const plugins = { scalars: "scalars", images: "images", histograms: "histograms", text: "text", prCurves: "pr_curves", hparams: "hparams" } as const;

/** The tags that hyperparameters have; there is one set of them in a run. */
export const hparamsTags = { experiment: "_hparams_/experiment", start: "_hparams_/session_start_info", end: "_hparams_/session_end_info" } as const;

/** A value of a hyperparameter. */
export type Hparam = number | string | boolean;

function summary(tag: string, pluginName: string, dataClass: number, tensor: TensorInit, content?: Uint8Array): SummaryInit {
  return { tag, metadata: { pluginData: { pluginName, content }, dataClass }, value: { case: "tensor", value: tensor } };
}

/** The form that every version of TensorBoard, and other readers, know. */
export const scalarSummary = (tag: string, value: number): SummaryInit => ({ tag, value: { case: "simpleValue", value } });

export function imageSummary(tag: string, { width, height, files }: PngImages): SummaryInit {
  return summary(tag, plugins.images, dataClasses.blobs, stringsInit([String(width), String(height), ...files], [2 + files.length]));
}

export function histogramSummary(tag: string, buckets: readonly Bucket[]): SummaryInit {
  const rows = Float64Array.from(buckets.flatMap(({ left, right, count }) => [left, right, count]));
  return summary(tag, plugins.histograms, dataClasses.tensor, numbersInit(rows, [buckets.length, 3]));
}

export const textSummary = (tag: string, text: string): SummaryInit => summary(tag, plugins.text, dataClasses.tensor, stringsInit([text], []));

export function prCurveSummary(tag: string, rows: Float32Array): SummaryInit {
  const thresholds = rows.length / prCurveRows;
  const content = toBinary(prCurveSchema, create(prCurveSchema, { numThresholds: thresholds }));
  return summary(tag, plugins.prCurves, dataClasses.tensor, numbersInit(rows, [prCurveRows, thresholds]), content);
}

/** TensorBoard's numbers: text, truth value, number. */
const hparamTypes = { string: 1, boolean: 2, number: 3 } as const;
const finishedWell = 1;

/** Hyperparameters and the names of the metrics that they led to: what was tried, its beginning and its end. */
export function hparamsSummaries(hparams: ReadonlyMap<string, Hparam>, metrics: readonly string[], seconds: number): SummaryInit[] {
  const part = (tag: string, data: MessageInitShape<GenMessage<HparamsMessage>>["data"]): SummaryInit => {
    const content = toBinary(hparamsSchema, create(hparamsSchema, { data }));
    return summary(tag, plugins.hparams, dataClasses.tensor, numbersInit(new Float32Array(0), [0]), content);
  };
  const hparamInfos = [...hparams].map(([name, value]) => ({ name, type: hparamTypes[typeof value as keyof typeof hparamTypes] }));
  const entries = [...hparams].map(([key, value]) => ({ key, value: { kind: kindOf(value) } }));
  return [
    part(hparamsTags.experiment, { case: "experiment", value: { hparamInfos, metricInfos: metrics.map((tag) => ({ name: { tag } })) } }),
    part(hparamsTags.start, { case: "sessionStartInfo", value: { hparams: entries, startTimeSecs: seconds } }),
    part(hparamsTags.end, { case: "sessionEndInfo", value: { status: finishedWell, endTimeSecs: seconds } }),
  ];
}

function kindOf(value: Hparam) {
  if (typeof value === "number") return { case: "numberValue", value } as const;
  return typeof value === "string" ? ({ case: "stringValue", value } as const) : ({ case: "boolValue", value } as const);
}

const typeNumbers: Readonly<Record<DType, number>> = { ...dataTypes };
/** The version of TensorFlow's graphs that this is. */
const producer = 22;

export function graphBytes(nodes: readonly ModelNode[]): Uint8Array {
  const node = nodes.map(({ name, op, inputs, shape, dtype }): MessageInitShape<GenMessage<NodeMessage>> => ({
    name,
    op,
    input: [...inputs],
    attr: [
      { key: "_output_shapes", value: { value: { case: "list", value: { shape: [shapeInit(shape)] } } } },
      { key: "dtype", value: { value: { case: "type", value: typeNumbers[dtype] } } },
    ],
  }));
  return toBinary(graphSchema, create(graphSchema, { node, versions: { producer } }));
}

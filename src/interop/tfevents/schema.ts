/**
 * The messages of event files, as far as we write and read them: names, numbers and types of fields as TensorFlow and TensorBoard publish them.
 *
 * Enumerations stand here as int32 and maps as repeated entries: on the wire they are the same.
 */

import { create, createFileRegistry, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { FieldDescriptorProto_Label as Label, FieldDescriptorProto_Type as Type, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const scalars = {
  double: Type.DOUBLE, float: Type.FLOAT, int64: Type.INT64, int32: Type.INT32, uint32: Type.UINT32, bool: Type.BOOL, string: Type.STRING, bytes: Type.BYTES,
} as const;

interface Field {
  readonly name: string;
  readonly number: number;
  /** A scalar, or the name of a message. */
  readonly type: string;
  readonly repeated?: true;
  /** The name of the choice that it is part of; at most one of these is present, also if it is 0 or empty. */
  readonly oneof?: string;
}

const one = (number: number, type: string, name: string): Field => ({ name, number, type });
const many = (number: number, type: string, name: string): Field => ({ name, number, type, repeated: true });
const choice = (oneof: string, ...fields: readonly Field[]): Field[] => fields.map((field) => ({ ...field, oneof }));

const messages: Readonly<Record<string, readonly Field[]>> = {
  Event: [
    one(1, "double", "wall_time"),
    one(2, "int64", "step"),
    ...choice("what", one(3, "string", "file_version"), one(4, "bytes", "graph_def"), one(5, "Summary", "summary"), one(7, "SessionLog", "session_log")),
  ],
  SessionLog: [one(1, "int32", "status")],
  Summary: [many(1, "SummaryValue", "value")],
  SummaryValue: [
    one(1, "string", "tag"),
    one(9, "SummaryMetadata", "metadata"),
    ...choice("value", one(2, "float", "simple_value"), one(4, "Image", "image"), one(5, "HistogramProto", "histo"), one(8, "TensorProto", "tensor")),
  ],
  Image: [one(1, "int32", "height"), one(2, "int32", "width"), one(3, "int32", "colorspace"), one(4, "bytes", "encoded_image_string")],
  HistogramProto: [
    one(1, "double", "min"), one(2, "double", "max"), one(3, "double", "num"), one(4, "double", "sum"), one(5, "double", "sum_squares"),
    many(6, "double", "bucket_limit"), many(7, "double", "bucket"),
  ],
  SummaryMetadata: [one(1, "PluginData", "plugin_data"), one(4, "int32", "data_class")],
  PluginData: [one(1, "string", "plugin_name"), one(2, "bytes", "content")],
  TensorProto: [
    one(1, "int32", "dtype"), one(2, "TensorShapeProto", "tensor_shape"), one(4, "bytes", "tensor_content"),
    many(5, "float", "float_val"), many(6, "double", "double_val"), many(7, "int32", "int_val"), many(8, "bytes", "string_val"),
  ],
  TensorShapeProto: [many(2, "Dim", "dim")],
  Dim: [one(1, "int64", "size")],
  GraphDef: [many(1, "NodeDef", "node"), one(4, "VersionDef", "versions")],
  VersionDef: [one(1, "int32", "producer")],
  NodeDef: [one(1, "string", "name"), one(2, "string", "op"), many(3, "string", "input"), many(5, "AttrEntry", "attr")],
  AttrEntry: [one(1, "string", "key"), one(2, "AttrValue", "value")],
  AttrValue: choice("value", one(1, "AttrList", "list"), one(2, "bytes", "s"), one(6, "int32", "type")),
  AttrList: [many(7, "TensorShapeProto", "shape")],
  PrCurvePluginData: [one(1, "int32", "version"), one(2, "uint32", "num_thresholds")],
  HParamsPluginData: [
    one(1, "int32", "version"),
    ...choice("data", one(2, "Experiment", "experiment"), one(3, "SessionStartInfo", "session_start_info"), one(4, "SessionEndInfo", "session_end_info")),
  ],
  Experiment: [many(4, "HParamInfo", "hparam_infos"), many(5, "MetricInfo", "metric_infos")],
  HParamInfo: [one(1, "string", "name"), one(4, "int32", "type")],
  MetricInfo: [one(1, "MetricName", "name")],
  MetricName: [one(1, "string", "group"), one(2, "string", "tag")],
  SessionStartInfo: [many(1, "HParamEntry", "hparams"), one(5, "double", "start_time_secs")],
  SessionEndInfo: [one(1, "int32", "status"), one(2, "double", "end_time_secs")],
  HParamEntry: [one(1, "string", "key"), one(2, "Value", "value")],
  Value: choice("kind", one(2, "double", "number_value"), one(3, "string", "string_value"), one(4, "bool", "bool_value")),
};

/** A oneof as the library shows it. */
type OneOf<Cases> = { [Name in keyof Cases]: { case: Name; value: Cases[Name] } }[keyof Cases] | { case: undefined; value?: undefined };

export type EventMessage = Message<"Event"> & {
  wallTime: number;
  step: bigint;
  what: OneOf<{ fileVersion: string; graphDef: Uint8Array; summary: SummaryMessage; sessionLog: SessionLogMessage }>;
};
type SessionLogMessage = Message<"SessionLog"> & { status: number };
type SummaryMessage = Message<"Summary"> & { value: SummaryValueMessage[] };
export type SummaryValueMessage = Message<"SummaryValue"> & {
  tag: string;
  metadata?: SummaryMetadataMessage;
  value: OneOf<{ simpleValue: number; image: ImageMessage; histo: HistogramMessage; tensor: TensorMessage }>;
};
type ImageMessage = Message<"Image"> & { height: number; width: number; colorspace: number; encodedImageString: Uint8Array };
export type HistogramMessage = Message<"HistogramProto"> & { min: number; max: number; num: number; sum: number; sumSquares: number; bucketLimit: number[]; bucket: number[] };
type SummaryMetadataMessage = Message<"SummaryMetadata"> & { pluginData?: PluginDataMessage; dataClass: number };
type PluginDataMessage = Message<"PluginData"> & { pluginName: string; content: Uint8Array };
export type TensorMessage = Message<"TensorProto"> & {
  dtype: number;
  tensorShape?: TensorShapeMessage;
  tensorContent: Uint8Array;
  floatVal: number[];
  doubleVal: number[];
  intVal: number[];
  stringVal: Uint8Array[];
};
export type TensorShapeMessage = Message<"TensorShapeProto"> & { dim: (Message<"Dim"> & { size: bigint })[] };
type GraphMessage = Message<"GraphDef"> & { node: NodeMessage[]; versions?: Message<"VersionDef"> & { producer: number } };
export type NodeMessage = Message<"NodeDef"> & { name: string; op: string; input: string[]; attr: AttrEntryMessage[] };
type AttrEntryMessage = Message<"AttrEntry"> & { key: string; value?: Message<"AttrValue"> & { value: OneOf<{ list: AttrListMessage; s: Uint8Array; type: number }> } };
type AttrListMessage = Message<"AttrList"> & { shape: TensorShapeMessage[] };
type PrCurveMessage = Message<"PrCurvePluginData"> & { version: number; numThresholds: number };
export type HparamsMessage = Message<"HParamsPluginData"> & {
  version: number;
  data: OneOf<{ experiment: ExperimentMessage; sessionStartInfo: SessionStartMessage; sessionEndInfo: SessionEndMessage }>;
};
type ExperimentMessage = Message<"Experiment"> & {
  hparamInfos: (Message<"HParamInfo"> & { name: string; type: number })[];
  metricInfos: (Message<"MetricInfo"> & { name?: Message<"MetricName"> & { group: string; tag: string } })[];
};
type SessionStartMessage = Message<"SessionStartInfo"> & { hparams: HparamEntryMessage[]; startTimeSecs: number };
type SessionEndMessage = Message<"SessionEndInfo"> & { status: number; endTimeSecs: number };
type HparamEntryMessage = Message<"HParamEntry"> & {
  key: string;
  value?: Message<"Value"> & { kind: OneOf<{ numberValue: number; stringValue: string; boolValue: boolean }> };
};

const file = {
  name: "events",
  syntax: "proto3",
  messageType: Object.entries(messages).map(([name, fields]) => {
    const choices = [...new Set(fields.flatMap(({ oneof }) => oneof ?? []))];
    return {
      name,
      oneofDecl: choices.map((oneof) => ({ name: oneof })),
      field: fields.map(({ name: fieldName, number, type, repeated, oneof }) => {
        const scalar: Type | undefined = Reflect.get(scalars, type);
        return {
          name: fieldName,
          number,
          label: repeated ? Label.REPEATED : Label.OPTIONAL,
          ...(scalar === undefined ? { type: Type.MESSAGE, typeName: `.${type}` } : { type: scalar }),
          ...(oneof !== undefined && { oneofIndex: choices.indexOf(oneof) }),
        };
      }),
    };
  }),
};
const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] }));

/** The description of a message whose fields are those of `M`. */
const described = <M extends Message>(name: M["$typeName"]): GenMessage<M> => registry.getMessage(name) as GenMessage<M>;

export const eventSchema = described<EventMessage>("Event");
export const graphSchema = described<GraphMessage>("GraphDef");
export const prCurveSchema = described<PrCurveMessage>("PrCurvePluginData");
export const hparamsSchema = described<HparamsMessage>("HParamsPluginData");

export { create, fromBinary, toBinary };

/** TensorFlow's numbers of element types. */
export const dataTypes = { float32: 1, float64: 2, int32: 3, uint8: 4, string: 7, int64: 9, bool: 10 } as const;
/** How TensorBoard stores what a plugin shows. */
export const dataClasses = { scalar: 1, tensor: 2, blobs: 3 } as const;
/** A session log of this status says that a run goes on from its step; what was logged from there on before is void. */
export const sessionStart = 1;

/**
 * Event files beside the published schemas of TensorBoard (tensorboard/compat/proto/*.proto and the plugins' own, as facts in
 * test/golden/tfeventsSchema.json), read by protobufjs, which shares no code with the library that writes them: every byte is a field of the
 * schema, and encoding what was read gives the same bytes.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import protobuf from "protobufjs";
import { afterAll, expect, test } from "vitest";
import { crossEntropy, data, eventFiles, EventWriter, models, optim, tensor, Trainer } from "../../src/index.js";
import { eventSchema, graphSchema, hparamsSchema, prCurveSchema } from "../../src/interop/tfevents/schema.js";
import type { DescMessage } from "@bufbuild/protobuf";

interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  readonly rule?: "repeated" | "map";
  readonly oneof?: string;
}
const published = JSON.parse(readFileSync(new URL("../golden/tfeventsSchema.json", import.meta.url), "utf8")) as Readonly<Record<string, readonly Field[]>>;

const scalars = ["double", "float", "int64", "int32", "uint32", "uint64", "bool", "string", "bytes"];
const flat = (type: string): string => (type === "enum" ? "int32" : type.replaceAll(".", ""));

/** Messages that no file of ours holds are bytes here. */
const typeOf = (type: string): string => (scalars.includes(flat(type)) || type in published ? flat(type) : "bytes");
const description: protobuf.INamespace & { edition: string } = {
  edition: "proto3",
  nested: Object.fromEntries(
    Object.entries(published).map(([name, fields]) => [
      flat(name),
      {
        oneofs: Object.fromEntries(fields.flatMap(({ oneof }) => (oneof === undefined ? [] : [[oneof, { oneof: fields.filter((f) => f.oneof === oneof).map((f) => f.name) }]]))),
        fields: Object.fromEntries(
          fields.map(({ name: field, number, type, rule }) => [
            field,
            rule === "map" ? { keyType: "string", type: typeOf(type), id: number } : { type: typeOf(type), id: number, ...(rule && { rule }) },
          ]),
        ),
      },
    ]),
  ),
};
const root = protobuf.Root.fromJSON(description);

/** The plugin's own message, of those that have one. */
const contents: Readonly<Record<string, string>> = { hparams: "HParamsPluginData", pr_curves: "PrCurvePluginData" };

interface DecodedEvent {
  file_version?: string;
  graph_def?: Uint8Array;
  summary?: { value: { tag: string; simple_value?: number; metadata?: { plugin_data?: { plugin_name?: string; content?: Uint8Array } } }[] };
}

function roundTrip(name: string, bytes: Uint8Array): DecodedEvent {
  const type = root.lookupType(name);
  const message = type.decode(bytes);
  expect(Buffer.from(type.encode(message).finish()).toString("hex"), name).toBe(Buffer.from(bytes).toString("hex"));
  return message as DecodedEvent;
}

/** CRC-32C of RFC 3720, masked as records have it. */
function masked(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** All events of a file, every record and every byte of it checked. */
function check(file: Uint8Array): DecodedEvent[] {
  const events: DecodedEvent[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  while (at < file.length) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(masked(file.subarray(at, at + 8)));
    const record = file.subarray(at + 12, at + 12 + length);
    expect(view.getUint32(at + 12 + length, true)).toBe(masked(record));
    const event = roundTrip("Event", record);
    if (event.graph_def?.length) roundTrip("GraphDef", event.graph_def);
    for (const { metadata } of event.summary?.value ?? []) {
      const { plugin_name: plugin = "", content } = metadata?.plugin_data ?? {};
      if (content?.length && contents[plugin] !== undefined) roundTrip(contents[plugin], content);
    }
    events.push(event);
    at += length + 16;
  }
  expect(at).toBe(file.length);
  return events;
}

const folder = mkdtempSync(join(tmpdir(), "nabla-schema-"));
afterAll(() => rmSync(folder, { recursive: true }));
const eventsIn = (path: string): DecodedEvent[] =>
  readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("tfevents")).sort().flatMap((name) => check(readFileSync(join(path, name))));

test("every field that we write or read has the number and type that is published", () => {
  const seen = new Set<string>();
  const compare = (message: DescMessage, name: string): void => {
    if (seen.has(message.typeName)) return;
    seen.add(message.typeName);
    for (const field of message.fields) {
      const known = published[name].find(({ number }) => number === field.number);
      expect(known, `${name}.${field.name}`).toMatchObject({ name: field.name });
      if (known!.rule === "map") {
        expect(field.fieldKind).toBe("list"); // on the wire, a map is repeated entries of key 1 and value 2
        const entry = field.message!.fields.map(({ name: part, number }) => [part, number]);
        expect(entry).toEqual([["key", 1], ["value", 2]]);
        compare(field.message!.fields[1].message!, known!.type);
        continue;
      }
      expect(field.fieldKind === "list", `${name}.${field.name} repeated`).toBe(known!.rule === "repeated");
      if (field.message !== undefined) compare(field.message, known!.type);
      else expect(flat(known!.type), `${name}.${field.name}`).toBe(scalarName(field));
    }
  };
  compare(eventSchema, "Event");
  compare(graphSchema, "GraphDef");
  compare(prCurveSchema, "PrCurvePluginData");
  compare(hparamsSchema, "HParamsPluginData");
  expect(seen.size).toBeGreaterThan(20);
});

function scalarName(field: DescMessage["fields"][number]): string {
  // Numbers of google/protobuf/descriptor.proto, FieldDescriptorProto.Type.
  const names: Readonly<Record<number, string>> = { 1: "double", 2: "float", 3: "int64", 5: "int32", 8: "bool", 9: "string", 12: "bytes", 13: "uint32" };
  return names[("scalar" in field ? field.scalar : undefined) ?? 0];
}

test("the golden file is of the published schema to the last byte", () => {
  const events = check(readFileSync(new URL("../golden/events.tfevents", import.meta.url)));
  expect(events[0].file_version).toBe("brain.Event:2");
  expect(events.length).toBeGreaterThan(10);
});

test("so are the files of a training, and of everything that a writer can add", async () => {
  const set = data.circles({ samples: 64 });
  const model = models.mlp({ input: [2], hidden: [4], classes: 2 });
  const loader = new data.DataLoader(set, { batch: 16 });
  const trainer = new Trainer({ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), loss: crossEntropy, listeners: [eventFiles(join(folder, "run"), { histograms: model })] });
  await trainer.fit(loader, loader, { epochs: 2 });
  const tags = new Set(eventsIn(join(folder, "run")).flatMap(({ summary }) => summary?.value.map(({ tag }) => tag) ?? []));
  expect([...tags]).toEqual(expect.arrayContaining(["step/loss", "epoch/accuracy"]));
  expect([...tags].some((tag) => tag.startsWith("weights/"))).toBe(true);

  const writer = new EventWriter(join(folder, "all"));
  writer.addScalar("a", -0.5, 1);
  writer.addText("note", "Größe **1**", 2);
  writer.addHparams({ lr: 0.1, model: "mlp", bias: true }, { "epoch/loss": 0.5 });
  await writer.addImage("image", tensor([[[0, 255], [128, 64]]], { dtype: "uint8" }), 3);
  await writer.addHistogram("h", tensor([1, 2, -3]), 4);
  await writer.addPrCurve("pr", tensor([0, 1]), tensor([0.1, 0.9]), 5);
  await writer.addGraph(model, [2]);
  await writer.close();
  expect(eventsIn(join(folder, "all")).length).toBeGreaterThan(6);
});

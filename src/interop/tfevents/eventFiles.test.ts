/** Writing and reading of event files beyond the golden one: kills at any byte, damage, foreign forms, graphs, wrong input. */

import fc from "fast-check";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError, EventWriter, type LoggedEvent, models, NablaError, nn, readEvents, rand, relu, tensor, type Tensor, zeros } from "../../index.js";
import { bucketsOf } from "./histogram.js";
import { modelGraph } from "./modelGraph.js";
import { encodeRecord } from "./records.js";
import { create, eventSchema, fromBinary, toBinary } from "./schema.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-events-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function read(path: string, onDamage?: (error: DataError) => void): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for await (const event of readEvents(path, { onDamage })) events.push(event);
  return events;
}

const golden = readFileSync(new URL("../../../test/golden/events.tfevents", import.meta.url));

describe("damage", () => {
  const path = () => join(folder, "x.tfevents");

  test("a file that is cut at any byte reads up to its last whole record", async () => {
    const whole = await read(new URL("../../../test/golden/events.tfevents", import.meta.url).pathname);
    writeFileSync(path(), golden);
    let last = whole.length;
    for (let bytes = golden.length - 1; bytes >= 0; bytes -= 7) {
      truncateSync(path(), bytes);
      const events = await read(path());
      expect(events).toEqual(whole.slice(0, events.length));
      expect(events.length).toBeLessThanOrEqual(last);
      last = events.length;
    }
    expect(last).toBe(0);
  });

  test("any bit that flips is noticed: what is read before it is right", async () => {
    const whole = await read(new URL("../../../test/golden/events.tfevents", import.meta.url).pathname);
    await fc.assert(
      fc.asyncProperty(fc.nat(golden.length - 1), fc.nat(7), async (at, bit) => {
        const bytes = Buffer.from(golden);
        bytes[at] ^= 1 << bit;
        writeFileSync(path(), bytes);
        const problems: DataError[] = [];
        const events = await read(path(), (error) => problems.push(error));
        expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(/x\.tfevents: the record at byte \d+ is damaged: the check sum of its (length|data) is wrong/)]);
        expect(events).toEqual(whole.slice(0, events.length));
        await expect(read(path())).rejects.toThrow(DataError);
      }),
      { numRuns: 200 },
    );
  });

  test("whatever is in records that are whole, reading ends with events or a DataError", async () => {
    const { length } = golden.subarray(12);
    const spoilt = fc.tuple(fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(length), fc.integer({ min: 0, max: 300 })).map(([changes, from, size]) => {
      const bytes = Buffer.from(golden.subarray(12));
      for (const [at, value] of changes) bytes[at] = value;
      return new Uint8Array(bytes.subarray(from, from + size));
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), spoilt, goldenMessages()), async (data) => {
        writeFileSync(path(), encodeRecord(data));
        try {
          await read(path());
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 500 },
    );
  });

  /** Messages of the golden file with some bytes changed. */
  function goldenMessages(): fc.Arbitrary<Uint8Array> {
    const messages: Uint8Array[] = [];
    for (let at = 0; at < golden.length; ) {
      const length = Number(golden.readBigUInt64LE(at));
      messages.push(new Uint8Array(golden.subarray(at + 12, at + 12 + length)));
      at += length + 16;
    }
    return fc.tuple(fc.constantFrom(...messages), fc.array(fc.tuple(fc.nat(1000), fc.nat(255)), { maxLength: 3 })).map(([message, changes]) => {
      const bytes = message.slice();
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes;
    });
  }

  test("a tensor that claims to be huge takes no memory", async () => {
    for (const plugin of ["scalars", "histograms", "pr_curves"]) {
      const tensorShape = { dim: [{ size: 1n << 40n }, { size: 3n }] };
      const value = { tag: "t", metadata: { pluginData: { pluginName: plugin } }, value: { case: "tensor" as const, value: { dtype: 1, tensorShape, floatVal: [1] } } };
      writeFileSync(path(), encodeRecord(toBinary(eventSchema, create(eventSchema, { what: { case: "summary", value: { value: [value] } } }))));
      expect(await read(path())).toMatchObject([{ kind: "other", tag: "t", plugin }]);
    }
  });

  test("one damaged file of a folder does not hide the others", async () => {
    for (const name of ["a", "b", "c/d"]) {
      const writer = new EventWriter(join(folder, name));
      writer.addScalar("x", 1, 0);
      await writer.close();
      if (name === "b") appendFileSync(writer.path, new Uint8Array(40));
    }
    const problems: DataError[] = [];
    const events = await read(folder, (error) => problems.push(error));
    expect(events.map(({ run }) => run)).toEqual(["a", "b", "c/d"]);
    expect(problems).toHaveLength(1);
    await expect(read(folder)).rejects.toThrow(/b\/events\.out\.tfevents.*the record at byte \d+ is damaged/);
    await expect(read(join(folder, "none"))).rejects.toThrow(/readEvents: cannot read .*none: there is no such file or folder/);
  });
});

describe("writing", () => {
  test("every event is in the file at once, and two writers never share one", async () => {
    const writers = [new EventWriter(folder, { wallTime: 5 }), new EventWriter(folder, { wallTime: 5, filenameSuffix: ".b" }), new EventWriter(folder, { wallTime: 5, purgeStep: 3 })];
    writers[0].addScalar("x", NaN, 1);
    expect(await read(folder)).toMatchObject([{ kind: "scalar", value: NaN, step: 1 }, { kind: "restart", step: 3 }]);
    expect(new Set(readdirSync(folder)).size).toBe(3);
    for (const writer of writers) await writer.close();
  });

  test("close waits for what is being read; afterwards nothing is taken", async () => {
    const writer = new EventWriter(folder);
    const written = writer.addHistogram("h", zeros([3]), 0);
    await writer.close();
    await written;
    await writer.close();
    expect(await read(folder)).toMatchObject([{ kind: "histogram", buckets: [{ left: -0.5, right: 0.5, count: 3 }] }]);
    expect(() => writer.addScalar("x", 1, 0)).toThrow(/EventWriter: .* is closed; open a new writer/);
    await expect(writer.addHistogram("x", [1], 0)).rejects.toThrow(/is closed/);
  });

  test("histograms of extreme and of no values", async () => {
    const writer = new EventWriter(folder);
    const most = Number.MAX_VALUE;
    await writer.addHistogram("wide", tensor([-most, 0, most], { dtype: "float64" }), 0, { bins: 2 });
    await writer.addHistogram("narrow", tensor([1, 1 + Number.EPSILON], { dtype: "float64" }), 0);
    await writer.addHistogram("least", tensor([0, 5e-324, 5e-324], { dtype: "float64" }), 0);
    await writer.addHistogram("none", zeros([0]), 0);
    await writer.addHistogram("bools", tensor([1, 0, 1], { dtype: "bool" }), 0, { bins: 1 });
    await writer.close();
    const counts = (await read(folder)).map((event) => (event.kind === "histogram" ? event.buckets.map(({ count }) => count) : []));
    expect(counts[0]).toEqual([1, 2]);
    expect(counts[1].reduce((a, b) => a + b)).toBe(2);
    expect(counts[2].reduce((a, b) => a + b)).toBe(3);
    expect(counts.slice(3)).toEqual([[], [3]]);
  });

  test("every value falls into the bucket whose edges hold it", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (values, bins) => {
        const buckets = bucketsOf("test", values, bins);
        expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        for (const { left, right, count } of buckets) expect(count).toBeLessThanOrEqual(values.filter((value) => value >= left && value <= right).length);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, (writer: EventWriter) => unknown, RegExp]>([
    ["a tensor as scalar", (w) => w.addScalar("x", zeros([]) as never, 0), /addScalar: expected a number for "x", got Tensor; read it first/],
    ["no tag", (w) => w.addScalar("", 1, 0), /addScalar: a tag is a string such as "loss\/train", got ""/],
    ["no step", (w) => w.addScalar("x", 1, undefined as never), /addScalar: the step must be a whole number of at least 0, got undefined/],
    ["a time as text", (w) => w.addScalar("x", 1, 0, { wallTime: "now" as never }), /wallTime must be seconds since 1970, got "now"/],
    ["a time as option", (w) => w.addScalar("x", 1, 0, 5 as never), /addScalar: expected options in an object/],
    ["an image of 5 channels", (w) => w.addImage("x", zeros([5, 2, 2]), 0), /addImage: "x": expected images \[C, H, W\] or \[N, C, H, W\] of 1 to 4 channels and at least one pixel, got \[5, 2, 2\]/],
    ["an empty image", (w) => w.addImage("x", zeros([3, 0, 2]), 0), /at least one pixel, got \[3, 0, 2\]/],
    ["an image of int32", (w) => w.addImage("x", zeros([1, 2, 2], { dtype: "int32" }), 0), /expected uint8 from 0 to 255, or floats from 0 to 1, got int32/],
    ["an array as image", (w) => w.addImage("x", [[1]] as never, 0), /addImage: expected a tensor/],
    ["bins", (w) => w.addHistogram("x", [1], 0, { bins: 0 }), /bins must be a whole number from 1 to 100000, got 0/],
    ["infinity in a histogram", (w) => w.addHistogram("x", [1, -Infinity], 0), /addHistogram: "x": element 1 is -Infinity/],
    ["a number as text", (w) => w.addText("x", 1 as never, 0), /addText: expected a string for "x", got 1/],
    ["a list of hyperparameters", (w) => w.addHparams([1] as never, {}), /addHparams: expected hyperparameters and metrics by name/],
    ["a hyperparameter of a strange type", (w) => w.addHparams({ lr: null as never }, {}), /addHparams: lr must be a number, a string, true or false, got null/],
    ["scores beyond 1", (w) => w.addPrCurve("x", [1], [2], 0), /addPrCurve: "x": score 0 must be a probability from 0 to 1, got 2/],
    ["labels of three classes", (w) => w.addPrCurve("x", [2], [1], 0), /label 0 must be 0 or 1, got 2/],
    ["labels and scores of two lengths", (w) => w.addPrCurve("x", [1, 0], [1], 0), /labels \[2\] and scores \[1\] must have the same shape/],
    ["no model", (w) => w.addGraph({} as never, [3]), /addGraph: expected a module/],
    ["no shape", (w) => w.addGraph(new nn.ReLU(), 3 as never), /addGraph: expected the shape of one sample/],
    ["a shape that does not fit", (w) => w.addGraph(new nn.Linear(3, 2), [4]), /addGraph: an input of \[4\] does not fit the model/],
  ])("refuses %s", async (_what, run, message) => {
    const writer = new EventWriter(folder);
    await expect((async () => run(writer))()).rejects.toThrow(message);
    await expect((async () => run(writer))()).rejects.toThrow(NablaError);
    await writer.close();
    expect(await read(folder)).toEqual([]);
  });

  test("says what is wrong with its folder and options", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => new EventWriter(join(folder, "file"))).toThrow(/cannot write .*file: /);
    expect(() => new EventWriter("")).toThrow(/EventWriter: expected the path of a folder/);
    expect(() => new EventWriter(folder, { flushSeconds: -1 })).toThrow(/flushSeconds must be 0 or more/);
    expect(() => new EventWriter(folder, { purgeStep: 0.5 })).toThrow(/purgeStep must be a whole number/);
    expect(() => new EventWriter(folder, { filenameSuffix: "/x" })).toThrow(/filenameSuffix must be part of a file's name/);
    const writer = new EventWriter(folder);
    writer.addHparams({ lr: 1 }, {});
    expect(() => writer.addHparams({ lr: 1 }, {})).toThrow(/this run has its hyperparameters already/);
  });
});

test("forms that other writers use are read", async () => {
  const put = (...values: object[]) => {
    for (const value of values) {
      const event = create(eventSchema, { what: { case: "summary", value: { value: [value as never] } } });
      appendFileSync(join(folder, "x.tfevents"), encodeRecord(toBinary(eventSchema, event)));
    }
  };
  mkdirSync(folder, { recursive: true });
  const named = (pluginName: string) => ({ pluginData: { pluginName } });
  put(
    { tag: "s", metadata: named("scalars"), value: { case: "tensor", value: { dtype: 1, floatVal: [0.5] } } },
    // TensorFlow names the plugin only the first time.
    { tag: "s", value: { case: "tensor", value: { dtype: 2, doubleVal: [0.25] } } },
    { tag: "h", value: { case: "histo", value: { min: 1, max: 5, num: 3, bucketLimit: [2, 4, 6], bucket: [1, 0, 2] } } },
    { tag: "i", value: { case: "image", value: { height: 2, width: 3, encodedImageString: Uint8Array.of(1, 2) } } },
    { tag: "a", metadata: named("audio"), value: { case: "tensor", value: { dtype: 7, stringVal: [Uint8Array.of(1)] } } },
  );
  expect(await read(folder)).toMatchObject([
    { kind: "scalar", value: 0.5 },
    { kind: "scalar", value: 0.25 },
    { kind: "histogram", buckets: [{ left: 1, right: 2, count: 1 }, { left: 2, right: 4, count: 0 }, { left: 4, right: 5, count: 2 }] },
    { kind: "image", width: 3, height: 2, files: [Uint8Array.of(1, 2)] },
    { kind: "other", tag: "a", plugin: "audio" },
  ]);
});

describe("graphs", () => {
  class Residual extends nn.Module {
    inner = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU());
    forward(x: Tensor): Tensor {
      return relu(x.add(this.inner.forward(this.inner.forward(x))));
    }
  }

  test("operations lie in the modules that ran them; a shortcut and a module that runs twice are seen", () => {
    const nodes = modelGraph(new Residual(), [4], {});
    expect(nodes.map(({ name, inputs }) => `${name} ← ${inputs.join(", ")}`)).toEqual([
      "input ← ",
      "Residual/inner/0/weight ← ",
      "Residual/inner/0/bias ← ",
      "Residual/inner/0/linear ← input, Residual/inner/0/weight, Residual/inner/0/bias",
      "Residual/inner/1/relu ← Residual/inner/0/linear",
      "Residual/inner/0/linear_1 ← Residual/inner/1/relu, Residual/inner/0/weight, Residual/inner/0/bias",
      "Residual/inner/1/relu_1 ← Residual/inner/0/linear_1",
      "Residual/add ← input, Residual/inner/1/relu_1",
      "Residual/relu ← Residual/add",
      "output ← Residual/relu",
    ]);
    expect(nodes.every(({ shape }, i) => i === 1 || shape.at(-1) === 4)).toBe(true);
  });

  test("a frozen model of tokens is recorded too, and stays as it was", () => {
    const model = new nn.Sequential(new nn.Embedding(5, 3), new nn.Linear(3, 2));
    model.freeze();
    model.train();
    const nodes = modelGraph(model, [7], { dtype: "int32" });
    expect(nodes.at(-1)).toMatchObject({ op: "Output", shape: [1, 7, 2], inputs: [expect.stringMatching(/^Sequential\/1\//)] });
    expect(nodes[0]).toMatchObject({ name: "input", shape: [1, 7], dtype: "int32" });
    expect(model.parameters().some((t) => t.requiresGrad)).toBe(false);
    expect(model.training).toBe(true);
  });

  test("of a network with batch normalisation: names are unique, and every input is a node before", () => {
    const model = models.resnet18({ classes: 3 });
    const nodes = modelGraph(model, [3, 32, 32], {});
    const seen = new Set<string>();
    for (const { name, inputs } of nodes) {
      expect(seen.has(name)).toBe(false);
      expect(inputs.filter((input) => !seen.has(input))).toEqual([]);
      seen.add(name);
    }
    expect(nodes.filter(({ op }) => op === "Parameter")).toHaveLength(model.parameters().length);
  });
});

test("a message reads as it was written", () => {
  const event = create(eventSchema, { wallTime: 1, step: 2n, what: { case: "fileVersion", value: "brain.Event:2" } });
  expect(fromBinary(eventSchema, toBinary(eventSchema, event))).toEqual(event);
});

test("pixels are cut off at black and white", async () => {
  const writer = new EventWriter(folder);
  await writer.addImage("x", tensor([-1, NaN, 2, 0.5], { shape: [1, 2, 2] }), 0);
  await writer.addImage("y", tensor([0, 0, 255, 128], { shape: [1, 2, 2], dtype: "uint8" }), 0);
  await writer.addImage("z", rand([2, 4, 3, 5]), 0);
  await writer.close();
  const [x, y, z] = (await read(folder)).map((event) => (event.kind === "image" ? event.files : []));
  expect(x).toEqual(y);
  expect(z).toHaveLength(2);
});

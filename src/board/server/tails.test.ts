/** Tails: whatever pieces a file grows in, what is read is what was written. */

import fc from "fast-check";
import { appendFileSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EventWriter } from "../../index.js";
import { crc32c } from "../../interop/tfevents/crc32c.js";
import { encodeRecord } from "../../interop/tfevents/records.js";
import { EventIndex } from "./eventIndex.js";
import { LineTail } from "./lineTail.js";
import { MetricsTable } from "./metricsTable.js";
import { RecordTail } from "./recordTail.js";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "nabla-tails-")));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Bytes cut at places. */
function* pieces(bytes: Uint8Array, cuts: readonly number[]): Generator<Uint8Array> {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  for (const [i, begin] of [0, ...at].entries()) yield bytes.subarray(begin, at[i] ?? bytes.length);
}

test("lines, of a file that grows by any pieces", async () => {
  const path = join(folder, "log");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).map((text) => text.replaceAll("\n", "·")), { maxLength: 8 }), fc.array(fc.nat(200), { maxLength: 5 }), async (lines, cuts) => {
      writeFileSync(path, "");
      const tail = new LineTail(folder, path);
      const found: string[] = [];
      const sink = { restart: () => expect.unreachable(), line: (text: string) => found.push(text), tooLong: () => expect.unreachable() };
      for (const piece of pieces(Buffer.from(lines.map((line) => `${line}\n`).join("")), cuts)) {
        appendFileSync(path, piece);
        await tail.read(sink);
      }
      expect(found).toEqual(lines);
      expect(tail.unfinished).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test("a line that never ends is passed over, and what follows is read", async () => {
  const path = join(folder, "log");
  const found: string[] = [];
  let tooLong = 0;
  const sink = { restart: () => found.splice(0), line: (text: string) => found.push(text), tooLong: () => tooLong++ };
  const tail = new LineTail(folder, path);
  writeFileSync(path, `a\n${"x".repeat(3 << 20)}`);
  await tail.read(sink);
  await tail.read(sink);
  expect([found, tooLong]).toEqual([["a"], 0]);
  appendFileSync(path, "x\nb\n");
  await tail.read(sink);
  expect([found, tooLong]).toEqual([["a", "b"], 1]);
});

test("a file that was overwritten, with more than before, is read anew", async () => {
  const path = join(folder, "log");
  let found: string[] = [];
  const sink = { restart: () => (found = []), line: (text: string) => found.push(text), tooLong: () => {} };
  const tail = new LineTail(folder, path);
  writeFileSync(path, "a\nb\n");
  await tail.read(sink);
  writeFileSync(path, "c\nd\ne\n");
  await tail.read(sink);
  expect(found).toEqual(["c", "d", "e"]);
});

test("records, of a file that grows by any pieces, also larger ones than are read at once", async () => {
  const path = join(folder, "events");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.nat(100), fc.constantFrom(0, 1 << 18, 300_000)), { maxLength: 6 }), fc.array(fc.nat(700_000), { maxLength: 5 }), async (sizes, cuts) => {
      writeFileSync(path, "");
      const records = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
      const tail = new RecordTail(folder, path);
      const found: string[] = [];
      for (const piece of pieces(Buffer.concat(records.map((record) => encodeRecord(record))), cuts)) {
        appendFileSync(path, piece);
        await tail.read({ restart: () => expect.unreachable(), record: (data) => found.push(`${data.length} × ${data[0]}`) });
      }
      expect(found).toEqual(records.map((data) => `${data.length} × ${data[0]}`));
      expect([tail.unfinished, tail.damage]).toEqual([0, null]);
    }),
    { numRuns: 40 },
  );
});

test("a table of epochs: rows in order, gaps where a record had no value, later records of an epoch instead of earlier ones", () => {
  const table = new MetricsTable();
  for (const record of [{ epoch: 1, a: 1 }, { epoch: 3, b: 3, phases: { data: 5, x: "no" } }, { epoch: 2, a: 2 }, { epoch: 3, a: 9 }]) table.line(JSON.stringify(record));
  expect(Array.from(table.epochs)).toEqual([1, 2, 3]);
  expect(Object.fromEntries(table.names.map((name) => [name, Array.from(table.column(name)!)]))).toEqual({ a: [1, 2, 9], b: [NaN, NaN, NaN], "phases/data": [NaN, NaN, NaN] });
  expect(table.repeated).toBe(1);
  table.trim();
  table.line('{"epoch":4,"b":4}');
  expect(Array.from(table.column("b")!)).toEqual([NaN, NaN, NaN, 4]);
  expect(Array.from(table.column("a")!)).toEqual([1, 2, 9, NaN]);
});

test("a table of epochs in any order, looked at in between, is that of the last record of each", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ epoch: fc.integer({ min: -3, max: 12 }), name: fc.constantFrom("a", "b"), look: fc.boolean() }), { maxLength: 40 }), (records) => {
      const table = new MetricsTable();
      const wanted = new Map<number, Readonly<Record<string, number>>>();
      let repeated = 0;
      for (const [i, { epoch, name, look }] of records.entries()) {
        table.line(JSON.stringify({ epoch, [name]: i }));
        if (wanted.has(epoch)) repeated++;
        wanted.set(epoch, { [name]: i });
        if (look) table.trim();
      }
      const epochs = [...wanted.keys()].sort((a, b) => a - b);
      expect(Array.from(table.epochs)).toEqual(epochs);
      for (const name of table.names) expect(Array.from(table.column(name)!)).toEqual(epochs.map((epoch) => wanted.get(epoch)![name] ?? NaN));
      expect(table.repeated).toBe(repeated);
    }),
    { numRuns: 300 },
  );
});

test("a long log in reverse takes no more time than one in order, but for putting it right once", () => {
  const table = new MetricsTable();
  const epochs = 150_000;
  const before = process.cpuUsage();
  for (let epoch = epochs; epoch > 0; epoch--) table.line(`{"epoch":${epoch},"a":${epoch},"b":1,"c":2}`);
  expect(table.column("a")!.every((value, i) => value === i + 1)).toBe(true);
  // Moving all rows for each line would take a minute.
  expect(process.cpuUsage(before).user).toBeLessThan(10e6);
});

test("numbers of any step, tag and value, as they were logged", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ tag: fc.oneof(fc.constantFrom("loss", "loss2", "lost", "ü", "x".repeat(95), "x".repeat(96), "y".repeat(300)), fc.string({ minLength: 1, maxLength: 3 })), step: fc.oneof(fc.nat(300), fc.constantFrom(16_383, 16_384, 2 ** 28 - 1, 2 ** 28, 2 ** 31, 2 ** 40)), value: fc.oneof(fc.float(), fc.constantFrom(NaN, Infinity)) }), { maxLength: 12 }),
      async (numbers) => {
        const events = mkdtempSync(join(folder, "events-"));
        const writer = new EventWriter(events, { wallTime: 100 });
        const wanted = new Map<string, Map<number, number>>();
        for (const [i, { tag, step, value }] of numbers.entries()) {
          writer.addScalar(tag, value, step, { wallTime: 100 + i });
          wanted.set(tag, (wanted.get(tag) ?? new Map<number, number>()).set(step, Math.fround(value)));
        }
        await writer.close();
        const index = new EventIndex(folder, events);
        await index.read(false);
        const found = new Map(Array.from(index.curves, ([tag, curve]) => {
          const { step, value } = curve.points();
          return [tag, new Map(Array.from(step, (each, i) => [each, value[i]]))];
        }));
        expect(found).toEqual(new Map(Array.from(wanted, ([tag, values]) => [tag, new Map([...values].sort(([a], [b]) => a - b))])));
        if (numbers.length > 0) expect(index.ended).toBe(100 + numbers.length - 1);
      },
    ),
    { numRuns: 40 },
  );
});

test("a check sum of any part of some bytes is that of the part alone", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), fc.nat(40), (bytes, a, b) => {
      const [begin, end] = [a, b].map((at) => at % (bytes.length + 1)).sort((x, y) => x - y);
      let c = 0xffffffff;
      for (const byte of bytes.subarray(begin, end)) {
        c ^= byte;
        for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1;
      }
      expect(crc32c(bytes, begin, end)).toBe((c ^ 0xffffffff) >>> 0);
    }),
  );
});

test("records in columns of their own, in whichever order their numbers come", () => {
  const table = new MetricsTable();
  for (const line of ['{"epoch":1,"a":1,"p":{"x":2,"y":3}}', '{"epoch":2,"p":{"y":4,"x":5},"a":6}', '{"p/x":7,"epoch":3,"p":{"":8},"p/":9}', '{"a":10,"epoch":4,"b":11}']) table.line(line);
  expect(Object.fromEntries(table.names.map((name) => [name, Array.from(table.column(name)!)]))).toEqual({ a: [1, 6, NaN, 10], "p/x": [2, 5, 7, NaN], "p/y": [3, 4, NaN, NaN], "p/": [NaN, NaN, 9, NaN], b: [NaN, NaN, NaN, 11] });
});

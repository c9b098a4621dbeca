import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appendMetrics, readMetricsLog, reconcileMetricsLog } from "./metricsLog.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-"));
  path = join(folder, "metrics.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const epoch = (n: number) => ({ event: "epoch", epoch: n, loss: 1 / n });

test("what is appended is read back, numbers to the last digit", () => {
  expect(readMetricsLog(path)).toEqual([]);
  appendMetrics(path, epoch(3));
  appendMetrics(path, epoch(7));
  expect(readMetricsLog(path)).toEqual([epoch(3), epoch(7)]);
});

test("a half-written last line is left out, and repaired", () => {
  appendMetrics(path, epoch(1));
  appendFileSync(path, '{"event":"epo');
  expect(readMetricsLog(path)).toEqual([epoch(1)]);
  reconcileMetricsLog(path, [epoch(1)]);
  expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(epoch(1))}\n`);
});

test("lines beyond the checkpoint go, missing ones come back", () => {
  for (const n of [1, 2, 3]) appendMetrics(path, epoch(n));
  reconcileMetricsLog(path, [epoch(1), epoch(2)]);
  expect(readMetricsLog(path)).toEqual([epoch(1), epoch(2)]);
  reconcileMetricsLog(path, [epoch(1), epoch(2), epoch(3)]);
  expect(readMetricsLog(path)).toHaveLength(3);
});

test("what a line holds besides stays, unless the line is of another training", () => {
  for (const n of [1, 2, 3]) appendMetrics(path, { ...epoch(n), dead: { relu: 0.25 } });
  reconcileMetricsLog(path, [epoch(1), { ...epoch(2), loss: 7 }]);
  expect(readMetricsLog(path)).toEqual([{ ...epoch(1), dead: { relu: 0.25 } }, { ...epoch(2), loss: 7 }]);
});

test("a log that is right is not touched", () => {
  appendMetrics(path, epoch(1));
  const before = statSync(path).ino;
  reconcileMetricsLog(path, [epoch(1)]);
  expect(statSync(path).ino).toBe(before);
});

test("an unwritable log is named", () => {
  expect(() => appendMetrics(join(folder, "none", "m.jsonl"), {})).toThrow(/cannot write .*m\.jsonl/);
});

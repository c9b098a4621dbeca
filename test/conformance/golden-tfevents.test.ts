/** Event files against bytes that Python wrote by hand (make_tfevents.py), and the check sums of RFC 3720 (coverage E6). */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EventWriter, type LoggedEvent, nn, readEvents, tensor } from "../../src/index.js";
import { crc32c } from "../../src/interop/tfevents/crc32c.js";
import { golden } from "../golden/golden.js";

interface Golden {
  readonly wallTime: number;
  readonly scalars: readonly [step: number, value: number][];
  readonly text: string;
  readonly histogram: { readonly values: number[]; readonly bins: number };
  readonly constant: { readonly values: number[]; readonly bins: number };
  readonly prCurve: { readonly labels: number[]; readonly scores: number[]; readonly thresholds: number };
  readonly hparams: Record<string, number | string | boolean>;
  readonly metrics: Record<string, number>;
  readonly image: { readonly shape: number[]; readonly data: number[] };
  readonly grey: { readonly shape: number[]; readonly data: number[] };
}

const cases = golden<Golden>("tfevents.json");
const expected = new URL("../golden/events.tfevents", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "nabla-events-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("check sums are those of RFC 3720", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c);
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

test("what the writer writes is what Python writes, byte for byte", async () => {
  const { wallTime } = cases;
  const writer = new EventWriter(folder, { wallTime });
  for (const [step, value] of cases.scalars) writer.addScalar("loss/train", value, step, { wallTime });
  writer.addText("notes", cases.text, 3, { wallTime });
  await writer.addHistogram("weights", tensor(cases.histogram.values, { dtype: "float64" }), 4, { wallTime, bins: cases.histogram.bins });
  await writer.addHistogram("weights", cases.constant.values, 5, { wallTime, bins: cases.constant.bins });
  await writer.addPrCurve("cats", cases.prCurve.labels, cases.prCurve.scores, 6, { wallTime, numThresholds: cases.prCurve.thresholds });
  writer.addHparams(cases.hparams, cases.metrics, { wallTime });
  await writer.addImage("batch", tensor(cases.image.data, { shape: cases.image.shape, dtype: "uint8" }), 7, { wallTime });
  await writer.addImage("grey", tensor(cases.grey.data, { shape: cases.grey.shape }), 8, { wallTime });
  writer.addGraph(new nn.Linear(3, 2), [3], { wallTime });
  await writer.close();
  expect(Buffer.from(readFileSync(writer.path)).toString("hex")).toBe(readFileSync(expected).toString("hex"));
});

test("what Python wrote is read", async () => {
  const events: LoggedEvent[] = [];
  for await (const event of readEvents(expected.pathname)) events.push(event);
  expect(events.map(({ kind, step }) => [kind, step])).toEqual([
    ...cases.scalars.map(([step]) => ["scalar", step]),
    ["text", 3], ["histogram", 4], ["histogram", 5], ["prCurve", 6], ["hparams", 0], ["scalar", 0], ["image", 7], ["image", 8], ["graph", 0],
  ]);
  expect(events.every(({ wallTime, run }) => wallTime === cases.wallTime && run === "")).toBe(true);
  const find = <Kind extends LoggedEvent["kind"]>(kind: Kind) => events.filter((event): event is Extract<LoggedEvent, { kind: Kind }> => event.kind === kind);
  expect(find("scalar").map(({ value }) => value)).toEqual([...cases.scalars.map(([, value]) => Math.fround(value)), 0.875]);
  expect(find("text")[0].text).toBe(cases.text);
  expect(find("histogram")[0].buckets.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  expect(find("histogram")[1].buckets).toEqual([{ left: 2, right: 3, count: 3 }]);
  // Of 5 positives and 3 negatives, at thresholds 0, 1/4, 1/2, 3/4, 1.
  expect(find("prCurve")[0]).toMatchObject({ truePositives: [5, 5, 4, 2, 1], falsePositives: [3, 2, 1, 1, 0], falseNegatives: [0, 0, 1, 3, 4], trueNegatives: [0, 1, 2, 2, 3] });
  expect(Object.fromEntries(find("hparams")[0].hparams)).toEqual(cases.hparams);
  expect(find("image")[0]).toMatchObject({ tag: "batch", width: 2, height: 2 });
  expect(find("image")[0].files).toHaveLength(2);
  expect(find("graph")[0].nodes[3]).toEqual({ name: "Linear/linear", op: "linear", inputs: ["input", "Linear/weight", "Linear/bias"], shape: [1, 2] });
});

import { expect, test } from "vitest";
import type { RunSummary } from "../../../protocol.js";
import { brushSpan, brushText, parallelAxis, parseBrushes } from "./parallelAxes.js";

const withConfig = (...values: (string | number | boolean | null)[]): readonly RunSummary[] => values.map((x) => ({ config: { x }, metrics: {} }) as unknown as RunSummary);

test("numbers that span decades have a logarithmic axis, others a linear one, words places of their own", () => {
  const axis = (...values: Parameters<typeof withConfig>) => parallelAxis("config.x", "x", withConfig(...values));
  expect(axis(0.001, 0.01, 0.1).kind).toBe("log");
  expect(axis(0.001, 0.01, 0.1).position(0.01)).toBeCloseTo(0.5);
  expect(axis(32, 64, 128).kind).toBe("linear");
  expect(axis(-1, 0, 1000).kind).toBe("linear");
  expect(axis("sgd", "adam").kind).toBe("category");
  expect(axis(1, "auto").kind).toBe("category");
  expect(axis("sgd", "adam").ticks.map(({ label }) => label)).toEqual(["adam", "sgd"]);
  expect(axis(3, 3).position(3)).toBeCloseTo(0.5);
  expect(axis(null, null).ticks).toEqual([]);
});

test("runs without a value are told of", () => {
  const axis = parallelAxis("config.x", "x", withConfig(1, null, 2));
  expect(axis.gaps).toBe(true);
  expect(axis.position(null)).toBeNull();
});

test("brushes are values, in the address and back", () => {
  const axis = parallelAxis("config.x", "x", withConfig(0.001, 0.01, 0.1));
  const brush = { id: "config.x", low: axis.valueAt(0.25), high: axis.valueAt(0.75) };
  expect(parseBrushes([brushText(brush), "no JSON", '["half"]', "[1, 2, 3]"])).toEqual([brush]);
  const [low, high] = brushSpan(axis, brush)!;
  expect(low).toBeCloseTo(0.25);
  expect(high).toBeCloseTo(0.75);
  const words = parallelAxis("config.x", "x", withConfig("a", "b", "c"));
  expect(words.valueAt(0.55)).toBe("b");
  expect(brushSpan(words, { id: "config.x", low: "gone", high: "b" })).toBeNull();
});

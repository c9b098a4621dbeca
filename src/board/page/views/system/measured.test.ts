import { expect, test } from "vitest";
import type { Series } from "../../../protocol.js";
import { binned, largestPart, meanTimes, measuredOf } from "./measured.js";

const series = (run: string, tag: string, y: readonly (number | null)[], x = y.map((_, i) => i + 1)): Series => ({ run, tag, total: y.length, x, y, best: null, overfitsFrom: null });

const steps = (run: string, seconds: Readonly<Record<string, readonly (number | null)[]>>): readonly Series[] => Object.entries(seconds).map(([phase, y]) => series(run, `phases/${phase}`, y));

test("mean times, and what is left of an epoch", () => {
  const [run] = measuredOf([{ id: "a/b", name: "b" }], {
    series: [...steps("a/b", { data: [1, 1], forward: [2, 2], backward: [6, 8], optimizer: [1, 1], validation: [2, 2] }), series("a/b", "seconds", [13, 15]), series("other", "phases/data", [9])],
  });
  expect(run.name).toBe("b");
  const { seconds, total } = meanTimes(run.times!);
  expect([...seconds]).toEqual([["data", 1], ["forward", 2], ["backward", 7], ["optimizer", 1], ["validation", 2], ["other", 1]]);
  expect(total).toBe(14);
  // Of a step, without validation and the rest: 7 of 11.
  expect(largestPart(run.times!)).toBe("64 % of a step is backward.");
});

test("a rest below half a percent is none; epochs that say nothing are left out of the mean", () => {
  const [run] = measuredOf([{ id: "a", name: "a" }], { series: [...steps("a", { data: [8, null], forward: [1, 1], backward: [1, 1], optimizer: [0, 0], validation: [0, 0] }), series("a", "seconds", [10.01])] });
  expect([...run.times!.seconds.keys()]).toEqual(["data", "forward", "backward", "optimizer", "validation"]);
  expect(meanTimes(run.times!).seconds.get("data")).toBe(8);
  expect(largestPart(run.times!)).toBe("80 % of a step is waiting for data: the network could train faster than its batches come.");
});

test("nothing measured, names alike", () => {
  const runs = measuredOf([{ id: "x/a", name: "a" }, { id: "y/a", name: "a" }], { series: [series("x/a", "memory/tensors", [1, null])] });
  expect(runs.map(({ name, times }) => [name, times])).toEqual([["x/a", null], ["y/a", null]]);
  expect(runs[0].tensors).toEqual({ x: [1, 2], y: [1, Number.NaN] });
});

test("no time at all makes no sentence", () => {
  const [run] = measuredOf([{ id: "a", name: "a" }], { series: steps("a", { data: [0], forward: [0], backward: [0], optimizer: [0], validation: [1] }) });
  expect(largestPart(run.times!)).toBe("");
});

test("many epochs are drawn together", () => {
  const epochs = Array.from({ length: 7 }, (_, i) => i + 1);
  const times = { epochs, seconds: new Map([["data" as const, epochs]]) };
  expect(binned(times, 7).names).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
  expect(binned(times, 3).names).toEqual(["1–3", "4–6", "7"]);
  expect(binned(times, 3).seconds.get("data")).toEqual([2, 5, 7]);
});

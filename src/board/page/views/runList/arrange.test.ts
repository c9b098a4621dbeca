import { expect, test } from "vitest";
import type { RunSummary } from "../../../protocol.js";
import { grouped, parseSort, sorted, sortText } from "./arrange.js";
import { differingKeys, listText, parseList } from "./values.js";

const run = (id: string, config: RunSummary["config"], created = 0): RunSummary => ({ id, name: id, created, config, metrics: {}, notes: { tags: [], group: "", note: "" } }) as unknown as RunSummary;
const ids = (runs: readonly RunSummary[]): string => runs.map(({ id }) => id).join(" ");

test("sorts numbers by size and texts as people do; nothing comes last in both directions", () => {
  const runs = [run("run 10", { lr: 0.1 }), run("run 9", { lr: 1e-3 }), run("x", {}), run("run 1", { lr: 1 })];
  expect(ids(sorted(runs, parseSort("name")))).toBe("run 1 run 9 run 10 x");
  expect(ids(sorted(runs, parseSort("config.lr")))).toBe("run 9 run 10 run 1 x");
  expect(ids(sorted(runs, parseSort("-config.lr")))).toBe("run 1 run 10 run 9 x");
  expect(sortText(parseSort("-config.lr"))).toBe("-config.lr");
  // Equal ones: the newest first.
  expect(ids(sorted([run("a", {}, 1), run("b", {}, 2)], parseSort("config.none")))).toBe("b a");
});

test("groups by value, those without one last", () => {
  const groups = grouped([run("a", { lr: 0.1 }), run("b", {}), run("c", { lr: 0.01 }), run("d", { lr: 0.1 })], "config.lr");
  expect(groups.map(({ value, runs }) => [value, ids(runs)])).toEqual([[0.01, "c"], [0.1, "a d"], [null, "b"]]);
});

test("keys that differ: other values, or not everywhere", () => {
  expect(differingKeys([run("a", { x: 1, y: 1, z: 1 }), run("b", { x: 1, y: 2 }), run("c", { x: 1, y: 1, z: 1, late: 3 })])).toEqual(["y", "z", "late"]);
  expect(differingKeys([run("a", { x: null }), run("b", {})])).toEqual([]);
  expect(differingKeys([])).toEqual([]);
});

test("lists in an address are what they were, commas and all", () => {
  for (const ids of [[], ["a"], ["config.a,b", "100%", "%2C", "x"]]) expect(parseList(listText(ids))).toEqual(ids);
});

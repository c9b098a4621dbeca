import { expect, test } from "vitest";
import { readSettings, type Settings, toggled, writeSettings } from "./settings.js";

const read = (query: string): Settings => readSettings(new URLSearchParams(query));

test("settings come back from the address as they were", () => {
  const settings: Settings = {
    runs: ["lab 1/trainings/a&b", "ß"],
    hidden: new Set(["ß"]),
    find: "lr",
    tags: "loss",
    smooth: 0.6,
    x: "time",
    range: [-1.5, 2e6],
    log: new Set(["loss", "step/loss"]),
    wide: new Set(["accuracy"]),
  };
  expect(readSettings(new URLSearchParams(writeSettings(settings).toString()))).toEqual(settings);
  for (const runs of [null, []]) expect(readSettings(writeSettings({ ...settings, runs })).runs).toEqual(runs);
});

test("an address without settings is the plain view, and nonsense in it is left out", () => {
  const plain = read("");
  expect(plain).toMatchObject({ runs: null, smooth: 0, x: null, range: null });
  expect(writeSettings(plain).toString()).toBe("");
  expect(read("smooth=7&x=mile&from=5&to=2")).toMatchObject({ smooth: 0.99, x: null, range: null });
  expect(read("smooth=-1&from=a&to=2")).toMatchObject({ smooth: 0, range: null });
});

test("toggling leaves the set that was as it was", () => {
  const set = new Set(["a"]);
  expect([...toggled(set, "b")]).toEqual(["a", "b"]);
  expect([...toggled(set, "a")]).toEqual([]);
  expect([...toggled(set, "a", true)]).toEqual(["a"]);
  expect([...set]).toEqual(["a"]);
});

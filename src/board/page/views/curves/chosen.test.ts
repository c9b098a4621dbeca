import { expect, test } from "vitest";
import type { RunSummary } from "../../../protocol.js";
import { chosenRuns, mostRuns, shownNames } from "./chosen.js";

const run = (id: string, kind: RunSummary["kind"] = "training"): RunSummary => ({ id, name: id.split("/").at(-1)!, kind }) as RunSummary;
const ids = (runs: readonly RunSummary[]): string[] => runs.map(({ id }) => id);

test("without a choice the newest runs are shown, labs by their trainings", () => {
  const all = [run("lab", "lab"), ...["f", "e", "d", "c", "b", "a"].map((id) => run(id))];
  expect(ids(chosenRuns(null, all).runs)).toEqual(["f", "e", "d", "c", "b"]);
});

test("a lab stands for its trainings, and each run is there once", () => {
  const all = [run("lab", "lab"), run("lab/trainings/x"), run("lab/trainings/y"), run("labor/z"), run("a", "events")];
  expect(chosenRuns(["a", "lab", "lab/trainings/x", "gone"], all)).toEqual({ runs: [all[4], all[1], all[2]], missing: ["gone"], beyond: 0 });
  expect(chosenRuns([], all)).toEqual({ runs: [], missing: [], beyond: 0 });
});

test("of very many runs the first are shown", () => {
  const all = Array.from({ length: mostRuns + 7 }, (_, i) => run(`run ${i}`));
  expect(chosenRuns(ids(all), all)).toMatchObject({ beyond: 7, missing: [] });
});

test("runs of one name are told by their paths", () => {
  expect([...shownNames([run("a/net"), run("b/net"), run("c")])]).toEqual([["a/net", "a/net"], ["b/net", "b/net"], ["c", "c"]]);
});

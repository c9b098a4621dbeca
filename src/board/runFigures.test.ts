import { expect, test } from "vitest";
import type { RunDetail, RunSummary, Series } from "./protocol.js";
import { runFigures } from "./runFigures.js";

const detail = (kind: RunSummary["kind"], tags: readonly string[]): RunDetail => ({
  summary: { kind, metrics: { valAccuracy: { higherIsBetter: true }, valMse: { higherIsBetter: false } } } as unknown as RunSummary,
  facts: [], scalars: tags.map((tag) => ({ tag, total: 3 })), histograms: [], images: [], omissions: [],
});
const series = (tag: string, x: readonly number[], y: readonly (number | null)[], overfitsFrom: number | null = null): Series => ({ run: "a", tag, total: x.length, x, y, means: null, best: null, overfitsFrom });

test("training and validation stand in one chart, the loss first", () => {
  const figures = runFigures(detail("training", ["lr", "trainAccuracy", "trainLoss", "valAccuracy", "valLoss", "valMse", "seconds"]));
  expect(figures.map(({ title, tags }) => [title, ...tags])).toEqual([["Loss", "trainLoss", "valLoss"], ["Accuracy", "trainAccuracy", "valAccuracy"], ["Mse", "valMse"], ["Learning rate", "lr"]]);
  const [loss, accuracy] = figures;
  expect(loss.draw([series("trainLoss", [1, 2, 3], [3, 2, 1]), series("valLoss", [1, 2, 3], [3, 2, 4], 2)]).description).toMatch(/from 3 to 1.*validation from 3 to 4, lowest 2 at 2/);
  expect(accuracy.draw([series("valAccuracy", [1, 2], [0.5, 0.25])]).description).toContain("highest 0.5 at 1");
});

test("curves that were thinned each in its own way keep their values", () => {
  const [loss] = runFigures(detail("training", ["trainLoss", "valLoss"]));
  const figure = loss.draw([series("trainLoss", [1, 3, 5], [5, 3, 1]), series("valLoss", [1, 2, 5], [6, 2, 5])]);
  expect(figure.description).toMatch(/5 points|4 points/);
  expect(figure.description).toContain("lowest 2 at 2");
  expect(figure.description).toContain("from 5 to 1");
});

test("gaps stay gaps, and one point is a chart", () => {
  const [loss] = runFigures(detail("training", ["trainLoss", "valLoss"]));
  expect(loss.draw([series("trainLoss", [1, 2, 3], [3, null, 1]), series("valLoss", [2], [2])]).svg()).toContain("<svg");
  expect(loss.draw([series("trainLoss", [1], [3])]).svg()).toContain("<svg");
});

test("curves of other programs stand alone", () => {
  expect(runFigures(detail("events", ["loss/train", "x"])).map(({ title }) => title)).toEqual(["loss/train", "x"]);
});

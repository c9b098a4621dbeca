import { expect, test } from "vitest";
import { isFraction, sectionsOf } from "./tags.js";

test("training and validation of a metric are one chart, whatever program named them", () => {
  expect(sectionsOf(["trainAccuracy", "trainLoss", "valLoss", "train/auc", "validation/auc", "val_f1"])).toEqual([
    {
      title: "Training and validation",
      open: true,
      charts: [
        { name: "loss", training: "trainLoss", validation: "valLoss" },
        { name: "accuracy", training: "trainAccuracy", validation: null },
        { name: "auc", training: "train/auc", validation: "validation/auc" },
        { name: "f1", training: null, validation: "val_f1" },
      ],
    },
  ]);
});

test("runs of other programs keep apart what they keep apart", () => {
  expect(sectionsOf(["a/train/loss", "a/eval/loss", "b/train/loss", "val_loss", "test_loss"])[0].charts).toEqual([
    { name: "loss", training: null, validation: "val_loss" },
    { name: "a/loss", training: "a/train/loss", validation: "a/eval/loss" },
    { name: "b/loss", training: "b/train/loss", validation: null },
  ]);
});

test("other tags stand by what they begin with, nabla's own in their order", () => {
  const sections = sectionsOf(["reward/mean", "lr", "phases/data", "step/loss", "value", "reward/max", "retrained", "trainer"]);
  expect(sections.map(({ title, charts, open }) => [title, charts.map(({ name }) => name), open])).toEqual([
    ["By step", ["step/loss"], true],
    ["Pace", ["lr"], true],
    ["Phases of an epoch, in seconds", ["phases/data"], false],
    ["reward", ["reward/mean", "reward/max"], true],
    ["Others", ["value", "retrained", "trainer"], true],
  ]);
  expect(sectionsOf([])).toEqual([]);
});

test("fractions are told from other metrics", () => {
  expect(["accuracy", "top5", "loss", "lr"].map(isFraction)).toEqual([true, true, false, false]);
});

import { expect, test } from "vitest";
import type { RunSummary } from "../../../protocol.js";
import { parseFilter } from "./filter.js";

const run = (more: Partial<RunSummary>): RunSummary => ({
  id: "night/a", name: "a", kind: "training", state: "finished", reason: null, created: Date.UTC(2026, 0, 15) / 1000, updated: 0, seconds: 900, epochsDone: 5, epochs: 5,
  config: { model: "convnet", data: "cifar10", "optimizer.lr": 0.05, "weight-decay": 0, augment: null, batchNorm: true }, notes: { tags: ["good", "Lecture 3"], group: "base line", note: "" },
  metrics: { valAccuracy: { best: 0.91, last: 0.88, bestEpoch: 4, higherIsBetter: true }, model: { best: 7, last: 7, bestEpoch: 1, higherIsBetter: false } },
  monitor: "valAccuracy", spark: [], has: { predictions: false, model: false, inspection: false, histograms: false, images: false }, ...more,
});

test.each([
  ["", true],
  ["  ", true],
  ["CIFAR night", true],
  ["cifar mnist", false],
  ["lr<0.1", true],
  ["lr<=0.05 lr>=5e-2 lr=0.05", true],
  ["lr>0.05", false],
  ["optimizer.lr!=0.05", false],
  ["weight-decay=0", true],
  ["batchnorm=true", true],
  ["valAccuracy>0.9", true],
  ["last.valAccuracy>0.9", false],
  ["best.valaccuracy>0.9", true],
  // A metric comes before a hyper-parameter of its name.
  ["model=convnet", false],
  ["config.model=convnet", true],
  ["state=running|finished", true],
  ["state=running", false],
  ["-state=finished", false],
  ["!mnist", true],
  ["name=a*", true],
  ["name=*b", false],
  ["data=c*10", true],
  ["data=c.*10", false],
  ["tag=good", true],
  ["tags=goo", false],
  ['tags="lecture 3"', true],
  ["tags!=good", false],
  ['group="base line"', true],
  ["group~line", true],
  ["duration>10min", true],
  ["duration<0.1h", false],
  ["created>2026-01-14", true],
  ["created>2026-01-16", false],
  // Nothing is neither less nor more.
  ["augment<1", false],
  ["augment!=crop", true],
  ["none>0", false],
  // While it is being typed, and what is no comparison.
  ["lr<", true],
  ['note="', true],
  ["a<b", false],
  ["-", false],
])("%s", (text, expected) => {
  expect(parseFilter(text).matches(run({}))).toBe(expected);
});

test("names the things that are compared", () => {
  expect(parseFilter("word lr<1 -epochz>3 x=").names).toEqual(["lr", "epochz"]);
});

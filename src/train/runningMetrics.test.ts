import { expect, test } from "vitest";
import { Accuracy, TopKAccuracy } from "../metrics/accuracy.js";
import { RocAuc } from "../metrics/ranking.js";
import type { Values } from "../metrics/values.js";
import { classifierMetrics, RunningMetrics } from "./runningMetrics.js";

const batch = (scores: readonly number[][], labels: readonly number[]): [number, Values, Values] =>
  [labels.length, { data: scores.flat(), shape: [scores.length, scores[0].length] }, { data: labels, shape: [labels.length] }];

test("means over samples, not over batches", () => {
  const metrics = new RunningMetrics(classifierMetrics());
  metrics.add(1, ...batch([[0, 1], [1, 0]], [1, 1]));
  metrics.add(4, ...batch([[3, 2]], [0]));
  expect(metrics.value).toEqual({ samples: 3, loss: 2, accuracy: 2 / 3 });
});

test("top-1 and top-5 by rank of the label's score", () => {
  const scores = [7, 6, 5, 4, 3, 2, 1];
  const at = (label: number) => {
    const metrics = new RunningMetrics(classifierMetrics());
    metrics.add(0, ...batch([scores], [label]));
    return [metrics.value.accuracy, metrics.value.top5];
  };
  expect(at(0)).toEqual([1, 1]);
  expect(at(1)).toEqual([0, 1]);
  expect(at(4)).toEqual([0, 1]);
  expect(at(5)).toEqual([0, 0]);
});

test("top-5 of up to five classes, always 1, is not told, unless it was asked for", () => {
  const names = (classes: number, metrics: ConstructorParameters<typeof RunningMetrics>[0] = classifierMetrics()) => {
    const running = new RunningMetrics(metrics);
    for (const label of [0, 1]) running.add(0, ...batch([Array.from({ length: classes }, (_, i) => -i)], [label]));
    return Object.keys(running.value);
  };
  expect(names(2)).toEqual(["samples", "loss", "accuracy"]);
  expect(names(5)).toEqual(["samples", "loss", "accuracy"]);
  expect(names(6)).toEqual(["samples", "loss", "accuracy", "top5"]);
  expect(names(2, [new TopKAccuracy()])).toEqual(["samples", "loss", "top5"]);
});

test("a NaN score is never right", () => {
  const metrics = new RunningMetrics(classifierMetrics());
  metrics.add(0, ...batch([[NaN, NaN, NaN, NaN, NaN, NaN]], [0]));
  expect(metrics.value).toEqual({ samples: 1, loss: 0, accuracy: 0, top5: 0 });
});

test("a state saved as JSON and restored continues to the same digits", () => {
  const whole = new RunningMetrics([new Accuracy(), new RocAuc()]);
  const first = new RunningMetrics([new Accuracy(), new RocAuc()]);
  const second = new RunningMetrics([new Accuracy(), new RocAuc()]);
  const losses = [0.1, 0.7, 1e-3, 2 / 3];
  const batches = losses.map((loss) => [loss, ...batch([[loss, 0.5], [0.2, loss]], [1, 0])] as const);
  for (const each of batches) whole.add(...each);
  for (const each of batches.slice(0, 2)) first.add(...each);
  second.state = JSON.parse(JSON.stringify(first.state));
  for (const each of batches.slice(2)) second.add(...each);
  expect(second.value).toEqual(whole.value);
});

test("one metric may run in two places, and keeps its own state", () => {
  const accuracy = new Accuracy();
  accuracy.add({ data: [1], shape: [1] }, { data: [1], shape: [1] });
  const [a, b] = [new RunningMetrics([accuracy]), new RunningMetrics([accuracy])];
  a.add(0, ...batch([[0, 1]], [1]));
  b.add(0, ...batch([[0, 1]], [0]));
  expect([a.value.accuracy, b.value.accuracy, accuracy.value]).toEqual([1, 0, 1]);
});

test("names must differ", () => {
  expect(() => new RunningMetrics([new Accuracy(), new Accuracy()])).toThrow(/metrics: the name accuracy is taken already/);
  expect(() => new RunningMetrics([3 as never])).toThrow(/expected metrics such as new metrics.Accuracy\(\), got number/);
});

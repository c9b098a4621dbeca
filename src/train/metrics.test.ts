import { expect, test } from "vitest";
import { RunningMetrics } from "./metrics.js";

test("means over samples, not over batches", () => {
  const metrics = new RunningMetrics();
  metrics.add(1, [0, 1, 1, 0], [1, 1]);
  metrics.add(4, [3, 2], [0]);
  expect(metrics.value).toEqual({ samples: 3, loss: 2, accuracy: 2 / 3, top5: 1 });
});

test("top-1 and top-5 by rank of the label's score", () => {
  const scores = [7, 6, 5, 4, 3, 2, 1];
  const at = (label: number) => {
    const metrics = new RunningMetrics();
    metrics.add(0, scores, [label]);
    return [metrics.value.accuracy, metrics.value.top5];
  };
  expect(at(0)).toEqual([1, 1]);
  expect(at(1)).toEqual([0, 1]);
  expect(at(4)).toEqual([0, 1]);
  expect(at(5)).toEqual([0, 0]);
});

test("equal scores count as argmax breaks ties: the first wins", () => {
  const metrics = new RunningMetrics();
  metrics.add(0, [2, 2, 2, 2], [0, 1]);
  expect(metrics.value.accuracy).toBe(0.5);
});

test("a NaN score is never right", () => {
  const metrics = new RunningMetrics();
  metrics.add(0, [NaN, NaN], [0]);
  expect(metrics.value).toEqual({ samples: 1, loss: 0, accuracy: 0, top5: 0 });
});

test("sums saved as JSON and restored continue to the same digits", () => {
  const whole = new RunningMetrics();
  const first = new RunningMetrics();
  const batches = [0.1, 0.7, 1e-3, 2 / 3].map((loss): [number, number[], number[]] => [loss, [loss, 0.5, 0.2], [1]]);
  for (const [loss, scores, labels] of batches) whole.add(loss, scores, labels);
  for (const [loss, scores, labels] of batches.slice(0, 2)) first.add(loss, scores, labels);
  const second = new RunningMetrics();
  second.sums = JSON.parse(JSON.stringify(first.sums));
  for (const [loss, scores, labels] of batches.slice(2)) second.add(loss, scores, labels);
  expect(second.value).toEqual(whole.value);
});

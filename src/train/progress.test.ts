import { expect, test } from "vitest";
import type { EpochEnd, FitStart, StepEnd } from "./events.js";
import { Accuracy } from "../metrics/accuracy.js";
import type { Metrics } from "./runningMetrics.js";
import { progress } from "./progress.js";

const running = (loss: number, accuracy: number): Metrics => ({ samples: 100, loss, accuracy, top5: 1 });
const fitStart: FitStart = { epochs: 3, steps: 10, samples: 1000, epochsDone: 0, stepsDone: 0, metrics: [new Accuracy()] };
const stepEnd = (epoch: number, step: number): StepEnd => ({ epoch, step, globalStep: step, lr: 0.1, loss: 1, samples: 100, running: running(0.5, 0.75) });
const epochEnd: EpochEnd = {
  epoch: 1, epochs: 3, lr: 0.1, train: running(0.5, 0.75), validation: running(0.25, 0.875), seconds: 12, trainSeconds: 10, best: true,
};

function screen(columns: number | undefined, isTTY: boolean) {
  const writes: string[] = [];
  const clock = { ms: 0 };
  const stream = { isTTY, columns, write: (text: string) => writes.push(text) };
  return { writes, clock, listener: progress({ stream, now: () => clock.ms }) };
}

/** Runs `steps` steps of one second each. */
function run({ listener, clock }: ReturnType<typeof screen>, steps: number, start = fitStart): void {
  void listener.fitStart?.(start);
  void listener.epochStart?.({ epoch: 1, epochs: 3, lr: 0.1 });
  for (let step = start.stepsDone + 1; step <= start.stepsDone + steps; step++) {
    clock.ms += 1000;
    void listener.step?.(stepEnd(1, step));
  }
}

test("a terminal shows one line, rewritten in place", () => {
  const s = screen(120, true);
  run(s, 4);
  expect(s.writes).toHaveLength(4);
  expect(s.writes[3]).toBe(
    "\r\u001b[2Kepoch 1/3 ━━━━━━━━━━────────────── " + " 4/10  loss 0.5000  accuracy 75.0 %  100 images/s  ETA 0:26",
  );
});

test("the summary replaces the live line", () => {
  const s = screen(120, true);
  run(s, 10);
  void s.listener.epochEnd?.(epochEnd);
  expect(s.writes.at(-1)).toBe(
    "\r\u001b[2Kepoch 1/3  train loss 0.5000, accuracy 75.0 %  validation loss 0.2500, accuracy 87.5 % (best)  12.0 s  10 images/s\n",
  );
});

test.each([20, 30, 40, 50, 60, 70, 80, 100])("the line is shorter than %d columns", (columns) => {
  const s = screen(columns, true);
  run(s, 9);
  for (const text of s.writes) expect(text.replace("\r\u001b[2K", "").length).toBeLessThan(columns);
  if (columns >= 40) expect(s.writes[8]).toContain("ETA");
});

test("at most ten redraws a second", () => {
  const s = screen(80, true);
  void s.listener.fitStart?.({ ...fitStart, steps: 1000 });
  void s.listener.epochStart?.({ epoch: 1, epochs: 3, lr: 0.1 });
  for (let step = 1; step <= 1000; step++) {
    s.clock.ms += 1;
    void s.listener.step?.(stepEnd(1, step));
  }
  expect(s.writes.length).toBeLessThanOrEqual(10);
});

test("a resumed epoch is timed by its own steps", () => {
  const s = screen(120, true);
  run(s, 2, { ...fitStart, stepsDone: 6 });
  // 2 steps are left at one second each, then two epochs of ten.
  expect(s.writes[1]).toContain(" 8/10 ");
  expect(s.writes[1]).toContain("ETA 0:22");
});

test("elsewhere than on a terminal only summaries appear, without control characters", () => {
  const s = screen(undefined, false);
  run(s, 10);
  void s.listener.evaluate?.({ epoch: 1, step: 1, steps: 2 });
  void s.listener.epochEnd?.({ ...epochEnd, validation: null, best: false });
  void s.listener.fitEnd?.({ status: "finished", history: [] });
  expect(s.writes).toEqual(["epoch 1/3  train loss 0.5000, accuracy 75.0 %  12.0 s  10 images/s\n"]);
});

test("beside JSON the terminal shows the live line only, and clears it", () => {
  const writes: string[] = [];
  const listener = progress({ stream: { isTTY: true, columns: 80, write: (text) => writes.push(text) }, now: () => 0, liveOnly: true });
  void listener.fitStart?.(fitStart);
  void listener.epochStart?.({ epoch: 1, epochs: 3, lr: 0.1 });
  void listener.step?.(stepEnd(1, 1));
  void listener.epochEnd?.(epochEnd);
  expect(writes).toHaveLength(2);
  expect(writes[1]).toBe("\r\u001b[2K");
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { zeros } from "../ops/create.js";
import type { Batches } from "./batches.js";
import type { EpochEnd, FitStart, StepEnd } from "./events.js";
import { Accuracy } from "../metrics/accuracy.js";
import type { Metrics } from "./runningMetrics.js";
import { progress } from "./progress.js";
import { Screen } from "../../test/screen.js";

const running = (loss: number, accuracy: number): Metrics => ({ samples: 100, loss, accuracy, top5: 1 });
const batches: Batches = { length: 10, dataset: { length: 1000 }, async *epoch() {} };
const fitStart: FitStart = { epochs: 3, steps: 10, samples: 1000, epochsDone: 0, stepsDone: 0, metrics: [new Accuracy()], history: [], training: batches, validation: null };
const stepEnd = (epoch: number, step: number): StepEnd => ({ epoch, step, globalStep: step, lr: 0.1, loss: 1, samples: 100, running: running(0.5, 0.75) });
const epochEnd: EpochEnd = {
  epoch: 1, epochs: 3, lr: 0.1, train: running(0.5, 0.75), validation: running(0.25, 0.875), seconds: 12, trainSeconds: 10, best: true,
};

beforeEach(() => {
  vi.stubEnv("CI", "");
  vi.stubEnv("NO_COLOR", "1");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function terminal(columns = 120, rows = 24) {
  const screen = new Screen(columns, rows);
  const clock = { ms: 0 };
  return { screen, clock, listener: progress({ stream: screen, now: () => clock.ms }) };
}

function file() {
  const writes: string[] = [];
  const clock = { ms: 0 };
  return { writes, clock, listener: progress({ stream: { write: (text) => writes.push(text) }, now: () => clock.ms }) };
}

/** Runs `steps` steps of one second each. */
function run({ listener, clock }: Pick<ReturnType<typeof terminal>, "listener" | "clock">, steps: number, start = fitStart): void {
  void listener.fitStart?.(start);
  void listener.epochStart?.({ epoch: 1, epochs: 3, lr: 0.1 });
  for (let step = start.stepsDone + 1; step <= start.stepsDone + steps; step++) {
    clock.ms += 1000;
    void listener.step?.(stepEnd(1, step));
  }
}

test("a terminal shows a bar with curves below, rewritten in place", () => {
  const t = terminal();
  run(t, 4);
  expect(t.screen.writes).toHaveLength(4);
  const lines = t.screen.text.split("\n");
  expect(lines[0]).toBe("epoch 1/3 ━━━━━━━━━━──────────────  4/10  loss 0.5000  accuracy 75.0 %  100 images/s  ETA 0:26");
  expect(lines).toHaveLength(10);
  expect(lines[2]).toMatch(/^loss  train 1\.0000 ─ +accuracy  train – ─$/);
  expect(lines[9]).toMatch(/^learning rate 0\.1  ·  memory \d+ MB of tensors, \d+ MB in all$/);
});

test("the line of an epoch stays above, and the curves go on", () => {
  const t = terminal();
  run(t, 10);
  void t.listener.epochEnd?.(epochEnd);
  expect(t.screen.text).toBe("epoch 1/3  train loss 0.5000, accuracy 75.0 %  validation loss 0.2500, accuracy 87.5 % (best)  12.0 s  10 images/s");
  t.clock.ms += 1000;
  void t.listener.step?.(stepEnd(2, 1));
  const lines = t.screen.text.split("\n");
  expect(lines[1]).toMatch(/^epoch 2\/3 /);
  expect(lines[3]).toContain("validation 0.2500 ╌");
  expect(lines[10]).toContain("best accuracy 87.5 % in epoch 1");
});

test("the curves stay when the training is over, the bar does not", () => {
  const t = terminal();
  run(t, 10);
  void t.listener.epochEnd?.(epochEnd);
  void t.listener.fitEnd?.({ status: "finished", history: [epochEnd] });
  expect(t.screen.text).toContain("└─");
  expect(t.screen.text).not.toContain("━");
  expect(t.screen.writes.at(-1)).toMatch(/\n$/);
});

test.each([20, 30, 40, 50, 60, 70, 80, 100, 200])("nothing is broken in two at %d columns", (columns) => {
  const t = terminal(columns);
  run(t, 9);
  const widest = (): number => Math.max(...t.screen.text.split("\n").map((line) => line.length));
  expect(widest()).toBeLessThan(columns);
  if (columns >= 40) expect(t.screen.text).toContain("ETA");
  void t.listener.epochEnd?.(epochEnd);
  if (columns >= 40) expect(widest()).toBeLessThan(columns);
});

test("a low terminal has the bar only", () => {
  const t = terminal(120, 10);
  run(t, 3);
  expect(t.screen.text.split("\n")).toHaveLength(1);
});

test("a terminal that becomes narrower leaves no remains", () => {
  const t = terminal(120);
  run(t, 3);
  // As a terminal does: each line of more than 60 characters takes two rows.
  const before = t.screen.text.split("\n");
  const narrow = new Screen(60);
  narrow.write(before.join("\n"));
  const { screen } = t;
  screen.columns = 60;
  screen.writes.length = 0;
  t.clock.ms += 1000;
  void t.listener.step?.(stepEnd(1, 4));
  narrow.write(screen.writes.join(""));
  expect(narrow.text.split("\n")[0]).toMatch(/^epoch 1\/3 /);
  expect(narrow.text.match(/learning rate/g)).toHaveLength(1);
});

test("at most ten redraws a second", () => {
  const t = terminal(80);
  void t.listener.fitStart?.({ ...fitStart, steps: 1000 });
  void t.listener.epochStart?.({ epoch: 1, epochs: 3, lr: 0.1 });
  for (let step = 1; step <= 1000; step++) {
    t.clock.ms += 1;
    void t.listener.step?.(stepEnd(1, step));
  }
  expect(t.screen.writes.length).toBeLessThanOrEqual(10);
});

test("a resumed epoch is timed by its own steps, and the curves begin where the run did", () => {
  const t = terminal();
  const { epochs: _, best: __, ...record } = epochEnd;
  void t.listener.fitStart?.({ ...fitStart, epochsDone: 1, stepsDone: 6, history: [record] });
  void t.listener.epochStart?.({ epoch: 2, epochs: 3, lr: 0.1 });
  for (const step of [7, 8]) {
    t.clock.ms += 1000;
    void t.listener.step?.(stepEnd(2, step));
  }
  // 2 steps are left at one second each, then an epoch of ten.
  expect(t.screen.text).toContain(" 8/10 ");
  expect(t.screen.text).toContain("ETA 0:12");
  expect(t.screen.text).toContain("validation 0.2500 ╌");
});

test("elsewhere than on a terminal only lines of epochs appear, without control characters", () => {
  const f = file();
  run(f, 10);
  void f.listener.evaluate?.({ epoch: 1, step: 1, steps: 2, x: zeros([2, 3]), y: zeros([2]), output: zeros([2, 2]) });
  void f.listener.epochEnd?.({ ...epochEnd, validation: null, best: false });
  void f.listener.fitEnd?.({ status: "finished", history: [] });
  expect(f.writes).toEqual(["epoch 1/3  train loss 0.5000, accuracy 75.0 %  12.0 s  10 images/s\n"]);
});

test("in CI a terminal counts as a file", () => {
  vi.stubEnv("CI", "true");
  const t = terminal();
  run(t, 10);
  void t.listener.epochEnd?.(epochEnd);
  expect(t.screen.writes).toHaveLength(1);
  // oxlint-disable-next-line no-control-regex
  expect(t.screen.writes[0]).not.toMatch(/\u001b/);
});

test("NO_COLOR leaves colours out, and without it they change no text", () => {
  const texts = ["1", ""].map((value) => {
    vi.stubEnv("NO_COLOR", value);
    const t = terminal();
    run(t, 5);
    return { raw: t.screen.writes.join(""), text: t.screen.text.replace(/memory.*/, "") };
  });
  // oxlint-disable-next-line no-control-regex
  expect(texts.map(({ raw }) => /\u001b\[\d*m/.test(raw))).toEqual([false, true]);
  expect(texts[0].text).toBe(texts[1].text);
});

test("beside JSON the terminal shows the live view only, and clears it", () => {
  const screen = new Screen(80);
  const listener = progress({ stream: screen, now: () => 0, liveOnly: true });
  void listener.fitStart?.(fitStart);
  void listener.epochStart?.({ epoch: 1, epochs: 3, lr: 0.1 });
  void listener.step?.(stepEnd(1, 1));
  expect(screen.text).not.toBe("");
  void listener.epochEnd?.(epochEnd);
  void listener.fitEnd?.({ status: "finished", history: [] });
  expect(screen.text).toBe("");
});

/** Coverage D2: schedules equal those of torch.optim.lr_scheduler, or the formulas of their papers. */

import { describe, expect, test } from "vitest";
import { optim } from "../../src/index.js";
import { expectCloseNumbers, golden, tolerances } from "../golden/golden.js";

const { chained, cosine, exponential, linear, plateau, perStep, sequential, stepDecay, warmup } = optim.schedules;

interface Case {
  readonly schedule: string;
  readonly options: Record<string, unknown> & { readonly steps: number; readonly every: number; readonly gamma: number; readonly start: number; readonly milestones: number[] };
  readonly baseLr: number;
  readonly metrics?: number[];
  readonly lr: number[];
}

function make({ schedule, options }: Case): optim.Schedule {
  if (schedule === "warmup of stepDecay") return warmup(stepDecay({ every: options.every }), { steps: options.steps });
  if (schedule === "chained") return chained([stepDecay({ every: options.every }), exponential({ gamma: options.gamma })]);
  if (schedule === "sequential") {
    const { milestones, start, steps, gamma } = options;
    return sequential([linear({ start, steps }), exponential({ gamma })], { milestones });
  }
  return Reflect.apply(Reflect.get(optim.schedules, schedule) as () => optim.Schedule, undefined, [options]);
}

test.each(golden<{ cases: Case[] }>("scheduleFamily.json").cases)("$schedule $options", (item) => {
  const schedule = make(item);
  const rates = item.lr.map((_, at) => schedule.lrAt(at, item.baseLr, item.lr.length, item.metrics));
  expectCloseNumbers(rates, item.lr, tolerances.float64, item.schedule);
  // Pure: in any order, on a fresh schedule, the same numbers.
  const again = make(item);
  for (const at of [17, 3, 11, 0]) expect(again.lrAt(at, item.baseLr, item.lr.length, item.metrics)).toBe(rates[at]);
});

test("coverage D2: α₀ = 0.1 with decay 1 is 0.1, 0.05, 0.0333, 0.025", () => {
  const schedule = optim.schedules.fractionalDecay({ decay: 1 });
  expectCloseNumbers([0, 1, 2, 3].map((epoch) => schedule.lrAt(epoch, 0.1, 4)), [0.1, 0.05, 0.1 / 3, 0.025], tolerances.float64, "rates");
});

test("coverage D2: the Transformer's rate is d^−½ · min(s^−½, s · w^−1.5)", () => {
  const schedule = optim.schedules.transformer({ modelSize: 512, warmup: 4000 });
  for (const s of [1, 100, 3999, 4000, 4001, 100_000]) {
    expect(schedule.lrAt(s - 1, 1, 100_000)).toBeCloseTo(512 ** -0.5 * Math.min(s ** -0.5, s * 4000 ** -1.5), 15);
  }
});

describe("mistakes", () => {
  const call = (f: unknown, ...args: unknown[]): unknown => Reflect.apply(f as () => unknown, undefined, args);
  test.each<[what: string, run: () => unknown, message: RegExp]>([
    ["an unknown option", () => call(cosine, { minlr: 1 }), /cosine: there is no option "minlr"; did you mean minLr\?/],
    ["none at all", () => call(stepDecay), /stepDecay: expected options such as \{ every: … \}, got undefined/],
    ["an option that is missing", () => call(stepDecay, {}), /stepDecay: expected every, a number, got none/],
    ["a negative factor", () => exponential({ gamma: -1 }), /exponential: gamma must be 0 or more, got -1/],
    ["milestones that are no numbers", () => call(optim.schedules.multiStep, { milestones: ["3"] }), /milestones must be any numbers in an array/],
    ["a factory that was not called", () => call(perStep, cosine), /perStep: expected a schedule such as cosine\(\), got a function; call it/],
    ["plateau per step", () => perStep(plateau()), /the schedule follows the loss, which is measured after each epoch/],
    ["metrics that are missing", () => plateau().lrAt(3, 1, 10, [1]), /plateau: expected the metric of each of the 3 epochs done, got 1/],
    ["too few milestones", () => sequential([cosine(), cosine()], { milestones: [] }), /2 schedules need 1 milestones between them, got 0/],
    ["milestones out of order", () => sequential([cosine(), cosine(), cosine()], { milestones: [5, 3] }), /must be above 0 and ascend, got 5, 3/],
    ["two clocks", () => chained([cosine(), perStep(cosine())]), /some of the schedules count epochs and some steps/],
    ["two metrics", () => chained([plateau(), plateau({ mode: "max" })]), /one schedule watches the loss and one the accuracy/],
    ["a power without convergence", () => optim.schedules.robbinsMonro({ power: 0.5 }), /power must be above 0\.5 and at most 1, got 0\.5/],
    ["an unknown shape", () => call(optim.schedules.cyclic, { minLr: 0, up: 1, shape: "saw" }), /shape must be one of triangular, triangular2, exponential, got "saw"/],
  ])("%s", (_what, run, message) => {
    expect(run).toThrow(message);
  });
});

import { afterEach, expect, test, vi } from "vitest";
import { RecordingPace } from "./recordingPace.js";

afterEach(() => void vi.restoreAllMocks());

/** The epochs that are recorded, of `epochs` of `seconds`, if recording takes `cost` seconds. */
async function recorded(epochs: number, seconds: number, cost: number): Promise<number[]> {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => 1000 * now);
  const pace = new RecordingPace();
  const done: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    if (!pace.due(seconds, epoch === epochs)) continue;
    done.push(epoch);
    await pace.timed(async () => void (now += cost));
  }
  return done;
}

test("long epochs are all recorded, short ones at most 2 % of the time beyond a first second; the last one always", async () => {
  expect(await recorded(5, 60, 1)).toEqual([1, 2, 3, 4, 5]);
  expect(await recorded(5, 0.1, 0.2)).toEqual([1, 2, 3, 4, 5]);
  const often = await recorded(1000, 1, 0.5);
  expect(often.slice(0, 3)).toEqual([1, 2, 3]);
  expect(often.length).toBeLessThanOrEqual(Math.ceil((0.02 * 1000 + 1) / 0.5) + 2);
  expect(often.at(-1)).toBe(1000);
  expect(await recorded(100, 1, 10)).toEqual([1, 100]);
});

test("the time of a recording that fails counts too", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => 1000 * now);
  const pace = new RecordingPace();
  await expect(pace.timed(async () => { now += 5; throw new Error("full"); })).rejects.toThrow("full");
  expect(pace.due(1, false)).toBe(false);
});

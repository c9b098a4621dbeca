import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleRuns } from "./sampleRuns.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nabla-runs-"));
  await sampleRuns(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const info = (run: string) => JSON.parse(readFileSync(join(folder, run, "run.json"), "utf8"));

test("every run says how it ended, and is given back", () => {
  expect(info("letters/lr=0.05").status).toEqual({ state: "finished", reason: null });
  expect(info("stopped early").status).toEqual({ state: "stopped", reason: null });
  expect(info("diverged").status).toEqual({ state: "failed", reason: expect.stringMatching(/^training diverged at step \d+ \(epoch 1\): the loss is [^.]+\.$/) });
  expect(existsSync(join(folder, "diverged", "run.lock"))).toBe(false);
});

import { expect, test, vi } from "vitest";

test("without setImmediate, as in browsers, turns come in order too, after what waits already", async () => {
  vi.stubGlobal("setImmediate", undefined);
  vi.resetModules();
  const { macrotask } = await import("./macrotask.js");
  vi.unstubAllGlobals();
  const seen: string[] = [];
  const turns = [1, 2, 3].map((n) => macrotask().then(() => seen.push(`turn ${n}`)));
  await Promise.resolve().then(() => seen.push("microtask"));
  await Promise.all(turns);
  expect(seen).toEqual(["microtask", "turn 1", "turn 2", "turn 3"]);
});

import { expect, test } from "vitest";
import { listenForStop } from "./stopSignal.js";

function listen() {
  const seen = { err: "", exits: [] as number[], ms: 0 };
  const io = { stdout: { write: () => true }, stderr: { write: (text: string) => (seen.err += text) } };
  const stop = listenForStop(io, { now: () => seen.ms, exit: (code) => void seen.exits.push(code) });
  return { stop, seen };
}

test("the first Ctrl-C asks to stop, a second one quits", () => {
  const { stop, seen } = listen();
  expect(stop.signal.aborted).toBe(false);
  process.emit("SIGINT", "SIGINT");
  expect([stop.signal.aborted, stop.exitCode, seen.exits]).toEqual([true, 130, []]);
  expect(seen.err).toBe("stopping after this step; press Ctrl-C again to quit at once\n");
  seen.ms += 1000;
  process.emit("SIGINT", "SIGINT");
  expect(seen.exits).toEqual([130]);
  stop.dispose();
});

test("one key press that arrives twice, as under npm, counts once", () => {
  const { stop, seen } = listen();
  process.emit("SIGINT", "SIGINT");
  seen.ms += 3;
  process.emit("SIGINT", "SIGINT");
  expect(seen.exits).toEqual([]);
  expect(seen.err.match(/stopping/g)).toHaveLength(1);
  stop.dispose();
});

test("the exit code names the signal; afterwards signals are nobody's again", () => {
  const before = process.listenerCount("SIGTERM");
  const { stop } = listen();
  process.emit("SIGTERM", "SIGTERM");
  expect(stop.exitCode).toBe(143);
  stop.dispose();
  expect(process.listenerCount("SIGTERM")).toBe(before);
});

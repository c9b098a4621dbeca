import { expect, test } from "vitest";
import { emit, type Listener } from "./events.js";

const epochStart = { epoch: 1, epochs: 2, lr: 0.1 };

test("listeners hear an event in their order, each waiting for the one before", async () => {
  const heard: string[] = [];
  const listeners: Listener[] = [
    { epochStart: () => void heard.push("first") },
    {},
    { epochStart: async () => { await Promise.resolve(); heard.push("second"); } },
    { epochStart: ({ lr }) => void heard.push(`third ${lr}`) },
  ];
  await emit(listeners, "epochStart", epochStart);
  expect(heard).toEqual(["first", "second", "third 0.1"]);
});

test("without asynchronous handlers there is nothing to await", () => {
  expect(emit([{ epochStart: () => {} }, {}], "epochStart", epochStart)).toBeUndefined();
});

test("an error of a handler reaches the loop", async () => {
  const broken: Listener = { epochStart: async () => { throw new Error("disk full"); } };
  await expect(async () => emit([broken], "epochStart", epochStart)).rejects.toThrow("disk full");
});

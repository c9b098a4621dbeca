import { expect, test } from "vitest";
import { bytesText, durationText } from "./unitText.js";

test("durations", () => {
  expect([0, 0.01, 3.21, 9.96, 42.4, 100, 6000, 7200, 86_400, 172_800, 187_200].map(durationText)).toEqual([
    "0.0 s", "0.1 s", "3.2 s", "10 s", "42 s", "2 min", "1 h 40 min", "2 h", "24 h", "2 d", "2 d 4 h",
  ]);
});

test("bytes", () => {
  expect([0, 12, 1023, 1024, 1536, 1024 ** 2 - 1, 1024 ** 2, 1024 ** 3, 3.5 * 1024 ** 4].map(bytesText)).toEqual([
    "0 B", "12 B", "1023 B", "1.0 KiB", "1.5 KiB", "1024.0 KiB", "1.0 MiB", "1.0 GiB", "3584.0 GiB",
  ]);
});

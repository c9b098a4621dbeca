import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellPath } from "./shellPath.js";

test("a plain path stays as it is", () => {
  expect(shellPath("runs/2026-11-21-convnet_1.a@b")).toBe("runs/2026-11-21-convnet_1.a@b");
});

test.each(["two words", "it's", "<img src=x onerror=alert(1)>", "$(touch x)", "`x`", "a;b&c|d", "*?[a]", "~", "#a", "back\\slash", "line\nbreak", "ü", ""])("the shell reads %j as it was", (path) => {
  expect(execFileSync("sh", ["-c", `printf %s ${shellPath(path)}`], { encoding: "utf8" })).toBe(path);
});

test("a path that begins with a dash is no option", () => {
  expect(shellPath("-rf")).toBe("./-rf");
});

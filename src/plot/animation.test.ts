import { expect, test } from "vitest";
import { animate } from "./animation.js";
import { lines } from "./lines.js";

const frame = (title: string) => lines({ title, series: [{ name: "y", y: [1, 2] }], width: 200, height: 160 });

test("an animated SVG shows one figure at a time, and the last to readers who want less motion", () => {
  const svg = animate([frame("first"), frame("second"), frame("last")], { frameMs: 100, lastMs: 300 }).svg();
  for (const title of ["first", "second", "last"]) expect(svg).toContain(`>${title}<`);
  const [, rules] = /<style>.*?(\.nabla-3-100-300-0-0,.*?)<\/style>/.exec(svg) ?? [];
  expect(rules).toMatch(/^\.nabla-3-100-300-0-0,\.nabla-3-100-300-0-1\{visibility:hidden\}@media \(prefers-reduced-motion:no-preference\)\{/);
  expect(rules).toContain("@keyframes nabla-3-100-300-0-1{0%{visibility:hidden}20.0000%{visibility:visible}40.0000%,100%{visibility:hidden}}");
  expect(rules).toContain(".nabla-3-100-300-0-2{animation:nabla-3-100-300-0-2 500ms step-end infinite}");
  expect(animate([frame("first"), frame("last")], { loops: 2 }).svg({ theme: "dark" })).toContain("step-end 2}");
  expect(svg.match(/<title id=/g)).toHaveLength(1);
});

test("an animation of one figure does not move", () => {
  expect(animate([frame("only")]).svg()).not.toContain("@keyframes");
  expect(() => animate([frame("only")]).svg({ theme: "pink" as "dark" })).toThrow(/svg: theme must be "auto" or "light" or "dark"/);
});

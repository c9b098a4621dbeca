import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DataError, ValueError } from "../base/errors.js";
import { animate } from "./animation.js";
import { grid } from "./grid.js";
import { lines } from "./lines.js";
import { outliner } from "./outline.js";
import { text } from "./scene.js";
import { escaped } from "./svg.js";
import { textWidth, fitted, wrapped } from "./textWidth.js";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "nabla-plot-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const figure = (title = "Loss") => lines({ title, x: { label: "epoch" }, y: { label: "loss", unit: "nats" }, series: [{ name: "SGD", y: [3, 2, 1], validation: [3, 2.5, 2.6], best: "min" }] });

describe("svg", () => {
  test("follows the reader's theme by variables of its own", () => {
    const svg = figure().svg();
    expect(svg).toContain("@media (prefers-color-scheme:dark)");
    expect(svg).toContain("var(--nabla-series1)");
    expect(svg).toMatch(/:where\(\.nabla-figure\)\{--nabla-ground:#ffffff;/);
    const used = new Set(Array.from(svg.matchAll(/var\((--nabla-\w+)\)/g), ([, name]) => name));
    for (const name of used) expect(svg.split(`${name}:#`).length).toBe(4); // light, dark by preference, dark by the page
  });
  test("has fixed colours on request", () => {
    for (const theme of ["light", "dark"] as const) {
      const svg = figure().svg({ theme });
      expect(svg).not.toMatch(/var\(|<style>/);
      expect(svg).toContain(theme === "light" ? "#0068ad" : "#4ea5ea");
    }
  });
  test("has a series in the look that it has elsewhere", () => {
    const drawn = (look?: number): string => lines({ series: [{ name: "a", y: [1, 2], look }] }).svg({ theme: "light" });
    expect(drawn()).toBe(drawn(0));
    expect(drawn(3)).toContain("#c871a5");
    // The first hue that is there twice has marks: a circle in the legend, one on the line.
    expect(drawn(3)).not.toContain("<circle");
    expect(drawn(10).match(/<circle [^>]*#c871a5/g)).toHaveLength(2);
    expect(drawn(17)).not.toContain("<circle");
    expect(() => drawn(1.5)).toThrow('lines: series "a": look must be an integer ≥ 0, got 1.5.');
  });
  test("is read out, scales to its place, and keeps text as text", () => {
    const svg = figure().svg();
    expect(svg).toMatch(/role="img" aria-labelledby="(f[0-9a-f]{8})-title \1-desc"/);
    expect(svg).toMatch(/<title id="f[0-9a-f]{8}-title">Loss<\/title><desc id="[^"]*">Line chart of loss over epoch\. SGD: 3 points/);
    expect(svg).toMatch(/viewBox="0 0 640 400" .*style="max-width:100%;height:auto"/);
    expect(svg).toMatch(/<text [^>]*>loss \(nats\)<\/text>/);
    expect(svg).toMatch(/<text [^>]*>validation<\/text>/);
  });
  test("is the same each time, and has names of its own on a page", () => {
    expect(figure().svg()).toBe(figure().svg());
    const idsOf = (svg: string) => Array.from(svg.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
    expect(idsOf(figure("a").svg()).some((id) => idsOf(figure("b").svg()).includes(id))).toBe(false);
    const both = idsOf(grid([figure(), figure()]).svg());
    expect(new Set(both).size).toBe(both.length);
  });
  test("escapes what texts hold", () => {
    const hostile = '</text><script>alert("1")</script>&amp;\u0000\u001b\ud800';
    const svg = lines({ title: hostile, description: hostile, x: { label: hostile }, series: [{ name: hostile, y: [1, 2] }], marks: [{ x: 1.5, label: hostile }] }).svg();
    expect(svg).not.toContain("<script");
    expect(["\u0000", "\u001b", "\ud800"].some((character) => svg.includes(character))).toBe(false);
    expect(escaped("a<b>&\"'\n\td\u0007")).toBe("a&lt;b&gt;&amp;&quot;&#39; d\ufffd");
    expect(escaped("a\ud800b😀")).toBe("a\ufffdb😀");
  });
});

describe("png", () => {
  test("has the size of the figure times its scale, and something on it", async () => {
    for (const [theme, ground] of [["light", 255], ["dark", 15]] as const) {
      const png = await figure().png({ theme, scale: 1.5 });
      const { width, height, channels } = await sharp(png).metadata();
      expect([width, height, channels]).toEqual([960, 600, 3]);
      const { data } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
      expect(data[0]).toBe(ground);
      expect(new Set(data).size).toBeGreaterThan(50);
    }
  });
  test("is the same each time", async () => {
    expect(await figure().png()).toEqual(await figure().png());
  });
  test("draws letters of all scripts that charts use, without fonts of the machine", async () => {
    const empty = "\u{10ffff}"; // no font has it
    for (const bold of [false, true]) {
      const letters = Array.from(`∂∇w₁σλ·×±⁻²⁸−Жłóźï≤≈∞Σ‖→…${empty}`, (letter) => text(letter, 0, 0, { bold }));
      const outline = await outliner(letters);
      const drawn = letters.map(outline);
      expect(new Set(drawn).size).toBe(letters.length);
      expect(drawn.every((d) => /^M[-\d.,MLQCZ]+$/.test(d))).toBe(true);
    }
  });
});

describe("save", () => {
  test("writes the format that the name ends with", async () => {
    await figure().save(join(folder, "a.svg"));
    await figure().save(join(folder, "a.PNG"), { theme: "dark", scale: 1 });
    expect(readFileSync(join(folder, "a.svg"), "utf8")).toBe(figure().svg());
    expect(new Uint8Array(readFileSync(join(folder, "a.PNG")))).toEqual(await figure().png({ theme: "dark", scale: 1 }));
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });
  test("says what it cannot do", async () => {
    await expect(figure().save(join(folder, "a.jpg"))).rejects.toThrow(/must end in \.svg or \.png, but is .*a\.jpg/);
    await expect(figure().save(join(folder, "none", "a.svg"))).rejects.toThrow(DataError);
    await expect(figure().save(join(folder, "a.png"), { theme: "auto" })).rejects.toThrow(/a PNG picture cannot follow the reader/);
    await expect(figure().save(join(folder, "b.svg"), { scale: 2 })).rejects.toThrow(/an SVG figure has no scale/);
    await expect(Reflect.apply(figure().save, figure(), [7])).rejects.toThrow(/save: expected the path of a file, got 7/);
    expect(existsSync(join(folder, "b.svg"))).toBe(false);
    expect(() => figure().svg({ theme: "blue" as "dark" })).toThrow(/svg: theme must be "auto" or "light" or "dark", got "blue"/);
    await expect(figure().png({ scale: 100 })).rejects.toThrow(/png: scale must be a number from 0.1 to 4, got 100/);
  });
});

describe("animations", () => {
  const frame = (n: number) => lines({ width: 200, height: 160, series: [{ name: "", y: [1, n] }], x: { range: [1, 2] }, y: { range: [0, 4] } });
  test("have a picture for each figure, shown as long as they say", async () => {
    await animate([frame(1), frame(2), frame(3)], { frameMs: 100, lastMs: 500 }).save(join(folder, "a.gif"));
    const { format, pages, delay, width, pageHeight, loop } = await sharp(join(folder, "a.gif"), { animated: true }).metadata();
    expect({ format, pages, delay, width, pageHeight, loop }).toEqual({ format: "gif", pages: 3, delay: [100, 100, 500], width: 200, pageHeight: 160, loop: 0 });
  });
  test("refuse figures that do not fit together", async () => {
    expect(() => animate([])).toThrow(/expected an array of at least one figure, got none/);
    expect(() => animate([frame(1), figure()])).toThrow(/figure 1 is 640 × 400, figure 0 is 200 × 160/);
    expect(() => animate([Promise.resolve(frame(1)) as never])).toThrow(/element 0 must be a figure, got object; charts that read tensors return promises: await them/);
    await expect(animate([frame(1)]).save(join(folder, "a.png"))).rejects.toThrow(ValueError);
  });
});

test("texts are measured, shortened and wrapped", () => {
  expect(textWidth("wide")).toBeGreaterThan(textWidth("ill"));
  expect(fitted("a long name", 1000)).toBe("a long name");
  expect(textWidth(fitted("a very long name indeed", 60))).toBeLessThanOrEqual(60);
  expect(fitted("a very long name indeed", 60)).toMatch(/…$/);
  expect(wrapped("one two three four", 60)).toHaveLength(2);
});

test.each([240, 360, 640])("labels of ticks stay within a figure %d pixels wide", (width) => {
  const svg = lines({ width, series: [{ name: "loss", x: [0, 1_000_000], y: [0, 1] }] }).svg();
  const labels = Array.from(svg.matchAll(/<text x="([\d.]+)"[^>]*text-anchor="middle"[^>]*>([^<]*)</g), ([, x, label]) => Number(x) + textWidth(label, 12) / 2);
  expect(labels.length).toBeGreaterThan(1);
  expect(Math.max(...labels)).toBeLessThanOrEqual(width);
});

/** Animations: figures one after the other, as a GIF or as an SVG that moves, such as a decision boundary over the epochs. */

import { ValueError } from "../base/errors.js";
import { checkPng, endingOf, Figure, type PngOptions, type SvgOptions, unknownEnding } from "./figure.js";
import { checkChoice, checkCount, checkNumber, checkOptions, describeValue } from "./options.js";
import { plotRuntime } from "./runtime.js";
import { group } from "./scene.js";
import { svgOf } from "./svg.js";

export interface AnimateOptions {
  /** Milliseconds that each figure is shown, 20 to 60000. @default 200 */
  readonly frameMs?: number;
  /** Milliseconds that the last one is shown. @default 1500 */
  readonly lastMs?: number;
  /** How often it runs; 0: for ever. @default 0 */
  readonly loops?: number;
}

/**
 * Several figures as one moving picture. Give the axes of all of them the same ranges, else they jump.
 * @throws ValueError for no figure, or figures of different sizes.
 *
 * @example
 * const frames = [1, 2, 3].map((n) => plot.lines({ series: [{ name: "y", y: [1, n] }], x: { range: [1, 2] }, y: { range: [0, 3] }, width: 200, height: 160 }));
 * await plot.animate(frames, { frameMs: 100 }).save(`${folder}/line.gif`);
 */
export function animate(frames: readonly Figure[], options: AnimateOptions = {}): Animation {
  checkOptions("animate", options, ["frameMs", "lastMs", "loops"]);
  checkNumber("animate", "frameMs", options.frameMs, 20, 60_000);
  checkNumber("animate", "lastMs", options.lastMs, 20, 60_000);
  checkCount("animate", "loops", options.loops, 0, 65_535);
  if (!Array.isArray(frames) || frames.length === 0) throw new ValueError(`animate: expected an array of at least one figure, got ${Array.isArray(frames) ? "none" : describeValue(frames)}.`);
  const wrong = frames.findIndex((frame) => !(frame instanceof Figure));
  if (wrong >= 0) throw new ValueError(`animate: element ${wrong} must be a figure, got ${describeValue(frames[wrong])}; charts that read tensors return promises: await them.`);
  const odd = frames.findIndex(({ width, height }) => width !== frames[0].width || height !== frames[0].height);
  if (odd > 0) throw new ValueError(`animate: figure ${odd} is ${frames[odd].width} × ${frames[odd].height}, figure 0 is ${frames[0].width} × ${frames[0].height}; give all one width and height.`);
  return new Animation(frames, options);
}

/**
 * Figures in time, as `animate` returns them.
 *
 * @example
 * const frame = plot.lines({ series: [{ name: "y", y: [1, 2] }], width: 200, height: 160 });
 * const gif = await plot.animate([frame, frame]).gif({ scale: 1 });
 * String.fromCharCode(...gif.subarray(0, 4)) // → GIF8
 * plot.animate([frame, frame]).svg().includes("@keyframes") // → true
 */
export class Animation {
  private readonly frames: readonly Figure[];
  private readonly options: AnimateOptions;

  /** @internal `animate` makes them. */
  constructor(frames: readonly Figure[], options: AnimateOptions) {
    this.frames = frames;
    this.options = options;
  }

  /**
   * The animation as one SVG document that a page can hold: it follows the reader's theme, stands still under the pointer, and shows the last figure to
   * readers who want less motion.
   */
  svg(options: SvgOptions = {}): string {
    checkOptions("svg", options, ["theme"]);
    checkChoice("svg", "theme", options.theme, ["auto", "light", "dark"]);
    const last = this.frames[this.frames.length - 1];
    const names = this.frames.map((_, i) => `${this.#rulesName()}-${i}`);
    const items = this.frames.map((frame, i) => group(frame.items(frame), { name: names[i] }));
    const { width, height, title, description } = last;
    return svgOf(items, { width, height, theme: options.theme ?? "auto", title, description, css: this.#rules(names) });
  }

  /** Equal rules have equal names, so that several animations of one page do not disturb each other. */
  #rulesName(): string {
    const { frameMs = 200, lastMs = 1500, loops = 0 } = this.options;
    return `nabla-${[this.frames.length, frameMs, lastMs, loops].map((value) => String(value).replace(".", "_")).join("-")}`;
  }

  /** When each frame is seen. */
  #rules(names: readonly string[]): string {
    const { frameMs = 200, lastMs = 1500, loops = 0 } = this.options;
    if (names.length === 1) return "";
    const total = frameMs * (names.length - 1) + lastMs;
    const percent = (frame: number): string => `${((100 * frameMs * frame) / total).toFixed(4)}%`;
    const moving = names.map((name, i) => {
      const before = i === 0 ? "" : "0%{visibility:hidden}";
      const after = i === names.length - 1 ? "" : `${percent(i + 1)},100%{visibility:hidden}`;
      return `@keyframes ${name}{${before}${percent(i)}{visibility:visible}${after}}.${name}{animation:${name} ${total}ms step-end ${loops === 0 ? "infinite" : loops}}`;
    });
    const hidden = names.slice(0, -1).map((name) => `.${name}`).join();
    return `${hidden}{visibility:hidden}@media (prefers-reduced-motion:no-preference){${moving.join("")}svg:hover>g[class^="nabla-"]{animation-play-state:paused}}`;
  }

  /** The animation as a GIF; `scale` is 1 unless it is given. Node only. */
  async gif(options: PngOptions = {}): Promise<Uint8Array> {
    checkPng("gif", options);
    const runtime = plotRuntime("gif draws pixels");
    const pictures: Uint8Array[] = [];
    for (const frame of this.frames) pictures.push(await runtime.png(frame, { scale: 1, ...options }));
    const { frameMs = 200, lastMs = 1500, loops = 0 } = this.options;
    return runtime.gif(pictures, pictures.map((_, i) => Math.round(i === pictures.length - 1 ? lastMs : frameMs)), loops);
  }

  /** Writes the GIF to a file whose name ends in .gif, whole or not at all. @throws ValueError for another ending; DataError when it cannot be written. */
  async save(path: string, options: PngOptions = {}): Promise<void> {
    if (endingOf(path) !== "gif") throw unknownEnding(path, [".gif"]);
    const content = await this.gif(options);
    await plotRuntime("save writes files").write(path, content);
  }
}

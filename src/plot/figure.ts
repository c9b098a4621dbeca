/** Figure: a drawing that is laid out when its size and theme are known, and written as SVG or PNG. */

import { type NablaError, ValueError } from "../base/errors.js";
import { checkChoice, checkNumber, checkOptions, describeValue, type FigureOptions } from "./options.js";
import { plotRuntime } from "./runtime.js";
import { group, type Item, type Size, text } from "./scene.js";
import { svgOf } from "./svg.js";
import { wrapped } from "./textWidth.js";
import type { Theme } from "./theme.js";

export interface SvgOptions {
  /** "auto" follows the reader's preference by a media query in the SVG; the others fix the colours, for print and for programs without style sheets. @default "auto" */
  readonly theme?: Theme;
}

export interface PngOptions {
  /** @default "light" */
  readonly theme?: "light" | "dark";
  /** Pixels of the picture for one of the figure, 0.1 to 4. @default 2 */
  readonly scale?: number;
}

export interface SaveOptions {
  /** As for `svg` and `png`. @default "auto" for .svg, "light" for .png */
  readonly theme?: Theme;
  /** As for `png`, of which alone it is an option. */
  readonly scale?: number;
}

/** How a chart makes its figure. */
export interface FigureInit {
  readonly options: FigureOptions;
  /** Width unless the options say it, and the height that fits a width. */
  readonly width: number;
  readonly heightOf: (width: number) => number;
  /** What is read out unless the options say it: the kind of figure, and what it shows. */
  readonly kind: string;
  readonly summary: string;
  /** Draws what is below the title. */
  readonly draw: (size: Size) => readonly Item[];
}

/** The height of charts with two axes: wider than high, with room for title and legend where they are narrow. */
export const landscape = (width: number): number => Math.min(480, 176 + 0.35 * width);

/** The height of charts that are about as high as wide. */
export const nearlySquare = (width: number): number => Math.min(620, 180 + 0.5 * width);

/** What a title of one line takes. */
export const titleHeight = ({ title }: FigureOptions): number => (title === undefined || title === "" ? 0 : 33);

const titleSize = 15;
const margin = 14;

/**
 * A chart, as all functions of `plot` return it. Drawn anew by each method, the same bytes each time.
 *
 * @example
 * const figure = plot.lines({ title: "Loss", series: [{ name: "train", y: [2.3, 1.1, 0.7] }] });
 * figure.svg().startsWith("<svg") // → true
 * await figure.save(`${folder}/loss.png`, { theme: "dark" });
 */
export class Figure {
  /** Pixels, without scaling. */
  readonly width: number;
  readonly height: number;
  /** What it is called: the title, or the kind of figure. */
  readonly title: string;
  /** What it shows, in words. */
  readonly description: string;
  private readonly heading: string;
  private readonly draw: FigureInit["draw"];

  /** @internal Charts make figures. */
  constructor({ options, width, heightOf, kind, summary, draw }: FigureInit) {
    this.width = options.width ?? width;
    this.height = options.height ?? Math.round(heightOf(this.width));
    this.heading = options.title ?? "";
    this.title = this.heading === "" ? kind : this.heading;
    this.description = options.description ?? summary;
    this.draw = draw;
  }

  /** @internal All shapes, title included, for a place of this size. */
  items({ width, height }: Size): readonly Item[] {
    const lines = this.heading === "" ? [] : wrapped(this.heading, width - 2 * margin, { size: 1.06 * titleSize });
    const top = lines.length === 0 ? 0 : margin + 19 * lines.length;
    const heading = lines.map((each, i) => text(each, margin, margin + 12 + 19 * i, { size: titleSize, bold: true }));
    return [...heading, group(this.draw({ width, height: Math.max(40, height - top) }), { y: top })];
  }

  /** The figure as an SVG document, text as text, with title and description for screen readers. */
  svg(options: SvgOptions = {}): string {
    checkOptions("svg", options, ["theme"]);
    checkChoice("svg", "theme", options.theme, ["auto", "light", "dark"]);
    const { width, height, title, description } = this;
    return svgOf(this.items(this), { width, height, theme: options.theme ?? "auto", title, description });
  }

  /** The figure as a PNG picture of width × scale by height × scale pixels, with letters that are the same on every machine. Node only. */
  async png(options: PngOptions = {}): Promise<Uint8Array> {
    checkPng("png", options);
    return plotRuntime("png draws pixels").png(this, options);
  }

  /**
   * Writes the figure to a file, whole or not at all, in the format that its name ends with: .svg or .png.
   * @throws ValueError for another ending, or an option that the format does not have; DataError when the file cannot be written.
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    checkOptions("save", options, ["theme", "scale"]);
    const content = await this.encode(endingOf(path), path, options);
    await plotRuntime("save writes files").write(path, content);
  }

  /** The content of a file with that ending. */
  protected encode(ending: string, path: string, options: SaveOptions): Promise<string | Uint8Array> | string {
    if (ending === "png") {
      if (options.theme === "auto") throw new ValueError('save: a PNG picture cannot follow the reader: theme must be "light" or "dark".');
      return this.png({ theme: options.theme, scale: options.scale });
    }
    if (ending === "svg") {
      if (options.scale !== undefined) throw new ValueError("save: an SVG figure has no scale; it is sharp at any size. Leave scale out.");
      return this.svg({ theme: options.theme });
    }
    throw unknownEnding(path, this.endings);
  }

  /** The endings that `save` knows. */
  protected get endings(): readonly string[] {
    return [".svg", ".png"];
  }
}

export function checkPng(owner: string, options: PngOptions): void {
  checkOptions(owner, options, ["theme", "scale"]);
  checkChoice(owner, "theme", options.theme, ["light", "dark"]);
  checkNumber(owner, "scale", options.scale, 0.1, 4);
}

/** What follows the last full stop of a path. */
export function endingOf(path: unknown): string {
  if (typeof path !== "string") throw new ValueError(`save: expected the path of a file, got ${describeValue(path)}.`);
  return /\.(\w+)$/.exec(path)?.[1].toLowerCase() ?? "";
}

export const unknownEnding = (path: string, endings: readonly string[]): NablaError =>
  new ValueError(`save: the name of the file decides its format, and must end in ${endings.join(" or ")}, but is ${path}.`);

/** What charts leave to the runtime: pixels and files. */

import { NablaError } from "../base/errors.js";
import type { Figure, PngOptions } from "./figure.js";

export interface PlotRuntime {
  /** A PNG picture of the figure. */
  readonly png: (figure: Figure, options: PngOptions) => Promise<Uint8Array>;
  /** An animated GIF of PNG pictures, each shown for so many milliseconds; `loops` 0: for ever. */
  readonly gif: (pictures: readonly Uint8Array[], delayMs: readonly number[], loops: number) => Promise<Uint8Array>;
  /** Writes a file, whole or not at all. */
  readonly write: (path: string, content: string | Uint8Array) => Promise<void>;
  /** The records of a run folder's metrics; none where there is no such folder. */
  readonly records: (folder: string) => readonly unknown[];
}

let runtime: PlotRuntime | undefined;

/** Says what this runtime does with pixels and files; src/platform does. */
export function providePlotRuntime(provided: PlotRuntime): void {
  runtime = provided;
}

/**
 * @param what asks for it: "png draws pixels".
 * @param instead what serves in a browser.
 * @throws NablaError in browsers.
 */
export function plotRuntime(what: string, instead = "use svg(), which a page can show and save"): PlotRuntime {
  if (runtime === undefined) throw new NablaError(`${what}, which takes Node; in a browser ${instead}.`);
  return runtime;
}

/** Where a command writes. Tests give streams of their own. */

import type { ProgressStream } from "../train/terminalBlock.js";

export interface Io {
  /** Results. */
  readonly stdout: ProgressStream;
  /** Everything else: warnings, errors, advice. */
  readonly stderr: ProgressStream;
}

export function printLine(stream: ProgressStream, line: string): void {
  stream.write(`${line}\n`);
}

/** One JSON object on a line of its own. */
export function printJson(stream: ProgressStream, value: object): void {
  printLine(stream, JSON.stringify(value));
}

/** A line that is rewritten in place on a terminal, and does not appear elsewhere. */

import type { ProgressStream } from "../train/terminalBlock.js";

const returnAndClear = "\r\u001b[2K";

export interface LiveLine {
  show(line: string): void;
  clear(): void;
}

export function liveLine(stream: ProgressStream): LiveLine {
  let last = "";
  const draw = (line: string): void => {
    if (stream.isTTY !== true || line === last) return;
    last = line;
    stream.write(returnAndClear + line.slice(0, (stream.columns ?? 80) - 1));
  };
  return { show: draw, clear: () => draw("") };
}

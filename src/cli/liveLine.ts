/** A line that is rewritten in place on a terminal, and does not appear elsewhere. */

import { type ProgressStream, TerminalBlock } from "../train/terminalBlock.js";

export interface LiveLine {
  show(line: string): void;
  clear(): void;
}

export function liveLine(stream: ProgressStream): LiveLine {
  const block = new TerminalBlock(stream);
  let last = "";
  return {
    show(line) {
      if (stream.isTTY !== true || line === last) return;
      last = line;
      block.draw([line.slice(0, (stream.columns ?? 80) - 1)]);
    },
    clear() {
      last = "";
      block.settle();
    },
  };
}

/**
 * Terminal block: some lines at the end of a terminal that are rewritten in place. Each redraw is one write that begins and ends a synchronised
 * update and clears no more than the rest of each line, so nothing flickers.
 */

/** The part of `process.stdout` or `process.stderr` that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

// Terminals that do not know synchronised updates ignore these two.
const begin = "\u001b[?2026h";
const end = "\u001b[?2026l";
const clearToEndOfLine = "\u001b[K";
const clearBelow = "\u001b[J";

/** What a line is on the screen, without its colours. */
// oxlint-disable-next-line no-control-regex
export const visible = (line: string): string => line.replace(/\u001b\[[0-9;]*m/g, "");

export class TerminalBlock {
  #shown: readonly string[] = [];

  constructor(private readonly stream: ProgressStream) {}

  get isShown(): boolean {
    return this.#shown.length > 0;
  }

  /** Shows these lines in place of those before; each must be shorter than the terminal is wide. The cursor stays at the end of the last one. */
  draw(lines: readonly string[]): void {
    this.stream.write(`${begin}${this.#toTop()}${lines.map((line) => line + clearToEndOfLine).join("\n")}${clearBelow}${end}`);
    this.#shown = lines;
  }

  /** Takes the block away, and leaves `lines`, if any, in its place for good. */
  settle(lines: readonly string[] = []): void {
    const text = lines.map((line) => `${line}\n`).join("");
    if (this.isShown) this.stream.write(`${this.#toTop()}${clearBelow}${text}`);
    else if (text !== "") this.stream.write(text);
    this.#shown = [];
  }

  /** From the end of the last line to the beginning of the first. A terminal that became narrower since has broken lines in two. */
  #toTop(): string {
    if (!this.isShown) return "\r";
    const columns = this.stream.columns ?? 80;
    const rows = this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(visible(line).length / columns)), 0);
    return rows > 1 ? `\r\u001b[${rows - 1}A` : "\r";
  }
}

/** Tables for terminals: columns as wide as their contents, as far as there is room; what does not fit wraps, and a line break begins a line in its cell. */

export interface TextTableOptions {
  /** Width of the terminal. @default 100 */
  readonly columns?: number;
  /** The column that gives way when there is too little room. */
  readonly flexible: number;
  /** Widest that a column gets, by its number. @default {} */
  readonly widest?: Readonly<Record<number, number>>;
  /** Columns set flush right. @default [] */
  readonly right?: readonly number[];
}

/** Narrower than this, words no longer fit. */
const leastFlexible = 24;
const gap = "  ";

/** @returns lines joined by line breaks */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], { columns = 100, flexible, widest = {}, right = [] }: TextTableOptions): string {
  const widths = head.map((_, i) => Math.min(widest[i] ?? Infinity, Math.max(...[head, ...rows].flatMap((row) => row[i].split("\n").map((line) => line.length)))));
  const others = widths.reduce((sum, width, i) => (i === flexible ? sum : sum + width + gap.length), 0);
  widths[flexible] = Math.min(widths[flexible], Math.max(leastFlexible, columns - 1 - others));
  const lines = (row: readonly string[]): string[] => {
    const cells = row.map((cell, i) => cell.split("\n").flatMap((line) => wrapped(line, widths[i])));
    return Array.from({ length: Math.max(...cells.map((parts) => parts.length)) }, (_, n) =>
      cells
        .map((parts, i) => (right.includes(i) ? (parts[n] ?? "").padStart(widths[i]) : (parts[n] ?? "").padEnd(widths[i])))
        .join(gap)
        .trimEnd(),
    );
  };
  return [head, widths.map((width) => "─".repeat(width)), ...rows].flatMap(lines).join("\n");
}

/** The words of a text in lines of at most `width` characters; longer words are cut. */
export function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== "" && last.length + 1 + word.length > width) lines.push("");
    for (let part = word; ; part = part.slice(width)) {
      const at = lines.length - 1;
      lines[at] += (lines[at] === "" ? "" : " ") + part.slice(0, width);
      if (part.length <= width) break;
      lines.push("");
    }
  }
  return lines;
}

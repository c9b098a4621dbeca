/** Tables for terminals: columns as wide as their contents, one of which gives way and wraps. */

export interface TextTableOptions {
  /** Width of the terminal. @default 100 */
  readonly columns?: number;
  /** The column that wraps. */
  readonly flexible: number;
  /** Columns set flush right. @default [] */
  readonly right?: readonly number[];
}

/** Narrower than this, words no longer fit. */
const leastFlexible = 24;
const gap = "  ";

/** @returns lines joined by line breaks */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], { columns = 100, flexible, right = [] }: TextTableOptions): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  const others = widths.reduce((sum, width, i) => (i === flexible ? sum : sum + width + gap.length), 0);
  widths[flexible] = Math.min(widths[flexible], Math.max(leastFlexible, columns - 1 - others));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(gap).trimEnd();
  const lines = (row: readonly string[]): string[] =>
    wrapped(row[flexible], widths[flexible]).map((part, n) => line(row.map((cell, i) => (i === flexible ? part : n === 0 ? cell : ""))));
  return [line(head), line(widths.map((width) => "─".repeat(width))), ...rows.flatMap(lines)].join("\n");
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

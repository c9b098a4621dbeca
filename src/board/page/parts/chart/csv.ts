/** Comma-separated values, as RFC 4180 says. */

export type Cell = string | number | null | undefined;

/** A text that a spreadsheet would take for a formula and run gets an apostrophe before it. */
const cellText = (cell: Cell): string => {
  const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : String(cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The head and the rows below it; null and undefined are empty cells. */
export const csvOf = (head: readonly string[], rows: Iterable<readonly Cell[]>): string => [head, ...rows].map((row) => `${row.map(cellText).join(",")}\r\n`).join("");

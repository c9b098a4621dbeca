/** Options as `describe()` shows them. */

/** `, name=3` or, where the axes differ, `, name=[3, 5]`; nothing if all are `usual`. */
export function shown(name: string, value: readonly number[], usual?: number): string {
  return value.every((n) => n === usual) ? "" : `, ${name}=${oneOrAll(value)}`;
}

/** The number that all share, or all of them in brackets. */
export function oneOrAll(value: readonly (number | null)[]): string {
  return value.every((n) => n === value[0]) ? `${value[0]}` : `[${value.map(String).join(", ")}]`;
}

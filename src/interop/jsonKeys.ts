/** Repeated keys in JSON text: `JSON.parse` keeps the last one silently, a file format that forbids them must look. */

/**
 * The first key that an object of `text` holds twice, or undefined.
 * @param text valid JSON (parse it first).
 */
export function findDuplicateKey(text: string): string | undefined {
  /** Keys of each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[[\]{},]/gs;
  let keyIsNext = false;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const symbol = match[0];
    if (symbol === "{") open.push(new Set());
    else if (symbol === "[") open.push(null);
    else if (symbol === "}" || symbol === "]") open.pop();
    const keys = open.at(-1);
    if (symbol[0] === '"' && keyIsNext && keys) {
      const key: string = JSON.parse(symbol);
      if (keys.has(key)) return key;
      keys.add(key);
    }
    keyIsNext = symbol === "{" || symbol === ",";
  }
  return undefined;
}

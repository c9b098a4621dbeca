/** A terminal for tests: what a reader sees after all that was written, and how often it was. */

export class Screen {
  readonly isTTY = true;
  readonly writes: string[] = [];
  /** Lines above the visible ones count as well: a terminal scrolls. */
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(public columns = 80, public rows = 24) {}

  write(text: string): void {
    this.writes.push(text);
    // oxlint-disable-next-line no-control-regex
    for (const [token, escape] of text.matchAll(/\u001b\[([?\d;]*[A-Za-z])|[\s\S]/gu)) {
      if (escape !== undefined) this.#escape(escape);
      else if (token === "\r") this.#column = 0;
      else if (token === "\n") this.#newLine();
      else this.#put(token);
    }
  }

  /** The text on the screen, without trailing blanks. */
  get text(): string {
    return this.#lines.map((line) => Array.from(line, (c) => c ?? " ").join("").trimEnd()).join("\n").trimEnd();
  }

  #put(character: string): void {
    if (this.#column >= this.columns) this.#newLine();
    this.#lines[this.#row][this.#column++] = character;
  }

  #newLine(): void {
    this.#row++;
    this.#column = 0;
    if (this.#row === this.#lines.length) this.#lines.push([]);
  }

  #escape(code: string): void {
    const n = Number.parseInt(code) || 1;
    if (code.endsWith("A")) this.#row = Math.max(0, this.#row - n);
    else if (code === "K" || code === "2K") this.#lines[this.#row].length = Math.min(this.#lines[this.#row].length, code === "K" ? this.#column : 0);
    else if (code === "J") {
      this.#lines.length = this.#row + 1;
      this.#lines[this.#row].length = Math.min(this.#lines[this.#row].length, this.#column);
    } else if (!code.endsWith("m") && code !== "?2026h" && code !== "?2026l") throw new Error(`the screen does not know ESC[${code}`);
  }
}

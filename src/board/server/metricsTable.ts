/** Metrics table: `metrics.jsonl` as columns, one row an epoch. Objects in a record become columns of their own: "phases/data". */

import { Growing } from "./growing.js";
import type { LineSink } from "./lineTail.js";

/** No run has more curves; a damaged file may claim any number. */
const maxColumns = 4096;

export class MetricsTable implements LineSink {
  readonly #epochs = Growing.float64();
  readonly #columns = new Map<string, Growing<Float64Array>>();
  #line = 0;
  /** Lines that are no records, and the number of the first. */
  damaged = 0;
  firstDamaged = 0;
  /** Epochs that came again; the later record counts. */
  repeated = 0;
  /** Names that found no column. */
  left = 0;

  restart(): void {
    this.#epochs.resize(0);
    this.#columns.clear();
    this.#line = this.damaged = this.firstDamaged = this.repeated = this.left = 0;
  }

  line(text: string): void {
    this.#line++;
    let record: unknown;
    try {
      record = JSON.parse(text);
    } catch {
      return this.#isDamaged();
    }
    if (typeof record !== "object" || record === null || !("epoch" in record)) return this.#isDamaged();
    const { epoch } = record;
    if (typeof epoch !== "number" || !Number.isFinite(epoch)) return this.#isDamaged();
    const row = this.#row(epoch);
    for (const [name, value] of Object.entries(record)) {
      if (typeof value === "number" && name !== "epoch") this.#set(name, row, value);
      else if (typeof value === "object" && value !== null) {
        for (const [inner, number] of Object.entries(value)) if (typeof number === "number") this.#set(`${name}/${inner}`, row, number);
      }
    }
  }

  tooLong(): void {
    this.#line++;
    this.#isDamaged();
  }

  get epochs(): Float64Array {
    return this.#epochs.view();
  }

  get names(): string[] {
    return Array.from(this.#columns.keys());
  }

  get bytes(): number {
    let sum = this.#epochs.bytes;
    for (const column of this.#columns.values()) sum += column.bytes;
    return sum;
  }

  /** Values by row, NaN where a record had none; undefined for a column that does not exist. Valid until the table grows. */
  column(name: string): Float64Array | undefined {
    const column = this.#columns.get(name);
    column?.resize(this.#epochs.length);
    return column?.view();
  }

  trim(): void {
    this.#epochs.trim();
    for (const column of this.#columns.values()) column.trim();
  }

  #isDamaged(): void {
    if (this.damaged++ === 0) this.firstDamaged = this.#line;
  }

  /** The row of an epoch, emptied if it was there. */
  #row(epoch: number): number {
    const { length } = this.#epochs;
    if (length === 0 || epoch > this.#epochs.at(length - 1)) {
      this.#epochs.push(epoch);
      return length;
    }
    const epochs = this.#epochs.view();
    const row = epochs.findIndex((each) => each >= epoch);
    const again = epochs[row] === epoch;
    if (again) this.repeated++;
    else this.#epochs.insert(row, epoch);
    for (const column of this.#columns.values()) {
      column.resize(length);
      if (again) column.set(row, NaN);
      else column.insert(row, NaN);
    }
    return row;
  }

  #set(name: string, row: number, value: number): void {
    let column = this.#columns.get(name);
    if (column === undefined) {
      if (this.#columns.size >= maxColumns) {
        this.left++;
        return;
      }
      column = Growing.float64();
      this.#columns.set(name, column);
    }
    if (column.length <= row) column.resize(row + 1);
    column.set(row, value);
  }
}

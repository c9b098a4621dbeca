/**
 * Metrics table: `metrics.jsonl` as columns, one row an epoch. Objects in a record become columns of their own: "phases/data". Records come by rising epochs,
 * unless several programs wrote them; such rows are put at the end, and into their places when somebody looks.
 */

import { Growing } from "./growing.js";
import type { LineSink } from "./lineTail.js";
import { firstAtLeast } from "./rising.js";

/** No run has more curves; a damaged file may claim any number. */
const maxColumns = 4096;

interface Slot {
  readonly name: string;
  /** Within an object. */
  readonly inner: string | null;
  readonly column: Growing<Float64Array> | null;
}

export class MetricsTable implements LineSink {
  readonly #epochs = Growing.float64();
  readonly #columns = new Map<string, Growing<Float64Array>>();
  /** The columns of a record's numbers in their order, as the last one had them. */
  readonly #slots: Slot[] = [];
  /** Rows that lie in order: all, or those before `#late`. */
  #ordered = 0;
  /** Rows of the epochs behind them, since one came late; null while all lie in order. */
  #late: Map<number, number> | null = null;
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
    this.#slots.length = 0;
    this.#late = null;
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
    const entries = record as Readonly<Record<string, unknown>>;
    let place = 0;
    for (const name in entries) {
      const value = entries[name];
      if (typeof value === "number" && name !== "epoch") this.#set(place++, name, null, row, value);
      else if (typeof value === "object" && value !== null) {
        const inside = value as Readonly<Record<string, unknown>>;
        for (const inner in inside) {
          const number = inside[inner];
          if (typeof number === "number") this.#set(place++, name, inner, row, number);
        }
      }
    }
  }

  tooLong(): void {
    this.#line++;
    this.#isDamaged();
  }

  /** Rising. Valid until the table grows. */
  get epochs(): Float64Array {
    this.#order();
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
    this.#order();
    const column = this.#columns.get(name);
    column?.resize(this.#epochs.length);
    return column?.view();
  }

  trim(): void {
    this.#order();
    this.#epochs.trim();
    for (const column of this.#columns.values()) column.trim();
  }

  #isDamaged(): void {
    if (this.damaged++ === 0) this.firstDamaged = this.#line;
  }

  /** The row of an epoch, emptied if it was there. */
  #row(epoch: number): number {
    const { length } = this.#epochs;
    const row = this.#rowOf(epoch);
    if (row === length) {
      this.#epochs.push(epoch);
      this.#late?.set(epoch, row);
      return row;
    }
    this.repeated++;
    for (const column of this.#columns.values()) if (row < column.length) column.set(row, NaN);
    return row;
  }

  /** Where an epoch lies, or the row behind the last where it is new. */
  #rowOf(epoch: number): number {
    const { length } = this.#epochs;
    if (this.#late === null) {
      if (length === 0 || epoch > this.#epochs.at(length - 1)) return length;
      this.#ordered = length;
    }
    const row = firstAtLeast(this.#epochs.view(), epoch, this.#ordered);
    if (row < this.#ordered && this.#epochs.at(row) === epoch) return row;
    return (this.#late ??= new Map()).get(epoch) ?? length;
  }

  /** Rows that came late go to their places, all at once. */
  #order(): void {
    if (this.#late === null) return;
    this.#late = null;
    const epochs = this.#epochs.view();
    const late = Uint32Array.from({ length: epochs.length - this.#ordered }, (_, i) => this.#ordered + i).sort((a, b) => epochs[a] - epochs[b]);
    if (late.length === 0) return;
    const begin = firstAtLeast(epochs, epochs[late[0]], this.#ordered);
    const order = new Uint32Array(epochs.length - begin);
    let [kept, next] = [begin, 0];
    for (let i = 0; i < order.length; i++) order[i] = next === late.length || (kept < this.#ordered && epochs[kept] < epochs[late[next]]) ? kept++ : late[next++];
    for (const column of this.#columns.values()) {
      column.resize(epochs.length);
      column.reorder(begin, order);
    }
    this.#epochs.reorder(begin, order);
  }

  /** @param place of the number in its record: mostly its column is that of the number there in the record before */
  #set(place: number, name: string, inner: string | null, row: number, value: number): void {
    let slot = this.#slots[place];
    if (slot === undefined || slot.name !== name || slot.inner !== inner) {
      slot = { name, inner, column: this.#columnOf(inner === null ? name : `${name}/${inner}`) };
      if (place < maxColumns) this.#slots[place] = slot;
    }
    const { column } = slot;
    if (column === null) {
      this.left++;
      return;
    }
    if (column.length <= row) column.resize(row + 1);
    column.set(row, value);
  }

  /** Null where there are too many. */
  #columnOf(name: string): Growing<Float64Array> | null {
    let column = this.#columns.get(name);
    if (column === undefined) {
      if (this.#columns.size >= maxColumns) return null;
      column = Growing.float64();
      this.#columns.set(name, column);
    }
    return column;
  }
}

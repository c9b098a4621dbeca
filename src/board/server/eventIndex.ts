/**
 * Event index: what the event files of one folder hold. Curves are kept as numbers; histograms and images only as places in their files, to be read when
 * somebody looks.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../base/errors.js";
import { type LoggedEvent, valuesIn } from "../../interop/tfevents/readEvents.js";
import type { Hparam } from "../../interop/tfevents/summaries.js";
import { Curve } from "./curve.js";
import { whyUnreadable } from "./openInside.js";
import { type PlainEvent, readPlainEvent } from "./plainEvent.js";
import { recordAt, RecordTail } from "./recordTail.js";

/** Where something lies that is read on demand. */
export interface Place {
  readonly kind: "histogram" | "image";
  readonly step: number;
  readonly file: string;
  readonly offset: number;
  /** Of images: how many, and their size. */
  readonly images: number;
  readonly width: number;
  readonly height: number;
}

let nextReading = 0;

/** No run has more tags; a damaged file may hold any number. */
const maxTags = 10_000;

export const isEventFile = (name: string): boolean => name.includes("tfevents");

export class EventIndex {
  readonly #root: string;
  readonly #folder: string;
  readonly #tails = new Map<string, RecordTail>();
  /** By tag: writers may name the plugin only the first time. */
  readonly #plugins = new Map<string, string>();
  /** Another number whenever its files are read anew: places of before are void. */
  reading = nextReading++;
  /** Bytes that were there at the last visit. */
  #seen = "";
  readonly curves = new Map<string, Curve>();
  readonly places = new Map<string, Place[]>();
  hparams: ReadonlyMap<string, Hparam> = new Map();
  /** First wall time; NaN before there is one. */
  began = NaN;
  ended = NaN;
  /** By the name of the file, why it is not shown, or not whole. */
  problems = new Map<string, string>();
  /** Files with records that are no events. */
  readonly #spoilt = new Map<string, string>();
  /** Tags beyond the most that are kept. */
  left = false;
  readonly #plain: PlainEvent = { wallTime: 0, step: 0, tag: "", value: 0 };

  constructor(root: string, folder: string) {
    this.#root = root;
    this.#folder = folder;
  }

  get bytes(): number {
    let sum = 0;
    for (const curve of this.curves.values()) sum += curve.bytes;
    for (const places of this.places.values()) sum += 100 * places.length;
    return sum;
  }

  /**
   * Reads what is new. @param writing whether a program may be writing: it then ends the last record later
   * @returns whether there was something
   */
  async read(writing: boolean): Promise<boolean> {
    const names = (await readdir(this.#folder).catch(() => [] as string[])).filter(isEventFile).sort();
    const before = this.#seen;
    let again = [...this.#tails.keys()].some((name) => !names.includes(name));
    if (again) this.#forget();
    do {
      again = false;
      for (const name of names) {
        const tail = this.#tails.get(name) ?? new RecordTail(this.#root, join(this.#folder, name));
        this.#tails.set(name, tail);
        try {
          await tail.read({ restart: () => (again = true), record: (data, offset) => this.#add(name, data, offset) });
          const cut = tail.unfinished > 0 && !writing ? "ends in the middle of a record, which is left out" : null;
          const problem = tail.damage ?? this.#spoilt.get(name) ?? cut;
          if (problem === null) this.problems.delete(name);
          else this.problems.set(name, problem);
        } catch (error) {
          const reason = whyUnreadable(error);
          if (reason !== null) this.problems.set(name, reason);
        }
        if (again) {
          // A file was replaced. What came from it cannot be told apart, so all are read anew.
          this.#forget();
          break;
        }
      }
    } while (again);
    for (const curve of this.curves.values()) curve.trim();
    this.#seen = [...this.#tails].map(([name, tail]) => `${name}:${tail.position}:${tail.damage !== null}`).join("\n");
    return this.#seen !== before;
  }

  /** The event at a place. */
  async eventsAt({ file, offset }: Place): Promise<LoggedEvent[]> {
    const path = join(this.#folder, file);
    return valuesIn(await recordAt(this.#root, path, offset), "", new Map(this.#plugins), (problem) => new DataError(`${file} at byte ${offset}: ${problem}`));
  }

  #forget(): void {
    for (const map of [this.#tails, this.#plugins, this.curves, this.places, this.problems, this.#spoilt]) map.clear();
    this.hparams = new Map();
    this.began = this.ended = NaN;
    this.left = false;
    this.reading = nextReading++;
  }

  #add(file: string, data: Uint8Array, offset: number): void {
    const plain = this.#plain;
    const kind = readPlainEvent(data, plain, this.#plugins);
    if (kind !== null) {
      this.#time(plain.wallTime);
      if (kind === "scalar") this.#curve(plain.tag)?.push(plain.step, plain.wallTime, plain.value);
      else this.#place(plain.tag, { kind, step: plain.step, file, offset, images: 0, width: 0, height: 0 });
      return;
    }
    let events: LoggedEvent[];
    try {
      events = valuesIn(data, "", this.#plugins, (problem) => new DataError(problem));
    } catch {
      if (!this.#spoilt.has(file)) this.#spoilt.set(file, `holds records that are no events, the first at byte ${offset}; the others are shown`);
      return;
    }
    for (const event of events) this.#addEvent(event, file, offset);
  }

  #addEvent(event: LoggedEvent, file: string, offset: number): void {
    const { step, wallTime } = event;
    if (!Number.isSafeInteger(step)) return;
    this.#time(wallTime);
    if (event.kind === "scalar") this.#curve(event.tag)?.push(step, wallTime, event.value);
    else if (event.kind === "restart") this.#purge(step);
    else if (event.kind === "hparams") this.hparams = event.hparams;
    else if (event.kind === "histogram" || event.kind === "image") {
      const size = event.kind === "image" ? { images: event.files.length, width: event.width, height: event.height } : { images: 0, width: 0, height: 0 };
      this.#place(event.tag, { kind: event.kind, step, file, offset, ...size });
    }
  }

  #place(tag: string, place: Place): void {
    let places = this.places.get(tag);
    if (places === undefined) {
      if (this.places.size >= maxTags) return void (this.left = true);
      places = [];
      this.places.set(tag, places);
    }
    places.push(place);
  }

  #time(wallTime: number): void {
    if (!Number.isFinite(wallTime) || wallTime <= 0) return;
    if (!(wallTime >= this.began)) this.began = wallTime;
    if (!(wallTime <= this.ended)) this.ended = wallTime;
  }

  #curve(tag: string): Curve | undefined {
    let curve = this.curves.get(tag);
    if (curve === undefined) {
      if (this.curves.size >= maxTags) return void (this.left = true);
      curve = new Curve(Number.isNaN(this.began) ? 0 : this.began);
      this.curves.set(tag, curve);
    }
    return curve;
  }

  #purge(step: number): void {
    for (const curve of this.curves.values()) curve.purge(step);
    for (const [tag, places] of this.places) this.places.set(tag, places.filter((place) => place.step < step));
  }
}

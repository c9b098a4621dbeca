/** Histograms and images of event files, read from their places. */

import type { HistogramSeries, ImageSeries } from "../protocol.js";
import type { EventIndex, Place } from "./eventIndex.js";
import { badRequest, notFound, RequestProblem } from "./problem.js";
import { Recent } from "./recent.js";
import type { Places } from "./runEvents.js";
import { evenly } from "./thin.js";
import type { RunData } from "./watchedRun.js";

const maxEntries = 120;
const maxBuckets = 1000;
type Buckets = HistogramSeries["entries"][number]["buckets"];

export class EventContents {
  readonly #buckets = new Recent<Buckets>(16 * 2 ** 20);

  async histograms({ events }: RunData, tag: string): Promise<HistogramSeries> {
    const { index, tag: logged, places } = found(events.places("histogram"), tag, "histogram");
    const chosen = lastOfEach(places);
    const entries = evenly(chosen.length, maxEntries).map(async (i) => {
      const place = chosen[i];
      const buckets = await this.#buckets.get(`${index.reading}\n${place.file}\n${place.offset}\n${tag}`, 2000, () => bucketsAt(index, place, logged));
      return { step: place.step, buckets };
    });
    return { tag, entries: await Promise.all(entries) };
  }

  images({ events }: RunData, tag: string): ImageSeries {
    const { places } = found(events.places("image"), tag, "image");
    return { tag, entries: lastOfEach(places).map(({ step, images, width, height }) => ({ step, images, width, height })) };
  }

  /** One picture, as the file that was logged. */
  async image({ events }: RunData, tag: string, step: number, number: number): Promise<{ readonly type: string; readonly bytes: Uint8Array }> {
    const { index, tag: logged, places } = found(events.places("image"), tag, "image");
    const place = lastOfEach(places).find((each) => each.step === step);
    if (place === undefined) throw notFound(`There is no image "${tag.slice(0, 200)}" at step ${step}.`);
    for (const event of await index.eventsAt(place)) {
      if (event.kind !== "image" || event.tag !== logged) continue;
      const bytes = event.files[number];
      if (bytes === undefined) throw badRequest(`index must be below ${event.files.length}.`);
      const type = typeOf(bytes);
      if (type === null) throw new RequestProblem(422, `Image "${tag.slice(0, 200)}" at step ${step} is no PNG, JPEG, GIF or WebP file.`);
      return { type, bytes };
    }
    throw gone(tag);
  }
}

function found(all: ReadonlyMap<string, Places>, tag: string, kind: string): Places {
  const places = all.get(tag);
  if (places === undefined) throw notFound(`There is no ${kind} "${tag.slice(0, 200)}" in this run.`);
  return places;
}

async function bucketsAt(index: EventIndex, place: Place, tag: string): Promise<Buckets> {
  for (const event of await index.eventsAt(place)) {
    if (event.kind !== "histogram" || event.tag !== tag) continue;
    const rows = event.buckets.map(({ left, right, count }) => [left, right, count] as const);
    return rows.filter((row) => row.every(Number.isFinite)).slice(0, maxBuckets);
  }
  return [];
}

const gone = (tag: string): RequestProblem => new RequestProblem(409, `The event file of "${tag.slice(0, 200)}" changed meanwhile; ask again.`);

/** By rising step, the last of each. */
function lastOfEach(places: readonly Place[]): Place[] {
  return Array.from(new Map(places.map((place) => [place.step, place])).values()).sort((a, b) => a.step - b.step);
}

/** By its first bytes: only these are pictures that a browser merely draws. */
function typeOf(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith("\u0089PNG\r\n\u001a\n")) return "image/png";
  if (head.startsWith("\u00ff\u00d8\u00ff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(head)) return "image/gif";
  return /^RIFF[^]{4}WEBP/.test(head) ? "image/webp" : null;
}

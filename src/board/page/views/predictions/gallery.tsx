/** The samples themselves: filters, and what they leave over, as pictures or as a table. */

import { useEffect, useState } from "preact/hooks";
import type { Figure } from "../../../../plot/figure.js";
import type { PredictionPage, PredictionsOverview } from "../../../protocol.js";
import { getJson, runPath } from "../../api.js";
import { csvOf } from "../../parts/chart/csv.js";
import { ExportMenu } from "../../parts/exportMenu.js";
import { useLive } from "../../parts/useLive.js";
import { Nearby } from "./nearby.js";
import { Sample } from "./sample.js";
import { samplesFigure } from "./samplesFigure.js";
import { SampleTable } from "./sampleTable.js";
import { choose, type Chosen, chosenHref, type Order, type Which } from "./parameters.js";
import { counted } from "./words.js";

const [pageSize, teaserSize, sectionCount] = [60, 12, 50];

/** Most samples that one answer of the server holds. */
const largestPage = 200;

export interface GalleryProps {
  readonly run: string;
  readonly overview: PredictionsOverview;
  readonly chosen: Chosen;
}

/** The samples wanted, as the server is asked for them. */
type Filter = Pick<Chosen, "which" | "label" | "predicted" | "order">;

function pagePath(run: string, { which, label, predicted, order }: Filter, offset: number, limit: number): string {
  const query = new URLSearchParams({ which, sort: order, offset: String(offset), limit: String(limit) });
  if (label !== null) query.set("label", String(label));
  if (predicted !== null) query.set("predicted", String(predicted));
  return `${runPath(run)}/predictions/items?${query}`;
}

/** How many samples of each class a filter leaves over, from the confusion matrix; classes without any are not in it. */
function matching({ confused }: PredictionsOverview, { which, label, predicted }: Filter): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const [i, j, count] of confused) {
    if ((label !== null && label !== i) || (predicted !== null && predicted !== j)) continue;
    if (which === "all" || (which === "right") === (i === j)) found.set(i, (found.get(i) ?? 0) + count);
  }
  return found;
}

const sampleCount = (fitting: ReadonlyMap<number, number>): number => Array.from(fitting.values()).reduce((a, b) => a + b, 0);

/** The classes that one may choose: those that some sample is of, or was taken for, and the one that is chosen. */
function choices({ classes }: PredictionsOverview, key: "label" | "predicted", chosen: number | null): readonly (readonly [index: number, name: string])[] {
  return classes.flatMap(({ name, count, precision }, i) => (i === chosen || (key === "label" ? count > 0 : precision !== null) ? [[i, name] as const] : []));
}

const kinds: Readonly<Record<Which, string>> = { wrong: "wrong", right: "right", all: "all" };

/** "41 wrong samples of dog, taken for cat". */
function inWords(total: number, { which, label, predicted }: Filter, names: readonly string[]): string {
  const kind = which === "all" ? "" : `${which} `;
  return `${counted(total, `${kind}sample`)}${label === null ? "" : ` of ${names[label]}`}${predicted === null ? "" : `${label === null ? "" : ","} taken for ${names[predicted]}`}`;
}

export function Gallery({ run, overview, chosen }: GalleryProps): preact.JSX.Element {
  const names = overview.classes.map(({ name }) => name);
  const fitting = matching(overview, chosen);
  const total = sampleCount(fitting);
  const sections = chosen.byClass && chosen.label === null;
  const filtered = chosen.label !== null || chosen.predicted !== null || chosen.which !== "wrong";
  const classSelect = (key: "label" | "predicted", text: string): preact.JSX.Element => (
    <label>
      {text}
      <select value={chosen[key] ?? ""} onChange={(event) => choose({ [key]: event.currentTarget.value === "" ? null : event.currentTarget.value, item: null })}>
        <option value="">any</option>
        {choices(overview, key, chosen[key]).map(([i, name]) => <option key={i} value={i}>{name}</option>)}
      </select>
    </label>
  );
  return (
    <section class="gallery" aria-labelledby="samples-heading">
      <header class="card-head">
        <h2 id="samples-heading" tabIndex={-1}>Samples</h2>
        <ExportMenu name="Samples" figure={overview.images && total > 0 ? () => pictureOfSamples(run, overview, chosen, sections) : undefined} csv={() => allAsCsv(run, chosen, names)} />
      </header>
      <div class="filters" role="group" aria-label="Which samples are shown">
        <fieldset class="choices">
          <legend>Show</legend>
          {(Object.keys(kinds) as Which[]).map((which) => (
            <label key={which}><input type="radio" name="which" checked={chosen.which === which} onChange={() => choose({ which: which === "wrong" ? null : which, item: null })} />{kinds[which]}</label>
          ))}
        </fieldset>
        {classSelect("label", "True class")}
        {classSelect("predicted", "Predicted class")}
        <label>
          Order
          <select value={chosen.order} onChange={(event) => choose({ order: event.currentTarget.value })}>
            {(Object.entries({ confidence: "most confident first", loss: "largest loss first", index: "as in the data" }) as [Order, string][]).map(([order, text]) => <option key={order} value={order}>{text}</option>)}
          </select>
        </label>
        <label><input type="checkbox" checked={chosen.byClass} disabled={chosen.label !== null} onChange={(event) => choose({ layout: event.currentTarget.checked ? null : "list" })} />by class</label>
        {filtered && <button type="button" onClick={() => choose({ which: null, label: null, predicted: null, item: null })}>Clear filters</button>}
      </div>
      <p role="status">{inWords(total, chosen, names)}{total > 0 && chosen.order === "confidence" ? ", most confident first" : ""}.</p>
      {total === 0 ? (
        <p class="quiet">{chosen.which === "wrong" && !filtered ? "Every sample was classified right." : "No sample fits these filters."}</p>
      ) : sections ? (
        <ClassSections key={JSON.stringify([run, chosen.which, chosen.predicted])} run={run} overview={overview} filter={chosen} fitting={fitting} />
      ) : (
        <Pages key={JSON.stringify([run, chosen.which, chosen.label, chosen.predicted, chosen.order])} run={run} overview={overview} filter={chosen} total={total} />
      )}
    </section>
  );
}

/** Class after class, as many as the reader asks for. */
function ClassSections({ run, overview, filter, fitting }: { readonly run: string; readonly overview: PredictionsOverview; readonly filter: Filter; readonly fitting: ReadonlyMap<number, number> }): preact.JSX.Element {
  const [most, setMost] = useState(sectionCount);
  return (
    <>
      {Array.from(fitting).slice(0, most).map(([label, total]) => <ClassSection key={label} run={run} overview={overview} filter={{ ...filter, label }} name={overview.classes[label].name} total={total} />)}
      {most < fitting.size && <p><button type="button" onClick={() => setMost(most + sectionCount)}>Show {Math.min(sectionCount, fitting.size - most)} more classes</button> <span class="quiet">{most} of {fitting.size} are shown.</span></p>}
    </>
  );
}

/** The first few samples of a class, asked for when they come near the window. */
function ClassSection({ run, overview, filter, name, total }: { readonly run: string; readonly overview: PredictionsOverview; readonly filter: Filter; readonly name: string; readonly total: number }): preact.JSX.Element {
  const shown = Math.min(total, teaserSize);
  return (
    <section class="class-section">
      <h3>{name} <small class="quiet">· {counted(total, filter.which === "all" ? "sample" : `${filter.which} sample`)}</small></h3>
      <Nearby class={overview.images ? "sample-room" : ""}>
        <Page run={run} overview={overview} filter={filter} offset={0} limit={shown} />
      </Nearby>
      {total > shown && <p><a href={chosenHref({ label: filter.label, item: null })}>All {counted(total, filter.which === "all" ? "sample" : `${filter.which} sample`)} of {name}</a></p>}
    </section>
  );
}

/** Page after page, as many as the reader asks for. */
function Pages({ run, overview, filter, total }: { readonly run: string; readonly overview: PredictionsOverview; readonly filter: Filter; readonly total: number }): preact.JSX.Element {
  const [pages, setPages] = useState(1);
  const shown = Math.min(total, pages * pageSize);
  return (
    <>
      {Array.from({ length: Math.ceil(shown / pageSize) }, (_, page) => (
        <Nearby key={page} class={overview.images ? "sample-room" : ""}>
          <Page run={run} overview={overview} filter={filter} offset={page * pageSize} limit={pageSize} />
        </Nearby>
      ))}
      {shown < total && <p><button type="button" onClick={() => setPages(pages + 1)}>Show {Math.min(pageSize, total - shown)} more</button> <span class="quiet">{shown} of {total} are shown.</span></p>}
    </>
  );
}

function Page({ run, overview, filter, offset, limit }: { readonly run: string; readonly overview: PredictionsOverview; readonly filter: Filter; readonly offset: number; readonly limit: number }): preact.JSX.Element {
  const { data, error } = useLive<PredictionPage>(pagePath(run, filter, offset, limit), [], overview);
  // What was there stays until what replaces it has come, so that nothing jumps.
  const [kept, keep] = useState(data);
  useEffect(() => {
    if (data !== null) keep(data);
  }, [data]);
  const page = data ?? kept;
  if (page === null) return error === null ? <p class="quiet">loading …</p> : <p class="problem" role="alert">{error}</p>;
  return (
    <>
      {error !== null && <p class="problem" role="alert">{error}</p>}
      {overview.images ? (
        <ul class="samples">
          {page.items.map((item) => <li key={item.index}><Sample run={run} item={item} classes={overview.classes} /></li>)}
        </ul>
      ) : (
        <SampleTable items={page.items} classes={overview.classes} name={`Table of samples${filter.label === null ? "" : ` of ${overview.classes[filter.label].name}`} from ${offset + 1}`} />
      )}
    </>
  );
}

/** More make no picture that can be looked at. */
const mostInPicture = 200;

/** The first of the samples that the filter leaves over, or as many of each class; the title says which. */
async function pictureOfSamples(run: string, overview: PredictionsOverview, filter: Filter, byClass: boolean): Promise<Figure> {
  const names = overview.classes.map(({ name }) => name);
  const fitting = matching(overview, filter);
  const total = sampleCount(fitting);
  const labels = byClass ? Array.from(fitting.keys()).slice(0, mostInPicture) : [filter.label];
  const ofEach = byClass ? Math.min(teaserSize, Math.floor(mostInPicture / labels.length)) : mostInPicture;
  const pages = await Promise.all(labels.map((label) => getJson<PredictionPage>(pagePath(run, { ...filter, label }, 0, ofEach))));
  const items = pages.flatMap((page) => page.items);
  const part = items.length >= total ? "" : byClass ? `, ${ofEach === 1 ? "one" : `up to ${ofEach}`} of each class` : `, the first ${items.length}`;
  return samplesFigure({ run, items, classes: overview.classes, title: `${inWords(total, filter, names)}${part}` });
}

/** All samples that the filter leaves over, with their five likeliest classes. */
async function allAsCsv(run: string, filter: Filter, names: readonly string[]): Promise<string> {
  const rows: (string | number)[][] = [];
  for (let offset = 0, total = 1; offset < total; offset += largestPage) {
    const page = await getJson<PredictionPage>(pagePath(run, filter, offset, largestPage));
    total = page.total;
    for (const { index, label, predicted, loss, top } of page.items) rows.push([index, names[label], names[predicted], loss, ...top.flatMap((each) => [names[each.label], each.probability])]);
  }
  const likeliest = Array.from({ length: rows.reduce((most, row) => Math.max(most, (row.length - 4) / 2), 0) }, (_, i) => [`class ${i + 1}`, `probability ${i + 1}`]).flat();
  return csvOf(["index", "true class", "predicted class", "loss", ...likeliest], rows);
}

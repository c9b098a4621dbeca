/** How weights, gradients and activations spread, over the epochs and from layer to layer; and which units are dead. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Figure } from "../../../../plot/figure.js";
import { grid } from "../../../../plot/grid.js";
import { type CountedHistogram, histogramsOverTime } from "../../../../plot/histogramsOverTime.js";
import type { FigureOptions } from "../../../../plot/options.js";
import type { HistogramSeries, ModelGraph, RunDetail, RunSummary } from "../../../protocol.js";
import { getJson, runPath } from "../../api.js";
import { csvOf } from "../../parts/chart/csv.js";
import { ExportMenu } from "../../parts/exportMenu.js";
import { FigureCard } from "../../parts/figureCard.js";
import { DeadUnits } from "./deadUnits.js";
import { allModules } from "./network.js";
import { choose, param, paramList } from "./state.js";
import { useEpochly } from "./useEpochly.js";

/** Kinds of tensors by the first part of their tags; event files of other programs have names of their own. */
const kinds = { weights: "weights", gradients: "gradients", activations: "activations", "": "others" } as const;
type Kind = keyof typeof kinds;

const kindOf = (tag: string): Kind => (["weights", "gradients", "activations"] as const).find((kind) => tag.startsWith(`${kind}/`)) ?? "";

const nameOf = (tag: string): string => tag.slice(kindOf(tag) === "" ? 0 : kindOf(tag).length + 1);

const pathOf = (run: string, tag: string): string => `${runPath(run)}/histograms?${new URLSearchParams({ tag }).toString()}`;

/** Tags as the network has their layers, weights before biases; without a network by name. */
function networkOrder(model: ModelGraph | null): (a: string, b: string) => number {
  const places = new Map(model === null ? [] : allModules(model.root).map(({ path }, i) => [path, i]));
  const placeOf = (tag: string): number => {
    const path = tag.slice(tag.indexOf("/") + 1);
    return places.get(path) ?? places.get(path.slice(0, Math.max(0, path.lastIndexOf(".")))) ?? 0;
  };
  return (a, b) => placeOf(a) - placeOf(b) || Number(b.endsWith("weight")) - Number(a.endsWith("weight")) || a.localeCompare(b, "en", { numeric: true });
}

export function Histograms({ run }: { readonly run: RunSummary }): preact.JSX.Element {
  const { data: detail, error } = useEpochly<RunDetail>(runPath(run.id), run);
  const { data: model } = useEpochly<ModelGraph>(run.has.model ? `${runPath(run.id)}/model` : null, run);
  if (detail === null) return error === null ? <p class="quiet">loading …</p> : <p class="problem" role="alert">{error}</p>;
  const inOrder = networkOrder(model);
  const tags = detail.histograms.map(({ tag }) => tag).sort(inOrder);
  const dead = detail.scalars.map(({ tag }) => tag).filter((tag) => tag.startsWith("dead/")).sort(inOrder);
  return (
    <>
      {tags.length > 0 ? (
        <Distributions run={run} tags={tags} />
      ) : (
        <p class="quiet">This run has no histograms. <code>npx nabla train</code> records those of weights, gradients and activations; in a program of your own, <code>eventFiles(folder, {"{ histograms: model }"})</code> does.</p>
      )}
      <h2>Dead units</h2>
      {dead.length > 0 ? <DeadUnits run={run} tags={dead} /> : <p class="quiet">Nothing is known of dead units. <code>npx nabla train</code> records their share for each <code>nn.ReLU</code> of the network; of <code>relu()</code> as a function there is none.</p>}
    </>
  );
}

function Distributions({ run, tags }: { readonly run: RunSummary; readonly tags: readonly string[] }): preact.JSX.Element {
  const present = (Object.keys(kinds) as Kind[]).filter((kind) => tags.some((tag) => kindOf(tag) === kind));
  const asked = param("tensor");
  const askedKind = tags.includes(asked) ? kindOf(asked) : paramList("kind")[0];
  const kind = present.find((each) => each === askedKind) ?? present[0];
  const ofKind = tags.filter((tag) => kindOf(tag) === kind);
  const tag = ofKind.includes(asked) ? asked : ofKind[0];
  /** The same tensor of another kind, where there is one. */
  const inKind = (next: Kind): string | null => tags.find((each) => kindOf(each) === next && nameOf(each) === nameOf(tag)) ?? null;
  const heat = param("form") === "heat";
  const log = param("counts") === "log";
  return (
    <>
      <div class="choices">
        <label>
          Values
          <select value={kind} onChange={(event) => choose({ kind: event.currentTarget.value, tensor: inKind(event.currentTarget.value as Kind) })}>
            {present.map((each) => <option key={each} value={each}>{kinds[each]}</option>)}
          </select>
        </label>
        <label>
          of
          <select value={tag} onChange={(event) => choose({ tensor: event.currentTarget.value })}>
            {ofKind.map((each) => <option key={each} value={each}>{nameOf(each)}</option>)}
          </select>
        </label>
        <label>
          as
          <select value={heat ? "heat" : "ridges"} onChange={(event) => choose({ form: event.currentTarget.value === "heat" ? "heat" : null })}>
            <option value="ridges">ridges</option>
            <option value="heat">heat map</option>
          </select>
        </label>
        <label>
          <input type="checkbox" checked={log} onChange={(event) => choose({ counts: event.currentTarget.checked ? "log" : null })} />
          log counts, to see what is rare
        </label>
      </div>
      <div class="distributions">
        <OverTime key={tag} run={run} tag={tag} kind={kind} heat={heat} log={log} />
        <section aria-labelledby="all-tensors">
          <div class="bar">
            <h2 id="all-tensors">All {kinds[kind]}{kind === "" ? "" : ", layer by layer"}</h2>
            <ExportMenu name={`${run.name} all ${kinds[kind]}`} figure={() => allFigures(run, ofKind, log)} csv={() => allNumbers(run, ofKind)} />
          </div>
          <p class="quiet">As they were last; each has an axis of its own. Choose one to see it over the epochs.</p>
          <ul class="multiples">
            {ofKind.map((each) => (
              <li key={each}>
                <Multiple run={run} tag={each} log={log} chosen={each === tag} />
              </li>
            ))}
          </ul>
        </section>
      </div>
    </>
  );
}

function OverTime({ run, tag, kind, heat, log }: { readonly run: RunSummary; readonly tag: string; readonly kind: Kind; readonly heat: boolean; readonly log: boolean }): preact.JSX.Element {
  const { data, error } = useEpochly<HistogramSeries>(pathOf(run.id, tag), run);
  const unit = unitOf(run);
  const draw = useCallback(
    (options: FigureOptions) =>
      histogramsOverTime({
        ...options,
        histograms: data?.entries ?? [],
        arrangement: heat ? "heat" : "ridges",
        counts: log ? "log" : "linear",
        values: { label: kind === "" ? "values" : kinds[kind] },
        steps: { label: unit },
      }),
    [data, heat, log, kind, unit],
  );
  if (data === null) return error === null ? <p class="quiet">loading …</p> : <p class="problem" role="alert">{error}</p>;
  if (data.entries.length === 0) return <p class="quiet">“{tag}” was not recorded yet; the first epoch is not over.</p>;
  return (
    <FigureCard title={tag} name={`${run.name} ${tag}`} draw={draw} csv={() => csvOfHistograms(data.entries)} widest={1400}>
      <p class="quiet">{said(data.entries, unit)}</p>
    </FigureCard>
  );
}

const unitOf = ({ kind }: RunSummary): string => (kind === "events" ? "step" : "epoch");

const said = (entries: readonly CountedHistogram[], unit: string): string => histogramsOverTime({ histograms: entries, bins: 2, steps: { label: unit } }).description;

const csvOfHistograms = (entries: readonly CountedHistogram[]): string =>
  csvOf(["step", "left", "right", "count"], entries.flatMap(({ step, buckets }) => buckets.map((bucket) => [step, ...bucket])));

/** The last histogram of each, of those that have one. */
async function lastOfEach(run: RunSummary, tags: readonly string[]): Promise<(readonly [tag: string, last: CountedHistogram])[]> {
  const found: (readonly [string, CountedHistogram])[] = [];
  for (const tag of tags) {
    const last = (await getJson<HistogramSeries>(pathOf(run.id, tag))).entries.at(-1);
    if (last !== undefined) found.push([tag, last]);
  }
  return found;
}

async function allFigures(run: RunSummary, tags: readonly string[], log: boolean): Promise<Figure> {
  const figures = (await lastOfEach(run, tags)).map(([tag, last]) => lastFigure(last, log, { title: tag, width: 280, height: 200 }));
  return grid(figures, { title: `${run.name}: as they were last`, width: 1200, columns: 4 });
}

async function allNumbers(run: RunSummary, tags: readonly string[]): Promise<string> {
  const all = await lastOfEach(run, tags);
  return csvOf(["tag", "step", "left", "right", "count"], all.flatMap(([tag, { step, buckets }]) => buckets.map((bucket) => [tag, step, ...bucket])));
}

const lastFigure = (last: CountedHistogram, log: boolean, options: FigureOptions): Figure => histogramsOverTime({ ...options, histograms: [last], counts: log ? "log" : "linear", bins: 40 });

/** The last histogram of a tensor, fetched when it comes into sight. */
function Multiple({ run, tag, log, chosen }: { readonly run: RunSummary; readonly tag: string; readonly log: boolean; readonly chosen: boolean }): preact.JSX.Element {
  const place = useRef<HTMLButtonElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => setSeen(entries.some(({ isIntersecting }) => isIntersecting)), { rootMargin: "200px" });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  const wasSeen = useRef(false);
  wasSeen.current ||= seen;
  const { data, error } = useEpochly<HistogramSeries>(wasSeen.current ? pathOf(run.id, tag) : null, run);
  const last = data?.entries.at(-1);
  const words = last === undefined ? "" : said([last], unitOf(run));
  const svg = last === undefined ? "" : lastFigure(last, log, { width: 220, height: 150, description: `${tag}. ${words}` }).svg();
  return (
    <button type="button" class="multiple" ref={place} aria-pressed={chosen} onClick={() => choose({ tensor: tag })}>
      <span class="name">{nameOf(tag).replaceAll(".", ".\u200b")}</span>
      {words !== "" && <span class="spoken">. {words}</span>}
      {error === null ? <span class="small" aria-hidden="true" dangerouslySetInnerHTML={{ __html: svg }} /> : <span class="problem">{error}</span>}
    </button>
  );
}

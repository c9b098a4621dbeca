/** Curves: what the runs measured, over steps, epochs or time; one chart for each metric, all runs in it. */

import { batch, signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { SeriesX } from "../../protocol.js";
import { connection, runs as allRuns } from "../api.js";
import { placeText } from "../parts/chart/span.js";
import { href, navigate, route } from "../routes.js";
import { ChartCard } from "./curves/chartCard.js";
import { chosenRuns, mostRuns, shownNames, withCurves } from "./curves/chosen.js";
import { Legend } from "./curves/legend.js";
import { RunPicker } from "./curves/runPicker.js";
import { mostSmooth, readSettings, type Settings, writeSettings } from "./curves/settings.js";
import { assignSlots } from "./curves/slots.js";
import { TagFeed } from "./curves/tagFeed.js";
import { sectionsOf } from "./curves/tags.js";
import "./curves/curves.css";

/** What was changed and is not in the address yet: browsers take few changes of it a second. */
const draft = signal<Partial<Settings>>({});
let timer: ReturnType<typeof setTimeout> | undefined;

function change(changed: Partial<Settings>): void {
  draft.value = { ...draft.peek(), ...changed };
  clearTimeout(timer);
  timer = setTimeout(() => {
    const { view, params } = route.peek();
    batch(() => {
      // Who has gone elsewhere stays there.
      if (view === "curves") navigate(href("curves", writeSettings({ ...readSettings(params), ...draft.peek() })), { replace: true });
      draft.value = {};
    });
  }, 150);
}

export default function Curves(): preact.JSX.Element {
  const settings = { ...readSettings(route.value.params), ...draft.value };
  const hidden = useMemo(() => settings.hidden, [Array.from(settings.hidden).join("\n")]);
  const all = allRuns.value;
  const choice = settings.runs?.join("\n") ?? null;
  const { runs, missing, beyond } = useMemo(() => chosenRuns(settings.runs, all), [choice, all]);
  const listed = useMemo(() => withCurves(all), [all]);
  const feed = useMemo(() => new TagFeed(), []);
  useEffect(() => () => feed.close(), [feed]);
  // No name of a folder can hold this character.
  const ids = runs.map(({ id }) => id).join("\0");
  useEffect(() => feed.want(ids === "" ? [] : ids.split("\0")), [feed, ids]);

  const slotsBefore = useRef<ReadonlyMap<string, number>>(new Map());
  const slots = useMemo(() => (slotsBefore.current = assignSlots(slotsBefore.current, ids === "" ? [] : ids.split("\0"))), [ids]);
  const names = useMemo(() => shownNames(runs), [ids]);
  const tags = feed.tags.value;
  const sections = useMemo(() => sectionsOf(new Set(runs.flatMap(({ id }) => tags.get(id) ?? []))), [ids, tags]);
  const words = settings.tags.toLowerCase();
  const found = sections.map((section) => ({ ...section, charts: section.charts.filter(({ name }) => name.toLowerCase().includes(words)) })).filter(({ charts }) => charts.length > 0);
  const x: SeriesX = settings.x ?? (runs.every(({ kind }) => kind === "training") ? "epoch" : "step");

  if (all.length === 0) {
    return (
      <>
        <h1>Curves</h1>
        {connection.value === "connecting" ? <p class="quiet">loading …</p> : <p>There are no runs yet. <code>npx nabla train convnet</code> makes one; it appears here as soon as it has begun.</p>}
      </>
    );
  }
  return (
    <>
      <h1>Curves</h1>
      <div class="curves">
        <RunPicker all={listed} chosen={runs} slots={slots} find={settings.find} change={change} />
        <div>
          <Controls settings={settings} x={x} />
          {runs.length > 0 && <Legend runs={runs} names={names} slots={slots} paired={sections.some(({ charts }) => charts.some(({ validation }) => validation !== null))} hidden={hidden} change={change} />}
          {missing.length > 0 && <p class="problem">{missing.length === 1 ? `The run “${missing[0]}” is not here` : `${missing.length} of the chosen runs are not here`}; it may have been removed.</p>}
          {beyond > 0 && <p class="quiet">The first {mostRuns} of the chosen runs are shown, {beyond} are not.</p>}
          {feed.problem.value !== "" && <p class="problem" role="alert">{feed.problem.value}</p>}
          {runs.length === 0 && <p>Choose runs in the list.</p>}
          {runs.length > 0 && sections.length === 0 && <p class="quiet">{runs.every(({ id }) => tags.has(id)) ? "These runs have measured nothing yet." : "loading …"}</p>}
          {sections.length > 0 && found.length === 0 && <p class="quiet">No chart has “{settings.tags}” in its name.</p>}
          {found.map(({ title, charts, open }) => (
            <details class="section" key={title} open={open || words !== ""}>
              <summary><h2>{title}</h2> <span class="quiet">{charts.length}</span></summary>
              <div class="cards">
                {charts.map((chart) => (
                  <ChartCard
                    key={chart.name}
                    chart={chart}
                    runs={runs.flatMap(({ id }) => (!hidden.has(id) && tags.get(id)?.some((tag) => tag === chart.training || tag === chart.validation) ? [id] : []))}
                    names={names}
                    slots={slots}
                    x={x}
                    settings={settings}
                    change={change}
                  />
                ))}
              </div>
            </details>
          ))}
        </div>
      </div>
    </>
  );
}

interface ControlsProps {
  readonly settings: Settings;
  readonly x: SeriesX;
}

function Controls({ settings: { smooth, range, tags }, x }: ControlsProps): preact.JSX.Element {
  return (
    <div class="controls">
      <label><span class="name">Smoothing</span> <input type="range" min="0" max={mostSmooth} step="0.01" value={smooth} onInput={(event) => change({ smooth: event.currentTarget.valueAsNumber })} /> <output>{smooth.toFixed(2)}</output></label>
      <fieldset>
        <legend>x</legend>
        {(["step", "epoch", "time"] as const).map((kind) => (
          <label key={kind}><input type="radio" name="x" checked={x === kind} onChange={() => change({ x: kind, range: null })} /> {kind}</label>
        ))}
      </fieldset>
      <input type="search" aria-label="Find charts" placeholder="find charts" value={tags} onInput={(event) => change({ tags: event.currentTarget.value })} />
      <button type="button" disabled={range === null} title={range === null ? "Drag in a chart to zoom" : `Shown: ${placeText(x, range[0])} to ${placeText(x, range[1])}`} onClick={() => change({ range: null })}>Show all</button>
    </div>
  );
}

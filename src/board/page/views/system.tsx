/** System: where the time of training goes, how fast it is, how much memory it takes, and on what. */

import { useMemo, useRef } from "preact/hooks";
import type { SeriesAnswer } from "../../protocol.js";
import { connection, runs, runsById } from "../api.js";
import { Dropdown } from "../parts/dropdown.js";
import { useLive } from "../parts/useLive.js";
import { Waiting } from "../parts/waiting.js";
import { href, navigate, route } from "../routes.js";
import { CurvesCard, PhasesOfRuns, PhasesOverEpochs } from "./system/charts.js";
import { measuredOf, tags } from "./system/measured.js";
import { FactsTable, MeansTable } from "./system/tables.js";
import "./system/system.css";

/** Most runs that are offered to choose from; the table of runs has them all. */
const offered = 100;

/** Most runs whose epochs are drawn one by one; more are compared by their means. */
const mostEpochCharts = 8;

/** Points of each curve; runs of more epochs are thinned. */
const points = 2000;

export default function View(): preact.JSX.Element {
  const { params } = route.value;
  const named = params.getAll("run");
  // The newest run stays the one that is shown when a newer one appears.
  const newest = useRef<string | undefined>(undefined);
  if (newest.current === undefined || !runsById.value.has(newest.current)) newest.current = (runs.value.find(({ epochsDone }) => epochsDone > 0) ?? runs.value[0])?.id;
  const ids = named.length > 0 ? named : newest.current === undefined ? [] : [newest.current];
  const missing = ids.filter((id) => !runsById.value.has(id));
  const present = ids.filter((id) => runsById.value.has(id));
  const show = (next: readonly string[]): void => navigate(href("system", { run: next }));
  const loading = connection.value !== "live" && runs.value.length === 0;
  return (
    <div class="system">
      <header class="view-head">
        <h1>System</h1>
        {runs.value.length > 1 && (
          <Dropdown summary={present.length === 1 ? <>Run: <bdi>{runsById.value.get(present[0])?.name}</bdi></> : `${present.length} runs`}>
            <fieldset class="run-choice">
              <legend>Runs side by side</legend>
              {runs.value.slice(0, offered).map(({ id }) => (
                <label key={id}><input type="checkbox" checked={ids.includes(id)} onChange={(event) => show(event.currentTarget.checked ? [...present, id] : present.filter((each) => each !== id))} />{id}</label>
              ))}
              {runs.value.length > offered && <p class="quiet">The newest {offered} runs. Choose older ones in the <a href={href("runs")}>table of runs</a>.</p>}
            </fieldset>
          </Dropdown>
        )}
      </header>
      {loading && <Waiting />}
      {!loading && missing.length > 0 && <p class="problem" role="alert">{missing.length === 1 ? "There is no run" : "There are no runs"} {missing.map((id, i) => <span key={id}>{i > 0 && ", "}“<bdi>{id}</bdi>”</span>)} in this folder. <a href={href("runs")}>To the runs</a></p>}
      {!loading && present.length === 0 && missing.length === 0 && <Empty>There are no runs yet.</Empty>}
      {present.length > 0 && <System ids={present} />}
    </div>
  );
}

const Empty = ({ children }: { readonly children: preact.ComponentChildren }): preact.JSX.Element => (
  <div class="card empty">
    <p>{children}</p>
    <p>Every training measures itself, epoch by epoch:</p>
    <pre tabIndex={0}><code>npx nabla train convnet --data characters</code></pre>
  </div>
);

function System({ ids }: { readonly ids: readonly string[] }): preact.JSX.Element {
  const query = new URLSearchParams([...ids.map((id) => ["run", id]), ...tags.map((tag) => ["tag", tag]), ["x", "epoch"], ["points", String(points)]]);
  const { data, error } = useLive<SeriesAnswer>(`series?${query}`, ids);
  const names = ids.map((id) => runsById.value.get(id)?.name ?? id);
  const measured = useMemo(() => data && measuredOf(ids.map((id, i) => ({ id, name: names[i] })), data), [data, names.join("\n")]);
  if (measured === null) return error === null ? <p class="quiet">loading …</p> : <p class="problem" role="alert">{error}</p>;
  const timed = measured.filter(({ times }) => times !== null);
  const something = measured.some(({ times, rate, tensors, process }) => times !== null || [rate, tensors, process].some(({ y }) => y.some(Number.isFinite)));
  const phasesOverEpochs = timed.map(({ run, name, times }) => times && <PhasesOverEpochs key={run} name={name} times={times} alone={measured.length === 1} />);
  const running = ids.some((id) => runsById.value.get(id)?.state === "running");
  return (
    <>
      {error !== null && <p class="problem" role="alert">{error}</p>}
      {!something && (
        <Empty>
          {ids.length === 1 ? `The run “${ids[0]}” has` : "These runs have"} no measurements{running ? " yet; the first come with the end of an epoch." : "."}
        </Empty>
      )}
      <div class="cards">
        {something && <MeansTable measured={measured} />}
        {something && (
          <div class="charts">
            {timed.length > 1 && <PhasesOfRuns measured={measured} />}
            {timed.length === 1 && phasesOverEpochs}
            <CurvesCard title="Images per second" measured={measured} curve={({ rate }) => rate} label="training" unit="images/s" />
            <CurvesCard title="Memory of tensors" measured={measured} curve={({ tensors }) => tensors} label="memory" unit="MB" factor={1e6} />
            <CurvesCard title="Memory of the process" measured={measured} curve={({ process }) => process} label="memory" unit="MB" factor={1e6} />
            {timed.length > 1 && timed.length <= mostEpochCharts && phasesOverEpochs}
          </div>
        )}
        <FactsTable measured={measured} />
      </div>
    </>
  );
}

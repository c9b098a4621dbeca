/** Predictions: how a run classified its validation data, and the samples on which it went wrong. */

import { useEffect } from "preact/hooks";
import type { PredictionsOverview, RunSummary } from "../../protocol.js";
import { connection, runPath, runs, runsById } from "../api.js";
import { useLive } from "../parts/useLive.js";
import { Waiting } from "../parts/waiting.js";
import { href, navigate, route } from "../routes.js";
import { ClassTable } from "./predictions/classTable.js";
import { Gallery } from "./predictions/gallery.js";
import { Matrix } from "./predictions/matrix.js";
import { chosenOf } from "./predictions/parameters.js";
import { drawnCurves, RankingCard } from "./predictions/rankingCard.js";
import { SampleDialog } from "./predictions/sampleDialog.js";
import { counted, percent } from "./predictions/words.js";
import "./predictions/predictions.css";

interface RunChoice {
  /** Null where no run has predictions. */
  readonly id: string | null;
  /** Runs to choose from. */
  readonly among: readonly RunSummary[];
  /** The parameter that another choice changes. */
  readonly key: "of" | "run";
}

/** The run that the address names; of several, or of all where it names none, the one that "of" names, or the first that has predictions. */
function runChoice(params: URLSearchParams): RunChoice {
  const named = params.getAll("run");
  const known = (id: string): RunSummary | undefined => runsById.value.get(id);
  const withPredictions = runs.value.filter(({ has }) => has.predictions);
  if (named.length === 1) {
    const own = known(named[0]);
    return { id: named[0], among: own === undefined || own.has.predictions ? withPredictions : [own, ...withPredictions], key: "run" };
  }
  const of = params.get("of");
  if (named.length === 0) return { id: of ?? withPredictions[0]?.id ?? null, among: withPredictions, key: "of" };
  return { id: of !== null && named.includes(of) ? of : (named.find((id) => known(id)?.has.predictions) ?? named[0]), among: named.flatMap((id) => known(id) ?? []), key: "of" };
}

export default function View(): preact.JSX.Element {
  const { params } = route.value;
  const { id, among, key } = runChoice(params);
  const summary = id === null ? undefined : runsById.value.get(id);
  // The newest run stays the one that is shown when a newer one appears, and for whom the address is sent to.
  useEffect(() => {
    if (summary === undefined || params.has("run") || params.has("of")) return;
    navigate(href("predictions", new URLSearchParams([["of", summary.id], ...params])), { replace: true });
  }, [summary, params]);
  const show = (next: string): void => {
    const changed = new URLSearchParams(params);
    changed.set(key, next);
    // What was chosen among the classes of one run need not be there in another.
    for (const name of ["label", "predicted", "item", "curves"]) changed.delete(name);
    navigate(href("predictions", changed));
  };
  return (
    <div class="predictions">
      <header class="view-head">
        <h1>Predictions</h1>
        {among.length > 1 && (
          <label>
            Run
            <select value={id ?? ""} onChange={(event) => show(event.currentTarget.value)}>
              {summary === undefined && id !== null && <option value={id}>{id}</option>}
              {among.map((run) => <option key={run.id} value={run.id}>{run.id}{run.has.predictions ? "" : " (no predictions)"}</option>)}
            </select>
          </label>
        )}
      </header>
      {connection.value !== "live" && runs.value.length === 0 ? (
        <Waiting />
      ) : id === null ? (
        <Empty>No run has predictions yet.</Empty>
      ) : summary === undefined ? (
        <p class="problem" role="alert">There is no run “{id}” in this folder. <a href={href("runs")}>To the runs</a></p>
      ) : !summary.has.predictions ? (
        <Empty>The run “{id}” has no predictions{summary.state === "running" ? " yet; they appear here as soon as an epoch ends." : "."}</Empty>
      ) : (
        <Predictions key={id} run={summary} />
      )}
    </div>
  );
}

const Empty = ({ children }: { readonly children: preact.ComponentChildren }): preact.JSX.Element => (
  <div class="card empty">
    <p>{children}</p>
    <p>They are recorded when a classifier is trained with validation data, by <code>recordRun</code> in a program of your own as on the command line:</p>
    <pre tabIndex={0}><code>npx nabla train convnet --data characters</code></pre>
  </div>
);

function Predictions({ run }: { readonly run: RunSummary }): preact.JSX.Element {
  const { data: overview, error } = useLive<PredictionsOverview>(`${runPath(run.id)}/predictions`, [run.id]);
  const chosen = chosenOf(route.value.params);
  if (overview === null) return error === null ? <p class="quiet">loading …</p> : <p class="problem" role="alert">{error}</p>;
  const { classes, samples, accuracy, epoch } = overview;
  // An address may name classes that this run does not have.
  const known = (index: number | null): number | null => (index !== null && index < classes.length ? index : null);
  const asked = { ...chosen, label: known(chosen.label), predicted: known(chosen.predicted) };
  const drawn = drawnCurves(classes, chosen.curves);
  return (
    <>
      {error !== null && <p class="problem" role="alert">{error}</p>}
      <p class="summary">
        <b>{run.name}</b>, after epoch {epoch}: <b>{percent(accuracy)}</b> of {counted(samples, "sample")} right, in {counted(classes.length, "class", "classes")}.
        {run.state === "running" && <span class="quiet"> The run goes on; this page follows it.</span>}
      </p>
      <div class="columns">
        <div class="analysis">
          <Matrix overview={overview} chosen={asked} />
          <div class="ranking">
            <ClassTable classes={classes} chosen={asked} drawn={drawn} />
            <RankingCard classes={classes} drawn={drawn} />
          </div>
        </div>
        <Gallery run={run.id} overview={overview} chosen={asked} />
      </div>
      {chosen.item !== null && <SampleDialog run={run.id} index={chosen.item} classes={classes} />}
    </>
  );
}

/** Predictions: how a run classified its validation data, and the samples on which it went wrong. */

import type { PredictionsOverview, RunSummary } from "../../protocol.js";
import { connection, runPath, runs } from "../api.js";
import { RunSelect, useRunChoice } from "../parts/runSelect.js";
import { useLive } from "../parts/useLive.js";
import { Waiting } from "../parts/waiting.js";
import { href, route } from "../routes.js";
import { ClassTable } from "./predictions/classTable.js";
import { Gallery } from "./predictions/gallery.js";
import { Matrix } from "./predictions/matrix.js";
import { chosenOf } from "./predictions/parameters.js";
import { drawnCurves, RankingCard } from "./predictions/rankingCard.js";
import { SampleDialog } from "./predictions/sampleDialog.js";
import { counted, percent } from "./predictions/words.js";
import "./predictions/predictions.css";

/** What was chosen among the classes and samples of one run need not be there in another. */
const ownParameters = ["label", "predicted", "item", "curves"];

const shows = ({ has }: RunSummary): boolean => has.predictions;

export default function View(): preact.JSX.Element {
  const choice = useRunChoice(shows);
  const { id, run } = choice;
  return (
    <div class="predictions">
      <header class="view-head">
        <h1>Predictions</h1>
        <RunSelect choice={choice} nothing="no predictions" shows={shows} own={ownParameters} />
      </header>
      {connection.value !== "live" && runs.value.length === 0 ? (
        <Waiting />
      ) : id === null ? (
        <Empty>No run has predictions yet.</Empty>
      ) : run === undefined ? (
        <p class="problem" role="alert">There is no run “<bdi>{id}</bdi>” in this folder. <a href={href("runs")}>To the runs</a></p>
      ) : !shows(run) ? (
        <Empty>The run “<bdi>{id}</bdi>” has no predictions{run.state === "running" ? " yet; they appear here as soon as an epoch ends." : "."}</Empty>
      ) : (
        <Predictions key={id} run={run} />
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

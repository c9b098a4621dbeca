/** Model view: the network of one run, what flows through it, and how that changed over the training. */

import type { ComponentType } from "preact";
import type { Inspection, ModelGraph, RunSummary } from "../../protocol.js";
import { connection, runPath, runs } from "../api.js";
import { RunSelect, useRunChoice } from "../parts/runSelect.js";
import type { Live } from "../parts/useLive.js";
import { Waiting } from "../parts/waiting.js";
import { href, withParams } from "../routes.js";
import { Histograms } from "./model/histograms.js";
import { Network } from "./model/network.js";
import { Filters, Maps } from "./model/pictures.js";
import { param } from "./model/state.js";
import { useEpochly } from "./model/useEpochly.js";
import { Values } from "./model/values.js";
import "./model/model.css";

interface PartProps {
  readonly run: RunSummary;
}

interface Part {
  readonly title: string;
  readonly component: ComponentType<PartProps>;
}

const parts: Readonly<Record<string, Part>> = {
  network: { title: "Network", component: NetworkPart },
  values: { title: "Values and gradients", component: ValuesPart },
  filters: { title: "Filters and maps", component: FiltersPart },
  histograms: { title: "Histograms", component: Histograms },
};

/** Whether there is something to see of a run. */
const shows = ({ has }: RunSummary): boolean => has.model || has.inspection || has.histograms || has.images;

export default function View(): preact.JSX.Element {
  const choice = useRunChoice(shows);
  const { id, run } = choice;
  const part = Object.hasOwn(parts, param("part")) ? param("part") : "network";
  const Component = parts[part].component;
  return (
    <div class="model">
      <header class="view-head">
        <h1>Model</h1>
        <RunSelect choice={choice} nothing="no model" shows={shows} />
      </header>
      {connection.value !== "live" && runs.value.length === 0 ? (
        <Waiting />
      ) : id === null ? (
        <p class="quiet">No run shows its network yet. <code>npx nabla train convnet</code> makes one, and so does <code>recordRun</code> in a program of your own.</p>
      ) : run === undefined ? (
        <p class="problem" role="alert">There is no run “<bdi>{id}</bdi>” in this folder. <a href={href("runs")}>To the runs</a></p>
      ) : (
        <>
          <nav class="parts" aria-label="Parts of the model">
            {Object.entries(parts).map(([name, { title }]) => <a key={name} href={withParams({ part: name })} aria-current={name === part ? "page" : undefined}>{title}</a>)}
          </nav>
          <Component key={run.id} run={run} />
        </>
      )}
    </div>
  );
}

function NetworkPart({ run }: PartProps): preact.JSX.Element {
  const { data, error } = useModel(run);
  if (!run.has.model) return <p class="quiet">This run has no <code>model.json</code>, which describes its network. Runs of <code>npx nabla train</code> have one, and those of programs with <code>recordRun</code>.</p>;
  return data === null ? <Pending error={error} /> : <Network model={data} name={run.name} />;
}

function ValuesPart({ run }: PartProps): preact.JSX.Element {
  const { data, error } = useInspection(run);
  const pictures = useModel(run).data?.inputShape.length === 3;
  if (!run.has.inspection) return <NotInspected run={run} />;
  return data === null ? <Pending error={error} /> : data.samples.length === 0 ? <NotInspected run={run} /> : <Values run={run} inspection={data} pictures={pictures} />;
}

function FiltersPart({ run }: PartProps): preact.JSX.Element {
  const { data, error } = useInspection(run);
  const pictures = useModel(run).data?.inputShape.length === 3;
  return (
    <>
      <Filters run={run} />
      <section aria-labelledby="maps-title">
        <h2 id="maps-title">Activation maps</h2>
        {!run.has.inspection ? <NotInspected run={run} /> : data === null ? <Pending error={error} /> : data.samples.length === 0 ? <NotInspected run={run} /> : <Maps run={run} inspection={data} pictures={pictures} />}
      </section>
    </>
  );
}

const useModel = (run: RunSummary): Live<ModelGraph> => useEpochly<ModelGraph>(run.has.model ? `${runPath(run.id)}/model` : null, run);

const useInspection = (run: RunSummary): Live<Inspection> => useEpochly<Inspection>(run.has.inspection ? `${runPath(run.id)}/inspection` : null, run);

const Pending = ({ error }: { readonly error: string | null }): preact.JSX.Element => (error === null ? <p class="quiet">loading …</p> : <p class="problem" role="alert">{error}</p>);

const NotInspected = ({ run }: PartProps): preact.JSX.Element => (
  <p class="quiet">
    No samples were followed through this network{run.state === "running" ? " yet; that is done when an epoch ends" : ""}. <code>npx nabla train</code> does it for some samples of validation, and so does <code>recordRun</code> in programs.
  </p>
);

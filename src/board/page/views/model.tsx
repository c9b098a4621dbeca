/** Model view: the network of one run, what flows through it, and how that changed over the training. */

import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import type { Inspection, ModelGraph, RunSummary } from "../../protocol.js";
import { connection, runPath, runs, runsById } from "../api.js";
import type { Live } from "../parts/useLive.js";
import { Waiting } from "../parts/waiting.js";
import { href, withParams } from "../routes.js";
import { Histograms } from "./model/histograms.js";
import { Network } from "./model/network.js";
import { Filters, Maps } from "./model/pictures.js";
import { choose, param, paramList } from "./model/state.js";
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

interface RunChoice {
  /** Null where there is none. */
  readonly id: string | null;
  /** Runs to choose from. */
  readonly among: readonly RunSummary[];
  /** The parameter that another choice changes: several runs that are looked at stay so. */
  readonly key: "of" | "run";
}

/** The run that the address names; of several, or of all where it names none, the one that "of" names, or the first with something to see. */
function runChoice(): RunChoice {
  const named = paramList("run");
  const known = named.flatMap((id) => runsById.value.get(id) ?? []);
  const seen = runs.value.filter(shows);
  if (named.length === 1) return { id: named[0], among: [...known.filter((run) => !shows(run)), ...seen], key: "run" };
  const of = param("of");
  if (named.length === 0) return { id: of === "" ? (seen[0]?.id ?? null) : of, among: seen, key: "of" };
  return { id: named.includes(of) ? of : (known.find(shows)?.id ?? named[0]), among: known, key: "of" };
}

export default function View(): preact.JSX.Element {
  const { id, among, key } = runChoice();
  const run = id === null ? undefined : runsById.value.get(id);
  // The newest run stays the one that is shown when a newer one appears, and for whom the address is sent to.
  useEffect(() => {
    if (run !== undefined && paramList("run").length === 0 && param("of") === "") choose({ of: run.id });
  }, [run]);
  const part = Object.hasOwn(parts, param("part")) ? param("part") : "network";
  const Component = parts[part].component;
  return (
    <div class="model">
      <div class="title">
        <h1>Model</h1>
        {among.length > 1 && (
          <label>
            Run
            <select value={id ?? ""} onChange={(event) => choose({ [key]: event.currentTarget.value })}>
              {run === undefined && id !== null && <option value={id}>{id}</option>}
              {among.map((each) => <option key={each.id} value={each.id}>{each.id}</option>)}
            </select>
          </label>
        )}
        {among.length === 1 && run !== undefined && <span>{run.id}</span>}
      </div>
      {connection.value !== "live" && runs.value.length === 0 ? (
        <Waiting />
      ) : id === null ? (
        <p class="quiet">No run shows its network yet. <code>npx nabla train convnet</code> makes one, and so does <code>recordRun</code> in a program of your own.</p>
      ) : run === undefined ? (
        <p class="problem" role="alert">There is no run “{id}” in this folder. <a href={href("runs")}>To the runs</a></p>
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

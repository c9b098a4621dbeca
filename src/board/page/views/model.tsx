/** Model view: the network of one run, what flows through it, and how that changed over the training. */

import type { ComponentType } from "preact";
import type { ModelGraph, RunSummary } from "../../protocol.js";
import { root, runPath, runs } from "../api.js";
import { useLive } from "../parts/useLive.js";
import { withParams } from "../routes.js";
import { Network } from "./model/network.js";
import { choose, param } from "./model/state.js";
import "./model/model.css";

export interface PartProps {
  readonly run: RunSummary;
}

interface Part {
  readonly title: string;
  readonly component: ComponentType<PartProps>;
}

const parts: Readonly<Record<string, Part>> = {
  network: { title: "Network", component: NetworkPart },
};

/** Whether there is something to see of a run. */
const shows = ({ has }: RunSummary): boolean => has.model || has.inspection || has.histograms || has.images;

export default function View(): preact.JSX.Element {
  const listed = runs.value;
  const asked = param("run");
  const run = listed.find(({ id }) => id === asked) ?? (asked === "" ? (listed.find(shows) ?? listed[0]) : undefined);
  const part = Object.hasOwn(parts, param("part")) ? param("part") : "network";
  const Component = parts[part].component;
  return (
    <div class="model">
      <div class="title">
        <h1>Model</h1>
        {listed.length > 0 && (
          <label>
            Run
            <select value={run?.id ?? ""} onChange={(event) => choose({ run: event.currentTarget.value })}>
              {run === undefined && <option value="">choose …</option>}
              {listed.map(({ id }) => <option key={id} value={id}>{id === "." ? root.value || "the watched folder" : id}</option>)}
            </select>
          </label>
        )}
      </div>
      {run === undefined ? (
        <p class="quiet">
          {listed.length > 0 ? `There is no run “${asked}”; choose one above.` : <>No runs yet. <code>npx nabla train convnet</code> makes one.</>}
        </p>
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
  const { data, error } = useLive<ModelGraph>(run.has.model ? `${runPath(run.id)}/model` : null, [run.id]);
  if (!run.has.model) return <p class="quiet">This run has no <code>model.json</code>, which describes its network. Runs of <code>npx nabla train</code> have one.</p>;
  if (data === null) return error === null ? <p class="quiet">loading …</p> : <p class="problem" role="alert">{error}</p>;
  return <Network model={data} name={run.name} />;
}

/** The one run that a view shows, of those that are looked at, and the field that chooses another. */

import { useEffect } from "preact/hooks";
import type { RunSummary } from "../../protocol.js";
import { runs, runsById } from "../api.js";
import { navigate, route, withParams } from "../routes.js";
import { isolated } from "./text.js";

export interface RunChoice {
  /** Null where no run has something to see. */
  readonly id: string | null;
  /** Undefined also where the address names a run that is not there. */
  readonly run: RunSummary | undefined;
  /** Runs to choose from. */
  readonly among: readonly RunSummary[];
  /** The parameter that another choice changes: several runs that are looked at stay so. */
  readonly key: "of" | "run";
}

/** The run that the address names; of several, or of all where it names none, the one that "of" names, or the first with something to see. */
export function useRunChoice(shows: (run: RunSummary) => boolean): RunChoice {
  const { params } = route.value;
  const choice = choiceOf(params, shows);
  const run = choice.id === null ? undefined : runsById.value.get(choice.id);
  // The newest run stays the one that is shown when a newer one appears, and for whom the address is sent to.
  useEffect(() => {
    if (run !== undefined && !params.has("run") && !params.has("of")) navigate(withParams({ of: run.id }), { replace: true });
  }, [run, params]);
  return { ...choice, run };
}

function choiceOf(params: URLSearchParams, shows: (run: RunSummary) => boolean): Omit<RunChoice, "run"> {
  const named = params.getAll("run");
  const known = named.flatMap((id) => runsById.value.get(id) ?? []);
  const seen = runs.value.filter(shows);
  if (named.length === 1) return { id: named[0], among: [...known.filter((run) => !shows(run)), ...seen], key: "run" };
  const of = params.get("of");
  if (named.length === 0) return { id: of ?? seen[0]?.id ?? null, among: seen, key: "of" };
  return { id: of !== null && named.includes(of) ? of : (known.find(shows)?.id ?? named[0]), among: known, key: "of" };
}

export interface RunSelectProps {
  readonly choice: RunChoice;
  /** What stands behind the name of a run without anything to see, such as "no predictions". */
  readonly nothing: string;
  readonly shows: (run: RunSummary) => boolean;
  /** Parameters of the address that mean something in one run alone. */
  readonly own?: readonly string[];
}

/** The name alone where there is no other run. */
export function RunSelect({ choice: { id, run, among, key }, nothing, shows, own = [] }: RunSelectProps): preact.JSX.Element | null {
  if (among.length < 2) return run === undefined ? null : <span>{run.id}</span>;
  return (
    <label>
      Run
      <select value={id ?? ""} onChange={(event) => navigate(withParams({ ...Object.fromEntries(own.map((name) => [name, null])), [key]: event.currentTarget.value }))}>
        {run === undefined && id !== null && <option value={id}>{id}</option>}
        {among.map((each) => <option key={each.id} value={each.id}>{shows(each) ? each.id : `${isolated(each.id)} (${nothing})`}</option>)}
      </select>
    </label>
  );
}

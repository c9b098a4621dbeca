/** Run picker: the list of all runs that have curves, with a filter. */

import { memo } from "preact/compat";
import type { RunSummary } from "../../../protocol.js";
import { Swatch } from "../../parts/chart/swatch.js";
import { newest } from "./chosen.js";
import { pointing } from "./highlight.js";
import type { Settings } from "./settings.js";
import { lookOf } from "./slots.js";

export interface RunPickerProps {
  readonly all: readonly RunSummary[];
  readonly chosen: readonly RunSummary[];
  readonly slots: ReadonlyMap<string, number>;
  readonly find: string;
  readonly change: (changed: Partial<Settings>) => void;
}

/** A list is read, or searched: more rows only slow it. */
const mostRows = 200;

export const RunPicker = memo(({ all, chosen, slots, find, change }: RunPickerProps): preact.JSX.Element => {
  const words = find.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = all.filter((run) => words.every((word) => `${run.id} ${run.notes.tags.join(" ")} ${run.notes.group}`.toLowerCase().includes(word)));
  const ids = chosen.map(({ id }) => id);
  return (
    <details class="picker card" open={innerWidth >= 960}>
      <summary><h2>Runs</h2> <span class="quiet">{chosen.length} of {all.length}</span></summary>
      <input type="search" aria-label="Find runs" placeholder="find by name, tag or group" value={find} onInput={(event) => change({ find: event.currentTarget.value })} />
      <div class="row">
        <button type="button" onClick={() => change({ runs: Array.from(new Set([...ids, ...found.map(({ id }) => id)])) })} disabled={found.length === 0}>{words.length === 0 ? "All" : "Add all found"}</button>
        <button type="button" onClick={() => change({ runs: null, hidden: new Set() })}>Newest {newest}</button>
        <button type="button" onClick={() => change({ runs: [], hidden: new Set() })}>None</button>
      </div>
      <ul aria-label="Runs">
        {found.slice(0, mostRows).map((run) => {
          const on = ids.includes(run.id);
          const look = on ? lookOf(slots.get(run.id) ?? 0) : null;
          return (
            <li key={run.id} {...pointing(run.id)}>
              <label title={run.id}>
                <input type="checkbox" checked={on} onChange={() => change({ runs: on ? ids.filter((id) => id !== run.id) : [...ids, run.id] })} />
                {look === null ? <span class="no-swatch" /> : <Swatch {...look} />}
                <span class="name">{run.name}{run.id !== run.name && <span class="folder">{run.id.slice(0, -run.name.length)}</span>}</span>
                {run.state === "running" && <span class="live">running</span>}
              </label>
            </li>
          );
        })}
      </ul>
      {found.length === 0 && <p class="quiet">No run has this in its name, tags or group.</p>}
      {found.length > mostRows && <p class="quiet">and {found.length - mostRows} more: find them by name.</p>}
    </details>
  );
});

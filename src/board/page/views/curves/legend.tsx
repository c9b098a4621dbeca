/** Legend of all charts: a name that is pointed at raises its run, a click on it hides that, "only" hides the others. */

import { memo } from "preact/compat";
import type { RunSummary } from "../../../protocol.js";
import { Swatch } from "../../parts/chart/swatch.js";
import { pointing } from "./highlight.js";
import { type Settings, toggled } from "./settings.js";
import { lookOf, validationDash } from "./slots.js";

export interface LegendProps {
  readonly runs: readonly RunSummary[];
  readonly names: ReadonlyMap<string, string>;
  readonly slots: ReadonlyMap<string, number>;
  /** Whether any chart shows both. */
  readonly paired: boolean;
  readonly hidden: ReadonlySet<string>;
  readonly change: (changed: Partial<Settings>) => void;
}

export const Legend = memo(({ runs, names, slots, paired, hidden, change }: LegendProps): preact.JSX.Element => {
  return (
    <div class="legend" role="group" aria-label="Legend: shown runs">
      {runs.map(({ id }) => {
        const look = lookOf(slots.get(id) ?? 0);
        const name = names.get(id) ?? id;
        const shown = !hidden.has(id);
        const alone = shown && runs.every((other) => other.id === id || hidden.has(other.id));
        return (
          <span key={id} class={`entry${shown ? "" : " hidden"}`} {...pointing(id)}>
            <button type="button" aria-pressed={shown} title={shown ? `Hide ${id}` : `Show ${id}`} onClick={() => change({ hidden: toggled(hidden, id) })}><Swatch {...look} /> <span class="name">{name}</span></button>
            {runs.length > 1 && <button type="button" class="only" aria-pressed={alone} aria-label={`only ${name}`} onClick={() => change({ hidden: new Set(alone ? [] : runs.flatMap((other) => (other.id === id ? [] : [other.id]))) })}>only</button>}
          </span>
        );
      })}
      {runs.some(({ id }) => hidden.has(id)) && <button type="button" class="all" onClick={() => change({ hidden: new Set() })}>Show all</button>}
      {paired && <span class="key"><Swatch paint="muted" dash={[]} width={1.5} /> training <Swatch paint="muted" dash={validationDash} /> validation <svg class="swatch" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="4" fill="none" stroke="var(--muted)" stroke-width="2" /></svg> best <svg class="swatch" width="8" height="14" viewBox="0 0 8 14" aria-hidden="true"><line x1="4" x2="4" y1="0" y2="14" stroke="var(--ink)" stroke-dasharray="2 3" /></svg> over-fits from there</span>}
    </div>
  );
});

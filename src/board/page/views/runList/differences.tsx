/** What the selected runs have and have not in common: configuration and metrics side by side. */

import { useMemo } from "preact/hooks";
import type { RunSummary } from "../../../protocol.js";
import { metricText, valueText } from "../../parts/text.js";
import { href, navigate, route, withParams } from "../../routes.js";
import { RunStateBadge } from "../../parts/runState.js";
import { compareValues, configKeys, differingKeys, metricNames, type Value, valueOf } from "./values.js";

interface Row {
  readonly id: string;
  readonly title: string;
  readonly values: readonly Value[];
  /** Which are the best; empty where there is no better. */
  readonly best: ReadonlySet<number>;
  readonly text: (value: Value) => string;
}

export function Differences({ runs, status }: { readonly runs: readonly RunSummary[]; readonly status: preact.ComponentChildren }): preact.JSX.Element {
  const all = route.value.params.get("all") === "1";
  const { config, metrics } = useMemo(() => rowsOf(runs), [runs]);
  if (runs.length === 0) return <><div class="toolbar">{status}</div><p class="quiet">No run is selected. Tick two or more in the table, and this place shows where they differ.</p></>;
  const shownOf = (rows: readonly Row[]): readonly Row[] => (all ? rows : rows.filter(({ values }) => values.some((value) => value !== values[0])));
  const parts = [{ title: "Configuration", rows: shownOf(config), all: config }, { title: "Metrics", rows: shownOf(metrics), all: metrics }];
  const hidden = parts.reduce((sum, part) => sum + part.all.length - part.rows.length, 0);
  return (
    <>
      <div class="toolbar">
        <label><input type="checkbox" checked={!all} onChange={(event) => navigate(withParams({ all: event.currentTarget.checked ? null : "1" }), { replace: true })} />only what differs</label>
        {hidden > 0 && <span class="quiet">{hidden} {hidden === 1 ? "row is" : "rows are"} the same in all</span>}
        {status}
      </div>
      <div class="scroll differences" role="region" aria-label="Differences" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <td />
              {runs.map((run) => (
                <th key={run.id} scope="col">
                  <a href={href("run", { run: run.id })} title={run.id}>{run.name}</a>
                  <br />
                  <RunStateBadge run={run} />
                </th>
              ))}
            </tr>
          </thead>
          {parts.map(({ title, rows }) => (
            <tbody key={title}>
              <tr class="part"><th scope="rowgroup" colSpan={runs.length + 1}>{title}</th></tr>
              {rows.length === 0 && <tr><td colSpan={runs.length + 1} class="quiet">{runs.length < 2 ? "One run alone differs from nothing; select another." : "no difference"}</td></tr>}
              {rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row">{row.title}</th>
                  {row.values.map((value, i) => <td key={runs[i].id}>{row.best.has(i) ? <strong>{row.text(value)} <span class="best">best</span></strong> : row.text(value)}</td>)}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </>
  );
}

function rowsOf(runs: readonly RunSummary[]): { readonly config: readonly Row[]; readonly metrics: readonly Row[] } {
  const differing = new Set(differingKeys(runs));
  const keys = configKeys(runs).sort((a, b) => Number(differing.has(b)) - Number(differing.has(a)));
  const config = keys.map((key): Row => ({ id: `config.${key}`, title: key, values: runs.map((run) => valueOf(run, `config.${key}`)), best: new Set(), text: valueText }));
  const metrics = metricNames(runs).flatMap((name): Row[] => {
    const higher = runs.find((run) => name in run.metrics)!.metrics[name].higherIsBetter;
    return ["metric", "last"].map((room) => {
      const values = runs.map((run) => valueOf(run, `${room}.${name}`));
      return { id: `${room}.${name}`, title: room === "metric" ? name : `${name}, last`, values, best: bestOf(values, higher), text: (value) => metricText(value as number | null) };
    });
  });
  const epochs: Row = { id: "bestEpoch", title: "best epoch", values: runs.map(({ monitor, metrics: each }) => (monitor === null ? null : (each[monitor]?.bestEpoch ?? null))), best: new Set(), text: valueText };
  return { config, metrics: [...metrics, epochs] };
}

function bestOf(values: readonly Value[], higher: boolean): ReadonlySet<number> {
  const known = values.filter((value) => value !== null).sort(compareValues);
  if (known.length < 2 || known[0] === known[known.length - 1]) return new Set();
  const best = higher ? known[known.length - 1] : known[0];
  return new Set(values.flatMap((value, i) => (value === best ? i : [])));
}

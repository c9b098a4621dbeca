/** The tables of the system view: mean times and peaks of each run, and what the runs ran on. */

import { numberText } from "../../../../plot/numberText.js";
import type { RunDetail } from "../../../protocol.js";
import { runPath } from "../../api.js";
import { csvOf } from "../../parts/chart/csv.js";
import { ExportMenu } from "../../parts/exportMenu.js";
import { useLive } from "../../parts/useLive.js";
import { bytesText, type Curve, largestPart, mean, type Measured, meanTimes, type Phase, phaseNames, phases, secondsText } from "./measured.js";

/** Not finite where nothing was measured. */
const peak = ({ y }: Curve): number => y.filter(Number.isFinite).reduce((a, b) => Math.max(a, b), -Infinity);

const or = (value: number, text: (value: number) => string): string => (Number.isFinite(value) ? text(value) : "–");

export function MeansTable({ measured }: { readonly measured: readonly Measured[] }): preact.JSX.Element {
  const rows = measured.map((each) => ({ ...each, means: each.times === null ? null : meanTimes(each.times) }));
  const shown: readonly Phase[] = [...phases, "other" as const].filter((phase) => rows.some(({ means }) => means?.seconds.has(phase)));
  const csv = (): string =>
    csvOf(
      ["run", ...shown.map((phase) => `${phaseNames[phase]} (s)`), "epoch (s)", "images/s", "peak of tensors (bytes)", "peak of process (bytes)"],
      rows.map(({ name, means, rate, tensors, process }) => [name, ...[...shown.map((phase) => means?.seconds.get(phase)), means?.total, mean(rate.y), peak(tensors), peak(process)].map((value) => (value !== undefined && Number.isFinite(value) ? value : null))]),
    );
  return (
    <section class="card">
      <header class="card-head">
        <h2 id="means-heading">Mean epoch</h2>
        <ExportMenu name="Mean epoch" csv={csv} />
      </header>
      {measured.length > 1 && (
        <ul class="largest">
          {measured.flatMap(({ run, name, times }) => (times === null || largestPart(times) === "" ? [] : [<li key={run}><b>{name}</b>: {largestPart(times)}</li>]))}
        </ul>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="means-heading">
        <table class="means">
          <thead>
            <tr>
              <th scope="col">Run</th>
              {shown.map((phase) => <th key={phase} scope="col" class="number">{capital(phaseNames[phase])}</th>)}
              <th scope="col" class="number">Epoch</th>
              <th scope="col" class="number">Images/s</th>
              <th scope="col" class="number">Peak of tensors</th>
              <th scope="col" class="number">Peak of process</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ run, name, means, rate, tensors, process }) => (
              <tr key={run}>
                <th scope="row">{name}</th>
                {shown.map((phase) => {
                  const seconds = means?.seconds.get(phase);
                  return <td key={phase} class="number">{seconds === undefined || means === null ? "–" : <>{secondsText(seconds)} <small>{means.total > 0 ? `${((100 * seconds) / means.total).toFixed(1)} %` : ""}</small></>}</td>;
                })}
                <td class="number">{means === null ? "–" : secondsText(means.total)}</td>
                <td class="number">{or(mean(rate.y), (value) => numberText(value, 3))}</td>
                <td class="number">{or(peak(tensors), bytesText)}</td>
                <td class="number">{or(peak(process), bytesText)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">Seconds of an epoch and their shares of it. “Other” is what listeners take, such as those that write files.</p>
    </section>
  );
}

const capital = (text: string): string => text[0].toUpperCase() + text.slice(1);

/** Labels and values of `run.json`, a column a run. */
export function FactsTable({ measured }: { readonly measured: readonly Measured[] }): preact.JSX.Element {
  return (
    <section class="card">
      <h2 id="facts-heading">What {measured.length === 1 ? "it" : "they"} ran on</h2>
      <div class="facts" tabIndex={0} role="region" aria-labelledby="facts-heading">
        {measured.map(({ run, name }) => <Facts key={run} run={run} name={measured.length === 1 ? "" : name} />)}
      </div>
    </section>
  );
}

function Facts({ run, name }: { readonly run: string; readonly name: string }): preact.JSX.Element {
  const { data, error } = useLive<RunDetail>(runPath(run), [run]);
  return (
    <div>
      {name !== "" && <h3>{name}</h3>}
      {data === null ? (
        <p class={error === null ? "quiet" : "problem"}>{error ?? "loading …"}</p>
      ) : data.facts.length === 0 ? (
        <p class="quiet">Nothing was written down.</p>
      ) : (
        <dl>{data.facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
      )}
    </div>
  );
}

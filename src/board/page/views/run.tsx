/** One run: what is known of it, how it went, where to look further. */

import { useMemo } from "preact/hooks";
import { shellPath } from "../../../base/shellPath.js";
import type { RunDetail, RunSummary, Series, SeriesAnswer } from "../../protocol.js";
import { runFigures } from "../../runFigures.js";
import { connection, root, runPath, runsById } from "../api.js";
import { csvOf } from "../parts/chart/csv.js";
import { Dotted } from "../parts/dotted.js";
import { FigureCard } from "../parts/figureCard.js";
import { RunStateBadge } from "../parts/runState.js";
import { durationText, metricText, momentText, valueText } from "../parts/text.js";
import { useLive } from "../parts/useLive.js";
import { href, hrefAsLeft, route } from "../routes.js";
import { EditableNote } from "./runList/notes.js";
import { isoText } from "./runList/runsCsv.js";
import "./runList/runs.css";

export default function Run(): preact.JSX.Element {
  const ids = route.value.params.getAll("run");
  if (ids.length === 0) return <Nothing title="Run">No run is named in the address.</Nothing>;
  if (ids.length > 1) {
    return (
      <>
        <h1>{ids.length} runs</h1>
        <ul>{ids.map((id) => <li key={id}><a href={href("run", { run: id })}>{id}</a></li>)}</ul>
        <p><a href={href("runs", { run: ids, show: "differences" })}>Their differences</a> · <a href={href("curves", { run: ids })}>their curves</a></p>
      </>
    );
  }
  const run = runsById.value.get(ids[0]);
  if (run === undefined) return connection.value === "connecting" ? <p class="quiet">loading …</p> : <Nothing title={ids[0]}>There is no run <code>{ids[0]}</code> in <code>{root.value || "the folder"}</code>; it was moved or deleted, or its folder cannot be read.</Nothing>;
  return <RunPage key={run.id} run={run} />;
}

const Nothing = ({ title, children }: { readonly title: string; readonly children: preact.ComponentChildren }): preact.JSX.Element => (
  <>
    <h1>{title}</h1>
    <p>{children}</p>
    <p><a href={hrefAsLeft("runs")}>To the runs</a></p>
  </>
);

function RunPage({ run }: { readonly run: RunSummary }): preact.JSX.Element {
  const { data: detail, error } = useLive<RunDetail>(runPath(run.id), [run.id]);
  const figures = useMemo(() => (detail === null ? [] : runFigures(detail)), [detail]);
  const tags = useMemo(() => figures.flatMap((figure) => figure.tags), [figures]);
  const path = tags.length === 0 ? null : `series?${new URLSearchParams([["run", run.id], ...tags.map((tag) => ["tag", tag]), ["x", run.kind === "events" ? "step" : "epoch"], ["points", "600"]])}`;
  const { data: curves, error: curvesError } = useLive<SeriesAnswer>(path, [run.id]);
  return (
    <div class="run">
      <p class="back"><a href={hrefAsLeft("runs")}>Runs</a></p>
      <h1>{run.name}</h1>
      <div class="toolbar">
        <RunStateBadge run={run} />
        <span class="quiet">{[run.epochsDone > 0 || run.epochs !== null ? `${run.epochsDone}${run.epochs === null ? "" : ` of ${run.epochs}`} epochs` : "", run.seconds > 0 ? durationText(run.seconds) : "", momentText(run.created)].filter(Boolean).join(" · ")}</span>
        <a class="button" href={`api/${runPath(run.id)}/export.html`} download={`${run.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}.html`}>Export as one HTML file</a>
      </div>
      {run.reason !== null && <p class={run.state === "failed" ? "problem" : "quiet"}>{run.reason}</p>}
      <Resume run={run} />
      <nav class="views" aria-label="This run in the views">
        <a href={href("curves", { run: run.id })}>Curves</a>
        <ViewLink view="predictions" run={run} there={run.has.predictions} missing="no predictions were kept">Predictions</ViewLink>
        <ViewLink view="model" run={run} there={run.has.model || run.has.inspection || run.has.histograms} missing="no model was kept">Model</ViewLink>
        <a href={href("system", { run: run.id })}>System</a>
      </nav>
      {error !== null && <p class="problem" role="alert">{error}</p>}
      <div class="columns">
        <section class="card">
          <h2>Notes</h2>
          <dl class="facts">
            {(["tags", "group", "note"] as const).map((field) => <div key={field}><dt>{{ tags: "Tags", group: "Group", note: "Note" }[field]}</dt><dd><EditableNote run={run} field={field} long={field === "note"} /></dd></div>)}
          </dl>
          <h2>Facts</h2>
          {detail === null ? <p class="quiet">loading …</p> : (
            <dl class="facts">
              <div><dt>folder</dt><dd><code>{run.id}</code></dd></div>
              <div><dt>created</dt><dd><time dateTime={isoText(run.created)} title={isoText(run.created)}>{momentText(run.created)}</time></dd></div>
              {detail.facts.map(([label, value]) => <div key={label}><dt><Dotted>{label}</Dotted></dt><dd>{value}</dd></div>)}
            </dl>
          )}
        </section>
        <section class="card">
          <h2>Metrics</h2>
          <Metrics run={run} />
        </section>
        <section class="card">
          <h2>Configuration</h2>
          {Object.keys(run.config).length === 0 ? <p class="quiet">None was kept.</p> : <dl class="facts">{Object.entries(run.config).map(([key, value]) => <div key={key}><dt><Dotted>{key}</Dotted></dt><dd>{valueText(value)}</dd></div>)}</dl>}
        </section>
      </div>
      {curvesError !== null && <p class="problem" role="alert">{curvesError}</p>}
      {curves !== null && <Figures figures={figures} curves={curves.series} run={run} />}
      {detail !== null && detail.omissions.length > 0 && (
        <details>
          <summary>{detail.omissions.length === 1 ? "1 thing of this run was" : `${detail.omissions.length} things of this run were`} left out</summary>
          <ul>{detail.omissions.map(({ path: where, reason }) => <li key={`${where} ${reason}`}><code>{where}</code> {reason}</li>)}</ul>
        </details>
      )}
    </div>
  );
}

interface ViewLinkProps {
  readonly view: string;
  readonly run: RunSummary;
  readonly there: boolean;
  /** Why the view would be empty. */
  readonly missing: string;
  readonly children: string;
}

const ViewLink = ({ view, run, there, missing, children }: ViewLinkProps): preact.JSX.Element =>
  there ? <a href={href(view, { run: run.id })}>{children}</a> : <span class="quiet">{children}: {missing}</span>;

/** How an interrupted training goes on. */
function Resume({ run }: { readonly run: RunSummary }): preact.JSX.Element | null {
  if (run.kind !== "training" || (run.state !== "interrupted" && run.state !== "stopped") || !("model" in run.config) || run.id.split("/").includes("trainings")) return null;
  const folder = /^\.\/?$/.test(run.id) ? root.value : `${root.value.replace(/\/$/, "")}/${run.id}`;
  return <p class="card">It can go on where it was left: <code>npx nabla train --resume {shellPath(folder)}</code></p>;
}

function Metrics({ run }: { readonly run: RunSummary }): preact.JSX.Element {
  const metrics = Object.entries(run.metrics);
  if (metrics.length === 0) return <p class="quiet">Nothing is measured yet.</p>;
  return (
    <div class="scroll" role="region" aria-label="Metrics" tabIndex={0}>
      <table>
        <thead><tr><th scope="col">metric</th><th scope="col" class="number">best</th><th scope="col" class="number">{run.kind === "events" ? "step" : "epoch"}</th><th scope="col" class="number">last</th></tr></thead>
        <tbody>
          {metrics.map(([name, { best, bestEpoch, last }]) => (
            <tr key={name}>
              <th scope="row">{name}{name === run.monitor && <span class="quiet"> (judged by it)</span>}</th>
              <td class="number">{metricText(best)}</td><td class="number">{bestEpoch ?? "–"}</td><td class="number">{metricText(last)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Figures({ figures, curves, run }: { readonly figures: ReturnType<typeof runFigures>; readonly curves: readonly Series[]; readonly run: RunSummary }): preact.JSX.Element {
  const drawn = useMemo(
    () => figures.flatMap((figure) => {
      const series = curves.filter(({ tag, y }) => figure.tags.includes(tag) && y.some((value) => value !== null));
      return series.length === 0 ? [] : [{ figure, series, draw: (options: Parameters<typeof figure.draw>[1]) => figure.draw(series, { ...options, title: options?.title ?? "" }) }];
    }),
    [figures, curves],
  );
  return (
    <div class="figures">
      {drawn.map(({ figure, series, draw }) => <FigureCard key={figure.title} title={figure.title} name={`${run.name} ${figure.title}`} draw={draw} csv={() => tableOf(series)} />)}
    </div>
  );
}

/** One row for each x, one column for each curve. */
function tableOf(series: readonly Series[]): string {
  const xs = [...new Set(series.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const columns = series.map(({ x, y }) => new Map(x.map((each, i) => [each, y[i]])));
  return csvOf(["x", ...series.map(({ tag }) => tag)], xs.map((x) => [x, ...columns.map((column) => column.get(x))]));
}

/** Export: a run as one HTML file that needs nothing else and works offline, in the dress of lab reports, drawn by the library's own plots. */

import { NablaError } from "../../base/errors.js";
import { confusionMatrix } from "../../plot/confusionMatrix.js";
import { drawing, escapedText as escaped, htmlDocument } from "../../plot/document.js";
import type { Figure } from "../../plot/figure.js";
import { histogramsOverTime } from "../../plot/histogramsOverTime.js";
import { numberText } from "../../plot/numberText.js";
import type { HistogramSeries, ModelGraph, ModelNode, Omission, PredictionItem, PredictionsOverview, RunDetail, Series } from "../protocol.js";
import { runFigures } from "../runFigures.js";
import { counted, durationText, metricText, momentText, valueText } from "../text.js";

/** All that is written of a run. */
export interface RunExport {
  readonly detail: RunDetail;
  /** The curves of `runFigures`. */
  readonly series: readonly Series[];
  readonly predictions: ExportedPredictions | null;
  readonly model: ModelGraph | null;
  /** Some of `total`. */
  readonly histograms: { readonly shown: readonly HistogramSeries[]; readonly total: number };
  /** What could not be read. */
  readonly omissions: readonly Omission[];
  /** Seconds since 1970. */
  readonly now: number;
}

export interface ExportedPredictions {
  readonly overview: PredictionsOverview;
  /** The mistakes that the network was surest of, and how many there are in all. */
  readonly mistakes: readonly PredictionItem[];
  readonly wrong: number;
  /** PNG. */
  readonly image: (index: number) => Uint8Array | null;
}

/** The largest confusion matrix that can be read. */
const mostClasses = 60;
/** Longer tables are folded. */
const mostRows = 30;

/** @returns the HTML document */
export function exportHtml(run: RunExport): string {
  const { detail, now } = run;
  const { summary } = detail;
  const sections: readonly (readonly [title: string, html: string])[] = [
    ["Metrics", metrics(run)],
    ["Curves", curves(run)],
    ["Predictions", run.predictions === null ? "" : predictions(run.predictions)],
    ["Model", run.model === null ? "" : model(run.model)],
    ["Histograms", histograms(run)],
    ["Configuration", table(["", ""], Object.entries(summary.config).map(([key, value]) => [key, valueText(value)]))],
    ["Facts", table(["", ""], [["folder", summary.id], ["created", momentText(summary.created)], ...detail.facts])],
    ["Left out", omissions([...detail.omissions, ...run.omissions])],
  ];
  return htmlDocument({
    title: `${summary.name} – nabla run`,
    style,
    body: `<header>
<p class="kind">nabla ${summary.kind === "lab" ? "lab run" : summary.kind === "events" ? "event files" : "run"}</p>
<h1>${escaped(summary.name)}</h1>
<p class="facts">${escaped(headline(detail, now))}</p>
${summary.reason === null ? "" : `<p class="notice">${escaped(summary.reason)}</p>`}
${notes(detail)}
</header>
<main>
${sections.filter(([, html]) => html !== "").map(([title, html]) => `<section><h2>${title}</h2>\n${html}</section>`).join("\n")}
</main>`,
  });
}

const style = `
code,b,a,span{unicode-bidi:isolate}
.tags{display:flex;flex-wrap:wrap;gap:.4rem;margin:.6rem 0;padding:0;list-style:none}
.tags li{margin:0;padding:.05rem .6rem;border:1px solid var(--line);border-radius:999px;background:var(--surface);font-size:.9rem}
.remark{white-space:pre-wrap}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:0 1.5rem}
.figures figure{margin:.8rem 0;min-width:0}
.mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:1rem;padding:0;list-style:none;max-width:none}
.mistakes li{margin:0;font-size:.9rem;line-height:1.35}
.mistakes img{display:block;width:6rem;height:6rem;object-fit:contain;image-rendering:pixelated;background:var(--surface);border:1px solid var(--line);margin-bottom:.3rem}
.mistakes .wrong{color:var(--bad)}
td.module{white-space:nowrap}
summary{cursor:pointer}
@media (min-width:80rem){body{max-width:80rem}}
`.trim();

function headline({ summary }: RunDetail, now: number): string {
  const { state, epochsDone, epochs, seconds, created } = summary;
  const done = epochsDone === 0 ? "" : epochs === null || epochs === epochsDone ? counted(epochsDone, "epoch") : `${epochsDone} of ${counted(epochs, "epoch")}`;
  return [state, done, seconds > 0 ? durationText(seconds) : "", `begun ${momentText(created)}`, `exported ${momentText(now)}`].filter(Boolean).join(" · ");
}

function notes({ summary: { notes: { tags, group, note } } }: RunDetail): string {
  const list = tags.length === 0 ? "" : `<ul class="tags" aria-label="Tags">${tags.map((tag) => `<li>${escaped(tag)}</li>`).join("")}</ul>`;
  return `${list}${group === "" ? "" : `<p>Group: ${escaped(group)}</p>`}${note === "" ? "" : `<p class="remark">${escaped(note)}</p>`}`;
}

function metrics({ detail: { summary } }: RunExport): string {
  const rows = Object.entries(summary.metrics).map(([name, { best, bestEpoch, last }]) => [name === summary.monitor ? `${name} (judged by it)` : name, metricText(best), valueText(bestEpoch), metricText(last)]);
  return rows.length === 0 ? "<p>Nothing was measured.</p>" : table(["metric", "best", summary.kind === "events" ? "step" : "epoch", "last"], rows, [1, 2, 3]);
}

function curves({ detail, series }: RunExport): string {
  const figures = runFigures(detail).flatMap(({ tags, draw }) => {
    const own = series.filter(({ tag, y }) => tags.includes(tag) && y.some((value) => value !== null));
    return own.length === 0 ? [] : [figure(tags[0], () => draw(own, { width: 600 }))];
  });
  return figures.length === 0 ? "" : `<div class="figures">${figures.join("\n")}</div>`;
}

/** A figure; where its numbers cannot be drawn, the reason. */
function figure(name: string, draw: () => Figure): string {
  try {
    return `<figure>${drawing(draw().svg())}</figure>`;
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    return `<p class="notice">${escaped(name)} cannot be drawn: ${escaped(error.message)}</p>`;
  }
}

const percent = (share: number | null): string => (share === null ? "–" : `${numberText(100 * share, 3)} %`);

function predictions({ overview, mistakes, wrong, image }: ExportedPredictions): string {
  const { classes, confusion, samples, accuracy, epoch } = overview;
  const names = classes.map(({ name }) => name);
  const matrix = confusion === null || classes.length > mostClasses ? `<p>A confusion matrix of ${classes.length} classes does not make a readable figure.</p>` : figure("confusion matrix", () => confusionMatrix(confusion, { title: "Confusion matrix", classes: names, width: Math.min(900, 300 + 36 * classes.length) }));
  // Of a vocabulary most words neither occur nor are predicted.
  const seen = confusion === null ? classes.filter(({ count, precision }) => count > 0 || precision !== null) : classes;
  const reports = table(
    ["class", "samples", "precision", "recall", "average precision"],
    seen.map(({ name, count, precision, recall, averagePrecision }) => [name, String(count), percent(precision), percent(recall), percent(averagePrecision)]),
    [1, 2, 3, 4],
  );
  const items = mistakes.map((item) => {
    const png = item.hasImage ? image(item.index) : null;
    const [label, predicted] = [names[item.label] ?? String(item.label), names[item.predicted] ?? String(item.predicted)];
    const picture = png === null ? "" : `<img alt="sample ${item.index}" src="data:image/png;base64,${Buffer.from(png).toString("base64")}">`;
    return `<li>${picture}<strong>${escaped(label)}</strong><br><span class="wrong">taken for ${escaped(predicted)}, ${percent(item.top[0]?.probability ?? null)}</span><span class="small">sample ${item.index}</span></li>`;
  });
  const surest = items.length === 0 ? "<p>There is no mistake.</p>" : `<p>${items.length < wrong ? `The ${items.length} of ${wrong} mistakes` : "The mistakes"} that the network was surest of.</p><ul class="mistakes">${items.join("\n")}</ul>`;
  return `<p>After epoch ${epoch}, on ${counted(samples, "sample")}: ${percent(accuracy)} right.</p>\n${matrix}\n${folded("Classes", reports, seen.length)}\n<h3>Mistakes</h3>\n${surest}`;
}

function model({ root }: ModelGraph): string {
  const rows: (readonly string[])[] = [];
  const add = (node: ModelNode, depth: number): void => {
    const shape = (of: readonly number[] | null): string => (of === null ? "–" : of.join(" × "));
    rows.push([`${"\u2003".repeat(depth)}${node.path === "" ? "model" : node.path}`, node.text, shape(node.outputShape), numberText(node.parameters, 9), numberText(node.multiplyAdds, 9), shape(node.receptiveField)]);
    for (const child of node.children) add(child, depth + 1);
  };
  add(root, 0);
  const [all] = rows;
  return `<p>${escaped(all[3])} parameters, ${escaped(all[4])} multiply-adds a sample.</p>\n${folded("Modules", table(["module", "type", "output", "parameters", "multiply-adds", "receptive field"], rows, [3, 4]), rows.length)}`;
}

function histograms({ histograms: { shown, total } }: RunExport): string {
  const figures = shown.flatMap(({ tag, entries }) => {
    const filled = entries.filter(({ buckets }) => buckets.some(([, , count]) => count > 0));
    return filled.length === 0 ? [] : [figure(tag, () => histogramsOverTime({ title: tag, histograms: filled, width: 600 }))];
  });
  if (figures.length === 0) return "";
  return `${shown.length < total ? `<p>${shown.length} of ${total}.</p>` : ""}<div class="figures">${figures.join("\n")}</div>`;
}

const omissions = (list: readonly Omission[]): string =>
  list.length === 0 ? "" : `<ul>${list.map(({ path, reason }) => `<li><code>${escaped(path)}</code> ${escaped(reason)}</li>`).join("")}</ul>`;

const folded = (title: string, html: string, rows: number): string => (rows <= mostRows ? html : `<details><summary>${title} (${rows})</summary>${html}</details>`);

/** @param numeric columns of numbers, which stand on the right */
function table(columns: readonly string[], rows: readonly (readonly string[])[], numeric: readonly number[] = []): string {
  if (rows.length === 0) return "";
  const style = (i: number): string => (numeric.includes(i) ? ' class="value"' : "");
  const head = columns.every((column) => column === "") ? "" : `<thead><tr>${columns.map((column, i) => (column === "" ? "<td></td>" : `<th scope="col"${style(i)}>${escaped(column)}</th>`)).join("")}</tr></thead>`;
  const body = rows.map((row) => `<tr>${row.map((cell, i) => `<td${i === 0 ? ' class="module"' : style(i)}>${escaped(cell)}</td>`).join("")}</tr>`);
  return `<div class="scroll" tabindex="0"><table>${head}<tbody>${body.join("")}</tbody></table></div>`;
}

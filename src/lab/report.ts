/** Report: a run of a lab as one HTML file that needs nothing else, for screens of any width, light or dark. */

import { cpus } from "node:os";
import { durationText } from "../base/unitText.js";
import { drawing, escapedText as escaped, htmlDocument } from "../plot/document.js";
import type { RunInfo } from "../train/runInfo.js";
import { type Claim, type Judgement, judgedText, sourceText, toleranceText, type Verdict } from "./claims.js";
import type { LabEntry } from "./catalogue.js";
import type { LabMode } from "./lab.js";
import { htmlOf } from "./markdown.js";
import { reportStyle } from "./reportStyle.js";
import type { Block, LabResult } from "./result.js";
import { settingText } from "./settings.js";
import { cellText, valueText } from "./values.js";

/** How verdicts are written; the class gives the colour, the words the meaning. */
const verdictClasses: Readonly<Record<Verdict, string>> = { agrees: "agrees", differs: "differs", fails: "fails", "not judged": "open" };

/** @returns the HTML document */
export function reportOf(result: LabResult, entry: LabEntry, info: RunInfo): string {
  const { title, mode } = result;
  return htmlDocument({
    title: `${title} – lab ${result.lab}, ${mode}`,
    style: reportStyle,
    body: `<header>
<p class="kind">nabla lab ${escaped(result.lab)}</p>
<h1>${escaped(title)}</h1>
<p class="facts">${facts(result, info)}</p>
<p class="verdicts">${verdictCounts(result.judgements)}</p>
${failures(result.judgements)}
${result.changed.length === 0 ? "" : `<p class="notice">Changed settings: ${escaped(result.changed.map((name) => `${name} = ${settingText(result.settings[name])}`).join(", "))}. The claims are about the defaults.</p>`}
</header>
<main>
<section id="about">${htmlOf(withoutTitle(entry.readme), 1)}</section>
<section id="results"><h2>What this run showed</h2>${result.blocks.map(blockHtml).join("\n") || "<p>Nothing beside the claims.</p>"}</section>
<section id="claims"><h2>Claims</h2>${claimsTable(result.judgements, mode)}</section>
<section id="again"><h2>Run it again, change it</h2>${again(result)}</section>
<section id="environment"><h2>Environment</h2>${table(["", ""], environment(result, info), "plain")}</section>
</main>`,
  });
}

const withoutTitle = (readme: string): string => readme.replace(/^# .+\n/, "");

function facts({ mode, seconds, resumed, seeds }: LabResult, { created }: RunInfo): string {
  const day = new Date(created).toISOString().slice(0, 16).replace("T", " ");
  const repeated = seeds.length === 1 ? "" : `${seeds.length} seeds`;
  return [`${mode} run`, repeated, `${day} UTC`, `${durationText(seconds)}${resumed ? " after it was resumed" : ""}`].filter(Boolean).join(" · ");
}

/** `12 agree, 1 differs as recorded, …`, each with its mark. */
function verdictCounts(judgements: readonly Judgement[]): string {
  const words: readonly [Verdict, (count: number) => string][] = [
    ["agrees", (n) => (n === 1 ? "1 claim agrees" : `${n} claims agree`)],
    ["differs", (n) => (n === 1 ? "1 differs, as recorded" : `${n} differ, as recorded`)],
    ["fails", (n) => (n === 1 ? "1 fails" : `${n} fail`)],
    ["not judged", (n) => `${n} not judged in this mode`],
  ];
  return words
    .map(([verdict, text]) => [verdict, text, judgements.filter((each) => each.verdict === verdict).length] as const)
    .filter(([, , count]) => count > 0)
    .map(([verdict, text, count]) => `<a href="#claims" class="verdict ${verdictClasses[verdict]}">${text(count)}</a>`)
    .join(" ");
}

/** What a reader must know first. */
function failures(judgements: readonly Judgement[]): string {
  const failing = judgements.filter(({ verdict }) => verdict === "fails");
  if (failing.length === 0) return "";
  const items = failing.map(({ claim, ours, note }) => `<li>${escaped(claim.text)}: ${escaped(valueText(ours, claim.unit))}${note === "" ? "" : `; ${escaped(note)}`}</li>`);
  return `<ul class="failures">${items.join("")}</ul>`;
}

function claimsTable(judgements: readonly Judgement[], mode: LabMode): string {
  const rows = judgements.map(({ claim, ours, verdict, note }) => {
    const number = typeof claim.value === "number";
    const cell = (isNumber: boolean, text: string, below: string): string =>
      `<td class="${isNumber ? "value" : "value words"}">${escaped(text)}${below === "" ? "" : `<span class="small">${escaped(below)}</span>`}</td>`;
    return (
      `<tr><td><span class="claim">${escaped(claim.text)}</span><span class="small">${escaped(claim.source)}</span>${note === "" ? "" : `<span class="small note">${escaped(note)}</span>`}</td>` +
      `${cell(number && claim.said === undefined, sourceText(claim), tolerance(claim, mode))}${cell(number, valueText(ours, claim.unit), judgedText(claim, mode))}<td><span class="verdict ${verdictClasses[verdict]}">${verdict}</span></td></tr>`
    );
  });
  return `<div class="scroll"><table class="claims"><thead><tr><th>claim</th><th>source</th><th>ours</th><th>verdict</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** How near to the source's value a result must come; words are judged by a bound of ours. */
function tolerance({ said, value, tolerance: modes }: Claim, mode: LabMode): string {
  const how = modes[mode];
  return how === undefined || said !== undefined ? "" : toleranceText(how, value);
}

function blockHtml(block: Block): string {
  if (block.kind === "text") return htmlOf(block.markdown, 2);
  const caption = block.caption === "" ? "" : `<figcaption>${escaped(block.caption)}</figcaption>`;
  if (block.kind === "figure") return `<figure id="${escaped(block.name)}">${drawing(block.svg)}${caption}</figure>`;
  return `<figure id="${escaped(block.name)}">${table(block.columns, block.rows.map((row) => block.columns.map((column) => row[column])))}${caption}</figure>`;
}

function table(columns: readonly string[], rows: readonly (readonly unknown[])[], style = ""): string {
  const numeric = columns.map((_, i) => rows.every((row) => typeof row[i] === "number" || row[i] === null || row[i] === undefined));
  const cells = (row: readonly unknown[], tag: "td" | "th"): string =>
    row.map((value, i) => `<${tag}${numeric[i] ? ' class="value"' : cellText(value).length <= 18 ? ' class="short"' : ' class="long"'}>${escaped(tag === "th" ? String(value) : cellText(value))}</${tag}>`).join("");
  const head = columns.every((column) => column === "") ? "" : `<thead><tr>${cells(columns, "th")}</tr></thead>`;
  return `<div class="scroll"><table class="${style}">${head}<tbody>${rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")}</tbody></table></div>`;
}

/** The command line that gives this run again. */
export function commandOf({ lab, mode, settings, changed, seeds }: LabResult): string {
  const sets = changed.map((name) => ` --set ${name}=${quoted(settingText(settings[name]))}`);
  return `npx nabla lab run ${lab} --${mode}${seeds.length > 1 ? ` --seeds ${seeds.length}` : ""}${sets.join("")}`;
}

const quoted = (text: string): string => (/^[\w.,:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function again(result: LabResult): string {
  const names = Object.keys(result.settings);
  const settings = names.length === 0 ? "<p>This lab has no settings.</p>" : table(["setting", "this run"], names.map((name) => [name, settingText(result.settings[name])]));
  const change = names.length === 0 ? "" : `<p>Another value: <code>--set ${escaped(names[0])}=…</code>; <code>npx nabla lab show ${escaped(result.lab)}</code> says what each takes.</p>`;
  return `<pre><code>${escaped(commandOf(result))}</code></pre>${settings}${change}`;
}

function environment({ backend }: LabResult, { versions, git, created, seed }: RunInfo): [string, string][] {
  return [
    ["nabla", versions.nabla],
    ["Node", versions.node],
    ["kernels", `${backend.name} (${backend.isa}), ${backend.threads} ${backend.threads === 1 ? "thread" : "threads"}`],
    ["processor", cpus()[0]?.model.trim() ?? "unknown"],
    ...(git === null ? [] : [["commit", `${git.commit.slice(0, 12)}${git.dirty ? ", with changes" : ""}`] as [string, string]]),
    ["began", created],
    ["first seed", String(seed)],
  ];
}

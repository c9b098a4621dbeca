/** What a run of a lab leaves in its folder: report.html, results.json, and the figures as SVG files. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite, cannotWrite } from "../base/atomicWrite.js";
import type { RunFolder } from "../train/run.js";
import type { LabEntry } from "./catalogue.js";
import { judgedBy } from "./claims.js";
import { reportOf } from "./report.js";
import type { LabResult } from "./result.js";

/** A result as programs read it. */
export function recordOf({ lab, mode, seeds, settings, judgements, blocks, seconds, backend }: LabResult): Record<string, unknown> {
  const count = (verdict: string): number => judgements.filter((each) => each.verdict === verdict).length;
  return {
    lab,
    mode,
    seeds: seeds.length,
    settings,
    verdicts: { agrees: count("agrees"), differs: count("differs"), fails: count("fails"), notJudged: count("not judged") },
    claims: judgements.map(({ claim, ours, verdict, note }) => {
      const { id, text, source, value, said, unit } = claim;
      return { id, text, source, ...(said === undefined ? { value } : { said, judged: judgedBy(claim, mode) }), unit, ours: ours ?? null, verdict, note };
    }),
    tables: Object.fromEntries(blocks.flatMap((block) => (block.kind === "table" ? [[block.name, block.rows]] : []))),
    figures: Object.fromEntries(blocks.flatMap((block) => (block.kind === "figure" ? [[block.name, block.caption]] : []))),
    seconds,
    backend,
  };
}

/** Writes the files. @returns the path of the report, and what results.json holds; DataError when they cannot be written */
export function writeResults(result: LabResult, entry: LabEntry, run: RunFolder): { readonly report: string; readonly record: Record<string, unknown> } {
  const figures = result.blocks.filter((block) => block.kind === "figure");
  const folder = join(run.path, "figures");
  try {
    if (figures.length > 0) mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  for (const { name, svg } of figures) atomicWrite(join(folder, `${name}.svg`), svg);
  const record = recordOf(result);
  atomicWrite(join(run.path, "results.json"), `${JSON.stringify(record, null, 2)}\n`);
  const report = join(run.path, "report.html");
  atomicWrite(report, reportOf(result, entry, run.info));
  return { report, record };
}

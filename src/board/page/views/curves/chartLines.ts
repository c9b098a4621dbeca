/** From what was fetched to what is drawn: the lines of one chart. */

import type { Series } from "../../../protocol.js";
import type { ChartLine } from "../../parts/chart/lineCanvas.js";
import { smoothed, spacingOf } from "../../parts/chart/smoothing.js";
import type { Span } from "../../parts/chart/span.js";
import type { Fetched } from "./feed.js";
import { lookOf, validationDash } from "./slots.js";
import type { ChartTags } from "./tags.js";

export interface LinesInit {
  readonly chart: ChartTags;
  /** Their ids. */
  readonly runs: readonly string[];
  readonly names: ReadonlyMap<string, string>;
  readonly slots: ReadonlyMap<string, number>;
  readonly fetched: ReadonlyMap<string, Fetched>;
  readonly range: Span | null;
  readonly smooth: number;
}

/** Lines in the order of the runs, of each first the training, then the validation, which lies above it. */
export function chartLines({ chart, runs, names, slots, fetched, range, smooth }: LinesInit): ChartLine[] {
  const paired = chart.training !== null && chart.validation !== null;
  return runs.flatMap((id) => {
    const entry = fetched.get(id);
    const look = slots.get(id) ?? 0;
    const parts = [["training", chart.training], ["validation", chart.validation]] as const;
    const judged = chart.validation !== null && (entry?.whole.get(chart.validation)?.x.length ?? 0) > 0 ? "validation" : "training";
    return parts.flatMap(([part, tag]): ChartLine[] => {
      const whole = tag === null ? undefined : entry?.whole.get(tag);
      if (tag === null || whole === undefined || whole.x.length === 0) return [];
      const shown = inDetail(entry!, tag, range) ?? whole;
      const spacing = spacingOf(whole.x, whole.total);
      return [{
        group: id,
        name: names.get(id) ?? id,
        part: paired || part === "validation" ? part : "",
        ...lookOf(look),
        look,
        dash: part === "validation" ? validationDash : [],
        width: part === "validation" || !paired ? 2 : 1.5,
        x: shown.x,
        y: smooth === 0 ? shown.y : smoothed(shown.x, shown.y, { weight: smooth, spacing, means: shown.means }),
        raw: smooth === 0 ? null : shown.y,
        best: part === judged ? whole.best : null,
        overfitsFrom: whole.overfitsFrom,
      }];
    });
  });
}

/** The curve within `range`, if that was fetched. */
function inDetail({ detail, range }: Fetched, tag: string, wanted: Span | null): Series | undefined {
  return wanted !== null && range !== null && range[0] === wanted[0] && range[1] === wanted[1] ? detail.get(tag) : undefined;
}

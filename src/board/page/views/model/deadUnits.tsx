/** Units that are zero whatever comes in, and so learn nothing: their share in each layer over the epochs. */

import { useCallback } from "preact/hooks";
import { lines } from "../../../../plot/lines.js";
import type { FigureOptions } from "../../../../plot/options.js";
import type { RunSummary, Series, SeriesAnswer } from "../../../protocol.js";
import { csvOf } from "../../parts/chart/csv.js";
import { FigureCard } from "../../parts/figureCard.js";
import { useEpochly } from "./useEpochly.js";
import { percent } from "./words.js";

/** Lines that one chart shows; beyond that, those of the largest shares. */
const mostLines = 7;

/** Layers of a Sequential have numbers for names. */
function layerOf({ tag }: Pick<Series, "tag">): string {
  const path = tag.slice("dead/".length);
  return /^\d+$/.test(path) ? `layer ${path}` : path;
}

const lastOf = ({ y }: { readonly y: readonly number[] }): number => y[y.length - 1];

export function DeadUnits({ run, tags }: { readonly run: RunSummary; readonly tags: readonly string[] }): preact.JSX.Element {
  const query = new URLSearchParams([["run", run.id], ["x", "epoch"], ...tags.map((tag) => ["tag", tag])]);
  const { data, error } = useEpochly<SeriesAnswer>(`series?${query.toString()}`, run);
  // Not every epoch is looked at.
  const known = data?.series.map((series) => ({ ...series, x: series.x.filter((_, i) => series.y[i] !== null), y: series.y.filter((value) => value !== null) })) ?? [];
  const all = known.filter(({ x }) => x.length > 0);
  const worst = all.toSorted((a, b) => lastOf(b) - lastOf(a)).slice(0, mostLines);
  // In the order of the network.
  const shown = all.filter((series) => worst.includes(series));
  const draw = useCallback(
    (options: FigureOptions) =>
      lines({
        ...options,
        x: { label: "epoch" },
        y: { label: "dead units", format: "percent", range: [0, Math.min(1, 1.1 * Math.max(0.1, ...shown.flatMap(({ y }) => y)))] },
        series: shown.map((series) => ({ name: layerOf(series), x: series.x, y: series.y, points: series.x.length < 20 })),
      }),
    [data],
  );
  if (data === null) return error === null ? <p class="quiet">loading …</p> : <p class="problem" role="alert">{error}</p>;
  if (all.length === 0) return <p class="quiet">Nothing is known yet; the first epoch is not over.</p>;
  const dead = all.filter((series) => lastOf(series) > 0).toSorted((a, b) => lastOf(b) - lastOf(a));
  return (
    <FigureCard title="Share of dead units" name={`${run.name} dead units`} draw={draw} widest={1400} csv={() => csvOf(["epoch", "layer", "share"], all.flatMap((series) => series.x.map((x, i) => [x, layerOf(series), series.y[i]])))}>
      <p class="quiet">A unit, of a convolution a channel, is dead when its output is zero for all samples that were looked at, up to 128 of validation: no gradient reaches its weights.</p>
      {dead.length === 0 ? <p>No layer has dead units.</p> : (
        <ul>
          {dead.slice(0, mostLines).map((series) => <li key={series.tag}>{layerOf(series)}: {percent(lastOf(series))} of its units are dead{lastOf(series) >= 0.25 ? " – a smaller learning rate, or a leaky ReLU, may keep them alive" : ""}.</li>)}
        </ul>
      )}
      {all.length > mostLines && <p class="quiet">The chart shows the {mostLines} layers with most of {all.length}.</p>}
    </FigureCard>
  );
}

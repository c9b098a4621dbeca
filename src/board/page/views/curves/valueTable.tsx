/** Table of a chart: the same in numbers, of each run its best and its last value, and those at the crosshair. */

import type { Signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { SeriesX } from "../../../protocol.js";
import { valueText } from "../../parts/chart/drawing.js";
import type { ChartLine } from "../../parts/chart/lineCanvas.js";
import { readRows } from "../../parts/chart/readout.js";
import { placeText } from "../../parts/chart/span.js";
import { Swatch } from "../../parts/chart/swatch.js";

export interface ValueTableProps {
  readonly name: string;
  readonly lines: readonly ChartLine[];
  readonly percent: boolean;
  readonly kind: SeriesX;
  readonly cursor: Signal<number | null>;
}

export function ValueTable(props: ValueTableProps): preact.JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details class="values" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Values<span class="unseen"> of {props.name}</span></summary>
      {open && <Table {...props} />}
    </details>
  );
}

function Table({ name, lines, percent, kind, cursor }: ValueTableProps): preact.JSX.Element {
  const at = cursor.value;
  const here = new Map(at === null ? [] : readRows(lines, at, 0).flatMap(({ values }) => values.map(({ line, y }) => [line, y])));
  if (lines.length === 0) return <p class="quiet">No values yet.</p>;
  return (
    // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex
    <div class="scroll" tabIndex={0} role="region" aria-label={`Values of ${name}`}>
      <table>
        <thead>
          <tr>
            <th>Run</th>
            <th class="number">Best</th>
            <th class="number">Last</th>
            <th class="number">{at === null ? "At the crosshair" : placeText(kind, at)}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const measured = line.raw ?? line.y;
            const last = measured.findLast((value) => value !== null) ?? null;
            return (
              <tr key={`${line.group} ${line.part}`}>
                <th scope="row"><Swatch paint={line.paint} mark={line.mark} dash={line.dash} width={line.width} /> {line.name}{line.part !== "" && <span class="quiet"> {line.part}</span>}{line.overfitsFrom !== null && <span class="quiet">, over-fits from {placeText(kind, line.overfitsFrom)}</span>}</th>
                <td class="number">{line.best === null ? "" : <>{valueText(line.best.y, percent)} <span class="quiet">{placeText(kind, line.best.x)}</span></>}</td>
                <td class="number">{valueText(last, percent)}</td>
                <td class="number">{here.has(line) ? valueText(here.get(line) ?? null, percent) : ""}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

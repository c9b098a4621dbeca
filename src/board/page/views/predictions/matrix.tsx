/** The confusion matrix as a grid for mouse and keyboard: a cell chooses the samples that it counts. */

import { type Signal, useSignal } from "@preact/signals";
import { memo } from "preact/compat";
import { useMemo, useRef, useState } from "preact/hooks";
import { confusionMatrix } from "../../../../plot/confusionMatrix.js";
import type { PredictionsOverview } from "../../../protocol.js";
import { csvOf } from "../../parts/chart/csv.js";
import { ExportMenu } from "../../parts/exportMenu.js";
import { choose, type Chosen } from "./parameters.js";
import { count, counted, shareText } from "./words.js";

/** Up to so many classes a cell has room for count and share, and up to so many for one of them. */
const [roomForBoth, roomForOne] = [12, 26];

/** Longest names that stand upright above their columns. */
const uprightLetters: Readonly<Record<Look, number>> = { roomy: 6, tight: 2, compact: 0 };

interface Confusion {
  readonly names: readonly string[];
  /** Null for more classes than a grid has room for. */
  readonly counts: PredictionsOverview["confusion"];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** The largest share of a row that went to one wrong class. */
  readonly worst: number;
  /** Pairs of different classes, most often confused first. */
  readonly mistakes: readonly { readonly label: number; readonly predicted: number; readonly count: number }[];
}

function confusionOf({ classes, confusion: counts, confused }: PredictionsOverview): Confusion {
  const rows = classes.map(({ count: samples }) => samples);
  const columns = classes.map(() => 0);
  for (const [, predicted, each] of confused) columns[predicted] += each;
  const mistakes = confused.flatMap(([label, predicted, each]) => (label === predicted ? [] : [{ label, predicted, count: each }]));
  return {
    names: classes.map(({ name }) => name),
    counts,
    rows,
    columns,
    worst: mistakes.reduce((most, { label, count: each }) => Math.max(most, each / rows[label]), 0),
    mistakes: mistakes.sort((a, b) => b.count - a.count),
  };
}

/** Row and column within the grid; 0 are the headers. */
type Place = readonly [row: number, column: number];

type Look = "roomy" | "tight" | "compact";

function inWords({ names, counts, rows, columns }: Confusion, [row, column]: Place): string {
  if (row === 0) return `${counted(columns[column - 1], "sample")} taken for ${names[column - 1]}`;
  if (column === 0) return `${counted(rows[row - 1], "sample")} of ${names[row - 1]}`;
  const [i, j] = [row - 1, column - 1];
  const each = counts?.[i][j] ?? 0;
  return `${i === j ? `${names[i]}, right` : `${names[i]} taken for ${names[j]}`}: ${count(each)} of ${count(rows[i])}, ${shareText(share(each, rows[i]))}`;
}

export function Matrix({ overview, chosen }: { readonly overview: PredictionsOverview; readonly chosen: Chosen }): preact.JSX.Element {
  const confusion = useMemo(() => confusionOf(overview), [overview]);
  const { names, counts, rows, worst, mistakes } = confusion;
  const size = names.length;
  const grid = useRef<HTMLTableElement>(null);
  const [place, setPlace] = useState<Place>([1, 1]);
  // A signal, so that pointing draws no cell anew.
  const pointed = useSignal<Place | null>(null);
  const look: Look = size <= roomForBoth ? "roomy" : size <= roomForOne ? "tight" : "compact";
  const upright = names.every((name) => name.length <= uprightLetters[look]);

  const moveTo = (row: number, column: number): void => {
    const to: Place = [Math.min(size, Math.max(0, row)), Math.min(size, Math.max(0, column))];
    // There is nothing in the corner.
    if (to[0] === 0 && to[1] === 0) return;
    setPlace(to);
    grid.current?.rows[to[0]].cells[to[1]].focus();
  };
  const take = ([row, column]: Place): void => {
    const [label, predicted] = [row === 0 ? null : row - 1, column === 0 ? null : column - 1];
    if (label === chosen.label && predicted === chosen.predicted) choose({ label: null, predicted: null, item: null });
    else if (label === null || predicted === null) choose({ label, predicted, item: null });
    else choose({ label, predicted, which: label === predicted ? "right" : "wrong", item: null });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const [row, column] = place;
    const steps: Readonly<Record<string, () => void>> = {
      ArrowUp: () => moveTo(row - 1, column),
      ArrowDown: () => moveTo(row + 1, column),
      ArrowLeft: () => moveTo(row, column - 1),
      ArrowRight: () => moveTo(row, column + 1),
      Home: () => moveTo(event.ctrlKey ? 1 : row, 1),
      End: () => moveTo(event.ctrlKey ? size : row, size),
      PageUp: () => moveTo(row - 10, column),
      PageDown: () => moveTo(row + 10, column),
      Enter: () => take(place),
      " ": () => take(place),
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    step();
  };
  const placeOf = (event: Event): Place | null => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLTableCellElement>("td, th") : null;
    if (cell === null || !(cell.parentElement instanceof HTMLTableRowElement)) return null;
    const at: Place = [cell.parentElement.rowIndex, cell.cellIndex];
    return at[0] === 0 && at[1] === 0 ? null : at;
  };
  const headStop = (column: number): number => (place[0] === 0 && place[1] === column ? 0 : -1);
  const csv = (): string => {
    const cells = counts === null ? overview.confused : counts.flatMap((row, i) => row.map((each, j) => [i, j, each] as const));
    return csvOf(["true class", "predicted class", "count", "share of the true class"], cells.map(([i, j, each]) => [names[i], names[j], each, share(each, rows[i])]));
  };

  return (
    <section class="card matrix-card" aria-labelledby="matrix-heading">
      <header class="card-head">
        <h2 id="matrix-heading">Confusion matrix</h2>
        <ExportMenu name="Confusion matrix" figure={counts === null ? undefined : () => confusionMatrix(counts, { classes: names, title: "Confusion matrix", width: Math.min(1600, 560 + 12 * Math.max(0, size - 12)), normalize: chosen.cells === "shares" ? "true" : "none" })} csv={csv} />
      </header>
      {look === "tight" && (
        <fieldset class="choices">
          <legend>Cells show</legend>
          {(["counts", "shares"] as const).map((each) => (
            <label key={each}><input type="radio" name="cells" checked={chosen.cells === each} onChange={() => choose({ cells: each === "counts" ? null : each }, { replace: true })} />{each === "counts" ? "counts" : "shares of the row, %"}</label>
          ))}
        </fieldset>
      )}
      <div class={`matrix-body ${look}`}>
        {counts !== null && (
          <div class={`matrix-scroll ${look}`}>
            <table
              role="grid"
              ref={grid}
              class={`matrix ${look}${upright ? " upright" : ""}`}
              aria-labelledby="matrix-heading"
              aria-describedby="matrix-help"
              onKeyDown={onKeyDown}
              onClick={(event) => {
                const at = placeOf(event);
                if (at === null) return;
                moveTo(...at);
                take(at);
              }}
              onPointerOver={(event) => (pointed.value = placeOf(event))}
              onPointerLeave={() => (pointed.value = null)}
              onFocusIn={(event) => (pointed.value = placeOf(event))}
              onFocusOut={() => (pointed.value = null)}
            >
              <thead>
                <tr>
                  <td class="corner"><span aria-hidden="true">true ↓ · predicted →</span></td>
                  {names.map((name, j) => (
                    <th key={j} scope="col" tabIndex={headStop(j + 1)} aria-selected={chosen.predicted === j && chosen.label === null} title={name}><span>{name}</span></th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {counts.map((row, i) => (
                  <Row
                    key={i}
                    confusion={confusion}
                    counts={row}
                    index={i}
                    look={look}
                    cells={chosen.cells}
                    stop={place[0] === i + 1 ? place[1] : null}
                    selected={chosen.label !== i ? null : chosen.predicted === null ? 0 : chosen.predicted + 1}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
        <div class="beside">
          {counts !== null ? (
            <>
              <Pointed confusion={confusion} at={pointed} />
              <p class="quiet" id="matrix-help">
                Rows are true classes, columns predicted ones. Blue, on the diagonal: right, the stronger the larger the share of the row. Orange: wrong, strongest at {shareText(worst)} of a row.
                Click a cell or a name, or move with the arrow keys and press Enter, to see those samples.
              </p>
            </>
          ) : (
            <p class="quiet">{count(size)} classes are too many for a grid. The pairs confused most are here, all that were confused in the exported table.</p>
          )}
          {(chosen.label !== null || chosen.predicted !== null) && <p><button type="button" class="link" onClick={toSamples}>To the chosen samples ↓</button></p>}
          {mistakes.length > 0 && (
            <>
              <h3>Most often confused</h3>
              <ul class="confused">
                {mistakes.slice(0, counts !== null ? 8 : 40).map(({ label, predicted, count: each }) => (
                  <li key={`${label} ${predicted}`}>
                    <button type="button" aria-pressed={chosen.label === label && chosen.predicted === predicted} onClick={() => take([label + 1, predicted + 1])}>{names[label]} taken for {names[predicted]}: <b>{count(each)}</b></button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      </div>
    </section>
  );
}

/** They lie below, often out of sight. */
function toSamples(): void {
  const heading = document.getElementById("samples-heading");
  heading?.scrollIntoView();
  heading?.focus({ preventScroll: true });
}

interface RowProps {
  readonly confusion: Confusion;
  /** Of the class, by predicted class. */
  readonly counts: readonly number[];
  readonly index: number;
  readonly look: Look;
  readonly cells: Chosen["cells"];
  /** The column that the tab key comes to, if it lies in this row. */
  readonly stop: number | null;
  readonly selected: number | null;
}

/** Drawn anew only when it changes: a hundred classes make ten thousand cells. */
const Row = memo(({ confusion, counts, index: i, look, cells, stop, selected }: RowProps) => {
  const { names, rows, worst } = confusion;
  return (
    <tr>
      <th scope="row" tabIndex={stop === 0 ? 0 : -1} aria-selected={selected === 0} title={names[i]}><span>{names[i]}</span></th>
      {counts.map((each, j) => {
        const part = share(each, rows[i]) ?? 0;
        const strength = i === j ? part : part / (worst || 1);
        return (
          <td
            key={j}
            role="gridcell"
            tabIndex={stop === j + 1 ? 0 : -1}
            class={i === j ? "right" : each > 0 ? "wrong" : "none"}
            style={each > 0 ? `--strength: ${Math.round(8 + 52 * Math.sqrt(strength))}%` : undefined}
            aria-selected={selected === j + 1}
            aria-label={look === "compact" ? count(each) : undefined}
          >
            {look === "roomy" ? <>{count(each)}{each > 0 && <> <small>{shareText(part)}</small></>}</> : look === "tight" ? (cells === "counts" ? count(each) : Math.round(100 * part)) : null}
          </td>
        );
      })}
    </tr>
  );
});

/** The cell under the pointer, or that has the focus, in words; who hears the page is told by the headers of the grid. */
const Pointed = ({ confusion, at }: { readonly confusion: Confusion; readonly at: Signal<Place | null> }): preact.JSX.Element => (
  <p class="pointed" aria-hidden="true">{at.value === null ? "\u00a0" : inWords(confusion, at.value)}</p>
);

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Precision, recall and average precision of each class, to sort, and to choose the curves that are drawn. */

import { useState } from "preact/hooks";
import { csvOf } from "../../parts/chart/csv.js";
import { ExportMenu } from "../../parts/exportMenu.js";
import type { ClassReport } from "../../../protocol.js";
import { choose, type Chosen } from "./parameters.js";
import { count, counted, decimals } from "./words.js";

const columns = [
  { key: "name", title: "Class" },
  { key: "count", title: "Samples" },
  { key: "precision", title: "Precision" },
  { key: "recall", title: "Recall" },
  { key: "averagePrecision", title: "AP" },
] as const;

type Column = (typeof columns)[number]["key"];

/** Rows at first, and more with each click. */
const rowCount = 100;

/** More classes are looked for by name, and those are left out that no sample is of, or was taken for. */
const manyClasses = 200;

interface Row extends ClassReport {
  readonly index: number;
}

/** What is missing comes last, whichever the direction. */
function sorted(rows: readonly Row[], column: Column, falling: boolean): readonly Row[] {
  const sign = falling ? -1 : 1;
  return rows.toSorted((a, b) => {
    if (column === "name") return sign * a.name.localeCompare(b.name, "en", { numeric: true });
    const [x, y] = [a[column], b[column]];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x - y) || a.index - b.index;
  });
}

export interface ClassTableProps {
  readonly classes: readonly ClassReport[];
  readonly chosen: Chosen;
  /** Classes whose curves are drawn. */
  readonly drawn: readonly number[];
}

export function ClassTable({ classes, chosen, drawn }: ClassTableProps): preact.JSX.Element {
  const column = columns.find(({ key }) => key === chosen.column)?.key;
  const [wanted, setWanted] = useState("");
  const [most, setMost] = useState(rowCount);
  const many = classes.length > manyClasses;
  const text = wanted.trim().toLowerCase();
  const rows = classes.map((each, index): Row => ({ ...each, index })).filter(({ name, count: samples, precision }) => !many || ((samples > 0 || precision !== null) && name.toLowerCase().includes(text)));
  const shown = (column === undefined ? rows : sorted(rows, column, chosen.falling)).slice(0, many ? most : undefined);
  const order = (key: Column): void => {
    // Numbers are looked at from their lowest, where the trouble is.
    if (column !== key) choose({ column: key, direction: null }, { replace: true });
    else if (!chosen.falling) choose({ direction: "down" }, { replace: true });
    else choose({ column: null, direction: null }, { replace: true });
  };
  const draw = (index: number, on: boolean): void => choose({ curves: (on ? [...drawn, index] : drawn.filter((each) => each !== index)).join(" ") }, { replace: true });
  const csv = (): string => csvOf(["class", "samples", "precision", "recall", "average precision"], classes.map(({ name, count: samples, precision, recall, averagePrecision }) => [name, samples, precision, recall, averagePrecision]));
  return (
    <section class="card">
      <header class="card-head">
        <h2 id="classes-heading">Classes</h2>
        <ExportMenu name="Classes" csv={csv} />
      </header>
      {many && (
        <p class="find">
          <label>Find a class <input type="search" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} /></label>
          <span class="quiet" role="status">{shown.length < rows.length ? `${shown.length} of ` : ""}{counted(rows.length, "class", "classes")}{text === "" && rows.length < classes.length ? ` that samples are of, or were taken for, of ${count(classes.length)} in all` : ""}</span>
        </p>
      )}
      <div class="scroll classes-scroll" tabIndex={0} role="region" aria-labelledby="classes-heading">
        <table class="classes">
          <thead>
            <tr>
              {columns.map(({ key, title }) => (
                <th key={key} scope="col" class={key === "name" ? "" : "number"} aria-sort={column !== key ? undefined : chosen.falling ? "descending" : "ascending"}>
                  <button type="button" class="sort" onClick={() => order(key)}>{title}<span aria-hidden="true">{column !== key ? " ↕" : chosen.falling ? " ↓" : " ↑"}</span></button>
                </th>
              ))}
              <th scope="col">Curve</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ index, name, count: samples, precision, recall, averagePrecision }) => (
              <tr key={index}>
                <th scope="row"><button type="button" class="link" aria-pressed={chosen.label === index} onClick={() => choose({ label: chosen.label === index ? null : index, predicted: null, item: null })}>{name}</button></th>
                <td class="number">{count(samples)}</td>
                <td class="number">{decimals(precision)}</td>
                <td class="number">{decimals(recall)}</td>
                <td class="number">{decimals(averagePrecision)}</td>
                <td><input type="checkbox" aria-label={`Precision–recall curve of ${name}`} checked={drawn.includes(index)} disabled={averagePrecision === null} onChange={(event) => draw(index, event.currentTarget.checked)} /></td>
              </tr>
            ))}
          </tbody>
        </table>
        {shown.length < rows.length && <p><button type="button" onClick={() => setMost(most + rowCount)}>Show {Math.min(rowCount, rows.length - shown.length)} more</button></p>}
      </div>
    </section>
  );
}

/**
 * The table of runs. Only the rows in sight are in the page, so that thousands of runs scroll as smoothly as ten; rows are of one height, and
 * columns as wide as their longest text, so that nothing moves when others come into sight or values change.
 */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RunSummary } from "../../../protocol.js";
import { RunStateBadge } from "../../parts/runState.js";
import { counted, metricText, momentText, valueText } from "../../parts/text.js";
import { href } from "../../routes.js";
import type { RunGroup, Sort } from "./arrange.js";
import type { Column } from "./columns.js";
import { Course } from "./course.js";
import { EditableNote } from "./notes.js";
import { isoText } from "./runsCsv.js";

export interface RunTableProps {
  readonly groups: readonly RunGroup[];
  /** What the runs are grouped by; null: they are not, and there is one group. */
  readonly groupTitle: string | null;
  readonly closed: ReadonlySet<string>;
  readonly columns: readonly Column[];
  readonly sort: Sort;
  readonly selected: ReadonlySet<string>;
  readonly onSort: (sort: Sort) => void;
  readonly onSelect: (ids: readonly string[], on: boolean) => void;
  readonly onFold: (key: string) => void;
  /** Whether the reader points at a row or works in it, so that rows had better stay where they are. */
  readonly onHold: (held: boolean) => void;
}

type Row = { readonly key: string; readonly group: RunGroup; readonly run?: undefined } | { readonly key: string; readonly run: RunSummary };

/** Of a row, in rem; the style sheet says the same. */
const rowRem = 2.5;
const overscan = 8;
const holdMs = 5000;

export function RunTable(props: RunTableProps): preact.JSX.Element {
  const { groups, groupTitle, closed, columns, sort, selected, onSelect, onHold } = props;
  const rows = useMemo(
    () => groups.flatMap((group): Row[] => [
      ...(groupTitle === null ? [] : [{ key: `group ${group.key}`, group }]),
      ...(groupTitle !== null && closed.has(group.key) ? [] : group.runs.map((run) => ({ key: `run ${run.id}`, run }))),
    ]),
    [groups, groupTitle, closed],
  );
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const { first, last, rowHeight } = useWindow(box, rows.length);
  useAnchor(box, rows, rowHeight, `${sort.id} ${sort.descending} ${groupTitle}`);
  const hold = useHold(body, onHold);
  useKeptFocus(body);
  const focused = useFocusedRow(body, rows);
  const widest = useRef(new Map<string, number>());
  const widths = useMemo(
    () => columns.map((column) => {
      // They grow with longer texts, but never shrink while the table is looked at.
      const width = Math.max(widest.current.get(column.id) ?? 0, columnWidth(column, groups));
      widest.current.set(column.id, width);
      return width;
    }),
    [columns, groups],
  );
  const lastClicked = useRef<string | null>(null);

  /** With Shift, all from the one before to this one. */
  const select = (id: string, on: boolean, range: boolean): void => {
    const ids = rows.flatMap(({ run }) => run?.id ?? []);
    const [from, to] = [lastClicked.current === null ? -1 : ids.indexOf(lastClicked.current), ids.indexOf(id)].sort((a, b) => a - b);
    onSelect(range && from >= 0 ? ids.slice(from, to + 1) : [id], on);
    lastClicked.current = id;
  };

  const shown = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  if (focused >= 0 && focused < first) shown.unshift(focused);
  if (focused >= last) shown.push(focused);
  const ids = groups.flatMap(({ runs }) => runs.map(({ id }) => id));
  const chosen = ids.filter((id) => selected.has(id)).length;
  const spaces = shown.map((index, i) => index - (i === 0 ? 0 : shown[i - 1] + 1));
  const below = rows.length - (shown.at(-1) ?? -1) - 1;
  const others = widths.reduce((sum, width, i) => sum + (columns[i].id === "name" ? 0 : width), checkRem);
  const name = widths[columns.findIndex(({ id }) => id === "name")];
  return (
    <div class="runTable" ref={box} role="region" aria-label="Runs" tabIndex={0}>
      <table aria-rowcount={rows.length + 1} style={{ width: `max(100%, ${others}rem + min(${name}rem, 55vw))` }}>
        <colgroup>
          <col style={{ width: `${checkRem}rem` }} />
          {columns.map((column, i) => <col key={column.id} style={{ width: column.id === "name" ? `min(${widths[i]}rem, 55vw)` : `${widths[i]}rem` }} />)}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="check">
              <input
                type="checkbox"
                aria-label="Select all runs shown"
                checked={ids.length > 0 && chosen === ids.length}
                ref={(element) => { if (element !== null) element.indeterminate = chosen > 0 && chosen < ids.length; }}
                onChange={(event) => onSelect(ids, event.currentTarget.checked)}
              />
            </th>
            {columns.map((column) => <HeadCell key={column.id} column={column} {...props} />)}
          </tr>
        </thead>
        <tbody ref={body} {...hold}>
          {shown.flatMap((index, i) => {
            const row = rows[index];
            return [
              spaces[i] > 0 && <Space key={`before ${index}`} rows={spaces[i]} />,
              row.run === undefined ? (
                <GroupRow key={row.key} group={row.group} index={index} span={columns.length + 1} {...props} />
              ) : (
                <RunRow key={row.key} run={row.run} index={index} columns={columns} selected={selected.has(row.run.id)} select={select} />
              ),
            ];
          })}
          {below > 0 && <Space key="below" rows={below} />}
        </tbody>
      </table>
    </div>
  );
}

const checkRem = 2.4;

const Space = ({ rows }: { readonly rows: number }): preact.JSX.Element => <tr aria-hidden="true" class="space" style={{ height: `${rows * rowRem}rem` }} />;

function HeadCell({ column, sort, onSort }: RunTableProps & { readonly column: Column }): preact.JSX.Element {
  const by = sort.id === column.id;
  const style = [column.numeric ? "number" : "", column.id === "name" ? "name" : ""].join(" ");
  if (column.id === "spark") return <th scope="col" title={column.explained}>{column.title}</th>;
  return (
    <th scope="col" class={style} aria-sort={by ? (sort.descending ? "descending" : "ascending") : undefined} title={column.explained ?? column.title}>
      <button type="button" onClick={() => onSort({ id: column.id, descending: by ? !sort.descending : column.descending })}>
        <span>{column.title}</span>
        <span class="arrow" aria-hidden="true">{by ? (sort.descending ? "↓" : "↑") : ""}</span>
      </button>
    </th>
  );
}

function GroupRow({ group, groupTitle, closed, index, span, columns, onFold, onSelect, selected }: RunTableProps & { readonly group: RunGroup; readonly index: number; readonly span: number }): preact.JSX.Element {
  const folded = closed.has(group.key);
  const ids = group.runs.map(({ id }) => id);
  const chosen = ids.filter((id) => selected.has(id)).length;
  const name = `${groupTitle} ${valueText(group.value)}`;
  const best = columns.filter(({ id }) => id.startsWith("metric.")).slice(0, 2).flatMap(({ id, title, descending }) => {
    const values = group.runs.map(({ metrics }) => metrics[id.slice("metric.".length)]?.best).filter((value) => typeof value === "number");
    return values.length === 0 ? [] : [`best ${title} ${metricText(values.reduce((a, b) => (descending ? Math.max(a, b) : Math.min(a, b))))}`];
  });
  return (
    <tr class="group" aria-rowindex={index + 2}>
      <td class="check">
        <input type="checkbox" aria-label={`Select all of ${name}`} checked={chosen === ids.length} ref={(element) => { if (element !== null) element.indeterminate = chosen > 0 && chosen < ids.length; }} onChange={(event) => onSelect(ids, event.currentTarget.checked)} />
      </td>
      <th scope="rowgroup" colSpan={span - 1}>
        <button type="button" aria-expanded={!folded} onClick={() => onFold(group.key)}>
          <span aria-hidden="true" class="fold">{folded ? "▸" : "▾"}</span> {groupTitle} <strong>{valueText(group.value)}</strong> <span class="quiet">{[counted(group.runs.length, "run"), ...best].join(" · ")}</span>
        </button>
      </th>
    </tr>
  );
}

interface RunRowProps {
  readonly run: RunSummary;
  readonly index: number;
  readonly columns: readonly Column[];
  readonly selected: boolean;
  readonly select: (id: string, on: boolean, range: boolean) => void;
}

function RunRow({ run, index, columns, selected, select }: RunRowProps): preact.JSX.Element {
  return (
    <tr aria-rowindex={index + 2} class={selected ? "selected" : undefined} data-run={run.id}>
      <td class="check">
        <input type="checkbox" aria-label={`Select ${run.name}`} checked={selected} onClick={(event) => select(run.id, event.currentTarget.checked, event.shiftKey)} />
      </td>
      {columns.map((column) =>
        column.id === "name" ? (
          <th key="name" scope="row" class="name"><RunName run={run} /></th>
        ) : (
          <td key={column.id} class={column.numeric ? "number" : undefined}>{cellOf(column, run)}</td>
        ),
      )}
    </tr>
  );
}

/** With the folders around it, which tell apart runs of one name. */
function RunName({ run }: { readonly run: RunSummary }): preact.JSX.Element {
  const folders = run.id.endsWith(`/${run.name}`) ? run.id.slice(0, -run.name.length) : "";
  return <a class="runName" href={href("run", { run: run.id })} title={run.id}>{folders !== "" && <span class="quiet">{folders}</span>}<span>{run.name}</span></a>;
}

function cellOf(column: Column, run: RunSummary): preact.ComponentChildren {
  switch (column.id) {
    case "state": return <RunStateBadge run={run} />;
    case "spark": return <Course run={run} />;
    case "tags": case "group": case "note": return <EditableNote run={run} field={column.id} />;
    case "created": case "updated": return <time dateTime={isoText(run[column.id])} title={isoText(run[column.id])}>{momentText(run[column.id])}</time>;
    default: {
      const text = column.text(run);
      return text.length > 24 ? <span title={text}>{text}</span> : text;
    }
  }
}

/** In rem, so that the longest text fits, within reason. */
function columnWidth(column: Column, groups: readonly RunGroup[]): number {
  const given: Readonly<Record<string, number>> = { spark: 7.5, tags: 11, group: 9, note: 14, created: 10.5, updated: 10.5 };
  if (column.id === "state") return groups.some(({ runs }) => runs.some(({ state }) => state === "running")) ? 14 : 9.5;
  if (column.id in given) return given[column.id];
  // Titles are bold, and have an arrow beside them.
  let longest = 1.1 * column.title.length + 2;
  for (const { runs } of groups) for (const run of runs) longest = Math.max(longest, column.text(run).length);
  return column.id === "name" ? Math.min(28, 1.8 + 0.64 * longest) : Math.min(16, 1.8 + 0.58 * longest);
}

/** The rows in sight, as indices from `first` to before `last`. */
function useWindow(box: { readonly current: HTMLDivElement | null }, count: number): { first: number; last: number; rowHeight: number } {
  const [view, setView] = useState({ top: 0, height: 800, rowHeight: 16 * rowRem });
  useEffect(() => {
    const element = box.current!;
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const rowHeight = rowRem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const [top, height] = [element.scrollTop, element.clientHeight];
      setView((before) => (Math.floor(before.top / rowHeight) === Math.floor(top / rowHeight) && before.height === height && before.rowHeight === rowHeight ? before : { top, height, rowHeight }));
    };
    const soon = (): void => { frame ||= requestAnimationFrame(measure); };
    element.addEventListener("scroll", soon, { passive: true });
    const observer = new ResizeObserver(soon);
    observer.observe(element);
    measure();
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener("scroll", soon);
      observer.disconnect();
    };
  }, [box]);
  const first = Math.max(0, Math.min(count, Math.floor(view.top / view.rowHeight)) - overscan);
  return { first, last: Math.min(count, Math.ceil((view.top + view.height) / view.rowHeight) + overscan), rowHeight: view.rowHeight };
}

/** Keeps the first row in sight where it is when rows appear or vanish above it. */
function useAnchor(box: { readonly current: HTMLDivElement | null }, rows: readonly Row[], rowHeight: number, order: string): void {
  const before = useRef({ rows, order });
  useLayoutEffect(() => {
    const element = box.current!;
    const { rows: old, order: oldOrder } = before.current;
    before.current = { rows, order };
    if (old === rows || element.scrollTop === 0) return;
    if (oldOrder !== order) {
      element.scrollTop = 0;
      return;
    }
    const index = Math.floor(element.scrollTop / rowHeight);
    const now = rows.findIndex(({ key }) => key === old[index]?.key);
    if (now >= 0 && now !== index) element.scrollTop += (now - index) * rowHeight;
  }, [rows, order]);
}

/** Tells when the reader is at work in the rows: until a few seconds after the last movement, and for as long as a field is open. */
function useHold(body: { readonly current: HTMLElement | null }, onHold: (held: boolean) => void): Readonly<Record<string, () => void>> {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const release = (): void => {
    if (body.current?.querySelector(".editing") === null) onHold(false);
    else timer.current = setTimeout(release, holdMs);
  };
  const hold = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(release, holdMs);
    onHold(true);
  };
  const leave = (): void => {
    if (body.current?.contains(document.activeElement) === true) return;
    clearTimeout(timer.current);
    release();
  };
  return { onPointerMove: hold, onPointerDown: hold, onKeyDown: hold, onFocusIn: hold, onPointerLeave: leave };
}

/** A row that moves takes the focus with it. */
function useKeptFocus(body: { readonly current: HTMLElement | null }): void {
  const active = document.activeElement;
  const inside = active instanceof HTMLElement && body.current?.contains(active) === true ? active : null;
  useLayoutEffect(() => {
    if (inside !== null && inside.isConnected && document.activeElement === document.body) inside.focus({ preventScroll: true });
  });
}

/** The row with the focus stays in the page while it is out of sight. */
function useFocusedRow(body: { readonly current: HTMLElement | null }, rows: readonly Row[]): number {
  const row = document.activeElement?.closest("tr");
  if (row === null || row === undefined || body.current?.contains(row) !== true) return -1;
  const id = (row as HTMLElement).dataset.run;
  return id === undefined ? -1 : rows.findIndex(({ run }) => run?.id === id);
}

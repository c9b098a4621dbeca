/** Runs: all of them in a table, to be filtered, sorted, grouped and selected; their hyper-parameters and differences. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { connection, root, runs, runsById } from "../api.js";
import { Dropdown } from "../parts/dropdown.js";
import { ExportMenu } from "../parts/exportMenu.js";
import { counted } from "../parts/text.js";
import { href, navigate, route, withParams } from "../routes.js";
import type { RunSummary } from "../../protocol.js";
import { grouped, parseSort, type RunGroup, sorted, sortText } from "./runList/arrange.js";
import { allColumns, type Column, usualColumns } from "./runList/columns.js";
import { Differences } from "./runList/differences.js";
import { lookUp, parseFilter } from "./runList/filter.js";
import { FilterHelp } from "./runList/help.js";
import { Parallel } from "./runList/parallel.js";
import { runsCsv } from "./runList/runsCsv.js";
import { mostSelected, select } from "./runList/selection.js";
import { RunTable } from "./runList/table.js";
import { configKeys, listText, parseList } from "./runList/values.js";
import "./runList/runs.css";

const parts = { table: "Table", parallel: "Parallel coordinates", differences: "Differences" } as const;
type Part = keyof typeof parts;

const keep = (changes: Parameters<typeof withParams>[0]): void => navigate(withParams(changes), { replace: true });

export default function Runs(): preact.JSX.Element {
  const { params } = route.value;
  const given = params.get("show") ?? "table";
  const part: Part = Object.hasOwn(parts, given) ? (given as Part) : "table";
  const query = params.get("q") ?? "";
  const all = runs.value;
  const filter = useMemo(() => parseFilter(query), [query]);
  const fitting = useMemo(() => all.filter(filter.matches), [all, filter]);
  const unknown = filter.names.filter((name) => all.length > 0 && !all.some((run) => lookUp(run, name).some((value) => value !== null)) && !/^(tags?|group|note|reason)$/i.test(name));
  const selectedIds = params.getAll("run").join("\n");
  const selected = useMemo(() => new Set(params.getAll("run")), [selectedIds]);
  const selectedRuns = useMemo(() => [...selected].flatMap((id) => runsById.value.get(id) ?? []), [selected, runsById.value]);
  // Said until the selection changes again.
  const [tooMany, setTooMany] = useState({ left: 0, selection: "" });
  const left = tooMany.selection === selectedIds ? tooMany.left : 0;
  const onTooMany = (count: number): void => setTooMany({ left: count, selection: route.value.params.getAll("run").join("\n") });

  if (all.length === 0) return <NoRuns />;
  const status = (
    <>
      <span role="status" class="count">
        {fitting.length === all.length ? counted(all.length, "run") : `${fitting.length} of ${counted(all.length, "run")}`}
        {`, ${selectedRuns.length} selected`}
        {selectedRuns.length < selected.size && ` (and ${selected.size - selectedRuns.length} that ${selected.size - selectedRuns.length === 1 ? "is" : "are"} gone)`}
        {left > 0 && `; ${left} more did not fit: at most ${mostSelected} are looked at together`}
      </span>
      <a class="button" href={selected.size === 0 ? undefined : href("curves", { run: [...selected] })} role="link" aria-disabled={selected.size === 0}>Compare the curves</a>
      <button type="button" disabled={selected.size === 0} onClick={() => keep({ run: null })}>Select none</button>
      {unknown.length > 0 && <span class="problem">No run has “{unknown[0]}”.</span>}
    </>
  );
  return (
    <div class="runs">
      <h1>Runs</h1>
      <div class="toolbar">
        <FilterField query={query} />
        <FilterHelp />
        <nav class="parts" aria-label="What is shown of the runs">
          {(Object.keys(parts) as Part[]).map((name) => (
            <a key={name} href={withParams({ show: name === "table" ? null : name })} aria-current={name === part ? "true" : undefined}>{parts[name]}{name === "differences" && selectedRuns.length > 0 ? ` (${selectedRuns.length})` : ""}</a>
          ))}
        </nav>
      </div>
      {part === "table" && <Table runs={fitting} all={all} selected={selected} onTooMany={onTooMany} status={status} />}
      {part === "parallel" && <Parallel runs={fitting} selected={selected} onTooMany={onTooMany} status={status} />}
      {part === "differences" && <Differences runs={selectedRuns} status={status} />}
    </div>
  );
}

function NoRuns(): preact.JSX.Element {
  if (root.value === "" && connection.value !== "live") {
    return (
      <>
        <h1>Runs</h1>
        {connection.value === "lost" ? <p class="problem" role="alert">The board's server does not answer. Is <code>nabla board</code> still running? This page goes on by itself when it is back.</p> : <p class="quiet">loading …</p>}
      </>
    );
  }
  return (
    <>
      <h1>Runs</h1>
      <section class="card empty">
        <h2>No run yet</h2>
        <p>The board watches <code>{root.value}</code>, and there is no run in it. Start one, and it appears here by itself:</p>
        <pre><code>npx nabla train convnet</code></pre>
        <p>Folders with event files of other programs are shown too.</p>
      </section>
    </>
  );
}

/** Typing changes the address a moment later. */
function FilterField({ query }: { readonly query: string }): preact.JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(query);
  useEffect(() => {
    // Not while it is the reader who types.
    if (query !== sent.current && input.current !== null) input.current.value = query;
    sent.current = query;
  }, [query]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const send = (): void => {
    clearTimeout(timer.current);
    sent.current = input.current!.value;
    keep({ q: sent.current.trim() === "" ? null : sent.current });
  };
  return (
    <label class="filter">
      <span>Filter</span>
      <input
        ref={input} type="search" defaultValue={query} placeholder="lr<0.1 state=finished …" spellcheck={false} autocomplete="off"
        onInput={() => { clearTimeout(timer.current); timer.current = setTimeout(send, 150); }}
        onKeyDown={(event) => { if (event.key === "Enter") send(); }}
      />
    </label>
  );
}

interface TableProps {
  readonly runs: readonly RunSummary[];
  readonly all: readonly RunSummary[];
  readonly selected: ReadonlySet<string>;
  readonly onTooMany: (left: number) => void;
  /** How many runs are shown and selected, and what can be done with them. */
  readonly status: preact.ComponentChildren;
}

function Table({ runs: shown, all, selected, onTooMany, status }: TableProps): preact.JSX.Element {
  const { params } = route.value;
  const columns = useMemo(() => allColumns(all), [all]);
  const chosen = params.get("columns");
  const ids = useMemo(() => new Set(chosen === null ? usualColumns(all) : parseList(chosen)), [chosen, all]);
  const visible = columns.filter(({ id }) => id === "name" || ids.has(id));
  const sortParam = params.get("sort") ?? "-created";
  const sort = parseSort(sortParam);
  const by = params.get("group");
  const closedParam = params.getAll("closed").join("\n");
  const closed = useMemo(() => new Set(params.getAll("closed")), [closedParam]);
  const groups = useMemo((): readonly RunGroup[] => {
    const order = sorted(shown, sort);
    return by === null ? [{ value: null, key: "", runs: order }] : grouped(order, by);
  }, [shown, sortParam, by]);
  const groupTitle = by === null ? null : by.replace(/^config\./, "");
  const [held, setHeld] = useState(false);
  const steady = useHeldOrder(groups, held, `${sortParam}\n${by}\n${params.get("q")}`);
  return (
    <>
      <div class="toolbar">
        <label>Group by <GroupSelect by={by} runs={all} /></label>
        <Columns columns={columns} shown={ids} chosen={chosen !== null} />
        {status}
        {shown.length > 0 && <ExportMenu name="Runs" csv={() => runsCsv(steady, groupTitle, visible)} />}
      </div>
      {shown.length === 0 ? (
        <p class="quiet">No run fits the filter. <button type="button" onClick={() => keep({ q: null })}>Show all</button></p>
      ) : (
        <RunTable
          groups={steady} groupTitle={groupTitle} closed={closed} columns={visible} sort={sort} selected={selected}
          onSort={(next) => keep({ sort: sortText(next) === "-created" ? null : sortText(next) })}
          onSelect={(some, on) => onTooMany(select(some, on))}
          onFold={(key) => keep({ closed: closed.has(key) ? params.getAll("closed").filter((each) => each !== key) : [...params.getAll("closed"), key] })}
          onHold={setHeld}
        />
      )}
    </>
  );
}

/** While `held`, rows stay in the order in which they are: values change, runs that vanished go, others wait. */
function useHeldOrder(groups: readonly RunGroup[], held: boolean, asked: string): readonly RunGroup[] {
  const before = useRef({ groups, asked });
  return useMemo(() => {
    const current = new Map(groups.flatMap(({ runs: each }) => each.map((run) => [run.id, run])));
    const next = !held || before.current.asked !== asked
      ? groups
      : before.current.groups.map((group) => ({ ...group, runs: group.runs.flatMap(({ id }) => current.get(id) ?? []) })).filter(({ runs: each }) => each.length > 0);
    before.current = { groups: next, asked };
    return next;
  }, [groups, held, asked]);
}

function GroupSelect({ by, runs: all }: { readonly by: string | null; readonly runs: readonly RunSummary[] }): preact.JSX.Element {
  const keys = useMemo(() => configKeys(all), [all]);
  return (
    <select value={by ?? ""} onChange={(event) => keep({ group: event.currentTarget.value || null, closed: null })}>
      <option value="">nothing</option>
      <option value="group">group</option>
      <option value="state">state</option>
      <option value="kind">kind</option>
      <option value="tags">tags</option>
      {keys.map((key) => <option key={key} value={`config.${key}`}>{key}</option>)}
    </select>
  );
}

function Columns({ columns, shown, chosen }: { readonly columns: readonly Column[]; readonly shown: ReadonlySet<string>; readonly chosen: boolean }): preact.JSX.Element {
  const choices = columns.filter(({ id }) => id !== "name");
  const toggle = (id: string, on: boolean): void => keep({ columns: listText(choices.filter((each) => (each.id === id ? on : shown.has(each.id))).map((each) => each.id)) });
  const sections: readonly (readonly [string, (id: string) => boolean])[] = [
    ["Run", (id) => !/^(metric|last|config)\./.test(id)],
    ["Metrics", (id) => /^(metric|last)\./.test(id)],
    ["Configuration", (id) => id.startsWith("config.")],
  ];
  return (
    <Dropdown summary={`Columns (${choices.filter(({ id }) => shown.has(id)).length})`}>
      {sections.map(([title, within]) => (
        <fieldset key={title} class="choices">
          <legend>{title}</legend>
          {choices.filter(({ id }) => within(id)).map(({ id, title: name, explained }) => (
            <label key={id} title={explained}><input type="checkbox" checked={shown.has(id)} onChange={(event) => toggle(id, event.currentTarget.checked)} />{name}</label>
          ))}
        </fieldset>
      ))}
      <p><button type="button" disabled={!chosen} onClick={() => keep({ columns: null })}>The usual columns</button></p>
    </Dropdown>
  );
}

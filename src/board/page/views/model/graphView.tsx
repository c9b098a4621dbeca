/** A nested graph on the page: the figure, and over each of its boxes a button, so that it can be walked and folded by mouse and by keys. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { ExportMenu } from "../../parts/exportMenu.js";
import { type BoxContent, boxSize, graphFigure } from "./graphFigure.js";
import { foldable, headHeight, holderOf, neighbour, type NestedGraph, place, shownCount } from "./nested.js";
import { choose, param, paramList } from "./state.js";

export interface GraphViewProps {
  /** What it is called. */
  readonly name: string;
  readonly graph: NestedGraph;
  readonly contentOf: (id: string) => BoxContent;
  /** What is read out for a box. */
  readonly spoken: (id: string) => string;
  /** Parameters of the address: which boxes are open, which is looked at. */
  readonly openParam: string;
  readonly selectedParam: string;
  /** The numbers of the graph, for a file. */
  readonly csv: () => string;
}

/** Beyond so many boxes there is nothing to be read, and the layout takes its time. */
const most = 600;

const zooms = [0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.6, 2];

export function GraphView({ name, graph, contentOf, spoken, openParam, selectedParam, csv }: GraphViewProps): preact.JSX.Element {
  const [frame, buttons] = [useRef<HTMLDivElement>(null), useRef(new Map<string, HTMLButtonElement>())];
  const [room, setRoom] = useState(0);
  const open = new Set(paramList(openParam));
  const tooMany = shownCount(graph.branches, open) > most;
  const placement = useMemo(() => place(tooMany ? { branches: [], edges: [] } : graph, open, (id, isOpen) => boxSize(contentOf(id), isOpen)), [graph, contentOf, [...open].join("\n")]);
  const figure = useMemo(() => graphFigure(placement, contentOf, { title: name, description: `${name}: ${placement.boxes.filter((box) => !box.open).map((box) => spoken(box.id)).slice(0, 40).join("; ")}.` }), [placement, contentOf, spoken, name]);
  const svg = useMemo(() => ({ __html: figure.svg() }), [figure]);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setRoom(entry.contentRect.width));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);

  const fitting = room === 0 ? 1 : Math.max(0.4, Math.min(1, room / placement.width));
  const chosen = Number(param("zoom"));
  const zoom = zooms.includes(chosen) ? chosen : fitting;
  const zoomTo = (next: number | undefined): void => {
    if (next !== undefined) choose({ zoom: String(next) });
  };
  const all = foldable(graph.branches);
  const allFit = shownCount(graph.branches, new Set(all)) <= most;
  const selected = placement.boxes.some(({ id }) => id === param(selectedParam)) ? param(selectedParam) : null;
  const focusable = selected ?? placement.boxes[0]?.id;

  const toggle = (id: string): void => {
    if (!contentOf(id).folds) return;
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    choose({ [openParam]: [...next], [selectedParam]: id });
  };
  const go = (id: string | null): void => {
    if (id === null) return;
    choose({ [selectedParam]: id });
    buttons.current.get(id)?.focus();
    buttons.current.get(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const onKey = (event: KeyboardEvent, id: string): void => {
    const direction = ({ ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" } as const)[event.key];
    const holder = event.key === "Escape" ? holderOf(graph.branches, id) : null;
    if (direction !== undefined) go(neighbour(placement.boxes, id, direction));
    else if (event.key === "Enter") toggle(id);
    else if (event.key === "Home") go(placement.boxes[0].id);
    else if (event.key === "End") go(placement.boxes[placement.boxes.length - 1].id);
    else if (holder !== null) {
      toggle(holder);
      // Its own box is gone with the next drawing.
      buttons.current.get(holder)?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <div class="graph">
      <div class="bar">
        {all.length > 0 && <button type="button" onClick={() => choose({ [openParam]: all })} disabled={!allFit || all.every((id) => open.has(id))}>Unfold all</button>}
        {all.length > 0 && <button type="button" onClick={() => choose({ [openParam]: null })} disabled={open.size === 0}>Fold all</button>}
        <span class="zoom" role="group" aria-label="Size">
          <button type="button" aria-label="Smaller" disabled={zoom <= zooms[0]} onClick={() => zoomTo(zooms.findLast((each) => each < zoom - 0.01))}>−</button>
          <button type="button" aria-label="Larger" disabled={zoom >= zooms[zooms.length - 1]} onClick={() => zoomTo(zooms.find((each) => each > zoom + 0.01))}>+</button>
          <button type="button" disabled={chosen === 0} onClick={() => choose({ zoom: null })}>Fit width</button>
        </span>
        <ExportMenu name={name} figure={() => figure} csv={csv} />
      </div>
      <p class="quiet hint">Arrow keys move{all.length > 0 && ", Enter folds and unfolds, Escape folds what a box is in"}. A click shows details{all.length > 0 && ", one on ▸ unfolds"}.</p>
      {tooMany && <p>So many boxes make no readable picture. {open.size > 0 ? "Fold some of them, or read the table below." : "The table below has all of them."}</p>}
      <div class="canvas" ref={frame}>
        <div class="sheet" style={{ width: `${placement.width * zoom}px`, height: `${placement.height * zoom}px` }}>
          <div class="drawing" dangerouslySetInnerHTML={svg} />
          {placement.boxes.map(({ id, x, y, width, height, open: isOpen }) => {
            const { folds } = contentOf(id);
            return (
              <button
                key={id}
                type="button"
                class="node"
                ref={(element) => void (element === null ? buttons.current.delete(id) : buttons.current.set(id, element))}
                style={{ left: `${x * zoom}px`, top: `${y * zoom}px`, width: `${width * zoom}px`, height: `${(isOpen ? headHeight : height) * zoom}px` }}
                tabIndex={id === focusable ? 0 : -1}
                aria-label={spoken(id)}
                aria-expanded={folds ? isOpen : undefined}
                aria-pressed={id === selected}
                onClick={(event) => (folds && event.offsetX < 28 * zoom && event.detail > 0 ? toggle(id) : choose({ [selectedParam]: id }))}
                onDblClick={() => toggle(id)}
                onKeyDown={(event) => onKey(event, id)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

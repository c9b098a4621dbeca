/**
 * Nested graphs: things within things, such as layers within blocks within a model, and arrows between the innermost. A folded thing
 * stands for all that it holds; dagre places what is shown, level by level, so that unfolding one thing leaves the order of the others.
 */

import dagre from "@dagrejs/dagre";
import type { Size } from "../../../../plot/scene.js";

/** A thing with those inside it; without children it is a leaf. */
export interface Branch {
  readonly id: string;
  readonly children: readonly Branch[];
}

export interface NestedGraph {
  readonly branches: readonly Branch[];
  /** Between leaves; something with children is an end where it makes of what it holds a result of its own, which leaves it. */
  readonly edges: readonly Edge[];
}

type Edge = readonly [from: string, to: string];

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a thing lies; x and y are those of its upper left corner. */
export interface PlacedBox extends Point, Size {
  readonly id: string;
  /** Unfolded: what it holds lies within it, below its head. */
  readonly open: boolean;
  readonly depth: number;
}

export interface PlacedEdge {
  readonly points: readonly Point[];
  /** Whether it ends at a box; else it goes on at the border of an open one. */
  readonly arrives: boolean;
}

export interface Placement extends Size {
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
}

/** Height of the head of an open box. */
export const headHeight = 30;
const padding = 14;
/** Between the rows of boxes. */
const rowGap = 30;

/** @param sizeOf how much room a folded thing, or the head of an open one, takes */
export function place(graph: NestedGraph, open: ReadonlySet<string>, sizeOf: (id: string, open: boolean) => Size): Placement {
  const { width, height, boxes, edges } = level(graph.branches, graph.edges, 0, null);
  return { width, height, boxes, edges };

  function level(branches: readonly Branch[], all: readonly Edge[], depth: number, holder: string | null): Level {
    const owner = ownersOf(branches);
    // What the holder gives begins at its border; what it takes itself goes through to there.
    const touching = all.filter(([from, to]) => from !== holder && (owner.has(from) || owner.has(to) || to === holder));
    const inner = new Map(branches.filter(({ id, children }) => children.length > 0 && open.has(id)).map((branch) => [branch.id, level(branch.children, touching, depth + 1, branch.id)]));
    const g = new dagre.graphlib.Graph();
    g.setGraph({ rankdir: "TB", nodesep: 26, ranksep: rowGap, edgesep: 14, marginx: padding, marginy: padding });
    g.setDefaultEdgeLabel(() => ({}));
    const sizes = new Map(branches.map(({ id }) => [id, outerSize(sizeOf(id, inner.has(id)), inner.get(id))]));
    for (const [id, size] of sizes) g.setNode(key(id), { ...size });
    for (const [from, to] of touching) {
      const [a, b] = [owner.get(from), owner.get(to)];
      if (a === b && a !== undefined) continue;
      // What comes from elsewhere comes in at the top, and what goes elsewhere goes out below.
      if (a === undefined) g.setNode(entry, { width: 1, height: 1 });
      if (b === undefined) g.setNode(exit, { width: 1, height: 1 });
      g.setEdge(a === undefined ? entry : key(a), b === undefined ? exit : key(b));
    }
    // Ways in begin above all else, and ways out end below all else.
    const ties = new Set<string>();
    for (const name of g.nodes().filter((each) => each !== entry && each !== exit)) {
      if (g.hasNode(entry) && g.inEdges(name)?.length === 0) ties.add(tie(entry, name));
      if (g.hasNode(exit) && g.outEdges(name)?.length === 0) ties.add(tie(name, exit));
    }
    for (const each of ties) g.setEdge(...(JSON.parse(each) as [string, string]), { weight: 0 });
    dagre.layout(g);
    const { left, width, height } = extentOf(g);
    const at = (p: Point): Point => ({ x: p.x - left, y: p.y });
    const boxes: PlacedBox[] = [];
    const edges: PlacedEdge[] = [];
    const ports = new Map<string, { readonly box: PlacedBox; readonly inner: Level }>();
    for (const { id } of branches) {
      const node = g.node(key(id)) as Point & Size;
      const held = inner.get(id);
      const box = { id, ...at({ x: node.x - node.width / 2, y: node.y - node.height / 2 }), width: node.width, height: node.height, open: held !== undefined, depth };
      boxes.push(box);
      if (held === undefined) continue;
      ports.set(key(id), { box, inner: held });
      const shift = { x: box.x + (box.width - held.width) / 2, y: box.y + headHeight };
      boxes.push(...held.boxes.map((each) => ({ ...each, ...moved(each, shift) })));
      edges.push(...held.edges.map((each) => ({ ...each, points: each.points.map((p) => moved(p, shift)) })));
    }
    const placed = new Map(boxes.map((box) => [key(box.id), box]));
    const boxOf = (name: string): PlacedBox | undefined => placed.get(name);
    for (const { v, w } of g.edges()) {
      if (ties.has(tie(v, w))) continue;
      const points = (g.edge(v, w) as { points: Point[] }).points.map(at);
      const last = points.length - 1;
      const [from, to] = [ports.get(v), ports.get(w)];
      if (points[0].y < points[last].y) {
        // Down: from the bottom of one to the top of the other, or through their ports.
        points[0] = borderPoint(points[0], boxOf(v), "bottom", from && portX(from, from.inner.exit));
        points[last] = borderPoint(points[last], boxOf(w), "top", to && portX(to, to.inner.entry));
      }
      // Between neighbours it turns where no box is: half-way between the two rows, which may be of unlike heights.
      if (last === 2) points.splice(1, 1, ...turnOf(points as [Point, Point, Point]));
      edges.push({ points, arrives: w !== exit });
    }
    const port = (name: string): number | undefined => (g.hasNode(name) ? at(g.node(name) as Point).x : undefined);
    // The ways from the head to the first things, and from the last to the border below.
    if (g.hasNode(entry)) edges.push({ points: [{ x: port(entry)!, y: 0 }, at(g.node(entry) as Point)], arrives: false });
    if (g.hasNode(exit)) edges.push({ points: [at(g.node(exit) as Point), { x: port(exit)!, y: height }], arrives: false });
    return { width, height, boxes, edges, entry: port(entry), exit: port(exit) };
  }
}

/** What dagre's layout takes, with air at its sides; arrows may reach beyond what dagre counts. */
function extentOf(g: InstanceType<typeof dagre.graphlib.Graph>): Size & { readonly left: number } {
  const { width = 0, height = 0 } = g.graph() as Partial<Size>;
  const points = g.edges().flatMap(({ v, w }) => (g.edge(v, w) as { points: Point[] }).points.map(({ x }) => x));
  const left = Math.min(0, ...points.map((x) => x - padding));
  const right = Math.max(width, ...points.map((x) => x + padding));
  return { left, width: right - left, height };
}

/** What one open thing holds, with x of where arrows cross its border. */
interface Level extends Placement {
  readonly entry: number | undefined;
  readonly exit: number | undefined;
}

const [entry, exit] = ["entry", "exit"];
/** Ids may be any text, also that of a port. */
const key = (id: string): string => `:${id}`;
const tie = (from: string, to: string): string => JSON.stringify([from, to]);

const outerSize = (own: Size, held: Level | undefined): Size => (held === undefined ? own : { width: Math.max(own.width, held.width), height: headHeight + held.height });

const moved = ({ x, y }: Point, by: Point): Point => ({ x: x + by.x, y: y + by.y });

const portX = ({ box, inner }: { readonly box: PlacedBox; readonly inner: Level }, x: number | undefined): number | undefined => (x === undefined ? undefined : box.x + (box.width - inner.width) / 2 + x);

/** The place of `p` on the top or bottom of a box, at x where it is given. Without a box it stays where it is. */
function borderPoint(p: Point, box: PlacedBox | undefined, side: "top" | "bottom", x: number | undefined): Point {
  if (box === undefined) return p;
  return { x: x ?? Math.min(Math.max(p.x, box.x + 10), box.x + box.width - 10), y: side === "top" ? box.y : box.y + box.height };
}

/** Straight until the gap between the rows, and straight behind it. */
const turnOf = ([from, { y }, to]: readonly [Point, Point, Point]): Point[] =>
  [{ x: from.x, y: y - rowGap / 2 }, { x: to.x, y: y + rowGap / 2 }].filter((turn) => turn.y > from.y + 1 && turn.y < to.y - 1);

/** For each thing, the branch that it is or lies in. */
function ownersOf(branches: readonly Branch[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const branch of branches) for (const id of idsOf(branch)) owners.set(id, branch.id);
  return owners;
}

const idsOf = ({ id, children }: Branch): string[] => [id, ...children.flatMap(idsOf)];

/** Ids of all that can be unfolded. */
export const foldable = (branches: readonly Branch[]): string[] => branches.flatMap(({ id, children }) => (children.length === 0 ? [] : [id, ...foldable(children)]));

/** How many boxes there are with these open. */
export const shownCount = (branches: readonly Branch[], open: ReadonlySet<string>): number => branches.reduce((sum, { id, children }) => sum + 1 + (open.has(id) ? shownCount(children, open) : 0), 0);

/** The branch that holds `id`; null for one that nothing holds. */
export function holderOf(branches: readonly Branch[], id: string, holder: string | null = null): string | null {
  for (const branch of branches) {
    if (branch.id === id) return holder;
    const found = holderOf(branch.children, id, branch.id);
    if (found !== null) return found;
  }
  return null;
}

/** The box that an arrow key leads to from `id`: the nearest that lies rather in that direction than beside it. */
export function neighbour(boxes: readonly PlacedBox[], id: string, direction: "up" | "down" | "left" | "right"): string | null {
  const middle = ({ x, y, width, height, open }: PlacedBox): Point => ({ x: x + width / 2, y: y + (open ? headHeight : height) / 2 });
  const own = boxes.find((box) => box.id === id);
  if (own === undefined) return boxes[0]?.id ?? null;
  const from = middle(own);
  let [best, least] = [null as string | null, Infinity];
  for (const box of boxes) {
    if (box === own) continue;
    const to = middle(box);
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const [along, across] = direction === "up" ? [-dy, dx] : direction === "down" ? [dy, dx] : direction === "left" ? [-dx, dy] : [dx, dy];
    if (along <= 4) continue;
    const vertical = direction === "up" || direction === "down";
    if (!vertical && Math.abs(across) > along * 2) continue;
    const distance = along + (vertical ? 0.5 : 2) * Math.abs(across);
    if (distance < least) [best, least] = [box.id, distance];
  }
  return best;
}

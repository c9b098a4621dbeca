/** Graphs: nodes and arrows, laid out in layers by dagre (Gansner et al., "A Technique for Drawing Directed Graphs", 1993), and the same in DOT. */

import dagre from "@dagrejs/dagre";
import { curveBasis, line as lineShape } from "d3-shape";
import { ValueError } from "../base/errors.js";
import { Figure, type SaveOptions, titleHeight } from "./figure.js";
import { checkChoice, checkFigure, checkOptions, checkText, describeValue, type FigureOptions, withFigure } from "./options.js";
import { centred, group, type Item, path, rect, shown, type Size, text } from "./scene.js";
import { textWidth } from "./textWidth.js";

export interface GraphNode {
  /** By which edges name it; unlike all others. */
  readonly id: string;
  /** @default its id */
  readonly label?: string;
  /** "operation" is round, "value" square, "constant" without a frame. @default "value" */
  readonly kind?: "value" | "operation" | "constant";
  /** A small line under the label. */
  readonly note?: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Above the edge: the value that goes forward. */
  readonly value?: string;
  /** Below the edge: the gradient that comes back. */
  readonly gradient?: string;
}

export interface GraphOptions extends FigureOptions {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Where the edges lead. Default: "right"; "down" where `width` is too small for that. */
  readonly direction?: "right" | "down";
}

const limit = 400;

/**
 * A drawn graph; `dot()` and `save("….dot")` give it to Graphviz.
 *
 * @example
 * const figure = plot.graph({ nodes: [{ id: "x" }, { id: "f", kind: "operation" }], edges: [{ from: "x", to: "f", value: "3" }] });
 * figure.dot().split("\n")[0] // → digraph {
 */
export class GraphFigure extends Figure {
  private readonly source: string;

  /** @internal `graph` and `computationalGraph` make them. */
  constructor(options: GraphOptions, kind: string) {
    const wide = layoutOf(options, options.direction ?? "right");
    // Where it would become too small to read, it goes down.
    const turn = options.direction === undefined && wide.width > 1.5 * (options.width ?? Infinity);
    const layout = turn ? layoutOf(options, "down") : wide;
    super({
      options,
      width: Math.max(200, Math.ceil(layout.width)),
      heightOf: (width) => Math.ceil(layout.height * Math.min(1, width / layout.width)) + titleHeight(options),
      kind,
      summary: summarised(options, kind),
      draw: (size) => fit(layout, size),
    });
    this.source = dotOf(options);
  }

  /** The graph in the language of Graphviz. */
  dot(): string {
    return this.source;
  }

  protected override encode(ending: string, path_: string, options: SaveOptions): Promise<string | Uint8Array> | string {
    if (ending !== "dot") return super.encode(ending, path_, options);
    if (options.theme !== undefined || options.scale !== undefined) throw new ValueError("save: a .dot file has neither theme nor scale; leave them out.");
    return this.source;
  }

  protected override get endings(): readonly string[] {
    return [...super.endings, ".dot"];
  }
}

/**
 * A directed graph, in layers along its edges.
 * @throws ValueError for edges between unknown nodes, two nodes of one id, or more than 400 nodes.
 *
 * @example
 * const figure = plot.graph({
 *   nodes: [{ id: "x" }, { id: "w" }, { id: "·", kind: "operation" }],
 *   edges: [{ from: "x", to: "·", value: "2", gradient: "−1" }, { from: "w", to: "·", value: "−1", gradient: "2" }],
 * });
 * figure.description // → Graph of 3 nodes and 2 edges. x to ·: 2, gradient −1. w to ·: −1, gradient 2.
 */
export function graph(options: GraphOptions): GraphFigure {
  checkOptions("graph", options, withFigure("nodes", "edges", "direction"));
  checkFigure("graph", options);
  checkChoice("graph", "direction", options.direction, ["right", "down"]);
  const { nodes, edges } = options;
  if (!Array.isArray(nodes) || nodes.length === 0) throw new ValueError(`graph: nodes must be an array of at least one { id }, got ${Array.isArray(nodes) ? "none" : describeValue(nodes)}.`);
  if (!Array.isArray(edges)) throw new ValueError(`graph: edges must be an array of { from, to }, got ${describeValue(edges)}.`);
  if (nodes.length > limit) throw new ValueError(`graph: ${nodes.length} nodes do not make a readable figure; draw at most ${limit} of them.`);
  const ids = new Set<string>();
  for (const [i, node] of nodes.entries()) {
    checkOptions(`graph: node ${i}`, node, ["id", "label", "kind", "note"]);
    if (typeof node.id !== "string") throw new ValueError(`graph: node ${i} needs an id, a text, got ${describeValue(node.id)}.`);
    if (ids.has(node.id)) throw new ValueError(`graph: two nodes have the id "${node.id}"; ids name one node each.`);
    for (const name of ["label", "note"] as const) checkText(`graph: node "${node.id}"`, name, node[name]);
    checkChoice(`graph: node "${node.id}"`, "kind", node.kind, ["value", "operation", "constant"]);
    ids.add(node.id);
  }
  for (const [i, edge] of edges.entries()) {
    checkOptions(`graph: edge ${i}`, edge, ["from", "to", "value", "gradient"]);
    for (const end of ["from", "to"] as const) {
      if (!ids.has(edge[end])) throw new ValueError(`graph: edge ${i}: ${end} names no node: ${describeValue(edge[end])}.`);
    }
    for (const name of ["value", "gradient"] as const) checkText(`graph: edge ${i}`, name, edge[name]);
  }
  return new GraphFigure(options, "Graph");
}

const labelSize = 14;
const edgeSize = 12;
const arrow = 7;

interface Layout extends Size {
  readonly items: readonly Item[];
}

type XY = { readonly x: number; readonly y: number };

function layoutOf({ nodes, edges }: GraphOptions, direction: "right" | "down"): Layout {
  const g = new dagre.graphlib.Graph({ multigraph: true });
  const right = direction === "right";
  g.setGraph({ rankdir: right ? "LR" : "TB", nodesep: right ? 26 : 34, ranksep: right ? 26 : 34, edgesep: 14, marginx: 16, marginy: 14 });
  g.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) g.setNode(node.id, sizeOfNode(node));
  for (const [i, { from, to, value = "", gradient = "" }] of edges.entries()) {
    const width = Math.max(textWidth(value, edgeSize), textWidth(gradient, edgeSize)) + 12;
    const empty = value === "" && gradient === "";
    g.setEdge(from, to, empty ? { width: 0, height: 0 } : { width, height: 34, labelpos: right ? "c" : "r", labeloffset: 4 }, String(i));
  }
  dagre.layout(g);
  const { width = 0, height = 0 } = g.graph() as { width?: number; height?: number };
  // dagre leaves open which side is up: the one on which nodes come in their own order.
  const side = (node: GraphNode): number => (g.node(node.id) as XY)[right ? "y" : "x"];
  const sources = nodes.filter(({ id }) => !edges.some(({ to }) => to === id));
  const turned = sources.reduce((sum, node, i) => sum + sources.slice(i + 1).reduce((s, later) => s + Math.sign(side(node) - side(later)), 0), 0) > 0;
  const at = <P extends XY>(p: P): P => (!turned ? p : right ? { ...p, y: height - p.y } : { ...p, x: width - p.x });
  const lines = edges.flatMap(({ from, to, value = "", gradient = "" }, i) => {
    const { points, x = 0, y = 0 } = g.edge({ v: from, w: to, name: String(i) }) as { points: XY[]; x?: number; y?: number };
    return group(drawEdge(points.map(at), at({ x, y }), value, gradient), { name: "edge" });
  });
  const boxes = nodes.map((node) => {
    const place = g.node(node.id) as XY & Size;
    return group(drawNode(node, at({ x: place.x, y: place.y }), place), { name: node.kind ?? "value" });
  });
  const both = edges.some(({ gradient }) => gradient !== undefined && gradient !== "");
  const below = edges.some(({ gradient = "" }) => gradient.startsWith("‖")) ? "gradient (or its norm) below" : "gradient below";
  const key = both ? [text("value above", 16, height + 12, { size: 11.5, fill: "good", bold: true }), text(below, 16 + textWidth("value above", 12.5) + 10, height + 12, { size: 11.5, fill: "bad", bold: true })] : [];
  return { width: Math.max(width, both ? 120 + textWidth(below, 12.5) : 0), height: height + (both ? 22 : 0), items: [...lines, ...boxes, ...key] };
}

const labelOf = ({ id, label }: GraphNode): string => label ?? id;

function sizeOfNode(node: GraphNode): Size {
  const width = textWidth(labelOf(node), labelSize);
  const note = node.note === undefined ? 0 : textWidth(node.note, 11);
  if (node.kind === "operation") return { width: Math.max(36, width + 22, note), height: 36 + (note > 0 ? 16 : 0) };
  if (node.kind === "constant") return { width: Math.max(18, width + 8, note), height: 24 + (note > 0 ? 14 : 0) };
  return { width: Math.max(30, width + 18, note + 14), height: 30 + (note > 0 ? 14 : 0) };
}

function drawNode(node: GraphNode, { x, y }: XY, { width, height }: Size): Item[] {
  const label = labelOf(node);
  const noted = node.note !== undefined;
  if (node.kind === "operation") {
    // The note hangs below the circle, which stays in the middle of its own part.
    const middle = noted ? y - 8 : y;
    const across = Math.max(36, textWidth(label, labelSize) + 22);
    const frame = rect({ x: x - across / 2, y: middle - 18, width: across, height: 36 }, { fill: "ground", stroke: "ink", width: 1.4 }, { radius: 18 });
    return [frame, centred(label, x, middle, { size: labelSize, anchor: "middle" }), ...(noted ? [centred(node.note, x, middle + 27, { size: 11, anchor: "middle", fill: "muted", halo: "ground" })] : [])];
  }
  const middle = noted ? y - 7 : y;
  const note = noted ? [centred(node.note, x, y + 8, { size: 11, anchor: "middle", fill: "muted" })] : [];
  if (node.kind === "constant") return [centred(label, x, middle, { size: labelSize, anchor: "middle", fill: "muted" }), ...note];
  const frame = rect({ x: x - width / 2, y: y - height / 2, width, height }, { fill: "surface", stroke: "axis", width: 1.2 }, { radius: 5 });
  return [frame, centred(label, x, middle, { size: labelSize, anchor: "middle", bold: true }), ...note];
}

function drawEdge(points: readonly XY[], label: XY, value: string, gradient: string): Item[] {
  const last = points[points.length - 1];
  const before = points[points.length - 2];
  const length = Math.hypot(last.x - before.x, last.y - before.y) || 1;
  const [dx, dy] = [(last.x - before.x) / length, (last.y - before.y) / length];
  // The line ends where the tip begins.
  const ends = [...points.slice(0, -1), { x: last.x - dx * (arrow - 1), y: last.y - dy * (arrow - 1) }];
  const d = lineShape<XY>((p) => p.x, (p) => p.y).curve(curveBasis).digits(2)(ends) ?? "";
  const [bx, by] = [last.x - dx * arrow, last.y - dy * arrow];
  const tip = `M${shown(last.x)},${shown(last.y)}L${shown(bx - dy * 3.6)},${shown(by + dx * 3.6)}L${shown(bx + dy * 3.6)},${shown(by - dx * 3.6)}Z`;
  const style = { size: edgeSize, anchor: "middle", halo: "ground", bold: true } as const;
  return [
    path(d, { stroke: "axis", width: 1.4 }),
    path(tip, { fill: "axis" }),
    ...(value === "" ? [] : [text(value, label.x, label.y - 5, { ...style, fill: "good" })]),
    ...(gradient === "" ? [] : [text(gradient, label.x, label.y + 14, { ...style, fill: "bad" })]),
  ];
}

/** The layout in the middle of a place, smaller where it does not fit. */
function fit({ width, height, items }: Layout, size: Size): Item[] {
  const scale = Math.min(1, size.width / width, size.height / height);
  return [group(items, { x: (size.width - scale * width) / 2, y: (size.height - scale * height) / 2, scale })];
}

function dotOf({ nodes, edges, direction = "right" }: GraphOptions): string {
  const quoted = (content: string): string => `"${content.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll(/[\r\n]+/g, " ")}"`;
  const shapes = { value: "box", operation: "circle", constant: "plaintext" } as const;
  const names = nodes.map((node) => {
    const label = node.note === undefined ? quoted(labelOf(node)) : `${quoted(labelOf(node)).slice(0, -1)}\\n${quoted(node.note).slice(1)}`;
    return `  ${quoted(node.id)} [label=${label}, shape=${shapes[node.kind ?? "value"]}];`;
  });
  const arrows = edges.map(({ from, to, value = "", gradient = "" }) => {
    const label = [value, gradient === "" ? "" : `∂ ${gradient}`].filter((part) => part !== "");
    return `  ${quoted(from)} -> ${quoted(to)}${label.length === 0 ? "" : ` [label="${label.map((part) => quoted(part).slice(1, -1)).join("\\n")}"]`};`;
  });
  return ["digraph {", `  rankdir=${direction === "right" ? "LR" : "TB"};`, ...names, ...arrows, "}", ""].join("\n");
}

function summarised({ nodes, edges }: GraphOptions, kind: string): string {
  const labels = new Map(nodes.map((node) => [node.id, labelOf(node)]));
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
  const said = edges.slice(0, 40).map(({ from, to, value = "", gradient = "" }) => {
    const carried = [value, gradient === "" ? "" : `gradient ${gradient}`].filter((part) => part !== "").join(", ");
    return ` ${labels.get(from)} to ${labels.get(to)}${carried === "" ? "" : `: ${carried}`}.`;
  });
  return `${kind} of ${count(nodes.length, "node")} and ${count(edges.length, "edge")}.${said.join("")}`;
}

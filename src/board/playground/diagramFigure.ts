/** The network with its weights and each neuron's map, as a figure of the library and as a table, to take away. */

import { Figure } from "../../plot/figure.js";
import { centred, image, type Item, line, rect, text } from "../../plot/scene.js";
import { fitted, textWidth, wrapped } from "../../plot/textWidth.js";
import { csvOf } from "../page/parts/chart/csv.js";
import { columnTitle, layoutOf, weightEnds, weightGroups, weightsSaid } from "./diagramLayout.js";
import { type Columns, type Neuron, neuronIndex, neuronName, parameterIndex } from "./network.js";

/** A network as it is at one time. */
export interface DrawnNetwork {
  readonly columns: Columns;
  readonly inputs: readonly string[];
  readonly classes: readonly string[];
  /** As in `parameterIndex`. */
  readonly parameters: Float32Array;
}

const room = 760;
const margin = 14;
const widestName = 110;
const size = 12;
const saidSize = 12.5;

/** @param pictureOf Address of a neuron's map, by its place in the list of all. */
export function diagramFigure(network: DrawnNetwork, title: string, pictureOf: (index: number) => string): Figure {
  const { columns, inputs, classes, parameters } = network;
  const layout = layoutOf(columns, room);
  const last = columns.length - 1;
  const outputs = columns[last] === 1 ? [] : classes;
  const widest = (names: readonly string[]): number => Math.min(widestName, Math.max(0, ...names.map((name) => textWidth(name, size) + 6)));
  const left = margin + widest(inputs);
  const width = left + layout.width + widest(outputs) + margin;
  const said = wrapped(weightsSaid, width - 2 * margin, { size: saidSize });
  const titles = columns.map((_, column) => {
    const [x] = layout.at({ column, unit: 0 });
    return text(columnTitle(columns, column), left + x, 12, { size, fill: "muted", anchor: "middle" });
  });
  const weights = weightGroups(columns, parameters).flatMap(({ paint, width: wide, opacity, dash, places }) =>
    places.map((place) => {
      const [x0, y0, x1, y1] = weightEnds(layout, place);
      return line(left + x0, y0, left + x1, y1, { stroke: paint, width: wide, opacity, ...(dash.length > 0 && { dash: dash.join(" ") }) });
    }),
  );
  const neurons = columns.flatMap((units, column) => Array.from({ length: units }, (_, unit) => drawn({ column, unit })).flat());
  function drawn(neuron: Neuron): Item[] {
    const [x, y] = layout.at(neuron);
    const { side } = layout;
    const box = { x: left + x - side / 2, y: y - side / 2, width: side, height: side };
    const name = (names: readonly string[], at: number, anchor: "start" | "end"): Item => centred(fitted(names[neuron.unit], widestName - 6, size), at, y, { size, anchor });
    return [
      image(box, pictureOf(neuronIndex(columns, neuron)), neuronName(columns, neuron, inputs, classes)),
      rect(box, { stroke: "muted" }),
      ...(neuron.column === 0 ? [name(inputs, box.x - 6, "end")] : []),
      ...(neuron.column === last && outputs.length > 0 ? [name(outputs, box.x + side + 6, "start")] : []),
    ];
  }
  return new Figure({
    options: { title },
    width,
    heightOf: () => margin + 26 + layout.height + 24 + 18 * said.length,
    kind: "Network",
    summary: `Network of ${columns.join(", ")} neurons, a map for each, with its weights as lines. ${weightsSaid}`,
    draw: () => [...titles, ...weights, ...neurons, ...said.map((each, i) => text(each, margin, layout.height + 18 + 18 * i, { size: saidSize, fill: "muted" }))],
  });
}

/** The weights, a row for each, with the bias of the neuron that it leads to. Layers are counted from 1, as on the page. */
export function weightsCsv({ columns, inputs, classes, parameters }: DrawnNetwork): string {
  const name = (column: number, unit: number): string => neuronName(columns, { column, unit }, inputs, classes);
  const rows = columns.slice(1).flatMap((units, below) =>
    Array.from({ length: units * columns[below] }, (_, i) => {
      const [unit, from] = [Math.floor(i / columns[below]), i % columns[below]];
      const value = (of: number | null): number => parameters[parameterIndex(columns, below + 1, unit, of)];
      return [below + 1, name(below, from), name(below + 1, unit), value(from), value(null)];
    }),
  );
  return csvOf(["layer", "from", "to", "weight", "bias"], rows);
}

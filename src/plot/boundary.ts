/** Decision boundaries: which class a model gives each point of the plane, with samples on top. */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { type Numbers, valuesOf } from "../metrics/values.js";
import { type AnyModule, Module } from "../nn/module.js";
import { tensor } from "../ops/create.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { axisOf } from "./axis.js";
import { seriesPaint } from "./colours.js";
import { Figure, nearlySquare } from "./figure.js";
import { pointSign } from "./legend.js";
import { type AxisOptions, checkAxis, checkCount, checkFigure, checkNames, checkNumber, checkOptions, describeValue, type FigureOptions, withFigure } from "./options.js";
import { panel } from "./panel.js";
import { type Field, regionAbove, ringsPath } from "./regions.js";
import { path } from "./scene.js";
import { pointRadius } from "./scatter.js";

/** Points [N, 2] to what is made of them: scores [N, C], one score [N] or [N, 1], or classes [N], whole numbers. */
export type Classify = (points: Tensor) => Tensor | Promise<Tensor>;

/** A module, a fitted classifier, or a function. */
export type PlaneClassifier = Classify | { forward(points: Tensor): Tensor } | { predict(points: Tensor): Promise<Tensor> };

export interface BoundaryOptions extends FigureOptions {
  /** Samples [N, 2] to draw. */
  readonly points?: Numbers;
  /** Their classes [N], whole numbers. */
  readonly labels?: Numbers;
  /** Names of the classes, in ascending order of their numbers. */
  readonly classes?: readonly string[];
  /** `range` defaults to that of the points. */
  readonly x?: AxisOptions;
  readonly y?: AxisOptions;
  /** With one score a point: class 1 above it, class 0 below. 0 for logits, 0.5 for probabilities. @default 0 */
  readonly threshold?: number;
  /** Points of the plane that are classified, in each direction. @default 150 */
  readonly samples?: number;
}

const batch = 8192;

/**
 * A map of the classes that a model gives the plane. Of scores [N, C] the largest counts; one score [N] or [N, 1] is compared with `threshold`; int32
 * values are classes. A module runs in evaluation mode, without gradients, and is afterwards as before.
 * @throws ShapeError, ValueError for points that are not [N, 2], or other outputs.
 *
 * @example
 * const set = data.moons({ samples: 80, noise: 0.1 });
 * const { x, y } = set.tensors();
 * const knn = await new classic.KNeighborsClassifier({ k: 5 }).fit(x, y);
 * const figure = await plot.boundary(knn, { points: x, labels: y, samples: 40, title: "5-NN" });
 * figure.description // → Decision boundary of classes 0, 1 with 80 points, 80 of them on their own side.
 */
export async function boundary(model: PlaneClassifier, options: BoundaryOptions = {}): Promise<Figure> {
  checkOptions("boundary", options, withFigure("points", "labels", "classes", "x", "y", "threshold", "samples"));
  checkFigure("boundary", options);
  checkAxis("boundary", "x", options.x);
  checkAxis("boundary", "y", options.y);
  checkNumber("boundary", "threshold", options.threshold);
  checkCount("boundary", "samples", options.samples, 8, 600);
  const { points: given, labels: givenLabels, classes, x: xOptions, y: yOptions, threshold = 0, samples = 150, ...figure } = options;
  const points = await readPoints(given);
  const labels = await readLabels(givenLabels, points.length);
  for (const [name, axis] of Object.entries({ x: xOptions, y: yOptions })) {
    if (axis?.scale === "log") throw new ValueError(`boundary: axis ${name} must be linear.`);
    if (points.length === 0 && axis?.range === undefined) throw new ValueError(`boundary: axis ${name} needs range: [low, high] where there are no points.`);
  }
  const x = axisOf({ chart: "boundary", name: "x", options: xOptions, values: points.map(([px]) => px), room: 0.08 });
  const y = axisOf({ chart: "boundary", name: "y", options: yOptions, values: points.map(([, py]) => py), room: 0.08 });
  const at = ([low, high]: readonly [number, number], i: number): number => low + ((high - low) * i) / (samples - 1);
  const plane = Array.from({ length: samples * samples }, (_, i) => [at(x.domain, i % samples), at(y.domain, Math.floor(i / samples))] as const);
  const answer = await classify(model, plane, threshold);
  const onPoints = points.length === 0 || labels === null ? null : winners(await classify(model, points, threshold));
  const numbers = [...new Set([...answer.classes, ...(labels ?? [])])].sort((a, b) => a - b);
  checkNames("boundary", "classes", classes, numbers.length, `classes (${numbers.join(", ")})`);
  const paintOf = new Map(numbers.map((label, i) => [label, i]));
  const nameOf = (label: number): string => classes?.[paintOf.get(label)!] ?? String(label);
  const regions = answer.classes.map((label, c) => {
    const field: Field = { values: answer.margin(c), rows: samples, columns: samples, x: x.domain, y: y.domain };
    return { label, rings: regionAbove(field, 0) };
  });
  const right = onPoints?.reduce((sum, label, i) => sum + Number(label === labels![i]), 0);
  const radius = pointRadius(points.length);
  return new Figure({
    options: figure,
    width: 560,
    heightOf: nearlySquare,
    kind: "Decision boundary",
    summary: `Decision boundary of classes ${numbers.map(nameOf).join(", ")}${points.length === 0 ? "" : ` with ${points.length} points`}${right === undefined ? "" : `, ${right} of them on their own side`}.`,
    draw: (size) =>
      panel(size, {
        x,
        y,
        grid: "frame",
        legend: numbers.map((label, i) => (labels === null ? { name: nameOf(label), sign: "area", paint: seriesPaint(i), fillOpacity: 0.28 } : { name: nameOf(label), sign: "point", paint: seriesPaint(i), shape: i })),
        data: (place) => [
          ...regions.map(({ label, rings }) => path(ringsPath(rings, place.x, place.y), { fill: seriesPaint(paintOf.get(label)!), fillOpacity: 0.28, stroke: "ground", width: 1.5 }, nameOf(label))),
          ...points.map(([px, py], i) => {
            const kind = labels === null ? 0 : paintOf.get(labels[i])!;
            return pointSign(kind, place.x(px), place.y(py), radius, { fill: labels === null ? "ink" : seriesPaint(kind), stroke: "ground", width: 0.9 });
          }),
        ],
      }),
  });
}

async function readPoints(points: Numbers | undefined): Promise<(readonly [number, number])[]> {
  if (points === undefined) return [];
  const { data, shape } = await valuesOf(points);
  if (shape.length !== 2 || shape[1] !== 2) throw new ShapeError(`boundary: points must be [N, 2], got ${formatShape(shape)}; choose two features, or project with classic.PCA.`);
  return Array.from({ length: shape[0] }, (_, i) => [data[2 * i], data[2 * i + 1]] as const);
}

async function readLabels(labels: Numbers | undefined, count: number): Promise<number[] | null> {
  if (labels === undefined) return null;
  const { data } = await valuesOf(labels);
  if (data.length !== count) throw new ShapeError(`boundary: there are ${data.length} labels for ${count} points; give one for each.`);
  const wrong = Array.from(data).find((label) => !Number.isInteger(label));
  if (wrong !== undefined) throw new ValueError(`boundary: labels are whole numbers, got ${wrong}.`);
  return Array.from(data);
}

/** What a model says about many points: its classes, and by how much each is ahead of the others. */
interface Answer {
  readonly count: number;
  readonly classes: readonly number[];
  /** Above 0 where class number `c` of the list wins. */
  margin(c: number): number[];
}

const winners = ({ count, classes, margin }: Answer): number[] => {
  const margins = classes.map((_, c) => margin(c));
  return Array.from({ length: count }, (_, i) => classes[margins.reduce((best, values, c) => (values[i] > margins[best][i] ? c : best), 0)]);
};

async function classify(model: PlaneClassifier, points: readonly (readonly [number, number])[], threshold: number): Promise<Answer> {
  const values: number[] = [];
  let width = 0;
  let whole = false;
  const { run, done } = runner(model);
  try {
    for (let from = 0; from < points.length; from += batch) {
      const part = points.slice(from, from + batch);
      const output = await run(Float32Array.from(part.flat()), part.length);
      if (!(output.shape[0] === part.length && output.shape.length <= 2 && output.data.length > 0)) {
        throw new ShapeError(`boundary: for points [${part.length}, 2] the model must give scores [${part.length}, C] or classes [${part.length}], got ${formatShape(output.shape)}.`);
      }
      width = output.data.length / part.length;
      whole = output.whole;
      for (let i = 0; i < output.data.length; i++) values.push(output.data[i]);
    }
  } finally {
    done();
  }
  const count = points.length;
  if (width > 1) {
    return {
      count,
      classes: Array.from({ length: width }, (_, c) => c),
      margin: (c) => points.map((_, i) => values[i * width + c] - rival(values, i * width, width, c)),
    };
  }
  if (!whole) return { count, classes: [0, 1], margin: (c) => values.map((value) => (c === 1 ? value - threshold : threshold - value)) };
  const classes = [...new Set(values)].sort((a, b) => a - b);
  return { count, classes, margin: (c) => values.map((value) => (value === classes[c] ? 1 : -1)) };
}

/** The largest score but that of class `c`. */
function rival(values: readonly number[], from: number, width: number, c: number): number {
  let most = -Infinity;
  for (let k = 0; k < width; k++) if (k !== c) most = Math.max(most, values[from + k]);
  return most;
}

interface Output {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  /** Classes, not scores. */
  readonly whole: boolean;
}

/** How the model is asked; `done` puts it back as it was. */
function runner(model: PlaneClassifier): { run(points: Float32Array, count: number): Promise<Output>; done(): void } {
  const read = async (output: unknown): Promise<Output> => {
    if (!(output instanceof Tensor)) throw new ValueError(`boundary: the model must give a tensor of scores or classes, got ${describeValue(output)}.`);
    return { data: await output.data(), shape: output.shape, whole: output.dtype === "int32" || output.dtype === "uint8" || output.dtype === "bool" };
  };
  const modes: readonly (readonly [AnyModule, boolean])[] = model instanceof Module ? Array.from(model.namedModules(), ([, module]) => [module, module.training] as const) : [];
  for (const [module] of modes) module.training = false;
  const done = (): void => {
    for (const [module, training] of modes) module.training = training;
  };
  const call = callOf(model);
  return { run: async (points, count) => read(await step(() => noGrad(() => call(tensor(points, { shape: [count, 2] }))))), done };
}

function callOf(model: PlaneClassifier): (points: Tensor) => unknown {
  if (typeof model === "function") return model;
  if (typeof model === "object" && model !== null) {
    if ("forward" in model && typeof model.forward === "function") return (points) => model.forward(points);
    if ("predict" in model && typeof model.predict === "function") return (points) => model.predict(points);
  }
  throw new ValueError(`boundary: expected a module, a fitted classifier or a function from points [N, 2] to scores or classes, got ${describeValue(model)}.`);
}

/**
 * A run of the playground: the points, the network and its training as the configuration says, batch by batch. `program.ts` prints a program that
 * does the same; what is changed here is changed there.
 */

import type * as data from "../../data/index.js";
import type * as losses from "../../nn/losses/index.js";
import type * as nn from "../../nn/index.js";
import type * as ops from "../../ops/index.js";
import type * as optim from "../../optim/index.js";
import { NablaError, ValueError } from "../../base/errors.js";
import type { HostTensor } from "../../base/hostTensor.js";
import type { noGrad } from "../../tensor/tape.js";
import type { step } from "../../tensor/step.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Config, InputName } from "./config.js";
import { type Columns, columnsOf, type Neuron, outputsOf } from "./network.js";
import type { DrawnPoints, LargeMap, ParameterPlace, Plane, Scores, StepReport } from "./protocol.js";
import { byteOf } from "./mapBytes.js";
import type { PointTable } from "./table.js";

/** What is used of the library: see `library.ts`; in Node it is the package itself. */
export interface Library
  extends Pick<typeof losses, "binaryCrossEntropyWithLogits" | "crossEntropy">,
    Pick<typeof ops, "argmax" | "concat" | "gt" | "manualSeed" | "mean" | "ne" | "split" | "stdMean" | "tensor"> {
  readonly data: Pick<typeof data, "blobs" | "circles" | "DataLoader" | "moons" | "spirals" | "split" | "TensorDataset" | "xor">;
  readonly nn: Pick<
    typeof nn,
    "GELU" | "Identity" | "init" | "l1Penalty" | "l2Penalty" | "LeakyReLU" | "Linear" | "ReLU" | "Sequential" | "Sigmoid" | "SiLU" | "Softplus" | "Tanh"
  >;
  readonly optim: Pick<typeof optim, "Adagrad" | "Adam" | "AdamW" | "RMSprop" | "SGD">;
  readonly noGrad: typeof noGrad;
  readonly step: typeof step;
}

interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** What all optimisers do. */
interface Stepping {
  zeroGrad(): void;
  step(): void;
}

/** Centres of blobs: the corners of a regular polygon about the origin, the first above on the right. */
export const blobCentres = (classes: number): (readonly [number, number])[] =>
  Array.from({ length: classes }, (_, i) => {
    const angle = 2 * Math.PI * (i / classes + 1 / 8);
    return [thousandths(Math.cos(angle)), thousandths(Math.sin(angle))] as const;
  });

const thousandths = (value: number): number => Math.round(1000 * value) / 1000;

/** The share that tests. */
export const testShare = ({ share }: Config): number => Number((1 - share).toFixed(10));

/** Ratio of the radii of the circles, and turns of the spirals. */
export const circleFactor = 0.5;
export const spiralTurns = 1.25;

/** Values in each direction of a large map, and of a neuron's small one. */
const largeSide = 128;
const unitSide = 32;

export class Experiment {
  readonly config: Config;
  readonly columns: Columns;
  readonly points: DrawnPoints;
  readonly #nabla: Library;
  readonly #whole: { readonly train: Batch; readonly test: Batch };
  readonly #mean: Tensor;
  readonly #std: Tensor;
  readonly #model: nn.Sequential;
  readonly #linears: readonly nn.Linear[];
  readonly #optimizer: Stepping;
  readonly #loader: { readonly length: number; epoch(epoch: number): AsyncGenerator<Batch, void, undefined> };
  #batches: AsyncGenerator<Batch, void, undefined>;
  readonly #grids = new Map<number, Tensor>();
  /** Batches so far. */
  steps = 0;

  /** @throws NablaError for points that cannot be split or trained on. */
  constructor(nabla: Library, config: Config, table: PointTable | null) {
    this.#nabla = nabla;
    this.config = config;
    const set = pointSet(nabla, config, table);
    const { classes } = set;
    this.columns = columnsOf(config, classes.length);
    const [train, test] = nabla.data.split(set, [config.share, testShare(config)], { seed: config.seed, stratify: true });
    this.#whole = { train: train.tensors(), test: test.tensors() };
    this.points = drawnPoints(set, train, test, table);
    for (const c of [0, 1]) {
      if (this.points.x.subarray(0, 2 * train.length).every((value, i, x) => i % 2 !== c || value === x[c])) {
        throw new ValueError(`${this.points.names[c]} is ${this.points.x[c]} at all ${train.length} points that are trained on; a coordinate must vary. Take another seed, or a larger share.`);
      }
    }

    const { mean, std } = nabla.stdMean(this.#whole.train.x, { axis: 0, correction: 0 });
    [this.#mean, this.#std] = [mean, std];
    nabla.manualSeed(config.seed);
    this.#model = buildModel(nabla, config, outputsOf(classes.length));
    this.#linears = this.#model.layers.filter((layer) => layer instanceof nabla.nn.Linear);
    this.#optimizer = buildOptimizer(nabla, config, this.#model);
    this.#loader = new nabla.data.DataLoader(train, { batch: config.batch, shuffle: true, seed: config.seed });
    this.#batches = this.#loader.epoch(0);
  }

  /** Batches of an epoch. */
  get batches(): number {
    return this.#loader.length;
  }

  get epoch(): number {
    return Math.floor(this.steps / this.batches);
  }

  /** Trains on the next batch; its loss with the penalty. @throws NablaError when numbers are no longer finite; weights are then as they became. */
  async train(): Promise<number> {
    return this.#trainOn(await this.#next());
  }

  /** The same, watched closely. */
  async explain(): Promise<StepReport> {
    const { step } = this.#nabla;
    const batch = await this.#next();
    const before = await this.parameters();
    const plain = async (): Promise<number> => step(() => this.#nabla.noGrad(() => this.#loss(batch))).item();
    const loss = await plain();
    const total = await this.#trainOn(batch);
    const after = await this.parameters();
    let start = 0;
    const layers: StepReport["layers"][number][] = [];
    for (const [l, { weight, bias }] of this.#linears.entries()) {
      let gradient = 0;
      for (const t of [weight, bias!]) for (const g of await t.grad!.data()) gradient += g * g;
      const end = start + weight.size + bias!.size;
      let [at, length] = [start, 0];
      for (let i = start; i < end; i++) {
        length += before[i] ** 2;
        if (Math.abs(after[i] - before[i]) > Math.abs(after[at] - before[at])) at = i;
      }
      const place = placeOf(at - start, weight.shape, l + 1);
      layers.push({ gradient: Math.sqrt(gradient), length: Math.sqrt(length), place, before: before[at], after: after[at] });
      start = end;
    }
    const penalty = this.config.penalty === "none" ? 0 : total - loss;
    return { step: this.steps, points: batch.y.shape[0], loss, penalty, lossAfter: await plain(), layers };
  }

  /** Loss, without the penalty, and share of wrong points, of all points. */
  async scores(): Promise<Scores> {
    const of = async (batch: Batch): Promise<readonly [number, number]> => {
      const { mean, ne, noGrad, step } = this.#nabla;
      const { loss, wrong } = step(() => noGrad(() => {
        const z = this.#model.forward(this.#inputs(batch.x));
        return { loss: this.#lossOf(z, batch.y), wrong: mean(ne(this.#classesOf(z), batch.y)) };
      }));
      return [await loss.item(), await wrong.item()];
    };
    const [trainLoss, trainError] = await of(this.#whole.train);
    const [testLoss, testError] = await of(this.#whole.test);
    return { epoch: this.steps / this.batches, trainLoss, testLoss, trainError, testError };
  }

  /** All weights and biases, as `parameterIndex` counts them. */
  async parameters(): Promise<Float32Array<ArrayBuffer>> {
    const tensors = this.#linears.flatMap(({ weight, bias }) => [weight, bias!]);
    const all = new Float32Array(tensors.reduce((sum, t) => sum + t.size, 0));
    let start = 0;
    for (const t of tensors) {
      all.set(await t.data(), start);
      start += t.size;
    }
    return all;
  }

  /** Sets a weight or a bias. */
  async edit({ column, unit, from }: ParameterPlace, value: number): Promise<void> {
    const { weight, bias } = this.#linears[column - 1];
    const t = from === null ? bias! : weight;
    const values = Float32Array.from(await t.data());
    values[from === null ? unit : unit * weight.shape[1] + from] = value;
    this.#nabla.noGrad(() => t.copyFrom(values));
  }

  /** The map of every neuron, inputs first, each scaled by its own largest value. */
  async unitMaps(): Promise<{ readonly units: Uint8Array<ArrayBuffer>; readonly unitSide: number }> {
    const size = unitSide * unitSide;
    const columns = await this.#activations(unitSide);
    const units = new Uint8Array(size * this.columns.reduce((sum, n) => sum + n, 0));
    let start = 0;
    for (const [c, values] of columns.entries()) {
      const width = this.columns[c];
      const score = c === columns.length - 1;
      for (let u = 0; u < width; u++, start += size) {
        const most = score ? 0 : largest(values, u, width);
        for (let i = 0; i < size; i++) units[start + i] = byteOf(score ? Math.tanh(values[i * width + u] / 2) : values[i * width + u] / most);
      }
    }
    return { units, unitSide };
  }

  /** The map of one neuron, or of what the network says. */
  async largeMap(neuron: Neuron | null): Promise<LargeMap> {
    const size = largeSide * largeSide;
    const last = this.columns.length - 1;
    const { column, unit } = neuron ?? { column: last, unit: 0 };
    const width = this.columns[column];
    const activations = await this.#activations(largeSide, column);
    const values = activations[activations.length - 1];
    const parts = new Float32Array(size);
    const made = { neuron, side: largeSide, values: parts };
    if (neuron === null && width > 1) {
      const winners = new Uint8Array(size);
      for (let i = 0; i < size; i++) {
        const row = values.subarray(i * width, (i + 1) * width);
        const best = row.reduce((b, value, k) => (value > row[b] ? k : b), 0);
        const p = 1 / row.reduce((sum, value) => sum + Math.exp(value - row[best]), 0);
        winners[i] = best;
        parts[i] = (p - 1 / width) / (1 - 1 / width);
      }
      return { ...made, most: 1, winners };
    }
    const most = column === last ? 1 : largest(values, unit, width);
    for (let i = 0; i < size; i++) {
      const value = values[i * width + unit];
      parts[i] = column === last ? Math.tanh(value / 2) : value / most;
    }
    return { ...made, most, winners: null };
  }

  async #next(): Promise<Batch> {
    const { value, done } = await this.#batches.next();
    if (done !== true) return value;
    this.#batches = this.#loader.epoch(this.epoch);
    return this.#next();
  }

  async #trainOn(batch: Batch): Promise<number> {
    const { config, steps } = this;
    const loss = this.#nabla.step(() => {
      const total = this.#penalised(this.#loss(batch));
      this.#optimizer.zeroGrad();
      total.backward();
      this.#optimizer.step();
      return total;
    });
    this.steps = steps + 1;
    const value = await loss.item();
    if (Number.isFinite(value)) return value;
    throw new NablaError(
      `At batch ${this.steps} the loss became ${Number.isNaN(value) ? "no number (NaN)" : "infinite"}: the weights have grown beyond what 32-bit numbers hold. ` +
        `The learning rate, ${config.lr}, is the usual cause${config.penalty === "none" ? "" : `, or the rate of the penalty, ${config.rate}`}: choose a smaller one.`,
    );
  }

  #penalised(loss: Tensor): Tensor {
    const { penalty, rate } = this.config;
    if (penalty === "none") return loss;
    const { l1Penalty, l2Penalty } = this.#nabla.nn;
    const weights = this.#linears.map(({ weight }) => weight);
    return loss.add((penalty === "l1" ? l1Penalty : l2Penalty)(weights).mul(rate));
  }

  #loss({ x, y }: Batch): Tensor {
    return this.#lossOf(this.#model.forward(this.#inputs(x)), y);
  }

  #lossOf(z: Tensor, y: Tensor): Tensor {
    const { binaryCrossEntropyWithLogits, crossEntropy } = this.#nabla;
    return z.shape[1] === 1 ? binaryCrossEntropyWithLogits(z.squeeze(1), y.to("float32")) : crossEntropy(z, y);
  }

  #classesOf(z: Tensor): Tensor {
    const { argmax, gt } = this.#nabla;
    return z.shape[1] === 1 ? gt(z.squeeze(1), 0).to("int32") : argmax(z, 1);
  }

  /** What the network sees of points [N, 2]. */
  #inputs(points: Tensor): Tensor {
    const z = points.sub(this.#mean).div(this.#std);
    const { inputs } = this.config;
    if (inputs.join() === "x1,x2") return z;
    const [x1, x2] = this.#nabla.split(z, 1, 1);
    const all: Readonly<Record<InputName, () => Tensor>> = {
      x1: () => x1,
      x2: () => x2,
      "x1²": () => x1.square(),
      "x2²": () => x2.square(),
      "x1·x2": () => x1.mul(x2),
      "sin x1": () => x1.sin(),
      "sin x2": () => x2.sin(),
    };
    return this.#nabla.concat(inputs.map((name) => all[name]()), 1);
  }

  /** Values of the neurons of each column, up to column `last`, over a grid of the plane, row by row from the top. */
  async #activations(side: number, last = this.columns.length - 1): Promise<Float32Array[]> {
    const { noGrad, step } = this.#nabla;
    const grid = this.#grid(side);
    return step(async () => {
      const columns = noGrad(() => {
        let y = this.#inputs(grid);
        const found = [y];
        for (const [i, layer] of this.#model.layers.entries()) {
          if (found.length > last) break;
          y = layer.forward(y);
          // After the activation; the output has none.
          if (i % 2 === 1 || i === this.#model.layers.length - 1) found.push(y);
        }
        return found;
      });
      return Promise.all(columns.map(async (t) => (await t.data()) as Float32Array));
    });
  }

  #grid(side: number): Tensor {
    const known = this.#grids.get(side);
    if (known !== undefined) return known;
    const { x, y } = this.points.plane;
    const values = new Float32Array(2 * side * side);
    for (let i = 0; i < side * side; i++) {
      values[2 * i] = x[0] + ((x[1] - x[0]) * ((i % side) + 0.5)) / side;
      values[2 * i + 1] = y[1] - ((y[1] - y[0]) * (Math.floor(i / side) + 0.5)) / side;
    }
    const grid = this.#nabla.tensor(values, { shape: [side * side, 2] });
    this.#grids.set(side, grid);
    return grid;
  }
}

function pointSet({ data }: Library, { data: name, classes, samples, noise, seed }: Config, table: PointTable | null): data.PointSet {
  switch (name) {
    case "circles":
      return data.circles({ samples, noise, factor: circleFactor, seed });
    case "moons":
      return data.moons({ samples, noise, seed });
    case "spirals":
      return data.spirals({ samples, arms: classes, turns: spiralTurns, noise, seed });
    case "xor":
      return data.xor({ samples, noise, seed });
    case "blobs":
      return data.blobs({ samples, centers: blobCentres(classes), std: noise, seed });
    case "csv": {
      if (table === null) throw new ValueError("There are no points yet: choose a CSV file, or paste one.");
      const rows = table.y.length;
      const fields = { x: { dtype: "float32", shape: [rows, 2], data: table.x }, y: { dtype: "int32", shape: [rows], data: table.y } } as const;
      return new data.TensorDataset<{ readonly x: HostTensor; readonly y: HostTensor }>(fields, { name: "points", classes: table.classes });
    }
  }
}

function buildModel({ nn }: Library, { inputs, layers, activation, init }: Config, outputs: number): nn.Sequential {
  const activations = {
    tanh: () => new nn.Tanh(),
    relu: () => new nn.ReLU(),
    leakyRelu: () => new nn.LeakyReLU(),
    sigmoid: () => new nn.Sigmoid(),
    gelu: () => new nn.GELU(),
    silu: () => new nn.SiLU(),
    softplus: () => new nn.Softplus(),
    linear: () => new nn.Identity(),
  };
  const widths = [inputs.length, ...layers];
  const hidden = layers.flatMap((units, i) => [new nn.Linear(widths[i], units), activations[activation]()]);
  const model = new nn.Sequential(...hidden, new nn.Linear(widths[widths.length - 1], outputs));
  if (init === "default") return model;
  for (const layer of model.layers) {
    if (!(layer instanceof nn.Linear)) continue;
    if (init === "standardNormal") nn.init.normalInit(layer.weight);
    else nn.init[init](layer.weight);
    nn.init.zeros(layer.bias!);
  }
  return model;
}

function buildOptimizer({ optim }: Library, { optimizer, lr }: Config, model: nn.Sequential): Stepping {
  const params = model.parameters();
  const made = {
    sgd: () => new optim.SGD(params, { lr }),
    momentum: () => new optim.SGD(params, { lr, momentum: 0.9 }),
    nesterov: () => new optim.SGD(params, { lr, momentum: 0.9, nesterov: true }),
    adagrad: () => new optim.Adagrad(params, { lr }),
    rmsprop: () => new optim.RMSprop(params, { lr }),
    adam: () => new optim.Adam(params, { lr }),
    adamw: () => new optim.AdamW(params, { lr }),
  };
  return made[optimizer]();
}

/** All points, those that are trained on first, and the stretch of the plane around them. */
function drawnPoints(set: data.PointSet, train: data.PointSet, test: data.PointSet, table: PointTable | null): DrawnPoints {
  const count = train.length + test.length;
  const [x, y] = [new Float32Array(2 * count), new Int32Array(count)];
  for (const [part, start] of [[train, 0], [test, train.length]] as const) {
    const all = Int32Array.from({ length: part.length }, (_, i) => i);
    part.gather("x", all, x.subarray(2 * start));
    part.gather("y", all, y.subarray(start));
  }
  const isTrain = new Uint8Array(count).fill(1, 0, train.length);
  return { x, y, train: isTrain, classes: [...set.classes], names: table === null || !table.header ? ["x1", "x2"] : [table.columns[0], table.columns[1]], plane: planeOf(x, table === null) };
}

/** With room about the points; of the made-up sets, as long in both directions. */
function planeOf(x: Float32Array, square: boolean): Plane {
  const ranges = [0, 1].map((c) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = c; i < x.length; i += 2) [low, high] = [Math.min(low, x[i]), Math.max(high, x[i])];
    return { middle: (low + high) / 2, half: 0.56 * (high - low) };
  });
  const most = Math.max(...ranges.map(({ half }) => half));
  const [a, b] = ranges.map(({ middle, half }): readonly [number, number] => {
    const reach = square ? most : half;
    return [middle - reach, middle + reach];
  });
  return { x: a, y: b };
}

/** The place of element `i` of a layer's weights [units, below] and then its biases. */
function placeOf(i: number, [units, below]: readonly number[], column: number): ParameterPlace {
  return i < units * below ? { column, unit: Math.floor(i / below), from: i % below } : { column, unit: i - units * below, from: null };
}

/** The largest absolute value of a column of `values`, 1 if all are 0. */
function largest(values: Float32Array, unit: number, width: number): number {
  let most = 0;
  for (let i = unit; i < values.length; i += width) most = Math.max(most, Math.abs(values[i]));
  return most > 0 && Number.isFinite(most) ? most : 1;
}


/** The confusion matrix, and what follows from it: precision, recall, F1, and the overlaps IoU and Dice. Conventions are scikit-learn's. */

import { ValueError } from "../base/errors.js";
import { checkLabels, predictedClasses, type ThresholdOptions } from "./labels.js";
import { Accumulator, Metric, once } from "./metric.js";
import type { Numbers, Values } from "./values.js";
import { anything, number, optionsOf, show } from "../base/options.js";

/** A table of counts of more classes would not fit into memory. */
const mostClasses = 10_000;

/** State: the number of classes C, then C × C counts, rows true and columns predicted. It grows as classes turn up. */
function count(state: readonly number[], metric: string, prediction: Values, target: Values, options: ThresholdOptions): number[] {
  const { predicted, classes: told } = predictedClasses(metric, prediction, target, options);
  checkLabels(metric, target);
  const [before = 0] = state;
  let classes = Math.max(before, told);
  for (let n = 0; n < predicted.length; n++) classes = Math.max(classes, predicted[n] + 1, target.data[n] + 1);
  if (classes > mostClasses) throw new ValueError(`${metric}: class ${classes - 1} is too large; the largest is ${mostClasses - 1}.`);
  const next = classes === before ? [...state] : [classes, ...Array.from({ length: classes * classes }, () => 0)];
  if (classes > before) for (let i = 0; i < before; i++) for (let j = 0; j < before; j++) next[1 + i * classes + j] = state[1 + i * before + j];
  for (let n = 0; n < predicted.length; n++) next[1 + target.data[n] * classes + predicted[n]] += 1;
  return next;
}

/** Of one class: true positives, false positives, false negatives. */
interface Counts {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
}

function countsOf([classes = 0, ...matrix]: readonly number[]): Counts[] {
  return Array.from({ length: classes }, (_, c) => {
    let [row, column] = [0, 0];
    for (let i = 0; i < classes; i++) {
      row += matrix[c * classes + i];
      column += matrix[i * classes + c];
    }
    const tp = matrix[c * classes + c];
    return { tp, fp: column - tp, fn: row - tp };
  });
}

/**
 * Counts of (true, predicted) classes. Streaming form of `confusionMatrix`.
 *
 * @example
 * const confusion = new metrics.ConfusionMatrix();
 * await confusion.update([0, 1, 1], [0, 0, 1]);
 * confusion.value // → [[1, 1], [0, 1]]
 */
export class ConfusionMatrix extends Accumulator<number[][]> {
  constructor(readonly options: ThresholdOptions = {}) {
    optionsOf("ConfusionMatrix", options, { threshold: number() });
    super();
  }

  add(prediction: Values, target: Values): void {
    this.state = count(this.state, "confusionMatrix", prediction, target, this.options);
  }

  get value(): number[][] {
    const [classes = 0, ...matrix] = this.state;
    return Array.from({ length: classes }, (_, i) => matrix.slice(i * classes, (i + 1) * classes));
  }
}

/**
 * Entry [i][j]: how many of class i were predicted as class j. prediction as for `accuracy`.
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * await metrics.confusionMatrix([0, 2, 1, 2], [0, 1, 1, 2]) // → [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
 */
export function confusionMatrix(prediction: Numbers, target: Numbers, options: ThresholdOptions = {}): Promise<number[][]> {
  return once(new ConfusionMatrix(options), prediction, target);
}

const averages = ["macro", "micro", "weighted", "binary"] as const;

export interface AverageOptions extends ThresholdOptions {
  /**
   * How classes become one number. "macro": the mean over classes that occur (default); "weighted": the same, by number of labels; "micro": over
   * all decisions together; "binary": class 1 alone.
   */
  readonly average?: (typeof averages)[number];
}

/** 0 where nothing was there to be found, as scikit-learn has it. */
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const formulas = {
  precision: ({ tp, fp }: Counts) => ratio(tp, tp + fp),
  recall: ({ tp, fn }: Counts) => ratio(tp, tp + fn),
  f1: ({ tp, fp, fn }: Counts) => ratio(2 * tp, 2 * tp + fp + fn),
  iou: ({ tp, fp, fn }: Counts) => ratio(tp, tp + fp + fn),
  dice: ({ tp, fp, fn }: Counts) => ratio(2 * tp, 2 * tp + fp + fn),
};

function averaged(counts: readonly Counts[], formula: (counts: Counts) => number, average: AverageOptions["average"]): number {
  const present = counts.filter(({ tp, fp, fn }) => tp + fp + fn > 0);
  if (present.length === 0) return NaN;
  if (average === "binary") return formula(counts[1] ?? { tp: 0, fp: 0, fn: 0 });
  if (average === "micro") return formula(present.reduce((a, b) => ({ tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn })));
  let [sum, weights] = [0, 0];
  for (const c of present) {
    const weight = average === "weighted" ? c.tp + c.fn : 1;
    sum += weight * formula(c);
    weights += weight;
  }
  return sum / weights;
}

abstract class FromConfusion<Name extends keyof typeof formulas> extends Metric<Name> {
  constructor(
    readonly name: Name,
    readonly options: AverageOptions = {},
  ) {
    super();
    const { average = "macro" } = optionsOf(name, options, { average: anything, threshold: number() });
    if (!averages.includes(average)) {
      throw new ValueError(`${name}: average must be "macro", "micro", "weighted" or "binary", got ${show(average)}.`);
    }
  }

  add(prediction: Values, target: Values): void {
    this.state = count(this.state, this.name, prediction, target, this.options);
  }

  get value(): number {
    return averaged(countsOf(this.state), formulas[this.name], this.options.average);
  }
}

/**
 * Of what was predicted as a class, the share that is of it: TP / (TP + FP). Streaming form of `precision`.
 *
 * @example
 * const precision = new metrics.Precision();
 * await precision.update([0, 1, 1, 1], [0, 1, 0, 1]);
 * precision.value // → 0.83333
 */
export class Precision extends FromConfusion<"precision"> {
  constructor(options: AverageOptions = {}) {
    super("precision", options);
  }
}

/**
 * Of what was predicted as a class, the share that is of it: TP / (TP + FP). prediction as for `accuracy`. Classes without any case give 0.
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * await metrics.precision([0, 1, 1, 1], [0, 1, 0, 1])                           // → 0.83333
 * await metrics.precision([0, 1, 1, 1], [0, 1, 0, 1], { average: "binary" })    // → 0.66667
 */
export function precision(prediction: Numbers, target: Numbers, options: AverageOptions = {}): Promise<number> {
  return once(new Precision(options), prediction, target);
}

/**
 * Of what is of a class, the share that was found: TP / (TP + FN). Streaming form of `recall`.
 *
 * @example
 * const recall = new metrics.Recall();
 * await recall.update([0, 1, 1, 1], [0, 1, 0, 1]);
 * recall.value // → 0.75
 */
export class Recall extends FromConfusion<"recall"> {
  constructor(options: AverageOptions = {}) {
    super("recall", options);
  }
}

/**
 * Of what is of a class, the share that was found: TP / (TP + FN). prediction as for `accuracy`. Classes without any case give 0.
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * await metrics.recall([0, 1, 1, 1], [0, 1, 0, 1])                        // → 0.75
 * await metrics.recall([0, 1, 1, 1], [0, 1, 0, 1], { average: "binary" }) // → 1
 */
export function recall(prediction: Numbers, target: Numbers, options: AverageOptions = {}): Promise<number> {
  return once(new Recall(options), prediction, target);
}

/**
 * The harmonic mean of precision and recall: 2TP / (2TP + FP + FN). Streaming form of `f1Score`.
 *
 * @example
 * const f1 = new metrics.F1Score();
 * await f1.update([0, 1, 1, 1], [0, 1, 0, 1]);
 * f1.value // → 0.73333
 */
export class F1Score extends FromConfusion<"f1"> {
  constructor(options: AverageOptions = {}) {
    super("f1", options);
  }
}

/**
 * The harmonic mean of precision and recall: 2TP / (2TP + FP + FN). prediction as for `accuracy`. Classes without any case give 0.
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * await metrics.f1Score([0, 1, 1, 1], [0, 1, 0, 1])                       // → 0.73333
 * await metrics.f1Score([0, 1, 1, 1], [0, 1, 0, 1], { average: "micro" }) // → 0.75
 */
export function f1Score(prediction: Numbers, target: Numbers, options: AverageOptions = {}): Promise<number> {
  return once(new F1Score(options), prediction, target);
}

/**
 * Intersection over union of predicted and true regions (Jaccard): TP / (TP + FP + FN). Streaming form of `iou`.
 *
 * @example
 * const iou = new metrics.Iou();
 * await iou.update([0, 1, 1, 1], [0, 1, 0, 1]);
 * iou.value // → 0.58333
 */
export class Iou extends FromConfusion<"iou"> {
  constructor(options: AverageOptions = {}) {
    super("iou", options);
  }
}

/**
 * Intersection over union of predicted and true regions (Jaccard): TP / (TP + FP + FN). prediction as for `accuracy`. Classes without any case give 0.
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * await metrics.iou([[1, 1], [0, 0]], [[1, 0], [0, 0]], { average: "binary" }) // → 0.5
 */
export function iou(prediction: Numbers, target: Numbers, options: AverageOptions = {}): Promise<number> {
  return once(new Iou(options), prediction, target);
}

/**
 * Twice the intersection over the sum of predicted and true regions, which is F1 of pixels: 2TP / (2TP + FP + FN). Streaming form of `dice`.
 *
 * @example
 * const dice = new metrics.Dice();
 * await dice.update([0, 1, 1, 1], [0, 1, 0, 1]);
 * dice.value // → 0.73333
 */
export class Dice extends FromConfusion<"dice"> {
  constructor(options: AverageOptions = {}) {
    super("dice", options);
  }
}

/**
 * Twice the intersection over the sum of predicted and true regions, which is F1 of pixels: 2TP / (2TP + FP + FN). prediction as for `accuracy`. Classes without any case give 0.
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * await metrics.dice([[1, 1], [0, 0]], [[1, 0], [0, 0]], { average: "binary" }) // → 0.66667
 */
export function dice(prediction: Numbers, target: Numbers, options: AverageOptions = {}): Promise<number> {
  return once(new Dice(options), prediction, target);
}

/** Precision, recall and F1 of one class, and how many labels are of it. */
export interface ClassReport {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

/**
 * Precision, recall, F1 and number of labels of each class. prediction as for `accuracy`.
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * const [, positive] = await metrics.classificationReport([0, 1, 1, 1], [0, 1, 0, 1]);
 * positive // → { precision: 0.66667, recall: 1, f1: 0.8, support: 2 }
 */
export async function classificationReport(prediction: Numbers, target: Numbers, options: ThresholdOptions = {}): Promise<ClassReport[]> {
  const confusion = new ConfusionMatrix(options);
  await confusion.update(prediction, target);
  return countsOf(confusion.state).map((c) => ({
    precision: formulas.precision(c), recall: formulas.recall(c), f1: formulas.f1(c), support: c.tp + c.fn,
  }));
}

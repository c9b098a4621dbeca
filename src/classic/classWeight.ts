/** Weights of classes in a loss: for classes of unequal size or cost. */

import { ValueError } from "../base/errors.js";

/**
 * "balanced" weighs a class by N/(C·its samples), so that all classes count the same; a record weighs each class by its number, classes that it
 * does not name by 1.
 */
export type ClassWeight = "balanced" | Readonly<Record<number, number>>;

/** @throws ValueError for anything else, and weights below 0. */
export function checkClassWeight(owner: string, weight: ClassWeight | undefined): void {
  if (weight === undefined || weight === "balanced") return;
  if (typeof weight !== "object" || weight === null) throw new ValueError(`${owner}: classWeight must be "balanced" or weights by class, such as { 0: 1, 1: 5 }, got ${JSON.stringify(weight)}.`);
  for (const [label, value] of Object.entries(weight)) {
    if (!Number.isInteger(Number(label))) throw new ValueError(`${owner}: classWeight names "${label}", which is no class: a whole number.`);
    if (!(value >= 0 && value < Infinity)) throw new ValueError(`${owner}: the weight of class ${label} must be 0 or more, got ${value}.`);
  }
}

/** The weight of each of `classes`; `places` are those of the samples. */
export function weightsOfClasses(owner: string, weight: ClassWeight | undefined, classes: Int32Array, places: Int32Array): Float64Array {
  if (weight === "balanced") {
    const counts = new Float64Array(classes.length);
    for (const place of places) counts[place]++;
    return counts.map((count) => places.length / (classes.length * count));
  }
  const given = weight ?? {};
  const unknown = Object.keys(given).find((label) => !classes.includes(Number(label)));
  if (unknown !== undefined) throw new ValueError(`${owner}: classWeight names class ${unknown}, but y holds only ${classes.join(", ")}.`);
  return Float64Array.from(classes, (label) => given[label] ?? 1);
}

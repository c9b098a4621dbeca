/** What a layer makes of its input, costs and sees: the calculators of the library, each asked once. */

import { convOutputSize, type nn, ShapeError, summary } from "nabla";

/** Height and width, then depth, as the course writes them. */
export interface Answer {
  readonly output: string;
  readonly parameters: number;
  readonly multiplications: number;
  /** Pixels of the input, along one side, that a value of the output sees; null where it sees no image. */
  readonly sees: number | null;
}

/** Whether windows fill the input without a rest: the strict rule. The floor rule drops the rest. */
export function fits(size: number, options: Parameters<typeof convOutputSize>[1]): boolean {
  try {
    convOutputSize(size, { ...options, rule: "strict" });
    return true;
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
}

/** A model on one image [channels, height, width]. */
export function answer(model: nn.Module, input: readonly number[]): Answer {
  const { layers, totals } = summary(model, input);
  const last = layers[layers.length - 1];
  return {
    output: shapeText(last.outputShape),
    parameters: totals.parameters,
    multiplications: totals.multiplyAdds,
    sees: last.receptiveField?.[0] ?? null,
  };
}

/** [channels, height, width] as the course writes it, depth last. */
export const shapeText = ([depth, ...sides]: readonly number[]): string => [...sides, depth].join(" × ");

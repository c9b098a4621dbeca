/** A question of an exam: the library call that answers it, as text and as code. */

import { type ClaimValue, type nn, tensor, type Tensor } from "nabla";

export interface Question {
  /** The claim in expected.json, whose text is the question. */
  readonly id: string;
  /** What is asked, in a few words. */
  readonly ask: string;
  /** How it is answered. */
  readonly by: string;
  readonly answer: () => ClaimValue | Promise<ClaimValue>;
}

export interface Exam {
  readonly title: string;
  readonly questions: readonly Question[];
}

/** A float64 tensor that gradients flow to. */
export const value = (data: number | readonly number[] | readonly (readonly number[])[]): Tensor => tensor(data as number, { dtype: "float64", requiresGrad: true });

export const numbers = async (t: Tensor): Promise<number[]> => Array.from(await t.data(), Number);

/** How many numbers a layer or a network learns. */
export const parameterCount = (module: nn.Module): number => module.parameters().reduce((count, p) => count + p.size, 0);

export const largestDifference = async (a: Tensor, b: Tensor): Promise<number> => a.sub(b).abs().max().item();

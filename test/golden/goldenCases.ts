/** Runs the cases that make_operations.py wrote: results and gradients of functions that a table names. */

import { describe, test } from "vitest";
import { isFloat } from "../../src/base/dtype.js";
import type { Tensor } from "../../src/index.js";
import { constant, expectClose, floatTypes, golden, leaf, type Packed, pullBack, tolerances } from "./golden.js";

interface Input extends Packed { readonly dtype?: "int32" | "bool" }
interface Case {
  readonly op: string;
  readonly args: Arguments;
  readonly inputs: readonly Input[];
  readonly y: Input;
  readonly dy?: Packed;
  readonly gradients?: readonly (Packed | null)[];
}

/** Whatever plain arguments the script wrote: each fits where the table puts it. */
type Arguments = Readonly<Record<string, never>>;

/** How each function of the file is computed here. */
export type GoldenTable = Readonly<Record<string, (t: Tensor[], args: Arguments) => Tensor | Promise<Tensor>>>;

export function checkGoldenCases(file: string, table: GoldenTable): void {
  const { cases } = golden<{ cases: Case[] }>(file);
  describe.each(floatTypes)("%s", (dtype) => {
    test.each(cases.map((c) => [c.op, JSON.stringify(c.args), c] as const))("%s %s", async (op, _args, { args, inputs, y, dy, gradients }) => {
      const operands = inputs.map((packed, i) => (packed.dtype ? constant(packed, packed.dtype) : gradients?.[i] ? leaf(packed, dtype) : constant(packed, dtype)));
      const output = await table[op](operands, args);
      await expectClose(output, y, tolerances[dtype], op);
      if (dy === undefined || !isFloat(output.dtype)) return;
      pullBack(output, dy, dtype);
      for (const [i, expected] of gradients!.entries()) {
        if (expected !== null) await expectClose(operands[i].grad, expected, tolerances[dtype], `${op}: gradient of input ${i}`);
      }
    });
  });
}

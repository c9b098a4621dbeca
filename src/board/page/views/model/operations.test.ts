import { describe, expect, test } from "vitest";
import type { GraphOperation, Spread } from "../../../protocol.js";
import { labelOf, moduleOf, normOf, operationGraph, outputNorm, ranCount, resultOf, verdictOf } from "./operations.js";

const spread = (mean: number | null, std: number | null = 0): Spread => ({ min: mean, max: mean, mean, std, zeros: 0 });

const operation = (id: number, op: string, name: string, inputs: number[], gradient: Spread | null = spread(1), shape = [4]): GraphOperation => ({ id, op, name, inputs, shape, value: spread(1), gradient });

/** A linear layer in a block, and the block's own relu. */
const operations = [
  operation(0, "input", "input", []),
  operation(1, "parameter", "block.fc.weight", []),
  operation(2, "constant", "", []),
  operation(3, "linear", "block.fc", [0, 1, 2]),
  operation(4, "relu", "block", [3]),
  operation(5, "crossEntropy", "loss", [4], spread(1), []),
];

describe("operationGraph", () => {
  const graph = operationGraph(operations);
  test("folds by modules; constants are where they are taken", () => {
    expect(graph.branches).toEqual([
      { id: "op:0", children: [] },
      { id: "m:block", children: [{ id: "m:block.fc", children: ["op:1", "op:2", "op:3"].map((id) => ({ id, children: [] })) }, { id: "op:4", children: [] }] },
      { id: "m:loss", children: [{ id: "op:5", children: [] }] },
    ]);
    expect(graph.edges).toEqual([["op:0", "op:3"], ["op:1", "op:3"], ["op:2", "op:3"], ["op:3", "op:4"], ["op:4", "op:5"]]);
  });
  test("knows what leaves a module", () => {
    expect(resultOf(graph.modules.get("m:block")!, operations)?.id).toBe(4);
    expect(resultOf(graph.modules.get("m:block.fc")!, operations)?.id).toBe(3);
    expect(resultOf(graph.modules.get("m:loss")!, operations)?.id).toBe(5);
  });
  test("names", () => {
    expect(operations.map(labelOf)).toEqual(["input", "weight", "constant", "linear", "relu", "crossEntropy"]);
    expect(operations.map(moduleOf)).toEqual(["", "block.fc", "", "block.fc", "block", "loss"]);
  });
});

describe("gradients", () => {
  test("are compared by their norms to that of the network's output", () => {
    expect(normOf(spread(3, 4), [2, 2])).toBe(10);
    expect(outputNorm(operations)).toBe(2);
    expect(outputNorm([operation(0, "input", "input", [])])).toBeNull();
    const of = (gradient: Spread | null, op = "parameter") => verdictOf(operation(0, op, "w", [], gradient), 2)?.kind ?? null;
    expect([of(spread(1)), of(spread(1e-4)), of(spread(1e4)), of(spread(0)), of(spread(null)), of(null), of(null, "constant")]).toEqual([null, "vanishing", "exploding", "zero", "not finite", "none", null]);
    expect(verdictOf(operation(0, "parameter", "w", [], spread(1e-4)), 2)?.sentence).toBe("Its gradient vanishes: it is 10\u202f000 times smaller than that at the output.");
    expect(verdictOf({ ...operation(0, "relu", "r", []), value: spread(null) }, 2)?.kind).toBe("not finite");
  });
});

test("operations that stand as one are counted, and named by their number", () => {
  const folded: readonly GraphOperation[] = [...operations.slice(0, 3), { ...operation(3, "tanh", "block.fc", [0, 1, 2]), operations: 900 }, operation(5, "crossEntropy", "loss", [3])];
  expect(folded.map(labelOf)).toEqual(["input", "weight", "constant", "900 operations", "crossEntropy"]);
  expect([ranCount(folded), ranCount(operations)]).toEqual([901, 3]);
});

import { describe, expect, test } from "vitest";
import { foldable, headHeight, holderOf, neighbour, type NestedGraph, type PlacedBox, place, shownCount } from "./nested.js";

const leaf = (id: string) => ({ id, children: [] });

/** input → block (a → b, beside a way around them that ends in the block itself) → output */
const residual: NestedGraph = {
  branches: [leaf("input"), { id: "block", children: [leaf("a"), { id: "inner", children: [leaf("b")] }] }, leaf("output")],
  edges: [["input", "a"], ["a", "b"], ["b", "block"], ["input", "block"], ["block", "output"]],
};

const size = () => ({ width: 100, height: 40 });
const boxOf = (boxes: readonly PlacedBox[], id: string): PlacedBox => boxes.find((box) => box.id === id)!;

describe("place", () => {
  test("folded, a thing stands for all it holds, and edges become one", () => {
    const { boxes, edges } = place(residual, new Set(), size);
    expect(boxes.map(({ id }) => id)).toEqual(["input", "block", "output"]);
    expect(edges).toHaveLength(2);
    expect(edges.every(({ arrives, points }) => arrives && points.at(-1)!.y > points[0].y)).toBe(true);
  });
  test("unfolded, what it holds lies within it, below its head, and no two overlap", () => {
    const { boxes, edges, width, height } = place(residual, new Set(["block", "inner", "nothing"]), size);
    expect(boxes.map(({ id }) => id).sort()).toEqual(["a", "b", "block", "inner", "input", "output"]);
    const inside = (outer: PlacedBox, id: string): void => {
      const { x, y, width: w, height: h } = boxOf(boxes, id);
      expect(x >= outer.x && x + w <= outer.x + outer.width && y >= outer.y + headHeight && y + h <= outer.y + outer.height).toBe(true);
    };
    inside(boxOf(boxes, "block"), "a");
    inside(boxOf(boxes, "block"), "inner");
    inside(boxOf(boxes, "inner"), "b");
    const [a, inner] = [boxOf(boxes, "a"), boxOf(boxes, "inner")];
    expect(a.y + a.height).toBeLessThan(inner.y);
    for (const { points } of edges) for (const { x, y } of points) expect(x >= 0 && x <= width && y >= 0 && y <= height).toBe(true);
    // In at the head and out below, through the block: a, b, and the way around both.
    const { x, y, width: w, height: h } = boxOf(boxes, "block");
    const within = edges.filter(({ points: [first, ...rest] }) => [first, ...rest].every((p) => p.x >= x && p.x <= x + w && p.y >= y + headHeight && p.y <= y + h));
    expect(within.some(({ points, arrives }) => !arrives && points.length > 2)).toBe(true);
  });
  test("loops, and edges from nowhere, do no harm", () => {
    const { boxes } = place({ branches: [leaf("a"), leaf("b")], edges: [["a", "b"], ["b", "a"], ["a", "a"]] }, new Set(), size);
    expect(boxes).toHaveLength(2);
    expect(place({ branches: [], edges: [] }, new Set(), size).boxes).toEqual([]);
  });
});

test("walking and folding", () => {
  expect(foldable(residual.branches)).toEqual(["block", "inner"]);
  expect([[], ["inner"], ["block"], ["block", "inner"]].map((open) => shownCount(residual.branches, new Set(open)))).toEqual([3, 3, 5, 6]);
  expect([holderOf(residual.branches, "b"), holderOf(residual.branches, "a"), holderOf(residual.branches, "input"), holderOf(residual.branches, "?")]).toEqual(["inner", "block", null, null]);
  const { boxes } = place(residual, new Set(), size);
  expect(neighbour(boxes, "input", "down")).toBe("block");
  expect(neighbour(boxes, "block", "up")).toBe("input");
  expect(neighbour(boxes, "input", "up")).toBeNull();
  expect(neighbour(boxes, "block", "left")).toBeNull();
  expect(neighbour(boxes, "?", "left")).toBe("input");
});

/** Broadcasting against NumPy's rule stated naively: shapes, values, gradients, and errors for all that does not fit. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { add, mul, ShapeError, sum, tensor, type Tensor } from "../../src/index.js";
import { broadcastShapes } from "../../src/base/shape.js";
import { indices, naiveArange, naiveBroadcast, naiveExpand, sizeOf } from "./naive.js";

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

/** Two shapes that broadcast: both forget or shrink some axes of a common one. */
const compatible = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.nat(4), fc.nat(4))
  .map(([shape, ones, dropA, dropB]) => [
    shape.map((n, i) => (ones[i] ? 1 : n)).slice(Math.min(dropA, shape.length)),
    shape.map((n, i) => (ones[i + 4] ? 1 : n)).slice(Math.min(dropB, shape.length)),
  ]);

const leaf = (shape: readonly number[], scale: number): Tensor =>
  tensor(Array.from({ length: sizeOf(shape) }, (_, i) => scale * (i + 1)), { dtype: "float64", shape, requiresGrad: true });

test("two shapes broadcast exactly when each pair of sizes, from the right, is equal or has a 1", () => {
  fc.assert(
    fc.property(shapes, shapes, (a, b) => {
      const expected = naiveBroadcast(a, b);
      if (expected === null) expect(() => broadcastShapes("add", a, b)).toThrow(ShapeError);
      else expect(broadcastShapes("add", a, b)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test("broadcasting any number of shapes is folding the rule over them", () => {
  fc.assert(
    fc.property(shapes, shapes, shapes, (a, b, c) => {
      const ab = naiveBroadcast(a, b);
      const expected = ab && naiveBroadcast(ab, c);
      if (expected === null) expect(() => broadcastShapes("where", a, b, c)).toThrow(ShapeError);
      else expect(broadcastShapes("where", a, b, c)).toEqual(expected);
    }),
  );
});

test("a + b and its gradients over all compatible shapes", async () => {
  await fc.assert(
    fc.asyncProperty(compatible, async ([shapeA, shapeB]) => {
      const [a, b] = [leaf(shapeA, 1), leaf(shapeB, 100)];
      const out = add(a, b);
      const shape = naiveBroadcast(shapeA, shapeB)!;
      expect([...out.shape]).toEqual(shape);
      const [fromA, fromB] = [naiveExpand(naiveArange(shapeA), shape), naiveExpand(naiveArange(shapeB), shape)];
      const sources = Array.from(indices(shape), (index) => [fromA.at(index), fromB.at(index)]);
      expect([...(await out.data())]).toEqual(sources.map(([i, j]) => i + 1 + 100 * (j + 1)));

      const weights = tensor(sources.map((_, i) => 1 + i), { dtype: "float64", shape });
      sum(mul(out, weights)).backward();
      const gradA = new Array<number>(sizeOf(shapeA)).fill(0);
      const gradB = new Array<number>(sizeOf(shapeB)).fill(0);
      sources.forEach(([i, j], at) => {
        gradA[i] += 1 + at;
        gradB[j] += 1 + at;
      });
      expect([...(await a.grad!.data())]).toEqual(gradA);
      expect([...(await b.grad!.data())]).toEqual(gradB);
    }),
    { numRuns: 150 },
  );
});

test("an operation on shapes that do not fit throws and names both", () => {
  fc.assert(
    fc.property(shapes.filter((s) => sizeOf(s) > 0), shapes.filter((s) => sizeOf(s) > 0), (a, b) => {
      fc.pre(naiveBroadcast(a, b) === null);
      const attempt = (): Tensor => add(leaf(a, 1), leaf(b, 1));
      expect(attempt).toThrow(ShapeError);
      expect(attempt).toThrow(`[${a.join(", ")}]`);
      expect(attempt).toThrow(`[${b.join(", ")}]`);
    }),
  );
});

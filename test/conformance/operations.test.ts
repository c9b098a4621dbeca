/**
 * Every operation, on its own samples: fused forms agree with their composites, gradients and gradients of gradients with
 * central differences, all backends with the reference, and bad inputs give the message they promise.
 */

import { describe, expect, test } from "vitest";
import { type BackendName, findBackend } from "../../src/backend/select.js";
import type { Backend } from "../../src/backend/backend.js";
import { Generator } from "../../src/base/generator.js";
import { type DType, isFloat } from "../../src/base/dtype.js";
import { sizeOf } from "../../src/base/shape.js";
import { grad, gradcheck, noGrad, operations, tensor, type InputSpec, type Tensor } from "../../src/index.js";

const generator = new Generator(7);

/** Host values of a sample's inputs, the same for every backend. */
function values(spec: InputSpec, i: number, name: string): number[] {
  if (spec.values !== undefined) return [...spec.values];
  const { low = -2, high = 2 } = spec;
  const random = generator.fork(`${name}/${i}`);
  return Array.from({ length: sizeOf(spec.shape) }, () => low + (high - low) * random.float());
}

/** A tensor in the layout that the sample asks for. */
function build(spec: InputSpec, data: number[], dtype: DType, backend: Backend, requiresGrad: boolean): Tensor {
  const type = spec.dtype ?? dtype;
  const make = (): Tensor => {
    const plain = tensor(data, { shape: spec.shape, dtype: type, backend });
    if (spec.layout === "transposed") {
      const axes = spec.shape.map((_, i) => spec.shape.length - 1 - i);
      return plain.permute(...axes).clone().permute(...axes);
    }
    if (spec.layout === "strided") {
      const wide = tensor(new Float64Array(2 * plain.size), { shape: [...spec.shape, 2], dtype: type, backend });
      const window = wide.slice(...spec.shape.map(() => null), { start: 1, end: 2 }).squeeze(-1);
      return window.copyFrom(plain);
    }
    return plain;
  };
  const t = noGrad(make);
  if (requiresGrad && isFloat(type) && spec.differentiable !== false) t.requiresGrad = true;
  return t;
}

function inputsOf(specs: readonly InputSpec[], name: string, dtype: DType, backend: Backend, requiresGrad = false): Tensor[] {
  return specs.map((spec, i) => build(spec, values(spec, i, name), dtype, backend, requiresGrad));
}

function required(name: BackendName): Backend {
  const found = findBackend(name);
  if ("reason" in found) throw new Error(`backend ${name} is missing: ${found.reason}`);
  return found.backend;
}

const reference = required("reference");

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [a, e] = [actual[i], expected[i]];
    if (Object.is(a, e) || a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    const error = Math.abs(a - e) / Math.max(1, Math.abs(e));
    if (!(error <= tolerance)) expect.fail(`${what}: element ${i} is ${a}, expected ${e} (error ${error.toExponential(2)})`);
  }
}

for (const operation of operations().values()) {
  describe(operation.name, () => {
    const cases = operation.cases();
    test.each(cases.map((c, i) => [i, c] as const))("sample %i: backends agree", async (i, sample) => {
      const id = `${operation.name}/${i}`;
      for (const dtype of ["float32", "float64"] as const) {
        const expected = await sample.run(inputsOf(sample.inputs, id, dtype, reference)).data();
        for (const name of ["native", "wasm"] as const) {
          const out = sample.run(inputsOf(sample.inputs, id, dtype, required(name)));
          expectClose(await out.data(), expected, dtype === "float32" ? 2e-5 : 1e-12, `${name} ${dtype}`);
        }
        if (sample.composite !== undefined) {
          const composite = sample.composite(inputsOf(sample.inputs, id, dtype, reference));
          expectClose(await composite.data(), expected, dtype === "float32" ? 2e-5 : 1e-10, `composite ${dtype}`);
        }
      }
    });

    if (operation.differentiable) {
      test.each(cases.map((c, i) => [i, c] as const).filter(([, c]) => c.gradcheck))("sample %i: gradcheck", async (i, sample) => {
        const id = `${operation.name}/${i}`;
        for (const backend of [reference, required("native")]) {
          await gradcheck((xs) => sample.run(xs), inputsOf(sample.inputs, id, "float64", backend, true));
        }
      });

      test.each(cases.map((c, i) => [i, c] as const).filter(([, c]) => c.gradcheck))("sample %i: gradient of the gradient", async (i, sample) => {
        const id = `${operation.name}/${i}`;
        const inputs = inputsOf(sample.inputs, id, "float64", reference, true);
        const slope = (xs: readonly Tensor[]): Tensor => {
          const y = sample.run(xs);
          const wanted = xs.filter((x) => x.requiresGrad);
          const weights = tensor(Float64Array.from({ length: y.size }, (_, k) => 0.4 + ((k * 0.37) % 1)), { shape: y.shape, backend: reference });
          const gradients = grad(y.mul(weights).sum(), wanted, { createGraph: true, allowUnused: true });
          return gradients.map((g) => g.mul(g).sum()).reduce((a, b) => a.add(b));
        };
        const wanted = inputs.filter((x) => x.requiresGrad);
        if (wanted.length === 0 || !slope(inputs).requiresGrad) return;
        await gradcheck(slope, inputs, { tolerance: 2e-5 });
      });
    }

    const errors = operation.errorCases();
    if (errors.length > 0) {
      test.each(errors.map((e, i) => [i, e] as const))("error sample %i", (i, sample) => {
        for (const backend of [reference, required("native")]) {
          const run = (): Tensor => sample.run(inputsOf(sample.inputs, `${operation.name}/error${i}`, "float64", backend));
          expect(run).toThrow(sample.message);
        }
      });
    }
  });
}

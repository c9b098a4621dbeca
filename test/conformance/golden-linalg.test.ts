/** Linear algebra with its gradients against PyTorch; degenerate matrices against SciPy; principal components against scikit-learn. */

import { describe, expect, test } from "vitest";
import { grad, linalg, matmul, mean, mul, square, sub, sum, tensor, type Tensor, transpose } from "../../src/index.js";
import { constant, expectClose, floatTypes, golden, leaf, numbers, type Packed, pullBack, tolerances } from "../golden/golden.js";

interface Case {
  readonly op: keyof typeof functions;
  readonly inputs: readonly Packed[];
  readonly y: Packed;
  readonly dy: Packed;
  readonly gradients: readonly Packed[];
}
interface MinimumNorm { readonly a: Packed; readonly b: Packed; readonly rtol: number; readonly solution: Packed; readonly rank: number; readonly singularValues: Packed; readonly pinv: Packed }
interface Spectrum { readonly a: Packed; readonly real: Packed; readonly imag: Packed }

const thin = { fullMatrices: false } as const;
const functions = {
  qrQ: (a: Tensor) => linalg.qr(a).Q,
  qrR: (a: Tensor) => linalg.qr(a).R,
  luL: (a: Tensor) => linalg.lu(a).L,
  luU: (a: Tensor) => linalg.lu(a).U,
  cholesky: linalg.cholesky,
  eigvalsh: linalg.eigvalsh,
  eighSquares: (a: Tensor) => square(linalg.eigh(a).eigenvectors),
  svdvals: linalg.svdvals,
  svdLeft: (a: Tensor) => square(linalg.svd(a, thin).U),
  svdRight: (a: Tensor) => square(linalg.svd(a, thin).Vh),
  svdPolar: (a: Tensor) => {
    const { U, Vh } = linalg.svd(a, thin);
    return matmul(U, Vh);
  },
  solve: linalg.solve,
  inv: linalg.inv,
  det: linalg.det,
  logabsdet: (a: Tensor) => linalg.slogdet(a).logabsdet,
  upperLeft: (a: Tensor, b: Tensor) => linalg.solveTriangular(a, b, { upper: true }),
  lowerRight: (a: Tensor, b: Tensor) => linalg.solveTriangular(a, b, { upper: false, left: false }),
  unitLower: (a: Tensor, b: Tensor) => linalg.solveTriangular(a, b, { upper: false, unitriangular: true }),
  lstsq: (a: Tensor, b: Tensor) => linalg.lstsq(a, b).solution,
  pinv: (a: Tensor) => linalg.pinv(a),
  normFro: (a: Tensor) => linalg.matrixNorm(a),
  normNuc: (a: Tensor) => linalg.matrixNorm(a, "nuc"),
  norm2: (a: Tensor) => linalg.matrixNorm(a, 2),
  "norm-2": (a: Tensor) => linalg.matrixNorm(a, -2),
  norm1: (a: Tensor) => linalg.matrixNorm(a, 1),
  "norm-1": (a: Tensor) => linalg.matrixNorm(a, -1),
  normInf: (a: Tensor) => linalg.matrixNorm(a, Infinity),
  "norm-Inf": (a: Tensor) => linalg.matrixNorm(a, -Infinity),
  cond: (a: Tensor) => linalg.cond(a),
  cond1: (a: Tensor) => linalg.cond(a, 1),
  power3: (a: Tensor) => linalg.matrixPower(a, 3),
  "power-2": (a: Tensor) => linalg.matrixPower(a, -2),
  matrixExp: linalg.matrixExp,
} satisfies Record<string, ((a: Tensor) => Tensor) | ((a: Tensor, b: Tensor) => Tensor)>;

const file = golden<{
  cases: Case[];
  minimumNorm: MinimumNorm[];
  eigenvalues: Spectrum[];
  singular: { a: Packed; cofactors: Packed };
  hilbert: { singularValues: Packed; inverse: Packed; cholesky: Packed };
  pca: { x: Packed; components: Packed; explainedVariance: Packed; singularValues: Packed; transformed: Packed };
}>("linalg.json");

describe.each(floatTypes)("%s", (dtype) => {
  test.each(file.cases.map((c, i) => [i, c.op, c] as const))("case %i: %s and its gradients", async (_, op, { inputs, y, dy, gradients }) => {
    const xs = inputs.map((x) => leaf(x, dtype));
    const output = (functions[op] as (...xs: Tensor[]) => Tensor)(...xs);
    expect(output.dtype).toBe(dtype);
    // What float32 loses by rounding its input, a matrix with condition number up to 100 magnifies.
    const { relative, absolute } = tolerances[dtype];
    const tolerance = dtype === "float32" ? { relative: 10 * relative, absolute: 100 * absolute } : { relative, absolute };
    await expectClose(output, y, tolerance, "y");
    pullBack(output, dy, dtype);
    for (const [i, x] of xs.entries()) await expectClose(x.grad, gradients[i], tolerance, `gradient of input ${i}`);
  });
});

const tolerance = tolerances.float64;
const double = (x: Packed): Tensor => constant(x, "float64");

test.each(file.minimumNorm)("least squares of least norm, rank $rank", async ({ a, b, rtol, solution, rank, singularValues, pinv }) => {
  const found = linalg.lstsq(double(a), double(b), { rtol });
  await expectClose(found.solution, solution, tolerance, "solution");
  await expectClose(found.singularValues, singularValues, tolerance, "singularValues");
  expect(await found.rank.item()).toBe(rank);
  expect(await linalg.matrixRank(double(a), { rtol }).item()).toBe(rank);
  await expectClose(linalg.pinv(double(a), { rtol }), pinv, tolerance, "pinv");
  const residual = sum(square(sub(matmul(double(a), double(solution)), double(b))), { axis: 0 });
  await expectClose(found.residuals, { shape: residual.shape, data: [...(await residual.data())] }, tolerance, "residuals");
});

test.each(file.eigenvalues)("eigenvalues of a general matrix $a.shape", async ({ a, real, imag }) => {
  const found = linalg.eigvals(double(a));
  await expectClose(found.real, real, tolerance, "real");
  await expectClose(found.imag, imag, tolerance, "imag");
});

test("the gradient of the determinant of a singular matrix is its cofactors", async () => {
  const a = leaf(file.singular.a, "float64");
  const [slope] = grad(linalg.det(a), [a]);
  await expectClose(slope, file.singular.cofactors, tolerance, "cofactors");
});

test("the Hilbert matrix of order 8: condition number 1.5e10, errors to match", async () => {
  const h = tensor(Float64Array.from({ length: 64 }, (_, i) => 1 / (Math.floor(i / 8) + (i % 8) + 1)), { shape: [8, 8] });
  await expectClose(linalg.svdvals(h), file.hilbert.singularValues, { relative: 1e-12, absolute: 1e-15 }, "singular values");
  await expectClose(linalg.eigvalsh(h), { shape: [8], data: numbers(file.hilbert.singularValues).reverse() }, { relative: 1e-12, absolute: 1e-15 }, "eigenvalues");
  await expectClose(linalg.cholesky(h), file.hilbert.cholesky, { relative: 1e-6, absolute: 1e-12 }, "cholesky");
  await expectClose(linalg.inv(h), file.hilbert.inverse, { relative: 1e-5, absolute: 0 }, "inverse");
  expect(await linalg.cond(h).item()).toBeCloseTo(1.5257575e10, -5);
  expect(await linalg.matrixRank(h).item()).toBe(8);
});

test("principal components by svd of the centred data: components with their signs, variances, coordinates", async () => {
  const { components, explainedVariance, singularValues, transformed, x } = file.pca;
  const centred = sub(double(x), mean(double(x), { axis: 0 }));
  const { U, S, Vh } = linalg.svd(centred, thin);
  await expectClose(Vh, components, tolerance, "components");
  await expectClose(S, singularValues, tolerance, "singular values");
  await expectClose(square(S).mul(1 / (x.shape[0] - 1)), explainedVariance, tolerance, "explained variance");
  await expectClose(mul(U, S).slice({ end: 5 }), transformed, tolerance, "coordinates");
});

test("linear regression by least squares finds the coefficients it was made with (coverage A3)", async () => {
  const rows = tensor([[1, 25, 50, 2, 50], [1, -10, 50, 0, 10]], { dtype: "float64" });
  const theta = tensor([0.2, 0.64, 0, 1, 0.14], { dtype: "float64" });
  await expectClose(matmul(rows, theta), { shape: [2], data: [25.2, -4.8] }, tolerance, "prediction");
  const design = tensor(Float64Array.from({ length: 40 }, (_, i) => (i % 5 === 0 ? 1 : ((i ** 3) % 29) - 14)), { shape: [8, 5] });
  const { solution } = linalg.lstsq(design, matmul(design, theta));
  await expectClose(solution, { shape: [5], data: [0.2, 0.64, 0, 1, 0.14] }, tolerance, "θ by lstsq");
  const { Q, R } = linalg.qr(design);
  const byQR = linalg.solveTriangular(R, matmul(transpose(Q), matmul(design, theta)).unsqueeze(1), { upper: true });
  await expectClose(byQR.squeeze(1), { shape: [5], data: [0.2, 0.64, 0, 1, 0.14] }, tolerance, "θ by QR");
});

/** Factorisations of random matrices, of all shapes, ranks and scales: their factors multiply to the matrix and are what they claim to be. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { abs, eye, grad, gradcheck, linalg, matmul, max, mul, NablaError, ones, square, sub, sum, tensor, type Tensor, transpose, ValueError, zeros } from "../../src/index.js";
import { Generator } from "../../src/base/generator.js";

/** Rows, columns, rank, decimal exponents between which rows are graded, seed. */
const matrices = fc.record({ m: fc.integer({ min: 1, max: 12 }), n: fc.integer({ min: 1, max: 12 }), rank: fc.integer({ min: 0, max: 12 }), graded: fc.integer({ min: 0, max: 10 }), seed: fc.nat(1e6) });

function build({ m, n, rank, graded, seed }: { m: number; n: number; rank: number; graded: number; seed: number }): Tensor {
  const random = new Generator(seed);
  const draw = (...shape: number[]): Tensor => tensor(Float64Array.from({ length: shape[0] * shape[1] }, () => random.float() * 2 - 1), { shape });
  const scales = Float64Array.from({ length: m }, (_, i) => 10 ** (m === 1 ? 0 : -graded + (2 * graded * i) / (m - 1)));
  return mul(matmul(draw(m, rank), draw(rank, n)), tensor(scales, { shape: [m, 1] }));
}

const largest = async (x: Tensor): Promise<number> => (x.size === 0 ? 0 : max(abs(x)).item());

/** That two matrices differ by rounding errors of `scale`'s entries. */
async function expectEqual(actual: Tensor, expected: Tensor, scale: Tensor | number, what: string): Promise<void> {
  expect([...actual.shape], what).toEqual([...expected.shape]);
  const size = typeof scale === "number" ? scale : await largest(scale);
  expect(await largest(sub(actual, expected)), what).toBeLessThanOrEqual(2e-14 * Math.max(...expected.shape, 4) * size);
}

const identity = (n: number): Tensor => eye(n, { dtype: "float64" });
const orthonormalColumns = (q: Tensor, what: string): Promise<void> => expectEqual(matmul(transpose(q), q), identity(q.shape[1]), 1, what);

test("QR: A = QR, Q orthonormal, R upper triangular", async () => {
  await fc.assert(
    fc.asyncProperty(matrices, fc.constantFrom("reduced", "complete"), async (spec, mode) => {
      const a = build(spec);
      const { Q, R } = linalg.qr(a, { mode });
      await expectEqual(matmul(Q, R), a, a, "QR");
      await orthonormalColumns(Q, "QᵀQ");
      const r = await R.data();
      r.forEach((x, at) => at % spec.n < Math.floor(at / spec.n) && expect(x).toBe(0));
    }),
  );
});

test("LU: A = PLU, |L| ≤ 1 with ones on the diagonal", async () => {
  await fc.assert(
    fc.asyncProperty(matrices, async (spec) => {
      const a = build(spec);
      const { P, L, U } = linalg.lu(a);
      await expectEqual(matmul(P, matmul(L, U)), a, a, "PLU");
      await orthonormalColumns(P, "PᵀP");
      expect(await largest(L)).toBe(1);
    }),
  );
});

test("SVD: A = U·diag(S)·Vh, orthonormal vectors, S descending and not negative, of thin and full form", async () => {
  await fc.assert(
    fc.asyncProperty(matrices, fc.boolean(), async (spec, fullMatrices) => {
      const a = build(spec);
      const { U, S, Vh } = linalg.svd(a, { fullMatrices });
      const k = Math.min(spec.m, spec.n);
      await expectEqual(matmul(mul(U.slice(null, { end: k }), S), Vh.slice({ end: k })), a, a, "USV");
      await orthonormalColumns(U, "UᵀU");
      await orthonormalColumns(transpose(Vh), "VVᵀ");
      const s = [...(await S.data())];
      expect(s).toEqual(s.toSorted((x, y) => y - x));
      expect(Math.min(...s)).toBeGreaterThanOrEqual(0);
      await expectEqual(linalg.svdvals(a), S, S, "svdvals");
      await expectEqual(linalg.svdvals(transpose(a)), S, S, "svdvals of the transpose");
    }),
  );
});

test("eigh: S = V·diag(w)·Vᵀ, V orthonormal, w ascending", async () => {
  await fc.assert(
    fc.asyncProperty(matrices, async (spec) => {
      const half = build({ ...spec, m: spec.n });
      const a = half.add(transpose(half));
      const { eigenvalues: w, eigenvectors: v } = linalg.eigh(a);
      await expectEqual(matmul(mul(v, w), transpose(v)), a, a, "VwVᵀ");
      await orthonormalColumns(v, "VᵀV");
      const values = [...(await w.data())];
      expect(values).toEqual(values.toSorted((x, y) => x - y));
      await expectEqual(linalg.eigvalsh(a), w, a, "eigvalsh");
    }),
  );
});

test("eigvals: their sum is the trace, their product the determinant", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.nat(1e6), async (n, seed) => {
      const a = build({ m: n, n, rank: n, graded: 0, seed });
      const { real, imag } = linalg.eigvals(a);
      const [re, im, values] = [[...(await real.data())], [...(await imag.data())], await a.data()];
      const trace = re.map((_, i) => values[i * n + i]).reduce((x, y) => x + y);
      expect(re.reduce((x, y) => x + y)).toBeCloseTo(trace, 10);
      expect(im.reduce((x, y) => x + y)).toBeCloseTo(0, 12);
      const product = re.reduce(([x, y], r, i) => [x * r - y * im[i], x * im[i] + y * r], [1, 0]);
      expect(product[0]).toBeCloseTo(await linalg.det(a).item(), 8);
    }),
  );
});

test("eig: A·X = X·diag(w) with columns of length 1, for random, rank-deficient, symmetric and defective matrices", async () => {
  const double = (values: number[][]): Tensor => tensor(values, { dtype: "float64" });
  const special = [
    zeros([3, 3], { dtype: "float64" }), identity(4).mul(-2), double([[2, 1, 0], [0, 2, 1], [0, 0, 2]]), double([[0, 1, 0, 0], [-1, 0, 1, 0], [0, 0, 0, 1], [0, 0, -1, 0]]),
    double([[0, 1e8], [1e-8, 0]]), double([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), double([[0, 0, 1], [1, 0, 0], [0, 1, 0]]),
  ];
  const check = async (a: Tensor): Promise<void> => {
    const { eigenvalues: w, eigenvectors: x } = linalg.eig(a);
    await expectEqual(matmul(a, x.real), sub(mul(x.real, w.real), mul(x.imag, w.imag)), a, "real part");
    await expectEqual(matmul(a, x.imag), mul(x.real, w.imag).add(mul(x.imag, w.real)), a, "imaginary part");
    await expectEqual(sum(square(x.real).add(square(x.imag)), { axis: 0 }), ones([a.shape[0]], { dtype: "float64" }), 1, "lengths");
    // Other roundings on the way: equal values of a defective matrix move apart by the root of ε or more.
    const alone = linalg.eigvals(a);
    await expectEqual(sum(alone.real), sum(w.real), a, "values alone");
  };
  for (const a of special) await check(a);
  await fc.assert(fc.asyncProperty(matrices, async (spec) => check(build({ ...spec, m: spec.n, graded: 0 }))));
});

test("gradients of the eigenvalues of a general matrix; what has none says so", async () => {
  for (const n of [1, 2, 3, 5]) {
    const a = tensor(Float64Array.from({ length: 2 * n * n }, (_, i) => Math.sin(i * i + 2)), { shape: [2, n, n], requiresGrad: true });
    await gradcheck(([x]) => linalg.eigvals(x).real, [a]);
    await gradcheck(([x]) => linalg.eigvals(x).imag, [a]);
  }
  const a = tensor([[1, 2], [3, 4]], { requiresGrad: true });
  const [slope] = grad(linalg.eigvals(a).real.sum(), [a], { createGraph: true });
  expect(() => grad(slope.sum(), [a])).toThrow("eigvals has no second derivative");
  expect(() => linalg.eig(a).eigenvectors.real.sum().backward()).toThrow("the vectors of eig have no gradient");
});

test("cholesky of AAᵀ + I, and solve by it and by LU", async () => {
  await fc.assert(
    fc.asyncProperty(matrices, async (spec) => {
      const a = build({ ...spec, graded: 0 });
      const s = matmul(a, transpose(a)).add(identity(spec.m));
      const l = linalg.cholesky(s);
      await expectEqual(matmul(l, transpose(l)), s, s, "LLᵀ");
      const b = build({ ...spec, graded: 0, seed: spec.seed + 1 });
      const x = linalg.solve(s, b);
      await expectEqual(matmul(s, x), b, 100, "SX");
      const y = linalg.solveTriangular(transpose(l), linalg.solveTriangular(l, b, { upper: false }), { upper: true });
      await expectEqual(y, x, 100, "by cholesky");
    }),
  );
});

test("pinv: the four conditions of Penrose", async () => {
  await fc.assert(
    fc.asyncProperty(matrices, async (spec) => {
      const a = build({ ...spec, graded: 0 });
      const p = linalg.pinv(a, { rtol: 1e-9 });
      const scale = 1e3 * (1 + (await largest(p)) ** 2);
      await expectEqual(matmul(matmul(a, p), a), a, scale, "APA");
      await expectEqual(matmul(matmul(p, a), p), p, scale, "PAP");
      await expectEqual(matmul(a, p), transpose(matmul(a, p)), scale, "AP");
      await expectEqual(matmul(p, a), transpose(matmul(p, a)), scale, "PA");
    }),
  );
});

test("a matrix in a batch is treated as if it were alone", async () => {
  const batch = tensor(Float64Array.from({ length: 54 }, (_, i) => Math.sin(i * i + 1)), { shape: [2, 3, 3, 3] });
  const alone = batch.slice(1, 2);
  const same = async (f: (a: Tensor) => Tensor): Promise<void> => expect(await f(batch).slice(1, 2).data()).toEqual(await f(alone).data());
  const gram = (a: Tensor): Tensor => matmul(a, transpose(a));
  await same(linalg.inv);
  await same(linalg.det);
  await same(linalg.matrixExp);
  await same(linalg.svdvals);
  await same((a) => linalg.qr(a).R);
  await same((a) => linalg.lu(a).L);
  await same((a) => linalg.svd(a).U);
  await same((a) => linalg.eigh(a).eigenvectors);
  await same((a) => linalg.eigvals(a).imag);
  await same((a) => linalg.cholesky(gram(a)));
  await same((a) => linalg.lstsq(a, gram(a)).solution);
});

test("one matrix with a batch of right-hand sides, and a batch of matrices with one", async () => {
  const a = tensor(Float64Array.from({ length: 9 }, (_, i) => Math.sin(i * i + 1) + (i % 4 === 0 ? 2 : 0)), { shape: [3, 3], requiresGrad: true });
  const b = tensor(Float64Array.from({ length: 24 }, (_, i) => Math.cos(i * i)), { shape: [4, 1, 3, 2] });
  const solvers: ((a: Tensor, b: Tensor) => Tensor)[] = [linalg.solve, (x, y) => linalg.lstsq(x, y).solution, (x, y) => linalg.solveTriangular(x, y, { upper: true })];
  for (const solve of solvers) {
    const x = solve(a, b);
    expect([...x.shape]).toEqual([4, 1, 3, 2]);
    for (let i = 0; i < 4; i++) await expectEqual(x.slice(i, 0), solve(a, b.slice(i, 0)), 10, "each alone");
    await gradcheck(([m, r]) => solve(m, r), [a, b]);
    const many = mul(a, tensor([1, 2, 3], { dtype: "float64" }).reshape(3, 1, 1, 1));
    expect([...solve(many, b.slice(0)).shape]).toEqual([3, 1, 3, 2]);
    await expectEqual(solve(many, b.slice(0)).slice(2, 0), solve(a.mul(3), b.slice(0, 0)), 10, "batch of matrices");
  }
});

test("equal eigenvalues and singular values: zeros, multiples of the identity, permutations", async () => {
  for (const n of [1, 2, 5]) {
    for (const a of [zeros([n, n], { dtype: "float64" }), identity(n).mul(-3), identity(n).slice({ start: 0 }, { start: 0 })]) {
      const { eigenvalues, eigenvectors } = linalg.eigh(a);
      await expectEqual(matmul(mul(eigenvectors, eigenvalues), transpose(eigenvectors)), a, 3, "VwVᵀ");
      const { U, S, Vh } = linalg.svd(a);
      await expectEqual(matmul(mul(U, S), Vh), a, 3, "USV");
      await orthonormalColumns(U, "UᵀU");
    }
  }
});

test("matrices without rows or columns", async () => {
  for (const [m, n] of [[0, 0], [3, 0], [0, 3]]) {
    const a = zeros([m, n], { dtype: "float64" });
    expect(linalg.svd(a).U.shape).toEqual([m, m]);
    await expectEqual(linalg.svd(a).Vh, identity(n), 1, "Vh");
    await expectEqual(linalg.qr(a, { mode: "complete" }).Q, identity(m), 1, "Q");
    expect(linalg.qr(a).R.shape).toEqual([0, n]);
    expect(linalg.lu(a).P.shape).toEqual([m, m]);
    expect(linalg.pinv(a).shape).toEqual([n, m]);
    expect(linalg.lstsq(a, zeros([m, 2], { dtype: "float64" })).solution.shape).toEqual([n, 2]);
    expect(await linalg.matrixRank(a).item()).toBe(0);
  }
  const empty = zeros([0, 0], { dtype: "float64" });
  expect(await linalg.det(empty).item()).toBe(1);
  expect(await linalg.slogdet(empty).sign.item()).toBe(1);
  expect(await linalg.slogdet(empty).logabsdet.item()).toBe(0);
  expect(linalg.eigh(empty).eigenvectors.shape).toEqual([0, 0]);
  expect(linalg.eigvals(zeros([4, 0, 0])).real.shape).toEqual([4, 0]);
  expect(linalg.inv(zeros([0, 3, 3])).shape).toEqual([0, 3, 3]);
});

test("mistakes are named", () => {
  const wide = zeros([2, 3]);
  expect(() => linalg.inv(wide)).toThrow("inv: expected a square matrix [..., N, N], got [2, 3]");
  expect(() => linalg.eigh(zeros([3]))).toThrow("eigh: expected a matrix [..., M, N], got [3]");
  expect(() => linalg.svd(tensor([[1, 2]], { dtype: "int32" }))).toThrow('svd: expected float32 or float64, got int32; convert with to("float64")');
  expect(() => linalg.solve(eye(2), zeros([3, 1]))).toThrow("solve: A [2, 2] has 2 rows, B [3, 1] has 3");
  expect(() => linalg.solve(zeros([2, 2, 2]), zeros([3, 2, 1]))).toThrow("do not broadcast");
  expect(() => linalg.inv(zeros([2, 2]))).toThrow(ValueError);
  expect(() => linalg.inv(zeros([2, 2]))).toThrow("inv: the matrix is singular: pivot 0");
  expect(() => linalg.matrixPower(zeros([2, 2]), -1)).toThrow("matrixPower: the matrix is singular");
  expect(() => linalg.matrixPower(eye(2), 0.5)).toThrow("matrixPower: expected a whole number, got 0.5");
  expect(() => linalg.matrixNorm(eye(2), 3)).toThrow('matrixNorm: expected "fro"');
  expect(() => linalg.pinv(eye(2), { rtol: -1 })).toThrow("pinv: rtol must be a number of at least 0, got -1");
  const a = zeros([3, 2], { dtype: "float64", requiresGrad: true });
  expect(() => linalg.svd(a).U.sum().backward()).toThrow(NablaError);
  expect(() => linalg.svd(a).U.sum().backward()).toThrow("use fullMatrices: false");
  // @ts-expect-error: what plain JavaScript may pass
  expect(() => linalg.solve(eye(2), [1, 2])).toThrow("solve: operand 1 must be a tensor");
  // @ts-expect-error: what plain JavaScript may pass
  expect(() => linalg.solveTriangular(eye(2), eye(2))).toThrow("say which triangle A has");
  // @ts-expect-error: what plain JavaScript may pass
  expect(() => linalg.qr(eye(2), { mode: "full" })).toThrow('expected mode "reduced" or "complete", got "full"');
});

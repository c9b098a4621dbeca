/** Determinants, by LU factorisation. */

import type { Backend } from "../../backend/backend.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { mul, sub } from "../arithmetic.js";
import { cast } from "../cast.js";
import { matmul } from "../matmul.js";
import { where } from "../compare.js";
import { sign } from "../elementwise.js";
import { allocate, defineOp, type Operation } from "../operation.js";
import { prod, sum } from "../reduce.js";
import { transpose, unsqueeze } from "../views.js";
import { slice } from "../slice.js";
import { batchOf, checkSquare, doubles, doublesOf, finite, identityOf, sidesOf, toDouble } from "./matrices.js";
import { inverse } from "./solve.js";
import { svd } from "./svd.js";

/** The diagonal of U [..., N] and the sign of the permutation [..., 1]. */
function factored(k: Backend, op: string, a: Tensor): [Tensor, Tensor] {
  const [n] = sidesOf(a);
  const batch = batchOf(a);
  const factors = allocate(k, { shape: a.shape, dtype: "float64" }, op);
  const permutation = allocate(k, { shape: [...batch, n], dtype: "int32" }, op);
  const parity = allocate(k, { shape: [...batch, 1], dtype: "float64" }, op);
  k.linalg!.lu(finite(k, op, a), factors, permutation, parity.view(batch, parity.strides.slice(0, -1)));
  return [factors.view([...batch, n], [...factors.strides.slice(0, -2), n + 1]), parity];
}

/** `x` with its last axis, of size 1. */
const asColumn = (x: Tensor): Tensor => x.view([...x.shape, 1], [...x.strides, 1]);

const overMatrix = (x: Tensor): Tensor => unsqueeze(unsqueeze(x, -1), -1);

const detOp = defineOp({
  name: "det",
  kernel: "linalg",
  shape: ([a]) => ({ shape: batchOf(a), dtype: "float64" }),
  forward: (k, [a], out) => {
    if (a.size === 0) return k.fill(out, 1);
    const [diagonal, parity] = factored(k, "det", a);
    const result = asColumn(out);
    k.reduce("prod", diagonal, [diagonal.ndim - 1], result);
    k.binary("mul", result, parity, result);
  },
  vjp: (dy, { inputs: [a] }) => [() => mul(overMatrix(dy), cofactorOp.apply([a], undefined))],
  samples: () => [
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7])], attributes: undefined },
    { inputs: [doublesOf([2, 2, 2], [1, 2, 3, 4, 0.5, -1, 0.25, 2])], attributes: undefined },
    { inputs: [{ ...doubles([1, 1]), layout: "strided" }], attributes: undefined },
    { inputs: [doubles([2, 0, 0])], attributes: undefined },
  ],
  errors: () => [{ inputs: [doublesOf([1, 1], [NaN])], attributes: undefined, message: "det: element [0, 0] of the input [1, 1] is NaN or infinite" }],
});

/**
 * The cofactors of A, ∂det/∂A = det(A)·A⁻ᵀ, of a singular A too: with A = U·diag(s)·Vᵀ they are det(U)·det(V)·U·diag(Π_{j≠i} sⱼ)·Vᵀ. Their
 * own gradient needs an inverse.
 */
const cofactorOp: Operation<undefined> = defineOp({
  name: "cofactors",
  kernel: "linalg",
  shape: ([a]) => ({ shape: a.shape, dtype: "float64" }),
  forward: (k, [a], out) =>
    noGrad(() => {
      const { U, S, Vh } = svd(a, { fullMatrices: false });
      const n = S.shape[S.ndim - 1];
      const others = where(cast(identityOf(a), "bool"), 1, unsqueeze(S, -2).expand([...S.shape, n]));
      const scaled = mul(U, unsqueeze(prod(others, { axis: -1 }), -2));
      const turns = sign(mul(detOp.apply([U], undefined), detOp.apply([Vh], undefined)));
      k.copy(mul(matmul(scaled, Vh), overMatrix(turns)), out);
    }),
  // Ā = (⟨C̄, C⟩ I − C C̄ᵀ) A⁻ᵀ
  vjp: (dy, { inputs: [a], output: c }) => [
    () => {
      const inner = mul(identityOf(a), sum(mul(dy, c), { axis: [-2, -1], keepDim: true }));
      return matmul(sub(inner, matmul(c, transpose(dy))), transpose(inverse(a, "det: second derivative")));
    },
  ],
  samples: () => [
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7])], attributes: undefined },
    { inputs: [doublesOf([2, 2, 2], [1, 2, 3, 4, 0.5, -1, 0.25, 2])], attributes: undefined },
    { inputs: [doublesOf([2, 2], [1, 2, 2, 4])], attributes: undefined, gradcheck: false },
  ],
});

/** out[0] = the sign, out[1] = log|det|. */
const slogdetOp = defineOp({
  name: "slogdet",
  kernel: "linalg",
  shape: ([a]) => ({ shape: [2, ...batchOf(a)], dtype: "float64" }),
  forward: (k, [a], out) => {
    if (a.size === 0) return windowsOf(out).forEach((part, i) => k.fill(part, i === 0 ? 1 : 0));
    const [diagonal, parity] = factored(k, "slogdet", a);
    const [signs, log] = windowsOf(out).map(asColumn);
    const work = allocate(k, { shape: diagonal.shape, dtype: "float64" }, "slogdet");
    const last = [diagonal.ndim - 1];
    k.unary("sign", diagonal, work);
    k.reduce("prod", work, last, signs);
    k.binary("mul", signs, parity, signs);
    k.unary("abs", diagonal, work);
    k.unary("log", work, work);
    k.reduce("sum", work, last, log);
  },
  vjp: (dy, { inputs: [a] }) => [() => mul(overMatrix(slice(dy, 1)), transpose(inverse(a, "slogdet: gradient")))],
  samples: () => [
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7])], attributes: undefined },
    { inputs: [doublesOf([2, 2, 2], [1, 2, 3, 4, 0.5, -1, 0.25, 2])], attributes: undefined },
    { inputs: [doublesOf([2, 2], [1, 2, 2, 4])], attributes: undefined, gradcheck: false },
    { inputs: [doubles([2, 0, 0])], attributes: undefined },
  ],
  errors: () => [{ inputs: [doublesOf([1, 1], [NaN])], attributes: undefined, message: "slogdet: element [0, 0] of the input [1, 1] is NaN or infinite" }],
});

/** The two entries of axis 0. */
function windowsOf(out: Tensor): Tensor[] {
  const [step, ...strides] = out.strides;
  return [0, 1].map((i) => out.view(out.shape.slice(1), strides, out.offset + i * step));
}

/**
 * The determinant of A: [..., N, N] → [...], by LU factorisation. Its gradient is right for a singular A too; gradients of gradients need an
 * inverse. The product of large or small pivots overflows soon: see `slogdet`. float32 is computed in float64 and rounded.
 * @throws ShapeError unless A is square; ValueError if an element is not finite.
 *
 * @example
 * linalg.det(tensor([[1, 2], [3, 4]])) // → -2
 */
export function det(a: Tensor): Tensor {
  checkSquare("det", a);
  return cast(detOp.apply([toDouble(a)], undefined), a.dtype);
}

export interface Slogdet {
  /** −1, 0 or 1: [...]. */
  readonly sign: Tensor;
  /** log|det A|, −∞ if A is singular: [...]. */
  readonly logabsdet: Tensor;
}

/**
 * Sign and logarithm of the determinant, det A = sign · e^logabsdet, without overflow. A: [..., N, N] → { sign [...], logabsdet [...] }. The
 * gradient of logabsdet, A⁻ᵀ, needs an A that can be inverted. float32 is computed in float64 and rounded.
 * @throws ShapeError unless A is square; ValueError if an element is not finite.
 *
 * @example
 * const { sign, logabsdet } = linalg.slogdet(tensor([[1, 2], [3, 4]]));
 * sign      // → -1
 * logabsdet // → 0.69315
 */
export function slogdet(a: Tensor): Slogdet {
  checkSquare("slogdet", a);
  const both = slogdetOp.apply([toDouble(a)], undefined);
  return { sign: cast(slice(both.detach(), 0), a.dtype), logabsdet: cast(slice(both, 1), a.dtype) };
}

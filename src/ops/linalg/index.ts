/** Linear algebra, with the names of torch.linalg. Matrices are the last two axes; leading axes are batches. */

export { cholesky } from "./cholesky.js";
export { det, slogdet, type Slogdet } from "./det.js";
export { type Complex, eig, type Eig, eigvals } from "./eig.js";
export { eigh, type Eigh, eigvalsh } from "./eigh.js";
export { lstsq, type Lstsq, pinv, type RankOptions } from "./lstsq.js";
export { lu, type LU } from "./lu.js";
export { cond, matrixNorm, type MatrixNorm, matrixRank } from "./norms.js";
export { matrixExp, matrixPower } from "./power.js";
export { qr, type QR, type QROptions } from "./qr.js";
export { inv, solve } from "./solve.js";
export { svd, type SVD, type SVDOptions, svdvals } from "./svd.js";
export { solveTriangular, type SolveTriangularOptions } from "./triangular.js";

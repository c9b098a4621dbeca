"""Writes linalg.json with PyTorch, SciPy and scikit-learn: /usr/bin/python3 test/golden/make_linalg.py

Values and gradients of every function in float64, from inputs with few decimals; see make_golden.py for the format. Vectors are
compared by what does not depend on their signs.
"""
import json
import os

import numpy as np
import scipy.linalg
import torch
from sklearn.decomposition import PCA

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(1969)
L = torch.linalg


def number(value):
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    rounded = float(f"{value:.13g}")
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded


def pack(t):
    t = t.detach().numpy() if isinstance(t, torch.Tensor) else np.asarray(t)
    return {"shape": list(t.shape), "data": [number(float(v)) for v in t.reshape(-1)]}


def draw(*shape):
    return torch.tensor(np.round(rng.standard_normal(shape), 2))


def dominant(*shape):
    """Far from singular."""
    return draw(*shape) + 3 * torch.eye(shape[-2], shape[-1])


def symmetric(*shape):
    a = draw(*shape)
    return a + a.mT + torch.diag(torch.arange(shape[-1]) * 2.0)


def positive(*shape):
    a = torch.round(draw(*shape), decimals=1)
    return a @ a.mT + torch.eye(shape[-1])


# Name, function of torch tensors, inputs.
CASES = [
    ("qrQ", lambda a: L.qr(a).Q, [dominant(5, 3)]),
    ("qrR", lambda a: L.qr(a).R, [dominant(5, 3)]),
    ("qrQ", lambda a: L.qr(a).Q, [dominant(2, 3, 3)]),
    ("qrR", lambda a: L.qr(a).R, [dominant(3, 5)]),
    ("luL", lambda a: L.lu(a).L, [draw(4, 4)]),
    ("luU", lambda a: L.lu(a).U, [draw(4, 4)]),
    ("luL", lambda a: L.lu(a).L, [draw(5, 3)]),
    ("luU", lambda a: L.lu(a).U, [draw(2, 3, 4)]),
    ("cholesky", L.cholesky, [positive(4, 4)]),
    ("cholesky", L.cholesky, [positive(2, 3, 3)]),
    ("eigvalsh", L.eigvalsh, [symmetric(5, 5)]),
    ("eighSquares", lambda a: L.eigh(a).eigenvectors ** 2, [symmetric(4, 4)]),
    ("eighSquares", lambda a: L.eigh(a).eigenvectors ** 2, [symmetric(2, 3, 3)]),
    ("svdvals", L.svdvals, [draw(5, 3)]),
    ("svdvals", L.svdvals, [draw(2, 3, 4)]),
    ("svdLeft", lambda a: L.svd(a, full_matrices=False).U ** 2, [draw(5, 3)]),
    ("svdRight", lambda a: L.svd(a, full_matrices=False).Vh ** 2, [draw(3, 5)]),
    ("svdPolar", lambda a: L.svd(a, full_matrices=False).U @ L.svd(a, full_matrices=False).Vh, [dominant(4, 3)]),
    ("solve", L.solve, [dominant(4, 4), draw(4, 2)]),
    ("solve", L.solve, [dominant(2, 3, 3), draw(2, 3)]),
    ("solve", L.solve, [dominant(2, 1, 3, 3), draw(4, 3, 1)]),
    ("inv", L.inv, [dominant(2, 3, 3)]),
    ("det", L.det, [draw(4, 4)]),
    ("det", L.det, [draw(2, 3, 3)]),
    ("logabsdet", lambda a: L.slogdet(a).logabsdet, [draw(2, 3, 3)]),
    ("upperLeft", lambda a, b: L.solve_triangular(a, b, upper=True), [dominant(4, 4).triu(), draw(4, 2)]),
    ("lowerRight", lambda a, b: L.solve_triangular(a, b, upper=False, left=False), [dominant(2, 3, 3).tril(), draw(2, 2, 3)]),
    ("unitLower", lambda a, b: L.solve_triangular(a, b, upper=False, unitriangular=True), [dominant(3, 3).tril(), draw(3, 1)]),
    ("lstsq", lambda a, b: L.lstsq(a, b).solution, [draw(6, 3), draw(6, 2)]),
    ("lstsq", lambda a, b: L.lstsq(a, b).solution, [draw(3, 5), draw(3, 1)]),
    ("pinv", L.pinv, [draw(5, 3)]),
    ("pinv", L.pinv, [draw(2, 3, 4)]),
    ("normFro", L.matrix_norm, [draw(2, 3, 4)]),
    ("normNuc", lambda a: L.matrix_norm(a, "nuc"), [draw(3, 4)]),
    ("norm2", lambda a: L.matrix_norm(a, 2), [draw(3, 4)]),
    ("norm-2", lambda a: L.matrix_norm(a, -2), [draw(3, 4)]),
    ("norm1", lambda a: L.matrix_norm(a, 1), [draw(3, 4)]),
    ("norm-1", lambda a: L.matrix_norm(a, -1), [draw(3, 4)]),
    ("normInf", lambda a: L.matrix_norm(a, np.inf), [draw(3, 4)]),
    ("norm-Inf", lambda a: L.matrix_norm(a, -np.inf), [draw(3, 4)]),
    ("cond", L.cond, [dominant(3, 3)]),
    ("cond1", lambda a: L.matrix_norm(a, 1) * L.matrix_norm(L.inv(a), 1), [dominant(3, 3)]),
    ("power3", lambda a: L.matrix_power(a, 3), [draw(2, 3, 3)]),
    ("power-2", lambda a: L.matrix_power(a, -2), [dominant(3, 3)]),
    ("matrixExp", L.matrix_exp, [draw(3, 3)]),
    ("matrixExp", L.matrix_exp, [draw(2, 3, 3) * 6]),
]


def differentiated(name, f, inputs):
    inputs = [x.clone().requires_grad_() for x in inputs]
    y = f(*inputs)
    dy = draw(*y.shape)
    gradients = torch.autograd.grad(y, inputs, dy)
    return {"op": name, "inputs": [pack(x) for x in inputs], "y": pack(y), "dy": pack(dy), "gradients": [pack(g) for g in gradients]}


def deficient(m, n, rank):
    return np.round(rng.standard_normal((m, rank)), 1) @ np.round(rng.standard_normal((rank, n)), 1)


def minimum_norm(m, n, rank):
    a, b = np.round(deficient(m, n, rank), 4), np.round(rng.standard_normal((m, 2)), 2)
    x, _, r, s = scipy.linalg.lstsq(a, b, cond=1e-10)
    return {"a": pack(a), "b": pack(b), "rtol": 1e-10, "solution": pack(x), "rank": int(r), "singularValues": pack(s), "pinv": pack(np.linalg.pinv(a, 1e-10))}


def eigenvalues(a):
    w = np.linalg.eigvals(a)
    order = sorted(range(len(w)), key=lambda i: (-round(abs(w[i]), 9), -w[i].imag))
    return {"a": pack(a), "real": pack(w[order].real), "imag": pack(w[order].imag)}


def cofactors_of_singular():
    """det's gradient where it vanishes, by cofactors."""
    a = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])
    c = [[(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(3)] for i in range(3)]
    return {"a": pack(a), "cofactors": pack(np.round(c))}


def principal_components():
    x = np.round(rng.standard_normal((40, 3)) @ np.round(rng.standard_normal((3, 6)), 1) + 0.1 * rng.standard_normal((40, 6)), 3)
    pca = PCA(svd_solver="full").fit(x)
    return {"x": pack(x), "components": pack(pca.components_), "explainedVariance": pack(pca.explained_variance_),
            "singularValues": pack(pca.singular_values_), "transformed": pack(pca.transform(x)[:5])}


companion = np.diag(np.ones(4), -1)
companion[0] = [3, -2, 5, -1, 4]
hilbert = scipy.linalg.hilbert(8)

content = {
    "madeBy": "test/golden/make_linalg.py", "torch": torch.__version__,
    "cases": [differentiated(*case) for case in CASES],
    "minimumNorm": [minimum_norm(6, 4, 2), minimum_norm(4, 6, 3), minimum_norm(5, 5, 4)],
    "eigenvalues": [eigenvalues(a) for a in (np.round(rng.standard_normal((5, 5)), 2), np.round(rng.standard_normal((8, 8)), 2), companion,
                                             np.array([[0.0, 1], [-1, 0]]), np.triu(np.round(rng.standard_normal((4, 4)), 2)))],
    "singular": cofactors_of_singular(),
    "hilbert": {"singularValues": pack(np.linalg.svd(hilbert, compute_uv=False)), "inverse": pack(scipy.linalg.invhilbert(8, exact=True).astype(float)),
                "cholesky": pack(np.linalg.cholesky(hilbert))},
    "pca": principal_components(),
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "linalg.json"), "w") as file:
    json.dump(content, file, separators=(",", ":"), allow_nan=False)
    file.write("\n")

"""Writes autograd.json with torch.autograd.functional (made with PyTorch 1.13): /usr/bin/python3 test/golden/make_autograd.py

The functions are those of test/conformance/golden-autograd.test.ts, in float64.
"""
import torch
from torch.autograd import functional as AF

from make_golden import draw, pack, save


def layer(w, b, x):
    """tanh(x Wᵀ + b): three inputs, result [2, 3]."""
    return torch.tanh(x @ w.T + b)


def loss(w, b, x):
    """A number that is not quadratic in anything."""
    return (torch.softmax(layer(w, b, x), -1) * torch.exp(0.3 * x)).sum()


def wide(x):
    """[2] → [4, 2]: many results of few inputs."""
    scale = torch.arange(1.0, 9.0, dtype=x.dtype).reshape(4, 2) / 4
    return torch.sin(scale * x) * x.prod()


def both(x, y):
    """Two results of two inputs; the second does not depend on y."""
    return x * y.exp(), (x ** 3).sum(0)


def of(tensors):
    return [pack(t) for t in tensors]


def main():
    w, b, x = draw(3, 3), draw(3), draw(2, 3)
    inputs = (w, b, x)
    vectors = tuple(draw(*t.shape) for t in inputs)
    dy = draw(2, 3)
    few, p, q = draw(2), draw(2, 2), draw(2)
    save(
        "autograd.json", madeBy="test/golden/make_autograd.py",
        inputs=of(inputs), vectors=of(vectors), dy=pack(dy),
        value=pack(loss(*inputs)), gradient=of(torch.autograd.grad(loss(*inputs), inputs)),
        layer=pack(layer(*inputs)),
        vjp=of(AF.vjp(layer, inputs, dy)[1]),
        jvp=pack(AF.jvp(layer, inputs, vectors)[1]),
        jacobian=of(AF.jacobian(layer, inputs)),
        hessian=[of(row) for row in AF.hessian(loss, inputs)],
        hvp=of(AF.hvp(loss, inputs, vectors)[1]),
        few=pack(few), wide=pack(AF.jacobian(wide, few)),
        p=pack(p), q=pack(q), both=[of(row) for row in AF.jacobian(both, (p, q))],
    )


main()

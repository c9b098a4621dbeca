"""Writes operations.json, the golden values of the tensor operations, with PyTorch: /usr/bin/python3 test/golden/make_operations.py

A case is {"op", "args", "inputs", "y", "dy", "gradients"}: the name of an entry of the table in golden-operations.test.ts, its
plain arguments, the input tensors by name, the result, and the gradients of sum(y * dy) by the float inputs. A tensor of
integers has "dtype": "int32", one of booleans "bool". Inputs have few decimals, as in make_golden.py.
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(20240911)
torch.set_default_dtype(torch.float64)
cases = []


def number(value):
    if isinstance(value, (bool, int)):
        return int(value)
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    rounded = float(f"{value:.13g}")
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded


def pack(t):
    packed = {"shape": list(t.shape), "data": [number(v) for v in t.detach().reshape(-1).tolist()]}
    if t.dtype == torch.bool:
        packed["dtype"] = "bool"
    elif not t.dtype.is_floating_point:
        packed["dtype"] = "int32"
    return packed


def draw(*shape, low=None, high=None, decimals=2):
    values = rng.standard_normal(shape) if low is None else rng.uniform(low, high, shape)
    return torch.tensor(np.round(values, decimals), requires_grad=True)


def ints(*shape, high, low=0):
    return torch.tensor(rng.integers(low, high, shape))


def values(*numbers):
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


def case(op, f, *inputs, **args):
    """Runs f on the inputs and records result and gradients."""
    y = f(*inputs)
    record = {"op": op, "args": args, "inputs": [pack(t) for t in inputs], "y": pack(y)}
    wanted = [t for t in inputs if t.requires_grad]
    if y.requires_grad and wanted:
        dy = draw(*y.shape).detach()
        record["dy"] = pack(dy)
        gradients = iter(torch.autograd.grad(y, wanted, dy, allow_unused=True))
        record["gradients"] = [None if g is None else pack(g) for g in (next(gradients) if t.requires_grad else None for t in inputs)]
    cases.append(record)


def selection():
    x = draw(3, 4)
    case("gather", lambda x, i: x.gather(1, i), x, ints(3, 5, high=4), axis=1)
    case("gather", lambda x, i: x.gather(0, i), x, ints(2, 3, high=3), axis=0)
    case("gather", lambda x, i: x.gather(-1, i), draw(2, 3, 4), ints(2, 2, 6, high=4), axis=-1)
    case("scatter", lambda x, i, s: x.scatter(1, i, s), x, torch.tensor([[0, 3], [1, 2], [2, 0]]), draw(3, 2), axis=1)
    case("scatter", lambda x, i, s: x.scatter(0, i, s), x, torch.tensor([[0, 2, 1]]), draw(1, 3), axis=0)
    case("scatterAdd", lambda x, i, s: x.scatter_add(1, i, s), x, ints(3, 6, high=4), draw(3, 6), axis=1)
    case("scatterAdd", lambda x, i, s: x.scatter_add(0, i, s), x, ints(5, 2, high=3), draw(5, 2), axis=0)
    for reduce, name in (("sum", "sum"), ("mean", "mean"), ("max", "amax"), ("min", "amin")):
        for include in (True, False):
            case("scatterReduce", lambda x, i, s: x.scatter_reduce(0, i, s, name, include_self=include), draw(4, 3), ints(6, 3, high=3),
                 draw(6, 3), axis=0, reduce=reduce, includeSelf=include)
    # A node's messages: one index for a whole row. Equal extremes share the gradient.
    s = torch.tensor([[1.0, 2], [3, 4], [3, 0], [1, 2]], requires_grad=True)
    for reduce, name in (("max", "amax"), ("mean", "mean")):
        case("scatterReduceRows", lambda x, i, s: x.scatter_reduce(0, i[:, None].expand(4, 2), s, name, include_self=False),
             values(0, 0, 0, 0, 0, 0).detach().reshape(3, 2).requires_grad_(), torch.tensor([0, 2, 2, 0]), s, reduce=reduce)
    case("take", lambda x, i: x.take(i), x, ints(2, 3, high=12))
    case("embedding", lambda w, i: F.embedding(i, w), draw(5, 3), ints(2, 4, high=5))
    case("indexCopy", lambda x, i, s: x.index_copy(1, i, s), x, torch.tensor([3, 0]), draw(3, 2), axis=1)
    case("indexFill", lambda x, i: x.index_fill(0, i, 7), x, torch.tensor([2, 0]), axis=0, value=7)


def sorting():
    x = draw(3, 7)
    for axis in (0, 1):
        for descending in (False, True):
            case("sort", lambda x: x.sort(axis, descending=descending)[0], x, axis=axis, descending=descending)
            case("argsort", lambda x: x.argsort(axis, descending=descending), x, axis=axis, descending=descending)
    case("sort", lambda x: x.sort(0)[0], values(2, float("nan"), -1, float("inf"), 0), axis=0, descending=False)
    case("sort", lambda x: x.sort(0, descending=True)[0], values(2, float("nan"), -1, float("inf"), 0), axis=0, descending=True)
    ties = ints(4, 9, high=3).double()
    case("argsort", lambda x: torch.sort(x, dim=1, stable=True)[1], ties, axis=1, descending=False)
    case("argsort", lambda x: torch.sort(x, dim=1, stable=True, descending=True)[1], ties, axis=1, descending=True)
    for largest in (True, False):
        case("topk", lambda x: x.topk(3, 1, largest)[0], x, k=3, axis=1, largest=largest)
        case("topkIndices", lambda x: x.topk(2, 0, largest)[1], x, k=2, axis=0, largest=largest)
    case("maxWithIndex", lambda x: x.max(1)[0], x, axis=1)
    case("minWithIndex", lambda x: x.min(0)[0], x, axis=0)
    for right in (False, True):
        case("searchsorted", lambda s, v: torch.searchsorted(s, v, right=right), torch.tensor([-1.0, 0, 0, 2, 5]),
             torch.tensor([[0.0, 2, -3], [7, 5, 1]]), right=right)
        case("searchsorted", lambda s, v: torch.searchsorted(s, v, right=right), torch.tensor([[1.0, 2, 3], [0, 0, 4]]),
             torch.tensor([[2.0, 0, 3, 4], [0, 4, 5, -1]]), right=right)
        case("bucketize", lambda x, b: torch.bucketize(x, b, right=right), torch.tensor([[0.5, 1], [2.5, 3]]), torch.tensor([1.0, 2, 3]), right=right)


def products():
    equations = [
        ("ij,jk->ik", (2, 3), (3, 4)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)), ("ij->ji", (2, 3)), ("ij->", (2, 3)), ("ii", (3, 3)), ("ii->i", (3, 3)),
        ("i,j->ij", (2,), (3,)), ("ij,ij->", (2, 3), (2, 3)), ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)), ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
        ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)), ("a,b,c,d->abcd", (2,), (1,), (3,), (2,)), ("ijk,ilm,njm,nlk,abc->", (2, 3, 2), (2, 3, 2), (2, 3, 2), (2, 3, 2), (1, 2, 2)),
        ("bi,oik,bk->bo", (2, 3), (4, 3, 5), (2, 5)), ("iij->j", (3, 3, 2)), ("iji,jk", (2, 3, 2), (3, 2)), ("ba,cb", (2, 3), (4, 2)), ("...,...", (2, 3), (3,)),
        ("i...->...", (2, 3)), ("b...d,d->b...", (2, 3, 4), (4,)), ("Ab,bA->A", (2, 3), (3, 2)), ("i,i->", (0,), (0,)), ("ij,jk->ik", (2, 0), (0, 3)),
        ("ij,kj->ik", (2, 1), (3, 4)), ("i,->i", (3,), ()),
    ]
    for equation, *shapes in equations:
        case("einsum", lambda *t: torch.einsum(equation, *t), *[draw(*s) for s in shapes], equation=equation)
    for sa, sb in (((3,), (3,)), ((3,), (2, 3, 4)), ((2, 4, 3), (3,)), ((5, 1, 2, 3), (4, 3, 2)), ((2, 3), (4, 3, 2)), ((2, 0), (0, 3)), ((4, 3, 2), (2, 2)),
                   ((3,), (3, 2)), ((1, 3), (5, 3, 1)), ((0, 2, 3), (3, 2)), ((2, 3, 0), (2, 0, 4)), ((0,), (0,))):
        case("matmul", torch.matmul, draw(*sa), draw(*sb))
    case("tensordot", lambda a, b: torch.tensordot(a, b, 2), draw(2, 3, 4), draw(3, 4, 2), axes=2)
    case("tensordot", lambda a, b: torch.tensordot(a, b, ([0, 2], [1, -1])), draw(2, 3, 4), draw(5, 2, 4), axes=[[0, 2], [1, -1]])
    case("tensordot", lambda a, b: torch.tensordot(a, b, 0), draw(2), draw(3), axes=0)
    case("dot", torch.dot, draw(4), draw(4))
    case("outer", torch.outer, draw(2), draw(3))
    case("mv", torch.mv, draw(2, 3), draw(3))
    case("bmm", torch.bmm, draw(2, 3, 4), draw(2, 4, 1))
    case("addmm", lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=2), draw(4), draw(2, 3), draw(3, 4), beta=0.5, alpha=2)
    case("baddbmm", lambda c, a, b: torch.baddbmm(c, a, b), draw(2, 1, 2), draw(2, 3, 4), draw(2, 4, 2))
    case("kron", torch.kron, draw(2, 3), draw(2, 2))
    case("kron", torch.kron, draw(2), draw(3, 1, 2))


def structure():
    x, m = draw(2, 3, 4), draw(4, 5)
    case("splitSecond", lambda x: x.split(2, 2)[1], x, size=2, axis=2)
    case("splitSecond", lambda x: x.split([1, 3], 0)[1], m, size=[1, 3], axis=0)
    case("chunkSecond", lambda x: x.chunk(3, 1)[1], m, count=3, axis=1)
    case("unbindSecond", lambda x: x.unbind(1)[1], x, axis=1)
    case("narrow", lambda x: x.narrow(1, 1, 3), m, axis=1, start=1, length=3)
    case("select", lambda x: x.select(2, -2), x, axis=2, index=-2)
    for axis in (0, [0, 2], -1):
        case("flip", lambda x: x.flip(axis), x, axis=axis)
    case("roll", lambda x: x.roll(2, 1), m, shift=2, axis=1)
    case("roll", lambda x: x.roll((-1, 3), (0, 2)), x, shift=[-1, 3], axis=[0, 2])
    case("roll", lambda x: x.roll(5), m, shift=5, axis=None)
    for quarters in (1, 2, 3, -1, 4):
        case("rot90", lambda x: x.rot90(quarters), m, quarters=quarters, axes=[0, 1])
    case("rot90", lambda x: x.rot90(1, (2, 0)), x, quarters=1, axes=[2, 0])
    case("movedim", lambda x: x.movedim((0, 1), (2, 0)), x, source=[0, 1], destination=[2, 0])
    case("repeat", lambda x: x.repeat(2, 1, 3, 1), x, repeats=[2, 1, 3, 1])
    case("tile", lambda x: x.tile((2, 3)), x, repeats=[2, 3])
    case("repeatInterleave", lambda x: x.repeat_interleave(3, 1), x, repeats=3, axis=1)
    case("repeatInterleave", lambda x: x.repeat_interleave(torch.tensor([2, 0, 1, 3]), 0), m, repeats=[2, 0, 1, 3], axis=0)
    for offset in (0, 1, -2):
        case("tril", lambda x: x.tril(offset), m, offset=offset)
        case("triu", lambda x: x.triu(offset), m, offset=offset)
        case("diagonal", lambda x: x.diagonal(offset, 0, 2), x, offset=offset, axis1=0, axis2=2)
        case("diag", lambda x: x.diag(offset), draw(3), offset=offset)
        case("diag", lambda x: x.diag(offset), m, offset=offset)
    case("trace", torch.trace, draw(3, 4))
    case("windows", lambda x: x.unfold(2, 2, 1), x, axis=2, size=2, step=1)
    case("windows", lambda x: x.unfold(0, 3, 1), m, axis=0, size=3, step=1)
    image = draw(2, 3, 5, 6)
    for kernel, stride, padding, dilation in (([2, 3], [1, 2], [0, 1], [1, 1]), ([2, 2], [2, 2], [1, 0], [2, 1])):
        y = F.unfold(image, kernel, dilation, padding, stride)
        options = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        case("unfold", lambda x: F.unfold(x, kernel, dilation, padding, stride), image, **options)
        case("fold", lambda x: F.fold(x, [5, 6], kernel, dilation, padding, stride), draw(*y.shape), outputSize=[5, 6], **options)
    # PyTorch's amounts begin with the last axis.
    case("pad", lambda x: F.pad(x, (2, 1, 0, 3), "reflect"), draw(1, 4, 5), amounts=[[0, 3], [2, 1]], mode="reflect")
    case("pad", lambda x: F.pad(x, (2, 1, 0, 3), "replicate"), draw(1, 2, 3, 4), amounts=[[0, 3], [2, 1]], mode="replicate")
    case("pad", lambda x: F.pad(x, (2, 4, 1, 0), "circular"), draw(1, 2, 3, 4), amounts=[[1, 0], [2, 4]], mode="circular")
    case("pad", lambda x: F.pad(x, (1, 2), "constant", 1.5), m, amounts=[[1, 2]], mode="constant", value=1.5)
    case("meshgridSecond", lambda a, b: torch.meshgrid(a, b, indexing="ij")[1], draw(2), draw(3), indexing="ij")
    case("meshgridSecond", lambda a, b: torch.meshgrid(a, b, indexing="xy")[1], draw(2), draw(3), indexing="xy")


def main():
    for part in (selection, sorting, products, structure):
        part()
    with open(os.path.join(HERE, "operations.json"), "w") as file:
        json.dump({"madeBy": "test/golden/make_operations.py", "torch": torch.__version__, "cases": cases}, file, separators=(",", ":"), allow_nan=False)
        file.write("\n")


main()

"""Writes operations.json (selection, sorting, products, rearrangement) and functions.json (element-wise functions, activations,
reductions, running values, statistics) with PyTorch (made with 1.13): /usr/bin/python3 test/golden/make_operations.py

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


GRID = [-30, -12.5, -4.25, -2.5, -1.5, -0.75, -0.3, -0.01, 0.02, 0.25, 0.9, 1.1, 2.5, 3.75, 6.2, 11, 25.5]
SPECIAL = [0.0, float("nan"), float("inf"), float("-inf"), 1.0, -1.0]


def functions():
    inside = [-0.99, -0.7, -0.3, -0.01, 0.001, 0.2, 0.55, 0.95]
    positive = [1e-6, 0.003, 0.5, 0.99, 1, 1.01, 3.3, 123.4, 7e6]
    # F.hardsigmoid and F.celu have float32 constants in float64.
    grids = {
        "tan": (torch.tan, [-1.4, -0.7, 0.1, 1, 2.5]), "asin": (torch.asin, inside), "acos": (torch.acos, inside), "atanh": (torch.atanh, inside),
        "atan": (torch.atan, GRID), "sinh": (torch.sinh, GRID[3:-2]), "cosh": (torch.cosh, GRID[3:-2]), "asinh": (torch.asinh, GRID),
        "acosh": (torch.acosh, [1.25, 1.5, 2, 10, 1e5]), "erf": (torch.erf, [-5.5, -3, *GRID[4:14]]), "exp2": (torch.exp2, GRID),
        "log2": (torch.log2, positive), "log10": (torch.log10, positive), "trunc": (torch.trunc, GRID), "frac": (torch.frac, GRID),
        "softsign": (F.softsign, GRID), "tanhshrink": (F.tanhshrink, GRID), "logSigmoid": (F.logsigmoid, GRID), "mish": (F.mish, GRID),
        "selu": (F.selu, GRID), "relu6": (F.relu6, GRID), "hardsigmoid": (lambda x: F.relu6(x + 3) / 6, GRID), "hardswish": (F.hardswish, GRID),
        "geluTanh": (lambda x: F.gelu(x, approximate="tanh"), GRID),
    }
    for name, (f, grid) in grids.items():
        case(name, f, values(*grid))
        if name not in ("softsign", "tanhshrink", "mish", "hardswish", "geluTanh", "frac", "tan"):
            case(name, f, torch.tensor(SPECIAL))
    for alpha in (0.5, 2):
        case("celu", lambda x: F.celu(x, alpha), values(*GRID), alpha=alpha)
        case("hardshrink", lambda x: F.hardshrink(x, alpha), values(*GRID), alpha=alpha)
        case("softshrink", lambda x: F.softshrink(x, alpha), values(*GRID), alpha=alpha)
    case("threshold", lambda x: F.threshold(x, 0.1, 20), values(*GRID), limit=0.1, value=20)
    case("hardtanh", lambda x: F.hardtanh(x, -2, 3), values(*GRID), low=-2, high=3)
    case("glu", lambda x: F.glu(x, 1), draw(2, 4, 3), axis=1)
    case("prelu", F.prelu, draw(2, 3, 2), draw(3))
    case("prelu", F.prelu, draw(4, 3), draw(1))
    # softmax and its logarithm at (1000, 1001, 1002) are finite
    case("softmax", lambda x: torch.softmax(x, 0), values(1000, 1001, 1002))
    case("logSoftmax", lambda x: torch.log_softmax(x, 0), values(1000, 1001, 1002))
    inf, nan = float("inf"), float("nan")
    left = torch.tensor([5, -5, 7.5, -7.5, 1, 0, 5, -5, inf, 3, -inf, nan, inf])
    right = torch.tensor([3, 3, -2, 2.5, 0.1, 2, inf, inf, 2, -inf, -inf, 1, inf])
    for name, f in (("remainder", torch.remainder), ("floorDivide", torch.floor_divide), ("atan2", torch.atan2), ("hypot", torch.hypot),
                    ("logaddexp", torch.logaddexp)):
        case(name, f, left, right)
        a, b = draw(3, 4), draw(4, low=0.4, high=2.5)
        case(name, f, a.detach() if name == "floorDivide" else a, b.detach() if name in ("floorDivide", "remainder") else b)
    case("remainder", torch.remainder, ints(20, low=-9, high=9), ints(20, low=1, high=5))
    case("floorDivide", torch.floor_divide, ints(20, low=-9, high=9), ints(20, low=-5, high=0))
    case("lerp", lambda a, b: torch.lerp(a, b, 0.3), draw(2, 3), draw(3), weight=0.3)
    case("lerp", lambda a, b: torch.lerp(a, b, 0.8), draw(2, 3), draw(3), weight=0.8)
    case("lerpTensor", torch.lerp, draw(2, 3), draw(2, 3), draw(2, 3))


def reductions():
    x = draw(3, 4, 2)
    for p in (0.5, 1, 2, 3, float("inf"), 0, float("-inf")):
        for axis in (None, 1, [0, 2]):
            case("norm", lambda x: torch.linalg.vector_norm(x, p, axis), x.detach() if p == 0 else x, p=number(p), axis=axis)
    case("norm", lambda x: torch.linalg.vector_norm(x, 2, 1), values(0, 0, 3, 4).detach().reshape(2, 2).requires_grad_(), p=2, axis=1)
    case("normalize", F.normalize, draw(3, 4), p=2)
    case("normalize", lambda x: F.normalize(x, 1, 0), draw(3, 4), p=1, axis=0)
    case("cosineSimilarity", F.cosine_similarity, draw(3, 4), draw(3, 4))
    case("pairwiseDistance", F.pairwise_distance, draw(3, 4), draw(3, 4))
    for p in (1, 2, 3):
        case("cdist", lambda a, b: torch.cdist(a, b, p), draw(2, 3, 4), draw(2, 5, 4), p=p)
    case("cdist", torch.cdist, draw(30, 2, decimals=1), draw(3, 2, decimals=1), p=2)
    for axis, correction in ((1, 1), ([0, 2], 0)):
        case("varMean", lambda x: torch.stack(torch.var_mean(x, axis, unbiased=correction == 1)), x, axis=axis, correction=correction)
        case("stdMean", lambda x: torch.stack(torch.std_mean(x, axis, unbiased=correction == 1)), x, axis=axis, correction=correction)
    zeros = values(2, 0, 3, -1, 0, 0, 5, 4, 1.5).detach().reshape(3, 3)
    for axis in (0, 1):
        case("prod", lambda x: x.prod(axis), zeros.clone().requires_grad_(), axis=axis)
        case("cumprod", lambda x: x.cumprod(axis), zeros.clone().requires_grad_(), axis=axis)
    for axis in (0, 1, -1):
        case("prod", lambda x: x.prod(axis), x, axis=axis)
        case("cumprod", lambda x: x.cumprod(axis), x, axis=axis)
        case("cummax", lambda x: x.cummax(axis)[0], x, axis=axis)
        case("cummin", lambda x: x.cummin(axis)[0], x, axis=axis)
        case("logcumsumexp", lambda x: x.logcumsumexp(axis), x, axis=axis)
    ties = ints(3, 8, high=4)
    case("cummaxIndices", lambda x: x.cummax(1)[1], ties, axis=1)
    case("cumminIndices", lambda x: x.cummin(1)[1], ties, axis=1)
    case("logcumsumexp", lambda x: x.logcumsumexp(0), values(-float("inf"), 1000, 0, 1001, -2000).detach(), axis=0)
    y = draw(3, 7)
    for axis in (0, 1):
        case("median", lambda x: x.median(axis)[0], y, axis=axis)
        case("median", lambda x: x.median(axis)[0], draw(4, 6), axis=axis)
        for interpolation in ("linear", "lower", "higher", "nearest", "midpoint"):
            case("quantile", lambda x: x.quantile(torch.tensor([0, 0.1, 0.5, 0.83, 1]), axis, interpolation=interpolation), y, q=[0, 0.1, 0.5, 0.83, 1],
                 axis=axis, interpolation=interpolation)
    case("median", lambda x: x.median(1)[0], torch.tensor([[1, float("nan"), 3], [1.0, 2, 3]]), axis=1)
    case("mode", lambda x: x.mode(1)[0], ints(5, 9, high=4).double(), axis=1)
    case("histogram", lambda x: torch.histc(x, 5, -1, 2).int(), draw(40).detach(), bins=5, range=[-1, 2])
    case("histogram", lambda x: torch.histc(x, 4).int(), draw(40).detach(), bins=4)
    case("edges", lambda x: torch.histogram(x, 4)[1], draw(40).detach(), bins=4)
    case("bincount", lambda x: torch.bincount(x, minlength=6), ints(9, high=4), minLength=6)
    case("bincountWeights", lambda x, w: torch.bincount(x, w), ints(9, high=4), draw(9).detach())
    d = torch.tensor([3.0, 1, 3, -2, 1, 1, 0])
    case("uniqueValues", lambda x: x.unique(), d)
    case("uniqueInverse", lambda x: x.unique(return_inverse=True)[1], d)
    case("uniqueCounts", lambda x: x.unique(return_counts=True)[1], d)
    case("countNonzero", lambda x: torch.count_nonzero(x, 1), ints(3, 5, high=3), axis=1)
    case("any", lambda x: x.any(1), ints(4, 3, high=2), axis=1)
    case("all", lambda x: x.all(0), ints(2, 6, high=2), axis=0)
    case("nonzero", torch.nonzero, ints(3, 4, high=2))
    case("maskedSelect", lambda x, m: x.masked_select(m), x, draw(4, 2).detach() > 0)
    case("maskedFill", lambda x, m: x.masked_fill(m, 3), x, draw(4, 2).detach() > 0, value=3)
    gaps = torch.tensor([[1.0, float("nan"), 4], [float("inf"), 2, float("nan")]])
    case("nansum", lambda x: x.nansum(1), gaps, axis=1)
    case("nanmean", lambda x: x.nanmean(0), gaps, axis=0)
    case("nanToNum", lambda x: x.nan_to_num(7, -8), gaps, nan=7, posinf=-8)
    case("isclose", lambda a, b: torch.isclose(a, b, equal_nan=True), torch.tensor([1, 1.000001, float("nan"), float("inf"), float("inf"), 0]),
         torch.tensor([1.1, 1, float("nan"), float("inf"), float("-inf"), 1e-9]), equalNaN=True)


def write(name, *parts):
    cases.clear()
    for part in parts:
        part()
    with open(os.path.join(HERE, name), "w") as file:
        json.dump({"madeBy": "test/golden/make_operations.py", "torch": torch.__version__, "cases": cases}, file, separators=(",", ":"), allow_nan=False)
        file.write("\n")


write("operations.json", selection, sorting, products, structure)
write("functions.json", functions, reductions)

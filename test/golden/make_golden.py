"""Writes the golden values of this folder with PyTorch (made with 1.13): /usr/bin/python3 test/golden/make_golden.py

Everything is computed in float64 from inputs with few decimals, so that float32 tests start from nearly the same
numbers. A tensor is {"shape": [...], "data": [...]}, row-major. "dy" is the incoming gradient of a case; names such as
"dx" are gradients of sum(y * dy).
"""
import json
import math
import os
import struct

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(20240607)
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)


def draw(*shape, decimals=2, low=None, high=None):
    """Normal (or uniform in [low, high)) numbers with few decimals, as a float64 leaf that wants its gradient."""
    values = rng.standard_normal(shape) if low is None else rng.uniform(low, high, shape)
    return torch.tensor(np.round(values, decimals), requires_grad=True)


def number(value):
    if isinstance(value, (bool, int)):
        return value
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    rounded = float(f"{value:.13g}")
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded


def pack(t):
    return {"shape": list(t.shape), "data": [number(v) for v in t.detach().reshape(-1).tolist()]}


def save(name, **content):
    content = {"madeBy": "test/golden/make_golden.py", "torch": torch.__version__, **content}
    with open(os.path.join(HERE, name), "w") as file:
        json.dump(content, file, separators=(",", ":"), allow_nan=False)
        file.write("\n")


def differentiate(y, inputs, dy=None):
    """{"y", "dy", "dx"-like gradients} for inputs given by name."""
    dy = draw(*y.shape) if dy is None else dy
    gradients = torch.autograd.grad(y, list(inputs.values()), dy.detach(), allow_unused=True)
    out = {name: pack(t) for name, t in inputs.items()}
    out.update(y=pack(y), dy=pack(dy))
    out.update({"d" + name: pack(g) for name, g in zip(inputs, gradients) if g is not None})
    return out


# ---------------------------------------------------------------------------------------------------- element-wise
UNARY = {
    "neg": torch.neg, "abs": torch.abs, "square": torch.square, "exp": torch.exp, "expm1": torch.expm1,
    "sin": torch.sin, "cos": torch.cos, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu,
    "softplus": F.softplus, "silu": F.silu, "gelu": F.gelu, "sign": torch.sign, "floor": torch.floor,
    "ceil": torch.ceil, "round": torch.round,
}
UNARY_POSITIVE = {"sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "log": torch.log, "log1p": torch.log1p,
                  "reciprocal": torch.reciprocal}
UNARY_ALPHA = {"leakyRelu": (F.leaky_relu, [0.01, 0.5]), "elu": (F.elu, [1.0, 0.7])}
BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow,
          "maximum": torch.maximum, "minimum": torch.minimum}


def elementwise():
    x = [-30, -12.5, -4.25, -2.5, -1.5, -1, -0.75, -0.3, -0.01, 0.02, 0.25, 0.5, 0.9, 1.1, 1.5, 2.5, 3.75, 6.2, 11, 25.5]
    positive = [1e-6, 0.003, 0.1, 0.5, 0.99, 1, 1.01, 1.7, 2, 3.3, 10, 123.4, 5000, 7e6]
    unary = []
    for name, f in UNARY.items():
        t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        unary.append({"op": name, **differentiate(f(t), {"x": t}, torch.ones(len(x)))})
    for name, f in UNARY_POSITIVE.items():
        t = torch.tensor(positive, dtype=torch.float64, requires_grad=True)
        unary.append({"op": name, **differentiate(f(t), {"x": t}, torch.ones(len(positive)))})
    for name, (f, alphas) in UNARY_ALPHA.items():
        for alpha in alphas:
            t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
            unary.append({"op": name, "alpha": alpha, **differentiate(f(t, alpha), {"x": t}, torch.ones(len(x)))})
    binary = []
    for name, f in BINARY.items():
        for sa, sb in (((2, 3), (2, 3)), ((2, 3), (3,)), ((4, 1, 3), (2, 1)), ((), (2, 2))):
            a = draw(*sa, low=0.3, high=3) if name == "pow" else draw(*sa)
            b = draw(*sb, low=0.4, high=2.5) if name == "div" else draw(*sb)
            binary.append({"op": name, **differentiate(f(a, b), {"a": a, "b": b})})
    special = [float("nan"), float("inf"), float("-inf"), 0.0, 100.0, -100.0, 1000.0, -1000.0]
    edges = []
    for name in ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "softplus", "abs", "silu", "gelu", "expm1"):
        # PyTorch says NaN for gelu(-inf), where the limit is 0: left out.
        x = torch.tensor([v for v in special if name != "gelu" or v != float("-inf")])
        edges.append({"op": name, "x": pack(x), "y": pack({**UNARY, **UNARY_POSITIVE}[name](x))})
    for name in ("maximum", "minimum"):
        a = torch.tensor([float("nan"), 1.0, float("inf"), float("-inf")])
        b = torch.tensor([1.0, float("nan"), 2.0, 2.0])
        edges.append({"op": name, "a": pack(a), "b": pack(b), "y": pack(BINARY[name](a, b))})
    save("elementwise.json", unary=unary, binary=binary, edges=edges)


# ------------------------------------------------------------------------------------- reductions, matmul, softmax
def reductions():
    ops = {
        "sum": lambda x, d, k: x.sum(d, keepdim=k), "mean": lambda x, d, k: x.mean(d, keepdim=k),
        "max": lambda x, d, k: x.amax(d, keepdim=k), "min": lambda x, d, k: x.amin(d, keepdim=k),
        "logsumexp": lambda x, d, k: x.logsumexp(d, keepdim=k),
    }
    x = draw(2, 3, 4, decimals=3)
    cases = []
    for name, f in ops.items():
        for axis in (None, 0, 1, -1, [0, 2]):
            for keep in (False, True):
                dims = list(range(x.ndim)) if axis is None else axis
                cases.append({"op": name, "axis": axis, "keepDim": keep, **differentiate(f(x, dims, keep), {"x": x})})
    arg = [{"op": name, "axis": axis, "x": pack(x), "y": pack(f(x, axis))}
           for name, f in (("argmax", torch.argmax), ("argmin", torch.argmin)) for axis in (0, 1, -1)]
    save("reductions.json", cases=cases, arg=arg)


def matmul():
    shapes = [((2, 3), (3, 4)), ((1, 1), (1, 1)), ((5, 2), (2, 1)), ((2, 3, 4), (4, 2)), ((2, 3, 4), (2, 4, 2)),
              ((2, 1, 2, 3), (3, 3, 2)), ((7, 9), (9, 17))]
    cases = []
    for sa, sb in shapes:
        a, b = draw(*sa), draw(*sb)
        cases.append(differentiate(a @ b, {"a": a, "b": b}))
    save("matmul.json", cases=cases)


def softmax():
    cases = []
    for op, f in (("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)):
        for shape, axis in (((3, 5), -1), ((3, 5), 0), ((2, 3, 4), 1)):
            x = draw(*shape)
            cases.append({"op": op, "axis": axis, **differentiate(f(x, axis), {"x": x})})
        x = torch.tensor([[1000.0, 1001.0, 1002.0], [-1000.0, 0.0, 1000.0]], requires_grad=True)
        cases.append({"op": op, "axis": -1, **differentiate(f(x, -1), {"x": x})})
    save("softmax.json", cases=cases)


# ----------------------------------------------------------------------------------- convolution, pooling, batch norm
def convolution():
    # N, C, H, W, O, kernel, stride, padding, dilation, groups
    grid = [
        (2, 1, 5, 5, 1, (3, 3), (1, 1), (0, 0), (1, 1), 1),
        (2, 3, 6, 5, 4, (3, 3), (1, 1), (1, 1), (1, 1), 1),
        (1, 3, 8, 8, 2, (5, 5), (1, 1), (2, 2), (1, 1), 1),
        (3, 2, 7, 7, 3, (3, 3), (2, 2), (1, 1), (1, 1), 1),
        (1, 2, 7, 6, 2, (2, 3), (2, 1), (1, 0), (1, 1), 1),
        (1, 2, 9, 9, 3, (3, 3), (1, 1), (2, 2), (2, 2), 1),
        (1, 4, 6, 6, 4, (3, 3), (1, 1), (1, 1), (1, 1), 2),
        (2, 3, 5, 6, 6, (3, 3), (1, 1), (1, 1), (1, 1), 3),
        (1, 4, 8, 7, 4, (3, 2), (3, 2), (2, 1), (2, 1), 4),
        (2, 5, 4, 4, 3, (1, 1), (1, 1), (0, 0), (1, 1), 1),
        (2, 3, 4, 4, 5, (4, 4), (1, 1), (0, 0), (1, 1), 1),
        (1, 1, 6, 6, 1, (3, 3), (3, 3), (0, 0), (1, 1), 1),
        (1, 2, 3, 3, 2, (3, 3), (1, 1), (4, 4), (1, 1), 1),
    ]
    cases = []
    for n, c, h, w, o, kernel, stride, padding, dilation, groups in grid:
        x, weight, bias = draw(n, c, h, w, decimals=1), draw(o, c // groups, *kernel, decimals=1), draw(o, decimals=1)
        y = F.conv2d(x, weight, bias, stride, padding, dilation, groups)
        dy = draw(*y.shape, decimals=1)
        cases.append({"stride": stride, "padding": padding, "dilation": dilation, "groups": groups,
                      **differentiate(y, {"x": x, "weight": weight, "bias": bias}, dy)})
    save("conv2d.json", cases=cases)


def pooling():
    cases = []
    for op, f in (("maxPool2d", F.max_pool2d), ("avgPool2d", F.avg_pool2d)):
        for shape, kernel, stride, padding in (
            ((2, 3, 4, 4), (2, 2), (2, 2), (0, 0)), ((1, 2, 5, 7), (2, 2), (2, 2), (0, 0)),
            ((1, 2, 6, 6), (3, 3), (2, 2), (1, 1)), ((2, 1, 5, 6), (3, 2), (1, 2), (1, 0)), ((1, 2, 3, 3), (3, 3), (3, 3), (0, 0)),
        ):
            x = draw(*shape, decimals=3)
            cases.append({"op": op, "kernel": kernel, "stride": stride, "padding": padding,
                          **differentiate(f(x, kernel, stride, padding), {"x": x})})
    save("pooling.json", cases=cases)


def batch_norm():
    cases = []
    for shape, momentum, eps in (((4, 3, 2, 2), 0.1, 1e-5), ((2, 2, 3, 1), 0.3, 1e-3)):
        layer = nn.BatchNorm2d(shape[1], eps=eps, momentum=momentum)
        state = {"running_mean": draw(shape[1]), "running_var": draw(shape[1], low=0.5, high=2), "weight": draw(shape[1]), "bias": draw(shape[1])}
        layer.load_state_dict(state, strict=False)
        case = {"momentum": momentum, "eps": eps, "state": {k: pack(v) for k, v in state.items()}}
        for mode in ("eval", "train"):
            layer.train(mode == "train")
            x = draw(*shape)
            case[mode] = differentiate(layer(x), {"x": x, "weight": layer.weight, "bias": layer.bias})
        case["after"] = {k: pack(getattr(layer, k)) for k in ("running_mean", "running_var")}
        cases.append(case)
    save("batchNorm.json", cases=cases)


# -------------------------------------------------------------------------------------------------------- losses
def losses():
    cases = []
    logits, target = draw(6, 5), torch.tensor([0, 4, 2, 2, 1, 3])
    ignored = torch.tensor([0, -100, 2, -100, 1, 3])
    weight = draw(5, low=0.2, high=2).detach()
    options = [({}, {}, target), ({"labelSmoothing": 0.1}, {"label_smoothing": 0.1}, target),
               ({"ignoreIndex": -100}, {"ignore_index": -100}, ignored),
               ({"labelSmoothing": 0.2, "ignoreIndex": -100}, {"label_smoothing": 0.2, "ignore_index": -100}, ignored)]
    for ours, theirs, t in options:
        for reduction in ("mean", "sum", "none"):
            y = F.cross_entropy(logits, t, reduction=reduction, **theirs)
            dy = None if reduction == "none" else torch.ones(())
            cases.append({"loss": "crossEntropy", "options": {**ours, "reduction": reduction}, "target": pack(t),
                          **differentiate(y, {"x": logits}, dy)})
    for reduction in ("mean", "sum"):
        y = F.cross_entropy(logits, target, weight=weight, reduction=reduction)
        cases.append({"loss": "crossEntropy", "options": {"reduction": reduction}, "weight": pack(weight), "target": pack(target),
                      **differentiate(y, {"x": logits}, torch.ones(()))})
    large = torch.tensor([[1000.0, 0.0, -1000.0], [0.0, 500.0, 500.0]], requires_grad=True)
    t = torch.tensor([1, 2])
    cases.append({"loss": "crossEntropy", "options": {}, "target": pack(t),
                  **differentiate(F.cross_entropy(large, t), {"x": large}, torch.ones(()))})
    for reduction in ("mean", "sum", "none"):
        x, t = draw(4, 3), draw(4, 3)
        y = F.mse_loss(x, t, reduction=reduction)
        cases.append({"loss": "mseLoss", "options": {"reduction": reduction}, "target": pack(t),
                      **differentiate(y, {"x": x}, None if reduction == "none" else torch.ones(()))})
        x, t = draw(4, 2), torch.tensor(np.round(rng.uniform(0, 1, (4, 2)), 1))
        y = F.binary_cross_entropy_with_logits(x, t, reduction=reduction)
        cases.append({"loss": "binaryCrossEntropyWithLogits", "options": {"reduction": reduction}, "target": pack(t),
                      **differentiate(y, {"x": x}, None if reduction == "none" else torch.ones(()))})
        x, t = draw(5), torch.tensor([1.0, -1.0, 1.0, 1.0, -1.0])
        y = F.soft_margin_loss(x, t, reduction=reduction)
        cases.append({"loss": "logisticLoss", "options": {"reduction": reduction}, "target": pack(t),
                      **differentiate(y, {"x": x}, None if reduction == "none" else torch.ones(()))})
    extreme = torch.tensor([800.0, -800.0, 40.0, -40.0], requires_grad=True)
    t = torch.tensor([0.0, 1.0, 1.0, 0.0])
    cases.append({"loss": "binaryCrossEntropyWithLogits", "options": {"reduction": "none"}, "target": pack(t),
                  **differentiate(F.binary_cross_entropy_with_logits(extreme, t, reduction="none"), {"x": extreme})})
    save("losses.json", cases=cases)


# ----------------------------------------------------------------------------------- layers, a network, initialisers
def write_safetensors(path, tensors):
    """The format of https://github.com/huggingface/safetensors: header length, JSON header, little-endian data."""
    header, blobs, offset = {}, [], 0
    for name, t in tensors.items():
        whole = not t.is_floating_point()
        blob = t.detach().to(torch.int64 if whole else torch.float32).numpy().tobytes()
        header[name] = {"dtype": "I64" if whole else "F32", "shape": list(t.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def network():
    """A small ConvNet with batch norm: state in network.safetensors, forward, loss and gradients in network.json."""
    torch.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=False), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3),
    )
    for p in model.parameters():
        p.data = p.data.float().double()
    state = {k: v.clone() for k, v in model.state_dict().items()}
    write_safetensors(os.path.join(HERE, "network.safetensors"), state)
    x, target = draw(5, 2, 8, 8, decimals=1), torch.tensor([0, 1, 2, 1, 0])
    logits = model(x)
    loss = F.cross_entropy(logits, target)
    names = [name for name, _ in model.named_parameters()]
    gradients = torch.autograd.grad(loss, list(model.parameters()))
    after = {k: pack(v) for k, v in model.state_dict().items() if "running" in k}
    model.eval()
    save("network.json", x=pack(x), target=pack(target), logits=pack(logits), loss=number(loss.item()),
         gradients={n: pack(g) for n, g in zip(names, gradients)}, after=after, evalLogits=pack(model(x)))


def initialisers():
    """Fans, gains and the bounds or deviations that follow, for shapes of Linear and Conv2d weights."""
    cases = []
    for shape in ((10, 20), (32, 3, 5, 5), (8, 4, 3, 1)):
        w = torch.empty(*shape)
        fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(w)
        std = math.sqrt(2 / (fan_in + fan_out))
        relu = nn.init.calculate_gain("relu")
        cases.append({"shape": shape, "fanIn": fan_in, "fanOut": fan_out,
                      "xavierUniformBound": math.sqrt(3) * std, "xavierNormalStd": std,
                      "kaimingUniformBound": math.sqrt(3) * relu / math.sqrt(fan_in), "kaimingNormalStd": relu / math.sqrt(fan_in),
                      "defaultWeightBound": math.sqrt(3) * nn.init.calculate_gain("leaky_relu", math.sqrt(5)) / math.sqrt(fan_in),
                      "defaultBiasBound": 1 / math.sqrt(fan_in)})
    gains = {name: nn.init.calculate_gain(name) for name in ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu")}
    # The default of torch.nn.Linear and Conv2d, seen on many draws: largest magnitude and deviation over the bound.
    torch.manual_seed(0)
    layer = nn.Linear(50, 4000)
    observed = {"maxOverBound": layer.weight.abs().max().item() * math.sqrt(50), "stdOverBound": layer.weight.std().item() * math.sqrt(50)}
    save("init.json", cases=cases, gains=gains, observed={k: number(round(v, 4)) for k, v in observed.items()})


# ------------------------------------------------------------------------------------------------- optimisers, schedules
OPTIMIZERS = [
    ("SGD", {"lr": 0.1}, {}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}, {}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}, {}),
    ("SGD", {"lr": 0.1, "weightDecay": 0.01}, {"weight_decay": 0.01}),
    ("SGD", {"lr": 0.03, "momentum": 0.8, "dampening": 0.3, "weightDecay": 0.02}, {"weight_decay": 0.02}),
    ("SGD", {"lr": 0.03, "momentum": 0.9, "nesterov": True, "weightDecay": 0.001}, {"weight_decay": 0.001}),
    ("Adam", {"lr": 0.001}, {}),
    ("Adam", {"lr": 0.02, "betas": [0.8, 0.95], "eps": 1e-6}, {}),
    ("Adam", {"lr": 0.01, "weightDecay": 0.1}, {"weight_decay": 0.1}),
    ("AdamW", {"lr": 0.01}, {}),
    ("AdamW", {"lr": 0.02, "weightDecay": 0.1}, {"weight_decay": 0.1}),
]


def optimizers():
    steps = 100
    start = [draw(2, 3).detach(), draw(4).detach()]
    gradients = [[draw(2, 3).detach(), draw(4).detach()] for _ in range(steps)]
    cases = []
    for name, ours, theirs in OPTIMIZERS:
        options = {**{k: v for k, v in ours.items() if k != "weightDecay"}, **theirs}
        if name == "AdamW" and "weightDecay" not in ours:
            ours = {**ours, "weightDecay": 0.01}  # PyTorch's default, said aloud
        parameters = [nn.Parameter(p.clone()) for p in start]
        optimizer = getattr(torch.optim, name)(parameters, **options)
        kept = {}
        for step in range(1, steps + 1):
            for p, g in zip(parameters, gradients[step - 1]):
                p.grad = g.clone()
            optimizer.step()
            if step in (1, 2, 10, 100):
                kept[step] = [pack(p) for p in parameters]
        cases.append({"optimizer": name, "options": ours, "after": kept})
    save("optimizers.json", steps=steps, start=[pack(p) for p in start],
         gradients=[[pack(g)["data"] for g in pair] for pair in gradients], cases=cases)


def schedules():
    epochs, base = 12, 0.1
    make = {
        "stepDecay": ({"every": 4, "gamma": 0.3}, lambda o: torch.optim.lr_scheduler.StepLR(o, 4, 0.3)),
        "exponential": ({"gamma": 0.95}, lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.95)),
        "cosine": ({"epochs": 12, "minLr": 0.001}, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 12, 0.001)),
    }
    cases = []
    for name, (options, build) in make.items():
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=base)
        scheduler, rates = build(optimizer), []
        for _ in range(epochs):
            rates.append(number(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            scheduler.step()
        cases.append({"schedule": name, "options": options, "baseLr": base, "epochs": epochs, "lr": rates})
    save("schedules.json", cases=cases)


if __name__ == "__main__":
    for part in (elementwise, reductions, matmul, softmax, convolution, pooling, batch_norm, losses, network, initialisers,
                 optimizers, schedules):
        part()

"""Writes models.json with torchvision (made with 0.14): /usr/bin/python3 test/golden/make_models.py

Weights would be megabytes, so both sides fill them by a formula: element i of the k-th tensor of a state is
bound * sin(i * (k + 2) * 0.7 + k), with bound sqrt(6 / fan-in) for weights and 0.1 for biases. The input is a formula as well.
"""
import json
import math
import os

import numpy as np
import torch
import torchvision.models as zoo

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


@torch.no_grad()
def fill(model):
    for k, t in enumerate(model.state_dict().values()):
        bound = math.sqrt(6 / t[0].numel()) if t.ndim > 1 else 0.1
        t.copy_(torch.from_numpy(bound * np.sin(np.arange(t.numel()) * (k + 2) * 0.7 + k)).reshape(t.shape))
    return model


def image(*shape):
    return torch.from_numpy(np.cos(np.arange(math.prod(shape)) * 0.013)).reshape(shape)


def case(model):
    fill(model).eval()
    x = image(2, 3, 64, 80).requires_grad_()
    y = model(x)
    weights = torch.arange(y.numel()).reshape(y.shape).remainder(7) - 3.0
    (dx,) = torch.autograd.grad((y * weights).sum(), x)
    return {
        "state": {name: list(t.shape) for name, t in model.state_dict().items()},
        "logits": {"shape": list(y.shape), "data": [float(f"{v:.13g}") for v in y.detach().flatten().tolist()]},
        "dx": {"shape": [2, 3, 80], "data": [float(f"{v:.13g}") for v in dx[:, :, 31].flatten().tolist()]},
    }


out = {}
for name in ("squeezenet1_0", "squeezenet1_1"):
    out[name] = case(getattr(zoo, name)(num_classes=20))
    out[name]["parameters"] = sum(p.numel() for p in getattr(zoo, name)().parameters())
with open(os.path.join(HERE, "models.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
    f.write("\n")

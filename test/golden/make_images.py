"""Writes convolutions.json, pools.json and upsampling.json with PyTorch (made with 1.13): /usr/bin/python3 test/golden/make_images.py

A case is a function with its options, inputs by name, result, and the gradients of sum(y * dy); "indices" are positions of maxima.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import make_golden
from make_golden import differentiate, draw, pack, save

make_golden.rng = np.random.default_rng(20250612)
MADE_BY = "test/golden/make_images.py"


def record(op, options, y, inputs, **extra):
    return {"op": op, "options": options, **differentiate(y, inputs, draw(*y.shape, decimals=1)), **extra}


def operands(x, weight, bias):
    return {"x": draw(*x, decimals=1), "weight": draw(*weight, decimals=1), **({"bias": draw(bias, decimals=1)} if bias else {})}


def convolutions():
    cases = []
    for x, weight, bias, options in (
        ((2, 3, 7), (4, 3, 3), 4, {}),
        ((1, 4, 9), (4, 2, 2), 0, {"stride": 2, "padding": 1, "groups": 2}),
        ((2, 2, 8), (3, 2, 4), 3, {"padding": "same"}),
        ((1, 2, 8), (3, 2, 3), 3, {"padding": "same", "dilation": 3}),
        ((1, 3, 6), (6, 1, 3), 6, {"padding": "valid", "groups": 3, "dilation": 2}),
    ):
        inputs = operands(x, weight, bias)
        cases.append(record("conv1d", options, F.conv1d(*inputs.values(), **options), inputs))
    for x, weight, bias, options in (
        ((2, 2, 4, 5), (3, 2, 4, 3), 3, {"padding": "same"}),
        ((1, 2, 5, 4), (2, 2, 2, 2), 0, {"padding": "same", "dilation": [3, 1]}),
        ((1, 2, 5, 4), (2, 2, 2, 3), 2, {"padding": "valid"}),
    ):
        inputs = operands(x, weight, bias)
        cases.append(record("conv2d", options, F.conv2d(*inputs.values(), **options), inputs))
    for x, weight, bias, options in (
        ((2, 2, 3, 4, 5), (3, 2, 2, 3, 2), 3, {}),
        ((1, 2, 5, 4, 4), (2, 2, 3, 3, 3), 2, {"padding": 1}),
        ((2, 2, 5, 6, 4), (3, 2, 3, 2, 1), 0, {"stride": [2, 1, 3], "padding": [1, 0, 2]}),
        ((1, 4, 6, 3, 4), (2, 2, 2, 2, 3), 2, {"dilation": [3, 1, 1], "groups": 2, "padding": [0, 1, 1]}),
        ((1, 3, 3, 3, 3), (3, 1, 1, 2, 2), 3, {"groups": 3, "stride": [2, 1, 1]}),
        ((1, 1, 4, 3, 3), (2, 1, 4, 2, 3), 2, {"padding": "same"}),
    ):
        inputs = operands(x, weight, bias)
        cases.append(record("conv3d", options, F.conv3d(*inputs.values(), **options), inputs))
    names = {"outputPadding": "output_padding"}
    for x, weight, bias, options in (
        ((2, 3, 5), (3, 2, 3), 2, {}),
        ((1, 4, 4), (4, 1, 4), 2, {"stride": 3, "padding": 1, "outputPadding": 2, "groups": 2}),
        ((2, 3, 3, 4), (3, 2, 3, 3), 2, {}),
        ((1, 3, 3, 4), (3, 4, 2, 2), 4, {"stride": 2}),
        ((1, 2, 4, 3), (2, 3, 3, 4), 0, {"stride": [2, 3], "padding": [1, 2], "outputPadding": [1, 0], "dilation": [2, 1]}),
        ((1, 4, 3, 3), (4, 3, 3, 2), 6, {"groups": 2, "stride": 2, "padding": 1, "outputPadding": 1}),
        ((1, 3, 3, 3), (3, 1, 3, 3), 3, {"groups": 3, "padding": 1}),
        ((1, 2, 3, 3), (2, 2, 2, 2), 2, {"dilation": 3, "outputPadding": [2, 1]}),
        ((2, 2, 2, 3, 2), (2, 3, 2, 2, 3), 3, {}),
        ((1, 4, 3, 2, 3), (4, 2, 3, 2, 2), 4, {"stride": [2, 2, 1], "padding": [1, 0, 1], "outputPadding": [1, 1, 0], "groups": 2}),
        ((1, 2, 2, 2, 3), (2, 1, 2, 3, 2), 0, {"dilation": [2, 1, 2], "stride": [3, 1, 2]}),
    ):
        inputs = operands(x, weight, bias)
        rank = len(x) - 2
        f = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[rank - 1]
        y = f(inputs["x"], inputs["weight"], inputs.get("bias"), **{names.get(k, k): v for k, v in options.items()})
        cases.append(record(f"convTranspose{rank}d", options, y, inputs))
    layers = []
    for rank, size, mode, padding in ((1, (5,), "reflect", 2), (2, (4, 5), "reflect", [1, 2]), (2, (4, 3), "replicate", 2),
                                      (2, (4, 5), "circular", [2, 1]), (3, (3, 3, 4), "circular", 1), (2, (4, 4), "reflect", "same")):
        make = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[rank - 1]
        kernel = 2 if padding == "same" else 3
        layer = make(2, 3, kernel, padding=padding if isinstance(padding, (int, str)) else tuple(padding), padding_mode=mode)
        weight, bias = draw(*layer.weight.shape, decimals=1), draw(3, decimals=1)
        x = draw(1, 2, *size, decimals=1)
        y = torch.nn.utils.stateless.functional_call(layer, {"weight": weight, "bias": bias}, (x,))
        layers.append(record(f"Conv{rank}d", {"kernel": kernel, "padding": padding, "paddingMode": mode}, y, {"x": x, "weight": weight, "bias": bias}))
    save("convolutions.json", madeBy=MADE_BY, cases=cases, layers=layers)


NAMES = {"kernel": "kernel_size", "ceilMode": "ceil_mode", "countIncludePad": "count_include_pad"}


def pools():
    cases, unpooled = [], []
    sizes = {1: (2, 2, 11), 2: (1, 2, 7, 9), 3: (1, 1, 4, 6, 5)}
    for rank, shape in sizes.items():
        avg, mx = getattr(F, f"avg_pool{rank}d"), getattr(F, f"max_pool{rank}d")
        uneven = [3, 2, 4][:rank]
        for options in ({"kernel": 2}, {"kernel": 3, "stride": 2, "padding": 1}, {"kernel": 3, "stride": 2, "ceilMode": True},
                        {"kernel": 4, "stride": 3, "padding": 2, "ceilMode": True}, {"kernel": uneven, "stride": uneven[::-1]}):
            theirs = {NAMES.get(k, k): v for k, v in options.items()}
            x = draw(*shape, decimals=2)
            cases.append(record(f"avgPool{rank}d", options, avg(x, **theirs), {"x": x}))
            if options.get("padding"):
                x = draw(*shape, decimals=2)
                cases.append(record(f"avgPool{rank}d", {**options, "countIncludePad": False}, avg(x, count_include_pad=False, **theirs), {"x": x}))
            x = draw(*shape, decimals=2)
            y, at = mx(x, return_indices=True, **theirs)
            cases.append(record(f"maxPool{rank}d", options, y, {"x": x}, indices=pack(at)))
        for options in ({"kernel": 2, "dilation": 2}, {"kernel": 3, "stride": 1, "padding": 1, "dilation": [2, 1, 2][:rank]}):
            theirs = {NAMES.get(k, k): v for k, v in options.items()}
            x = draw(*shape, decimals=2)
            y, at = mx(x, return_indices=True, **theirs)
            cases.append(record(f"maxPool{rank}d", options, y, {"x": x}, indices=pack(at)))
        for size in (1, 3, [3, 2, 1][:rank], [None, 4, 7][:rank] if rank > 1 else 4):
            theirs = tuple(size) if isinstance(size, list) else size
            x = draw(*shape, decimals=2)
            cases.append(record(f"adaptiveAvgPool{rank}d", {"size": size}, getattr(F, f"adaptive_avg_pool{rank}d")(x, theirs), {"x": x}))
            x = draw(*shape, decimals=2)
            y, at = getattr(F, f"adaptive_max_pool{rank}d")(x, theirs, return_indices=True)
            cases.append(record(f"adaptiveMaxPool{rank}d", {"size": size}, y, {"x": x}, indices=pack(at)))
        if rank < 3:
            for options in ({"p": 2, "kernel": 2}, {"p": 3, "kernel": 3, "stride": 2}, {"p": 2, "kernel": 3, "stride": 2, "ceilMode": True}):
                x = draw(*shape, decimals=2, low=0.2, high=2)
                y = getattr(F, f"lp_pool{rank}d")(x, float(options["p"]), options["kernel"], options.get("stride"), options.get("ceilMode", False))
                cases.append(record(f"lpPool{rank}d", options, y, {"x": x}))
        for options, size in (({"kernel": 2}, None), ({"kernel": 2}, shape[2:]), ({"kernel": 3, "stride": 3, "padding": 1}, shape[2:])):
            theirs = {NAMES.get(k, k): v for k, v in options.items()}
            source = shape if size else shape[:2] + tuple(n - n % 2 for n in shape[2:])
            y, at = mx(draw(*source, decimals=2), return_indices=True, **theirs)
            x = draw(*y.shape, decimals=2)
            ours = options if size is None else {**options, "size": list(size)}
            back = getattr(F, f"max_unpool{rank}d")(x, at, output_size=size, **theirs)
            unpooled.append({**record(f"maxUnpool{rank}d", ours, back, {"x": x}), "indices": pack(at)})
    save("pools.json", madeBy=MADE_BY, cases=cases, unpooled=unpooled)


def upsampling():
    cases = []
    shapes = {1: (1, 2, 5), 2: (1, 1, 4, 5), 3: (1, 1, 3, 2, 4)}
    modes = {1: ["nearest", "nearest-exact", "linear", "area"], 2: ["nearest", "nearest-exact", "bilinear", "bicubic", "area"],
             3: ["nearest", "nearest-exact", "trilinear", "area"]}
    for rank, shape in shapes.items():
        for mode in modes[rank]:
            smooth = mode.endswith("linear") or mode == "bicubic"
            for options in ({"scaleFactor": 2}, {"scaleFactor": [1.7, 2.4, 0.6][:rank]}, {"size": [7, 3, 4][:rank]}, {"size": 1}):
                for align in ((False, True) if smooth else (False,)):
                    x = draw(*shape, decimals=1)
                    size, factor = options.get("size"), options.get("scaleFactor")
                    y = F.interpolate(x, size=size, scale_factor=factor, mode=mode, align_corners=align if smooth else None)
                    cases.append(record("interpolate", {**options, "mode": mode, **({"alignCorners": True} if align else {})}, y, {"x": x}))
    for factor, shape in ((2, (2, 8, 2, 3)), (3, (1, 9, 2, 2))):
        x = draw(*shape, decimals=1)
        cases.append(record("pixelShuffle", {"factor": factor}, F.pixel_shuffle(x, factor), {"x": x}))
        x = draw(1, 2, 2 * factor, factor, decimals=1)
        cases.append(record("pixelUnshuffle", {"factor": factor}, F.pixel_unshuffle(x, factor), {"x": x}))
    for shape, size, options in (((2, 7, 2, 3), 5, {}), ((1, 6, 3), 4, {"alpha": 0.5, "beta": 0.5, "k": 2}), ((2, 2, 2, 2), 5, {"alpha": 2, "beta": 1.5}),
                                 ((1, 4, 2, 2, 2), 3, {"alpha": 1})):
        x = draw(*shape, decimals=1)
        cases.append(record("localResponseNorm", {"size": size, **options}, F.local_response_norm(x, size, **options), {"x": x}))
    save("upsampling.json", madeBy=MADE_BY, cases=cases)


for part in (convolutions, pools, upsampling):
    part()

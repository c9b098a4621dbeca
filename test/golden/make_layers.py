"""Writes norms.json, recurrent.json, attention.json and layers.json with PyTorch (made with 1.13):
/usr/bin/python3 test/golden/make_layers.py

A case is a layer with its options, parameters and buffers (float64, few decimals), what goes in, what comes out, and the
gradients of sum(output * dy) with respect to inputs and parameters; "buffers" are the running statistics afterwards.
"""
import numpy as np
import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import make_golden
from make_golden import draw, pack, save

make_golden.rng = np.random.default_rng(20250301)
MADE_BY = "test/golden/make_layers.py"


def fill(module, scale=0.5):
    """Parameters with two decimals; weights of norms around 1."""
    for name, p in module.named_parameters():
        values = np.round(make_golden.rng.standard_normal(tuple(p.shape)) * scale, 2)
        if "norm" in name and name.endswith("weight") or p.dim() == 1 and bool((p == 1).all()):
            values = 1 + values / 2
        p.data = torch.tensor(np.round(values, 2))
    return module


def record(layer, args, options, module, inputs, call=None, **extra):
    """inputs: tensors by name; those that require gradients get theirs. call: module and inputs to a tuple of outputs."""
    state = {name: pack(t) for name, t in module.state_dict().items()}
    outputs = call(module, **inputs) if call else module(*inputs.values())
    outputs = [outputs] if torch.is_tensor(outputs) else list(outputs)
    dys = [draw(*y.shape).detach() for y in outputs]
    wanted = {n: t for n, t in inputs.items() if torch.is_tensor(t) and t.requires_grad}
    params = dict(module.named_parameters())
    total = sum((y * dy).sum() for y, dy in zip(outputs, dys) if y.requires_grad)
    grads = torch.autograd.grad(total, list(wanted.values()) + list(params.values()), allow_unused=True)
    names = list(wanted) + list(params)
    def plain(t):
        if not torch.is_tensor(t):
            return t
        packed = pack(t.int() if t.dtype in (torch.int64, torch.bool) else t)
        return {**packed, "dtype": "int32" if t.dtype in (torch.int32, torch.int64) else "bool" if t.dtype == torch.bool else "float"}
    return {
        "layer": layer, "args": args, "options": options, "state": state,
        "inputs": {n: plain(t) for n, t in inputs.items()},
        "outputs": [pack(y) for y in outputs], "dy": [pack(dy) for dy in dys],
        "gradients": {n: pack(g) for n, g in zip(names, grads) if g is not None},
        "buffers": {n: pack(b) for n, b in module.named_buffers() if b.is_floating_point()},
        **extra,
    }


def norms():
    cases = []
    def add(layer, args, options, module, *inputs, train=True):
        fill(module).train(train)
        for name, b in module.named_buffers():
            if b.is_floating_point():
                b.data = torch.tensor(np.round(0.5 + make_golden.rng.random(tuple(b.shape)), 2))
        for i, x in enumerate(inputs):
            cases.append(record(layer, args, options, module, {"x": x}, training=train))
    add("LayerNorm", [5], {}, nn.LayerNorm(5), draw(2, 3, 5))
    add("LayerNorm", [[3, 4]], {"eps": 0.001}, nn.LayerNorm([3, 4], eps=0.001), draw(2, 3, 4))
    add("LayerNorm", [4], {"elementwiseAffine": False}, nn.LayerNorm(4, elementwise_affine=False), draw(3, 4))
    add("GroupNorm", [2, 6], {}, nn.GroupNorm(2, 6), draw(2, 6, 3, 2))
    add("GroupNorm", [1, 4], {"affine": False, "eps": 0.01}, nn.GroupNorm(1, 4, affine=False, eps=0.01), draw(3, 4))
    add("InstanceNorm1d", [3], {}, nn.InstanceNorm1d(3), draw(2, 3, 5))
    add("InstanceNorm2d", [2], {"affine": True}, nn.InstanceNorm2d(2, affine=True), draw(2, 2, 3, 4))
    tracked = nn.InstanceNorm2d(2, affine=True, track_running_stats=True, momentum=0.3)
    options = {"affine": True, "trackRunningStats": True, "momentum": 0.3}
    add("InstanceNorm2d", [2], options, tracked, draw(3, 2, 2, 3))
    add("InstanceNorm2d", [2], options, nn.InstanceNorm2d(2, affine=True, track_running_stats=True, momentum=0.3), draw(3, 2, 2, 3), train=False)
    add("InstanceNorm3d", [2], {}, nn.InstanceNorm3d(2), draw(1, 2, 2, 3, 2))
    add("BatchNorm1d", [3], {"affine": False}, nn.BatchNorm1d(3, affine=False), draw(4, 3, 2))
    add("BatchNorm2d", [2], {"momentum": None}, nn.BatchNorm2d(2, momentum=None), draw(2, 2, 3, 2), draw(2, 2, 3, 2), draw(3, 2, 2, 2))
    add("BatchNorm2d", [2], {"trackRunningStats": False}, nn.BatchNorm2d(2, track_running_stats=False), draw(2, 2, 3, 2), train=False)
    add("BatchNorm3d", [2], {}, nn.BatchNorm3d(2), draw(2, 2, 2, 2, 3))
    add("BatchNorm3d", [2], {"affine": False}, nn.BatchNorm3d(2, affine=False), draw(2, 2, 2, 2, 1), train=False)

    class RMSNorm(nn.Module):  # torch 1.13 has none; the definition
        def __init__(self, shape, eps):
            super().__init__()
            self.weight, self.eps = nn.Parameter(torch.ones(shape)), eps
        def forward(self, x):
            axes = tuple(range(-self.weight.dim(), 0))
            return x * torch.rsqrt(x.pow(2).mean(axes, keepdim=True) + self.eps) * self.weight
    add("RMSNorm", [5], {"eps": 1e-6}, RMSNorm([5], 1e-6), draw(2, 3, 5))
    add("RMSNorm", [[2, 3]], {"eps": 0.01}, RMSNorm([2, 3], 0.01), draw(2, 2, 3))
    save("norms.json", madeBy=MADE_BY, cases=cases)


def recurrent():
    cases = []
    def run(module, x, h=None, c=None, lengths=None):
        state = None if h is None else h if c is None else (h, c)
        if lengths is not None:
            x = pack_padded_sequence(x, lengths, batch_first=module.batch_first, enforce_sorted=False)
        y, state = module(x, state)
        if lengths is not None:
            y, _ = pad_packed_sequence(y, batch_first=module.batch_first, total_length=int(lengths.max()))
        return (y, *(state if isinstance(state, tuple) else (state,)))
    def add(layer, make, options, x, state=0, lengths=None):
        hidden, inputs = options["hidden"], x.shape[-1]
        torch_options = {"num_layers": options.get("layers", 1), "bidirectional": options.get("bidirectional", False),
                         "batch_first": options.get("batchFirst", False), "bias": options.get("bias", True)}
        if "nonlinearity" in options:
            torch_options["nonlinearity"] = options["nonlinearity"]
        module = fill(make(inputs, hidden, **torch_options))
        ours = {{"layers": "numLayers"}.get(k, k): v for k, v in options.items() if k != "hidden"}
        batch = x.shape[0 if torch_options["batch_first"] else 1]
        count = torch_options["num_layers"] * (2 if torch_options["bidirectional"] else 1)
        given = {"x": x}
        for name in ("h", "c")[:state]:
            given[name] = draw(count, batch, hidden)
        if lengths is not None:
            given["lengths"] = torch.tensor(lengths)
        cases.append(record(layer, [inputs, hidden], ours, module, given, run))
    add("RNN", nn.RNN, {"hidden": 3}, draw(4, 2, 2))
    add("RNN", nn.RNN, {"hidden": 2, "nonlinearity": "relu", "bias": False, "bidirectional": True}, draw(3, 2, 3), state=1)
    add("RNN", nn.RNN, {"hidden": 2, "layers": 2, "bidirectional": True, "batchFirst": True}, draw(3, 4, 2), state=1, lengths=[2, 4, 1])
    add("LSTM", nn.LSTM, {"hidden": 3}, draw(4, 2, 2))
    add("LSTM", nn.LSTM, {"hidden": 2, "layers": 2, "bidirectional": True}, draw(3, 2, 3), state=2)
    add("LSTM", nn.LSTM, {"hidden": 2, "bias": False, "batchFirst": True}, draw(2, 3, 3), state=2)
    add("LSTM", nn.LSTM, {"hidden": 2, "layers": 2, "bidirectional": True, "batchFirst": True}, draw(3, 4, 2), state=2, lengths=[3, 1, 4])
    add("LSTM", nn.LSTM, {"hidden": 2}, draw(3, 2, 2), lengths=[1, 3])
    add("GRU", nn.GRU, {"hidden": 3}, draw(4, 2, 2))
    add("GRU", nn.GRU, {"hidden": 2, "layers": 2, "bidirectional": True, "batchFirst": True}, draw(2, 3, 3), state=1)
    add("GRU", nn.GRU, {"hidden": 2, "bias": False}, draw(3, 2, 2), state=1)
    add("GRU", nn.GRU, {"hidden": 2, "layers": 2, "bidirectional": True}, draw(4, 3, 2), state=1, lengths=[2, 4, 3])

    def cell(layer, module, options, state):
        fill(module)
        given = {"x": draw(2, 3)}
        for name in ("h", "c")[:state]:
            given[name] = draw(2, 4)
        def run(m, x, h, c=None):
            y = m(x, h if c is None else (h, c))
            return y if isinstance(y, tuple) else (y,)
        cases.append(record(layer, [3, 4], options, module, given, run))
    cell("RNNCell", nn.RNNCell(3, 4), {}, 1)
    cell("RNNCell", nn.RNNCell(3, 4, bias=False, nonlinearity="relu"), {"bias": False, "nonlinearity": "relu"}, 1)
    cell("LSTMCell", nn.LSTMCell(3, 4), {}, 2)
    cell("GRUCell", nn.GRUCell(3, 4), {}, 1)
    cell("GRUCell", nn.GRUCell(3, 4, bias=False), {"bias": False}, 1)
    save("recurrent.json", madeBy=MADE_BY, cases=cases)


def attention():
    cases = []
    blocked = torch.triu(torch.ones(3, 3, dtype=torch.bool), 1)
    def mha(options, torch_options, q, k=None, v=None, need=True, **masks):
        module = fill(nn.MultiheadAttention(4, 2, **torch_options))
        given = {"q": q, "k": q if k is None else k, "v": q if v is None else v, **masks}
        shared = {"q": q} if k is None else {n: t for n, t in (("q", q), ("k", k), ("v", v)) if t is not None}
        def run(m, **g):
            kk = g.get("k", g["q"])
            y, w = m(g["q"], kk, g.get("v", kk), need_weights=need, average_attn_weights=True,
                     attn_mask=masks.get("attnMask"), key_padding_mask=masks.get("keyPaddingMask"))
            return (y, w) if need else (y,)
        cases.append(record("MultiheadAttention", [4, 2], options, module, {**shared, **masks}, run, needWeights=need))
    first = {"batch_first": True}
    mha({}, {}, draw(3, 2, 4))
    mha({"batchFirst": True}, first, draw(2, 3, 4), need=False, attnMask=blocked)
    mha({"batchFirst": True}, first, draw(2, 3, 4), draw(2, 5, 4), draw(2, 5, 4),
        keyPaddingMask=torch.tensor([[False, False, True, False, True], [False] * 5]))
    mha({"batchFirst": True, "bias": False}, {**first, "bias": False}, draw(2, 3, 4), attnMask=draw(3, 3).detach())
    mha({"batchFirst": True, "kDim": 3, "vDim": 5}, {**first, "kdim": 3, "vdim": 5}, draw(2, 3, 4), draw(2, 2, 3), draw(2, 2, 5))
    mha({"batchFirst": True}, first, draw(2, 3, 4), attnMask=torch.randn(4, 3, 3) > 0.8, keyPaddingMask=torch.tensor([[False, False, True], [False, False, False]]))

    def layer(name, make, options, torch_options, inputs, masks, call):
        module = fill(make(4, 2, dim_feedforward=6, dropout=0.0, **torch_options), 0.4)
        cases.append(record(name, [4, 2], {"dimFeedforward": 6, "dropout": 0, **options}, module, {**inputs, **masks}, call))
    encode = lambda m, x, mask=None, keyPaddingMask=None: (m(x, src_mask=mask, src_key_padding_mask=keyPaddingMask),)
    layer("TransformerEncoderLayer", nn.TransformerEncoderLayer, {}, {}, {"x": draw(3, 2, 4)}, {}, encode)
    layer("TransformerEncoderLayer", nn.TransformerEncoderLayer, {"normFirst": True, "activation": "gelu", "batchFirst": True},
          {"norm_first": True, "activation": "gelu", "batch_first": True}, {"x": draw(2, 3, 4)},
          {"mask": blocked, "keyPaddingMask": torch.tensor([[False, False, True], [False, False, False]])}, encode)
    decode = lambda m, x, memory, mask=None, memoryKeyPaddingMask=None: (
        m(x, memory, tgt_mask=mask, memory_key_padding_mask=memoryKeyPaddingMask),)
    layer("TransformerDecoderLayer", nn.TransformerDecoderLayer, {}, {}, {"x": draw(3, 2, 4), "memory": draw(2, 2, 4)}, {}, decode)
    layer("TransformerDecoderLayer", nn.TransformerDecoderLayer, {"normFirst": True, "activation": "gelu", "batchFirst": True},
          {"norm_first": True, "activation": "gelu", "batch_first": True}, {"x": draw(2, 3, 4), "memory": draw(2, 2, 4)},
          {"mask": blocked, "memoryKeyPaddingMask": torch.tensor([[False, True], [False, False]])}, decode)
    whole = fill(nn.Transformer(4, 2, num_encoder_layers=2, num_decoder_layers=1, dim_feedforward=3, dropout=0.0, batch_first=True), 0.4)
    cases.append(record("Transformer", [], {"dModel": 4, "heads": 2, "encoderLayers": 2, "decoderLayers": 1, "dimFeedforward": 3, "dropout": 0, "batchFirst": True},
                        whole, {"source": draw(1, 3, 4), "target": draw(1, 2, 4), "targetMask": torch.triu(torch.ones(2, 2, dtype=torch.bool), 1)},
                        lambda m, source, target, targetMask: (m(source, target, tgt_mask=targetMask),)))
    save("attention.json", madeBy=MADE_BY, cases=cases)


def layers():
    cases = []
    def add(layer, args, options, module, inputs, call=None):
        cases.append(record(layer, args, options, fill(module), inputs, call))
    index = torch.tensor([[1, 0, 4], [2, 2, 1]])
    add("Embedding", [5, 3], {}, nn.Embedding(5, 3), {"x": index})
    add("Embedding", [5, 3], {"paddingIdx": 2}, nn.Embedding(5, 3, padding_idx=2), {"x": index})
    for mode in ("sum", "mean", "max"):
        add("EmbeddingBag", [5, 3], {"mode": mode}, nn.EmbeddingBag(5, 3, mode=mode), {"x": index})
    add("EmbeddingBag", [5, 3], {"mode": "mean", "paddingIdx": 2}, nn.EmbeddingBag(5, 3, mode="mean", padding_idx=2), {"x": index})
    add("PReLU", [1], {}, nn.PReLU(), {"x": draw(2, 3)})
    add("PReLU", [3], {}, nn.PReLU(3), {"x": draw(2, 3, 2, 2)})
    add("Bilinear", [2, 3, 4], {}, nn.Bilinear(2, 3, 4), {"a": draw(5, 2), "b": draw(5, 3)})
    add("Bilinear", [2, 3, 1], {"bias": False}, nn.Bilinear(2, 3, 1, bias=False), {"a": draw(2, 2, 2), "b": draw(2, 2, 3)})
    add("Unflatten", [1, [2, 3]], {}, nn.Unflatten(1, (2, 3)), {"x": draw(2, 6, 2)})
    save("layers.json", madeBy=MADE_BY, cases=cases)


if __name__ == "__main__":
    for part in (norms, recurrent, attention, layers):
        part()

"""Event files of TensorBoard, byte by byte, with nothing but Python: a wire encoder of protobuf and CRC-32C written out here, numbers of the
histograms and curves from numpy, images compressed by zlib. Writes events.tfevents and tfevents.json.

    python3 test/golden/make_tfevents.py
"""

import json
import struct
import zlib
from pathlib import Path

import numpy as np

here = Path(__file__).parent


# CRC-32C bit by bit: polynomial 0x1EDC6F41, reflected.
def crc32c(data):
    c = 0xFFFFFFFF
    for byte in data:
        c ^= byte
        for _ in range(8):
            c = (c >> 1) ^ (0x82F63B78 if c & 1 else 0)
    return c ^ 0xFFFFFFFF


def masked(data):
    c = crc32c(data)
    return ((c >> 15 | c << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(data):
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked(length)) + data + struct.pack("<I", masked(data))


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def key(number, wire):
    return varint(number << 3 | wire)


def integer(number, n):
    """Zero is the default of proto3, and left out."""
    return b"" if n == 0 else key(number, 0) + varint(n)


def double(number, x):
    return b"" if x == 0 else key(number, 1) + struct.pack("<d", x)


def bytes_(number, data):
    if isinstance(data, str):
        data = data.encode()
    return key(number, 2) + varint(len(data)) + data


def always_float(number, x):
    return key(number, 5) + struct.pack("<f", x)


def event(wall, step, what):
    return record(double(1, wall) + integer(2, step) + what)


def shape(sizes):
    # A size of 0 is the default too: the axis is there, empty.
    return b"".join(bytes_(2, integer(1, n)) for n in sizes)


FLOAT, DOUBLE, STRING = 1, 2, 7


def tensor(dtype, sizes, content=b"", strings=()):
    body = integer(1, dtype) + bytes_(2, shape(sizes))
    if content:
        body += bytes_(4, content)
    return body + b"".join(bytes_(8, s) for s in strings)


SCALAR, TENSOR, BLOBS = 1, 2, 3


def value(tag, plugin, data_class, body, content=None):
    plugin_data = bytes_(1, plugin) + (b"" if not content else bytes_(2, content))
    metadata = bytes_(1, plugin_data) + integer(4, data_class)
    # In the order of the field numbers: tag 1, tensor 8, metadata 9.
    return bytes_(1, bytes_(1, tag) + bytes_(8, body) + bytes_(9, metadata))


def scalar(tag, x):
    return bytes_(1, bytes_(1, tag) + always_float(2, x))


def summary(wall, step, values):
    return event(wall, step, bytes_(5, values))


def png(pixels):
    h, w, c = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", w, h, 8, {1: 0, 3: 2}[c], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def histogram(values, bins):
    counts, edges = np.histogram(np.asarray(values, dtype=np.float64), bins)
    return np.stack([edges[:-1], edges[1:], counts.astype(np.float64)], axis=1)


def pr_curve(labels, scores, n):
    labels, scores = np.asarray(labels), np.asarray(scores, dtype=np.float64)
    at = np.floor(scores * (n - 1)).astype(int)
    tp = np.array([np.sum((at >= i) & (labels == 1)) for i in range(n)], dtype=np.float64)
    fp = np.array([np.sum((at >= i) & (labels == 0)) for i in range(n)], dtype=np.float64)
    tn, fn = fp[0] - fp, tp[0] - tp
    rows = [tp, fp, tn, fn, tp / np.maximum(1e-7, tp + fp), tp / np.maximum(1e-7, tp + fn)]
    return np.stack(rows).astype("<f4")


def node(name, op, inputs, sizes):
    # attr 5 is a map: entries of key 1 and value 2. AttrValue: list 1 {shape 7}, type 6.
    shapes = bytes_(5, bytes_(1, "_output_shapes") + bytes_(2, bytes_(1, bytes_(7, shape(sizes)))))
    dtype = bytes_(5, bytes_(1, "dtype") + bytes_(2, key(6, 0) + varint(FLOAT)))
    return bytes_(1, bytes_(1, name) + bytes_(2, op) + b"".join(bytes_(3, i) for i in inputs) + shapes + dtype)


rng = np.random.default_rng(0)
cases = {
    "wallTime": 1700000000.25,
    "scalars": [[0, 0.5], [1, 0.0], [300, -1.25], [2**40, 1e-3]],
    "text": "Größe **3** ✓",
    "histogram": {"values": np.round(rng.normal(size=100), 1).tolist(), "bins": 12},
    "constant": {"values": [2.5, 2.5, 2.5], "bins": 30},
    "prCurve": {"labels": [0, 1, 1, 0, 1, 0, 1, 1], "scores": [0.0, 0.25, 0.9, 0.4, 1.0, 0.95, 0.5, 0.5], "thresholds": 5},
    "hparams": {"lr": 0.1, "optimizer": "SGD", "augment": True, "layers": 0},
    "metrics": {"hparam/accuracy": 0.875},
    "image": {"shape": [2, 3, 2, 2], "data": rng.integers(0, 256, 24).tolist()},
    "grey": {"shape": [1, 2, 3], "data": [0.0, 0.25, 0.5, 0.75, 1.0, 2.0]},
}

t = cases["wallTime"]
out = event(t, 0, bytes_(3, "brain.Event:2"))
for step, x in cases["scalars"]:
    out += summary(t, step, scalar("loss/train", x))
out += summary(t, 3, value("notes", "text", TENSOR, tensor(STRING, [], strings=[cases["text"]])))
for name in ["histogram"]:
    rows = histogram(**cases[name])
    out += summary(t, 4, value("weights", "histograms", TENSOR, tensor(DOUBLE, rows.shape, rows.astype("<f8").tobytes())))
out += summary(t, 5, value("weights", "histograms", TENSOR, tensor(DOUBLE, [1, 3], struct.pack("<3d", 2.0, 3.0, 3.0))))
c = cases["prCurve"]
rows = pr_curve(c["labels"], c["scores"], c["thresholds"])
out += summary(t, 6, value("cats", "pr_curves", TENSOR, tensor(FLOAT, rows.shape, rows.tobytes()), integer(2, c["thresholds"])))


def hparam_value(x):
    if isinstance(x, bool):
        return key(4, 0) + varint(int(x))
    return bytes_(3, x) if isinstance(x, str) else key(2, 1) + struct.pack("<d", x)


def hparam_type(x):
    return 2 if isinstance(x, bool) else 1 if isinstance(x, str) else 3


nothing = tensor(FLOAT, [0])
infos = b"".join(bytes_(4, bytes_(1, k) + integer(4, hparam_type(v))) for k, v in cases["hparams"].items())
metrics = b"".join(bytes_(5, bytes_(1, bytes_(2, k))) for k in cases["metrics"])
start = b"".join(bytes_(1, bytes_(1, k) + bytes_(2, hparam_value(v))) for k, v in cases["hparams"].items()) + double(5, t)
end = integer(1, 1) + double(2, t)
out += summary(t, 0, value("_hparams_/experiment", "hparams", TENSOR, nothing, bytes_(2, infos + metrics)))
out += summary(t, 0, value("_hparams_/session_start_info", "hparams", TENSOR, nothing, bytes_(3, start)))
out += summary(t, 0, value("_hparams_/session_end_info", "hparams", TENSOR, nothing, bytes_(4, end)))
for tag, x in cases["metrics"].items():
    out += summary(t, 0, scalar(tag, x))

images = np.array(cases["image"]["data"], dtype=np.uint8).reshape(cases["image"]["shape"]).transpose(0, 2, 3, 1)
files = [png(image) for image in images]
out += summary(t, 7, value("batch", "images", BLOBS, tensor(STRING, [4], strings=["2", "2", *files])))
grey = np.clip(np.round(255 * np.array(cases["grey"]["data"])), 0, 255).astype(np.uint8).reshape(1, 2, 3).transpose(1, 2, 0)
out += summary(t, 8, value("grey", "images", BLOBS, tensor(STRING, [3], strings=["3", "2", png(grey)])))

graph = (
    node("input", "Input", [], [1, 3])
    + node("Linear/weight", "Parameter", [], [2, 3])
    + node("Linear/bias", "Parameter", [], [2])
    + node("Linear/linear", "linear", ["input", "Linear/weight", "Linear/bias"], [1, 2])
    + node("output", "Output", ["Linear/linear"], [1, 2])
    + bytes_(4, integer(1, 22))
)
out += event(t, 0, bytes_(4, graph))

(here / "events.tfevents").write_bytes(out)
(here / "tfevents.json").write_text(json.dumps(cases, ensure_ascii=False) + "\n")
assert crc32c(bytes(32)) == 0x8A9136AA and crc32c(b"123456789") == 0xE3069283
print(len(out), "bytes")

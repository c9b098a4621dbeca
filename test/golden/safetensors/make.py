"""Makes mixed.safetensors (what our encoder must produce, byte for byte) and foreign.safetensors (types that we only read).

Written from the format's description with struct and json alone: python3 test/golden/safetensors/make.py
"""
import json
import pathlib
import struct

here = pathlib.Path(__file__).parent


def write(path, tensors, metadata=None):
    """tensors: (name, dtype, shape, bytes) in file order."""
    header, offset = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name, dtype, shape, data in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for *_, data in tensors))


write(
    here / "mixed.safetensors",
    [
        ("double", "F64", [2], struct.pack("<2d", 0.1, -1e300)),
        ("conv1.weight", "F32", [2, 1, 1, 2], struct.pack("<4f", 1.5, -2.25, float("inf"), float("nan"))),
        ("empty", "F32", [0, 3], b""),
        ("scalar", "F32", [], struct.pack("<f", 3.25)),
        ("10", "I32", [3], struct.pack("<3i", -1, 0, 2147483647)),
        ("2", "U8", [2, 2], bytes([0, 1, 254, 255])),
        ("maske", "BOOL", [3], bytes([1, 0, 1])),
        ("maskä", "BOOL", [1], bytes([1])),
    ],
    {"format": "test", "note": 'quotes " and \\ and ü'},
)

write(
    here / "foreign.safetensors",
    [
        ("long", "I64", [3], struct.pack("<3q", -5, 0, 2147483647)),
        ("half", "F16", [7], struct.pack("<4e", 1.0, -2.5, 65504.0, 2.0**-24) + struct.pack("<3H", 0x7C00, 0xFC00, 0x7E00)),
        # bfloat16 is the upper half of a float32: 1, −3.140625, 2⁻¹³³ (subnormal), ∞
        ("brain", "BF16", [4], struct.pack("<4H", 0x3F80, 0xC049, 0x0001, 0x7F80)),
    ],
)

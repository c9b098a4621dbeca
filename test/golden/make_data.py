"""Writes data.json: image operations of torchvision, synthetic sets of scikit-learn, arrays as numpy writes them: /usr/bin/python3 test/golden/make_data.py

Images are [C, H, W] with values 0 to 1 in steps of 1/255, in float64 where torchvision allows it. Made with torchvision 0.14, scikit-learn 1.2, numpy.
"""
import base64
import io
import json
import os

import numpy as np
import sklearn
import torch
import torch.nn.functional as F
import torchvision
import torchvision.transforms.functional as T
from sklearn.datasets import make_circles, make_moons
from torchvision.transforms import InterpolationMode as Mode

from make_golden import HERE, pack

rng = np.random.default_rng(20240701)
bytes_ = rng.integers(0, 256, (3, 6, 7))
image = torch.tensor(bytes_ / 255.0)
grey = image[:1]
whole = torch.tensor(bytes_.astype(np.uint8))
# A few levels only, so that equalizing has something to do.
coarse = torch.tensor((rng.integers(0, 12, (1, 20, 20)) ** 2).astype(np.uint8))

NEAREST, BILINEAR = Mode.NEAREST, Mode.BILINEAR

inputs = {"image": image, "grey": grey, "whole": whole, "dull": image * 0.5 + 0.2, "coarse": coarse}
operations = []


def short(t):
    """Like pack, seven decimals: transforms work in float32."""
    return {"shape": list(t.shape), "data": [int(v) if v == int(v) else round(v, 7) for v in t.double().reshape(-1).tolist()]}


def case(name, x, f, **arguments):
    operations.append({"name": name, "x": x, "y": short(f(inputs[x])), "arguments": arguments})


for angle in (66, -20, 90, 180):
    for mode in (BILINEAR, NEAREST) if angle % 90 else (BILINEAR,):
        case("rotate", "image", lambda x: T.rotate(x, angle, mode), angle=angle, interpolation=mode.value)
for angle, translate, scale, shear in ((0, (2, -1), 1.0, (0, 0)), (15, (1, 2), 1.2, (10, 0)), (-40, (0, 0), 0.7, (-5, 8))):
    for mode in (BILINEAR, NEAREST):
        affine = lambda x: T.affine(x, angle, list(translate), scale, list(shear), mode)
        case("affine", "image", affine, angle=angle, translate=translate, scale=scale, shear=shear, interpolation=mode.value)
corners = [[0, 0], [6, 0], [6, 5], [0, 5]]
moved = [[1, 2], [5, 1], [6, 4], [2, 5]]
case("perspective", "image", lambda x: T.perspective(x, corners, moved, BILINEAR), start=corners, end=moved)
for factor in (0.4, 1.0, 1.7):
    for name, f in (("brightness", T.adjust_brightness), ("contrast", T.adjust_contrast), ("saturation", T.adjust_saturation),
                    ("sharpness", T.adjust_sharpness)):
        case(name, "image", lambda x: f(x, factor), factor=factor)
        if name in ("contrast", "saturation"):
            case(name, "grey", lambda x: f(x, factor), factor=factor)
for turns in (-0.5, -0.1, 0.0, 0.23, 0.5):
    case("hue", "image", lambda x: T.adjust_hue(x, turns), turns=turns)
case("grayscale", "image", lambda x: T.rgb_to_grayscale(x, 3))
for size, sigma in ((3, 0.5), (5, 1.3), (7, 2.0)):
    case("blur", "image", lambda x: T.gaussian_blur(x, [size, size], [sigma, sigma]), size=size, sigma=sigma)
for height, width in ((4, 5), (6, 7), (9, 13), (3, 15)):
    resize = lambda x: F.interpolate(x[None], (height, width), mode="bilinear", align_corners=False, antialias=True)[0]
    case("resize", "image", resize, height=height, width=width)
crop = lambda x: F.interpolate(x[None, :, 1:6, 2:6], (3, 6), mode="bilinear", align_corners=False, antialias=True)[0]
case("resizedCrop", "image", crop, top=1, left=2, boxHeight=5, boxWidth=4, height=3, width=6)
for bits in (1, 3, 8):
    case("posterize", "whole", lambda x: T.posterize(x, bits), bits=bits)
for threshold in (0.0, 0.5, 0.9):
    case("solarize", "image", lambda x: T.solarize(x, threshold), threshold=threshold)
case("autocontrast", "dull", T.autocontrast)
case("equalize", "coarse", T.equalize)
case("equalize", "whole", T.equalize)

synthetic = []
for samples in (10, 11):
    x, y = make_moons(samples, shuffle=False)
    synthetic.append({"name": "moons", "samples": samples, "x": pack(torch.tensor(x)), "y": y.tolist()})
    x, y = make_circles(samples, shuffle=False, factor=0.3)
    synthetic.append({"name": "circles", "samples": samples, "factor": 0.3, "x": pack(torch.tensor(x)), "y": y.tolist()})


def npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return base64.b64encode(file.getvalue()).decode()


arrays = []
for dtype in ("?", "i1", "u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"):
    values = np.arange(6).reshape(2, 3) % 2 if dtype == "?" else np.array([[0, 1, 2], [3, 100, 7]])
    if "i" in dtype or "f" in dtype:
        values = values * np.array([1, -1, 1])
    if "f" in dtype:
        values = values * 0.25
    array = values.astype(dtype)
    arrays.append({"dtype": dtype, "fortran": False, "npy": npy(array), "values": array.astype(float).tolist()})
fortran = np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4))
arrays.append({"dtype": "<f4", "fortran": True, "npy": npy(fortran), "values": fortran.tolist()})
arrays.append({"dtype": "<f8", "fortran": False, "npy": npy(np.array(2.5)), "values": 2.5})
arrays.append({"dtype": "<f4", "fortran": False, "npy": npy(np.zeros((0, 3), "<f4")), "values": []})
arrays.append({"dtype": "<f4", "fortran": False, "npy": npy(np.ones(2, "<f4"), version=(2, 0)), "values": [1, 1]})
special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 6e-8, 6.1e-5, 65504, 1 / 3], "<f2")
half = {"npy": npy(special), "values": ["NaN" if np.isnan(v) else "Infinity" if v == np.inf else "-Infinity" if v == -np.inf else float(v) for v in special]}

npz = {}
for name, save in (("stored", np.savez), ("deflated", np.savez_compressed)):
    file = io.BytesIO()
    save(file, x=np.arange(6, dtype="<f4").reshape(2, 3), y=np.array([1, 0], "<i8"))
    npz[name] = base64.b64encode(file.getvalue()).decode()

with open(os.path.join(HERE, "data.json"), "w") as file:
    content = {"madeBy": "test/golden/make_data.py", "torchvision": torchvision.__version__, "sklearn": sklearn.__version__, "numpy": np.__version__,
               "inputs": {name: pack(t.double()) for name, t in inputs.items()}, "operations": operations, "synthetic": synthetic, "arrays": arrays, "half": half, "npz": npz}
    json.dump(content, file, separators=(",", ":"), allow_nan=False)
    file.write("\n")

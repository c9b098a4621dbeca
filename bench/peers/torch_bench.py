"""The workloads of `npm run bench` in PyTorch: torch_bench.py WORKLOAD THREADS SECONDS → one JSON line.
torch_bench.py export BATCH PATH writes the ConvNet as ONNX, for peers that read it.

w1, w2 and w7 are timed with default (NCHW) and channels-last memory; the better one is reported, both are in the line.
"""
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def convnet():
    return nn.Sequential(
        nn.Conv2d(3, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1024, 1000), nn.ReLU(), nn.Linear(1000, 10),
    )


def median_ms(step, seconds):
    for _ in range(3):
        step()
    warm = time.perf_counter()
    while time.perf_counter() - warm < 0.5:
        step()
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < seconds:
        t = time.perf_counter()
        step()
        times.append(time.perf_counter() - t)
    times.sort()
    return times[len(times) // 2] * 1e3


def w1(seconds):
    results = {}
    for name, layout in (("default", torch.contiguous_format), ("channelsLast", torch.channels_last)):
        torch.manual_seed(0)
        model = convnet().to(memory_format=layout)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        x = torch.randn(128, 3, 32, 32).to(memory_format=layout)
        y = torch.randint(0, 10, (128,))

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            loss.item()

        results[name] = median_ms(step, seconds)
    return 128, results


def w2(batch):
    def run(seconds):
        results = {}
        for name, layout in (("default", torch.contiguous_format), ("channelsLast", torch.channels_last)):
            model = convnet().to(memory_format=layout).eval()
            x = torch.randn(batch, 3, 32, 32).to(memory_format=layout)

            def step():
                with torch.inference_mode():
                    model(x)[0, 0].item()

            results[name] = median_ms(step, seconds)
        return batch, results
    return run


def w3(seconds):
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x, y = torch.randn(64, 784), torch.randint(0, 10, (64,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()

    return 64, {"default": median_ms(step, seconds)}


def w4(seconds):
    model = nn.Sequential(nn.Linear(2, 7), nn.Tanh(), nn.Linear(7, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    xs = [torch.tensor([[a, b]]) for a in (0.0, 1.0) for b in (0.0, 1.0)]
    ys = [torch.tensor([[float(a != b)]]) for a in (0, 1) for b in (0, 1)]

    def step():
        for i in range(500):
            optimizer.zero_grad(set_to_none=True)
            loss = F.binary_cross_entropy_with_logits(model(xs[i & 3]), ys[i & 3])
            loss.backward()
            optimizer.step()
        loss.item()

    return 1, {"default": median_ms(step, seconds) / 500}


class CharacterLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(128, 256, batch_first=True), nn.Linear(256, 65)

    def forward(self, x):
        return self.head(self.lstm(x)[0])


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x, mask):
        n, t, d = x.shape
        q, k, v = (a.view(n, t, self.heads, d // self.heads).transpose(1, 2) for a in self.qkv(self.norm1(x)).split(d, dim=2))
        scores = (q @ k.transpose(-2, -1)) * (1 / (d // self.heads) ** 0.5) + mask
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, d)
        x = x + self.out(y)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, vocabulary=65, context=128, layers=4, heads=4, d=128):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, d), nn.Embedding(context, d)
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, vocabulary, bias=False)
        self.register_buffer("mask", torch.full((context, context), float("-inf")).triu(1))

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions.weight
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


def sequence_training(model, optimizer, x, y, seconds):
    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        loss.item()

    return {"default": median_ms(step, seconds)}


def w5(seconds):
    model = CharacterLstm()
    x, y = torch.randn(32, 64, 128), torch.randint(0, 65, (32, 64))
    return 32, sequence_training(model, torch.optim.Adam(model.parameters(), lr=1e-3), x, y, seconds)


def w6(seconds):
    model = Gpt()
    x, y = torch.randint(0, 65, (16, 128)), torch.randint(0, 65, (16, 128))
    return 16, sequence_training(model, torch.optim.AdamW(model.parameters(), lr=1e-3), x, y, seconds)


class BasicBlock(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o)) if stride > 1 or i != o else None

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(y)) + shortcut, inplace=True)


def resnet18():
    stages = []
    for i, o in ((64, 64), (64, 128), (128, 256), (256, 512)):
        stages += [BasicBlock(i, o, 1 if i == o else 2), BasicBlock(o, o, 1)]
    return nn.Sequential(
        nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), *stages,
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10),
    )


def w7(seconds):
    results = {}
    for name, layout in (("default", torch.contiguous_format), ("channelsLast", torch.channels_last)):
        model = resnet18().to(memory_format=layout)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
        x = torch.randn(64, 3, 32, 32).to(memory_format=layout)
        y = torch.randint(0, 10, (64,))

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            loss.item()

        results[name] = median_ms(step, seconds)
    return 64, results


def augmentation(seconds):
    from torchvision import transforms as T
    images = torch.randint(0, 256, (1280, 3, 32, 32), dtype=torch.uint8)
    change = T.Compose([T.RandomCrop(32, padding=4), T.RandomHorizontalFlip(), T.ColorJitter(0.4, 0.4, 0.4, 0.1),
                        T.ConvertImageDtype(torch.float32), T.Normalize((0.5,) * 3, (0.25,) * 3)])
    order = torch.randperm(1280)
    place = 0

    def step():
        nonlocal place
        batch = torch.stack([change(images[i]) for i in order[place:place + 128]])
        place = (place + 128) % 1280
        return batch

    return 128, {"default": median_ms(step, seconds)}


def export(batch, path):
    torch.onnx.export(convnet().eval(), torch.randn(batch, 3, 32, 32), path, opset_version=13)


def main():
    if sys.argv[1] == "export":
        return export(int(sys.argv[2]), sys.argv[3])
    workload, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    batch, results = {"w1": w1, "w2-b128": w2(128), "w2-b1": w2(1), "w3": w3, "w4": w4, "w5": w5, "w6": w6, "w7": w7,
                      "augmentation": augmentation}[workload](seconds)
    best = min(results.values())
    print(json.dumps({"workload": workload, "threads": threads, "msPerStep": best,
                      "samplesPerSecond": batch / best * 1e3, "layouts": results, "torch": torch.__version__}))


main()

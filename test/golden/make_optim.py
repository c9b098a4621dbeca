"""Writes the golden values of src/optim with PyTorch (made with 1.13) and SciPy: /usr/bin/python3 test/golden/make_optim.py

Optimisers run on the start and the gradients of optimizers.json. Option names are nabla's; `theirs` translates.
"""
import inspect
import json
import os
import sys

import numpy as np
import torch
import torch.nn as nn
from scipy.optimize import least_squares

from make_golden import HERE, number, pack

torch.set_default_dtype(torch.float64)


def save(name, **content):
    content = {"madeBy": "test/golden/make_optim.py", "torch": torch.__version__, **content}
    with open(os.path.join(HERE, name), "w") as file:
        json.dump(content, file, separators=(",", ":"), allow_nan=False)
        file.write("\n")


# ------------------------------------------------------------------------------------------------------- optimisers
NAMES = {"weightDecay": "weight_decay", "lrDecay": "lr_decay", "initialAccumulator": "initial_accumulator_value",
         "momentumDecay": "momentum_decay", "lambda": "lambd", "stepSizes": "step_sizes"}

# Optimiser, options, options of the group of parameter 0, factor of all learning rates after each step.
CASES = [
    ("SGD", {"lr": 0.05, "momentum": 0.9, "weightDecay": 0.01}, {"lr": 0.02, "weightDecay": 0}, 0.98),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "maximize": True, "dampening": 0.1}, {}, 1),
    ("Adam", {"lr": 0.02, "weightDecay": 0.05}, {"lr": 0.01, "betas": [0.8, 0.9]}, 0.98),
    ("Adam", {"lr": 0.02, "amsgrad": True}, {}, 1),
    ("Adam", {"lr": 0.02, "amsgrad": True, "weightDecay": 0.05, "maximize": True}, {"eps": 0.01}, 1.01),
    ("AdamW", {"lr": 0.02, "weightDecay": 0.1, "amsgrad": True}, {"weightDecay": 0}, 0.98),
    ("Adagrad", {"lr": 0.1}, {}, 1),
    ("Adagrad", {"lr": 0.1, "lrDecay": 0.02, "weightDecay": 0.01, "initialAccumulator": 0.5, "eps": 1e-6}, {"lr": 0.05}, 0.99),
    ("Adadelta", {}, {}, 1),
    ("Adadelta", {"lr": 0.7, "rho": 0.8, "eps": 1e-4, "weightDecay": 0.01}, {"weightDecay": 0}, 0.99),
    ("RMSprop", {"lr": 0.01}, {}, 1),
    ("RMSprop", {"lr": 0.01, "alpha": 0.9, "momentum": 0.8, "weightDecay": 0.02}, {"momentum": 0}, 0.98),
    ("RMSprop", {"lr": 0.02, "centered": True, "eps": 1e-4}, {"lr": 0.005}, 0.99),
    ("RMSprop", {"lr": 0.01, "centered": True, "momentum": 0.9, "maximize": True}, {}, 1),
    ("Adamax", {}, {}, 1),
    ("Adamax", {"lr": 0.02, "betas": [0.8, 0.95], "eps": 1e-6, "weightDecay": 0.05}, {"weightDecay": 0}, 0.98),
    ("NAdam", {}, {}, 1),
    ("NAdam", {"lr": 0.01, "betas": [0.8, 0.95], "momentumDecay": 0.05, "weightDecay": 0.05}, {"lr": 0.03}, 0.98),
    ("RAdam", {}, {}, 1),
    ("RAdam", {"lr": 0.02, "betas": [0.8, 0.95], "weightDecay": 0.05}, {"weightDecay": 0}, 0.98),
    ("Rprop", {}, {}, 1),
    ("Rprop", {"lr": 0.05, "etas": [0.6, 1.3], "stepSizes": [0.001, 0.2]}, {"lr": 0.1}, 1),
    ("ASGD", {"lr": 0.05, "t0": 20}, {}, 1),
    ("ASGD", {"lr": 0.05, "lambda": 0.02, "alpha": 0.6, "t0": 0, "weightDecay": 0.01}, {"lr": 0.02}, 1),
]


def correct_nadam():
    """1.13 multiplies mu into the next product twice, which later releases mended."""
    module = sys.modules["torch.optim.nadam"]
    source = inspect.getsource(module._single_tensor_nadam)
    mended = source.replace("mu_product * mu * mu_next", "mu_product * mu_next")
    assert mended != source
    exec(mended, module.__dict__)


def theirs(options):
    return {NAMES.get(k, k): tuple(v) if isinstance(v, list) else v for k, v in options.items()}


def optimizers():
    correct_nadam()
    with open(os.path.join(HERE, "optimizers.json")) as file:
        stored = json.load(file)
    start = [torch.tensor(p["data"]).reshape(p["shape"]) for p in stored["start"]]
    cases = []
    for name, options, group, factor in CASES:
        parameters = [nn.Parameter(p.clone()) for p in start]
        groups = [{"params": [parameters[0]], **theirs(group)}, {"params": [parameters[1]]}]
        optimizer = getattr(torch.optim, name)(groups, **theirs(options))
        kept = {}
        for step in range(1, stored["steps"] + 1):
            for p, g in zip(parameters, stored["gradients"][step - 1]):
                p.grad = torch.tensor(g).reshape(p.shape)
            optimizer.step()
            for g in optimizer.param_groups:
                g["lr"] *= factor
            if step in (1, 2, 10, 100):
                kept[step] = [pack(p) for p in parameters]
        case = {"optimizer": name, "options": options, "group": group, "lrFactor": factor, "after": kept}
        if name == "ASGD":
            case["averages"] = [pack(optimizer.state[p]["ax"]) for p in parameters]
        cases.append(case)
    save("optimizerFamily.json", cases=cases, clipping=clipping())


def clipping():
    gradients = [torch.tensor([[1.5, -2.0, 0.25], [4.0, 0.0, -3.5]]), torch.tensor([0.5, -6.0])]
    cases = []
    for norm_type in (1, 2, 3.5, float("inf")):
        for max_norm in (2.0, 100.0):
            parameters = [nn.Parameter(torch.zeros_like(g)) for g in gradients]
            for p, g in zip(parameters, gradients):
                p.grad = g.clone()
            norm = nn.utils.clip_grad_norm_(parameters, max_norm, norm_type)
            cases.append({"normType": number(norm_type), "maxNorm": max_norm, "norm": number(norm.item()), "after": [pack(p.grad) for p in parameters]})
    return {"gradients": [pack(g) for g in gradients], "cases": cases}


# -------------------------------------------------------------------------------------------------------- schedules
def rates(build, times, base=0.1, metrics=None):
    """The rates that a scheduler gives, built on an optimiser of rate `base`."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=base)
    scheduler, out = build(optimizer), []
    for t in range(times):
        out.append(number(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step(*([] if metrics is None else [metrics[t]]))
    return out


def schedules():
    lr = torch.optim.lr_scheduler
    losses = [1, 0.9, 0.95, 0.91, 0.8, 0.79995, 0.8, 0.81, 0.82, 0.7, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75]
    accuracies = [0.5, 0.6, 0.605, 0.61, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]
    plans = [
        ("multiStep", {"milestones": [3, 7, 8], "gamma": 0.5}, lambda o: lr.MultiStepLR(o, [3, 7, 8], 0.5)),
        ("fractionalDecay", {"decay": 0.3}, lambda o: lr.LambdaLR(o, lambda t: 1 / (1 + 0.3 * t))),
        ("inverseSquareRoot", {}, lambda o: lr.LambdaLR(o, lambda t: (t + 1) ** -0.5)),
        ("robbinsMonro", {"power": 0.75}, lambda o: lr.LambdaLR(o, lambda t: (t + 1) ** -0.75)),
        ("polynomial", {"power": 2, "period": 12}, lambda o: lr.PolynomialLR(o, 12, 2)),
        ("linear", {"start": 0.2, "end": 0.9, "steps": 6}, lambda o: lr.LinearLR(o, 0.2, 0.9, 6)),
        ("cosineRestarts", {"period": 3, "factor": 2, "minLr": 0.01}, lambda o: lr.CosineAnnealingWarmRestarts(o, 3, 2, 0.01)),
        ("cosineRestarts", {"period": 5}, lambda o: lr.CosineAnnealingWarmRestarts(o, 5)),
        ("oneCycle", {}, lambda o: lr.OneCycleLR(o, 0.1, 20, cycle_momentum=False)),
        ("oneCycle", {"rise": 0.45, "divFactor": 10, "finalDivFactor": 100, "anneal": "linear"},
         lambda o: lr.OneCycleLR(o, 0.1, 20, pct_start=0.45, anneal_strategy="linear", div_factor=10, final_div_factor=100, cycle_momentum=False)),
        ("oneCycle", {"threePhase": True}, lambda o: lr.OneCycleLR(o, 0.1, 20, three_phase=True, cycle_momentum=False)),
        ("cyclic", {"minLr": 0.02, "up": 3}, lambda o: lr.CyclicLR(o, 0.02, 0.1, 3, cycle_momentum=False)),
        ("cyclic", {"minLr": 0.02, "up": 2, "down": 5, "shape": "triangular2"},
         lambda o: lr.CyclicLR(o, 0.02, 0.1, 2, 5, mode="triangular2", cycle_momentum=False)),
        ("cyclic", {"minLr": 0.02, "up": 4, "shape": "exponential", "gamma": 0.9},
         lambda o: lr.CyclicLR(o, 0.02, 0.1, 4, mode="exp_range", gamma=0.9, cycle_momentum=False)),
        ("transformer", {"modelSize": 64, "warmup": 5}, lambda o: lr.LambdaLR(o, lambda t: 64 ** -0.5 * min((t + 1) ** -0.5, (t + 1) * 5 ** -1.5))),
        ("warmup of stepDecay", {"steps": 4, "every": 3}, lambda o: lr.ChainedScheduler([lr.StepLR(o, 3), lr.LinearLR(o, 0.25, 1, 3)])),
        ("chained", {"every": 4, "gamma": 0.9}, lambda o: lr.ChainedScheduler([lr.StepLR(o, 4), lr.ExponentialLR(o, 0.9)])),
        ("sequential", {"milestones": [4], "start": 0.1, "steps": 4, "gamma": 0.8},
         lambda o: lr.SequentialLR(o, [lr.LinearLR(o, 0.1, 1, 4), lr.ExponentialLR(o, 0.8)], [4])),
    ]
    cases = [{"schedule": name, "options": options, "baseLr": 0.1, "lr": rates(build, 20)} for name, options, build in plans]
    for options, metrics, build in (
        ({"patience": 1, "factor": 0.5}, losses, lambda o: lr.ReduceLROnPlateau(o, patience=1, factor=0.5)),
        ({"patience": 2, "cooldown": 2, "minLr": 0.002, "threshold": 0.05, "thresholdMode": "absolute"}, losses,
         lambda o: lr.ReduceLROnPlateau(o, patience=2, cooldown=2, min_lr=0.002, threshold=0.05, threshold_mode="abs")),
        ({"mode": "max", "patience": 1, "factor": 0.3, "threshold": 0.02}, accuracies,
         lambda o: lr.ReduceLROnPlateau(o, mode="max", patience=1, factor=0.3, threshold=0.02, eps=0)),
    ):
        cases.append({"schedule": "plateau", "options": options, "baseLr": 0.1, "metrics": metrics, "lr": rates(build, 20, metrics=metrics)})
    save("scheduleFamily.json", cases=cases)


# ------------------------------------------------------------------------------------------- methods for full batches
def lbfgs(parameters, loss, steps, **options):
    """Loss and parameters after each iteration of torch.optim.LBFGS."""
    optimizer = torch.optim.LBFGS(parameters, max_iter=1, **options)

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    path = []
    for _ in range(steps):
        before = optimizer.step(closure).item()
        path.append({"before": number(before), "x": [number(v) for p in parameters for v in p.detach().reshape(-1).tolist()]})
    return path


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def full_batch():
    random = np.random.default_rng(5)
    inputs = torch.tensor(np.round(random.standard_normal((12, 3)), 2))
    labels = torch.tensor(np.round(random.random(12)))

    def logistic(options):
        w, b = nn.Parameter(torch.tensor([0.3, -0.2, 0.1])), nn.Parameter(torch.tensor(0.0))
        loss = lambda: nn.functional.binary_cross_entropy_with_logits(inputs @ w + b, labels) + 0.01 * (w * w).sum()
        return lbfgs([w, b], loss, 8, **options)

    def bananas(options, steps):
        x = nn.Parameter(torch.tensor([-1.2, 1.0]))
        return lbfgs([x], lambda: rosenbrock(x), steps, **options)

    paths = [
        {"problem": "rosenbrock", "options": {}, "path": bananas({"line_search_fn": "strong_wolfe"}, 20)},
        {"problem": "rosenbrock", "options": {"historySize": 2, "lr": 0.7}, "path": bananas({"line_search_fn": "strong_wolfe", "history_size": 2, "lr": 0.7}, 15)},
        {"problem": "logistic", "options": {}, "path": logistic({"line_search_fn": "strong_wolfe"})},
        {"problem": "logistic", "options": {"lr": 0.5, "fixed": True}, "path": logistic({"lr": 0.5})},
    ]

    # Curves: y = a·exp(b·t) + c and a·exp(−(t − m)²/2s²) + c, with noise.
    t = np.round(np.linspace(0, 4, 25), 3)
    noise = np.round(0.05 * random.standard_normal((2, 25)), 3)
    models = {
        "exponential": (lambda p: p[0] * np.exp(p[1] * t) + p[2], [2.5, -1.3, 0.5], [1, -0.5, 0]),
        "peak": (lambda p: p[0] * np.exp(-((t - p[1]) ** 2) / (2 * p[2] ** 2)) + p[3], [3, 1.7, 0.6, 0.2], [2, 2, 1, 0]),
    }
    fits = []
    for k, (name, (model, truth, start)) in enumerate(models.items()):
        y = np.round(model(truth) + noise[k], 3)
        found = least_squares(lambda p: model(p) - y, start, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15)
        fits.append({"model": name, "t": t.tolist(), "y": y.tolist(), "start": start,
                     "x": [number(v) for v in found.x], "cost": number(found.cost)})
    save("fullBatch.json", inputs=pack(inputs), labels=pack(labels), paths=paths, fits=fits)


# --------------------------------------------------------------------------------------------------- linear systems
def linear_systems():
    random = np.random.default_rng(11)
    cases = []
    for n in (1, 2, 5, 12):
        a = np.round(random.standard_normal((n, n)), 2)
        symmetric = np.round((a + a.T) / 2, 2)
        dominant = symmetric + np.diag(np.round(np.abs(symmetric).sum(1) + 0.5, 2))
        b = np.round(random.standard_normal(n), 2)
        residuals = {}
        for name, omega in (("jacobi", 0), ("gaussSeidel", 1), ("successiveOverRelaxation", 1.2)):
            x, history = np.zeros(n), []
            for _ in range(4):
                history.append(number(np.linalg.norm(b - dominant @ x) / np.linalg.norm(b)))
                d, lower = np.diag(np.diag(dominant)), np.tril(dominant, -1)
                m = d if omega == 0 else d / omega + lower
                x = x + np.linalg.solve(m, b - dominant @ x)
            residuals[name] = history
        cases.append({"a": {"shape": [n, n], "data": [number(v) for v in dominant.ravel()]}, "b": {"shape": [n], "data": b.tolist()},
                      "x": {"shape": [n], "data": [number(v) for v in np.linalg.solve(dominant, b)]}, "residuals": residuals})
    save("linearSystems.json", cases=cases)


if __name__ == "__main__":
    for part in (optimizers, schedules, full_batch, linear_systems):
        part()
